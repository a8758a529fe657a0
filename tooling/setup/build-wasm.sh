#!/usr/bin/env bash
# Builds crate crates/$1 for wasm32 into directory $2 of the package that this is called in. With $3, a feature that not all
# engines have, it is built for those that have it as well: another .wasm, named by that, with the same JavaScript.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"
use_toolchain

crate=$1
out=$2
extra=${3:-}
name=snek_${crate//-/_}
# Native builds have another directory, so that neither waits for the other.
export CARGO_TARGET_DIR=$root/target/wasm
made=$CARGO_TARGET_DIR/packages/$crate

# build DIRECTORY RUSTC_FEATURES WASM_OPT_OPTION...
build() {
  # No path of this machine in what is shipped.
  local flags=("--remap-path-prefix=$root=." "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=" "-Ctarget-feature=$2")
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}") \
    wasm-pack --quiet build "$root/crates/$crate" --target web --release --mode no-install \
    --no-pack --no-opt --out-dir "$1" --out-name "$name" -- --locked
  rm "$1/.gitignore"
  # Besides SIMD, what rustc takes for granted everywhere.
  local features=(bulk-memory sign-ext nontrapping-float-to-int mutable-globals reference-types multivalue)
  wasm-opt "${@:3}" --strip-debug "${features[@]/#/--enable-}" "$1/${name}_bg.wasm" -o "$1/${name}_bg.wasm"
}

# SIMD: what Node and browsers have since 2023.
build "$made" +simd128 -O3 --enable-simd
if [ -n "$extra" ]; then
  # Not optimized further: that has constants of two lanes made at each use, which costs more than half as much again.
  build "$made-$extra" "+simd128,+$extra" --enable-simd "--enable-$extra"
  cmp "$made/$name.js" "$made-$extra/$name.js"
  mv "$made-$extra/${name}_bg.wasm" "$made/${name}_${extra//-/_}_bg.wasm"
fi

rm -rf "$out"
mv "$made" "$out"
