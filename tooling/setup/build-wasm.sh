#!/usr/bin/env bash
# Builds crate crates/$1 for wasm32 into directory $2 of the package that this is called in.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"
use_toolchain

crate=$1
out=$2
name=snek_${crate//-/_}
# Native builds have another directory, so that neither waits for the other.
export CARGO_TARGET_DIR=$root/target/wasm
made=$CARGO_TARGET_DIR/packages/$crate

# No path of this machine in what is shipped. SIMD: what Node and browsers have since 2023.
flags=("--remap-path-prefix=$root=." "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=" -Ctarget-feature=+simd128)
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS

wasm-pack --quiet build "$root/crates/$crate" --target web --release --mode no-install \
  --no-pack --no-opt --out-dir "$made" --out-name "$name" -- --locked
rm "$made/.gitignore"
# Besides SIMD, what rustc takes for granted everywhere.
features=(simd bulk-memory sign-ext nontrapping-float-to-int mutable-globals reference-types multivalue)
wasm-opt -O3 --strip-debug "${features[@]/#/--enable-}" "$made/${name}_bg.wasm" -o "$made/${name}_bg.wasm"

rm -rf "$out"
mv "$made" "$out"
