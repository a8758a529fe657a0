#!/usr/bin/env bash
# Installs $1, one of the functions below, with the arguments that follow. For setup.sh.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

# Debian's.
packages() {
  apt-get update
  DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"
}

# Makes SNEK_TOOLCHAIN/rust-VERSION from a Rust that can't build for wasm32: the same programs, with a system
# root that has a standard library for wasm32 beside the one for this machine.
std() {
  local rustc sysroot host directory
  rustc=$(source_of_std)
  sysroot=$("$rustc" --print sysroot)
  host=$("$rustc" -vV | sed -n 's/^host: //p')
  directory=$SNEK_TOOLCHAIN/rust-$(version "$rustc")
  work=$(mktemp -d)
  trap 'rm -r "$work"' EXIT
  build_std "$rustc" "$sysroot" "$work"

  local libraries=$directory/lib/rustlib
  rm -rf "$directory"
  mkdir -p "$directory/bin" "$libraries/$host/bin" "$libraries/wasm32-unknown-unknown/lib"
  cp "$work"/target/wasm32-unknown-unknown/release/deps/*.rlib "$libraries/wasm32-unknown-unknown/lib"
  ln -s "$sysroot/lib/rustlib/$host/lib" "$libraries/$host/lib"
  ln -s "$(wasm_linker "$sysroot/lib/rustlib/$host/bin")" "$libraries/$host/bin/rust-lld"
  link_programs "${rustc%/*}" "$directory"
}

# Builds the standard library with rustc $1 of system root $2 in directory $3.
build_std() {
  mkdir "$3/src"
  touch "$3/src/lib.rs"
  printf '[package]\nname = "empty"\nedition = "2021"\n[workspace]\n' >"$3/Cargo.toml"
  # With bitcode, for link-time optimization of what uses it; without this machine's paths.
  export CARGO_ENCODED_RUSTFLAGS="-Cembed-bitcode=yes"
  CARGO_ENCODED_RUSTFLAGS+=$'\x1f'"--remap-path-prefix=$2/lib/rustlib/src/rust=/rust"
  CARGO_ENCODED_RUSTFLAGS+=$'\x1f'"--remap-path-prefix=$cargo_home="
  RUSTC=$1 RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$3/target "${1%/*}/cargo" build --release \
    --manifest-path "$3/Cargo.toml" --target wasm32-unknown-unknown -Z build-std=std,panic_abort
  rm "$3"/target/wasm32-unknown-unknown/release/deps/libempty-*.rlib
}

# Rust's own linker, if it is in directory $1 (Debian leaves it out), or LLVM's.
wasm_linker() {
  local linker
  for linker in "$1/rust-lld" wasm-ld wasm-ld-{25..15}; do
    if linker=$(command -v "$linker"); then
      readlink -f "$linker"
      return
    fi
  done
  echo 'There is no linker for wasm32 (wasm-ld). Install lld.' >&2
  return 1
}

# The programs of directory $1 in $2/bin, also those that come later; rustc with $2 as its system root.
link_programs() {
  local program
  for program in cargo rustdoc cargo-clippy clippy-driver cargo-fmt rustfmt; do
    ln -s "$1/$program" "$2/bin/$program"
  done
  printf '#!/bin/sh\nexec "%s" --sysroot "%s" "$@"\n' "$1/rustc" "$2" >"$2/bin/rustc"
  chmod +x "$2/bin/rustc"
}

wasm_bindgen() { crate wasm-bindgen-cli "$(wanted wasm-bindgen)" --bin wasm-bindgen; }

wasm_pack() { crate wasm-pack 0.15.1; }

# Crate $1 of version $2. Its lock file may name releases that a mirror of the registry lacks.
crate() {
  use_rust
  local arguments=(install --root "$SNEK_TOOLCHAIN" --version "=$2" "$1" "${@:3}")
  cargo "${arguments[@]}" --locked || cargo "${arguments[@]}"
}

"$@"
