#!/usr/bin/env bash
# Sets up what building and testing need, as far as it isn't there yet: packages from npm, a Rust that builds
# for wasm32, a clang that does, wasm-bindgen, wasm-pack. Only what comes from apt needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"
cd "$root"

get_modules() {
  at_least "$(node -p process.versions.node 2>/dev/null)" 20.19 ||
    fail 'Node is missing or too old. Install Node 20.19 or later.'
  node tooling/setup/modules-current.js || step 'installing packages from npm' '1 minute' npm ci --loglevel=warn
  # Tests and tools need a later Node than the packages themselves. It comes as an npm package, perhaps just now.
  hash -r
  at_least "$(node -p process.versions.node)" 22.18 ||
    fail 'The npm package "node" lacks its program. To get it: npm rebuild node --ignore-scripts=false'
}

get_compiler() {
  command -v cc >/dev/null || from_apt 'installing a C compiler' '30 s' gcc libc6-dev ||
    fail "There is no C compiler (cc). Install gcc or clang, with the C library's headers."
}

# From rustup if it can be had there; else from any Rust with the source of its library, as Debian's is.
get_rust() {
  use_rust || { add_target && use_rust; } || {
    source_of_std >/dev/null || from_apt 'installing Rust' '1 minute' \
      rustc-web cargo-web rust-web-src rust-web-clippy rustfmt-web lld-19 ||
      fail "There is no Rust from $(wanted rust-version) on that builds for wasm32." \
        'Install one with rustup, and then: rustup target add wasm32-unknown-unknown' \
        'On Debian 12, run this as root instead.'
    step 'building the standard library for wasm32' '2 minutes' install std
    use_rust
  }
}

get_lints() {
  has_lints || { rustup component add clippy rustfmt >"$log" 2>&1 && has_lints; } ||
    { from_apt 'installing clippy and rustfmt' '10 s' rust-web-clippy rustfmt-web && has_lints; } ||
    fail "$(command -v rustc) is without clippy or rustfmt. With rustup: rustup component add clippy rustfmt"
}

# Fails within seconds where rustup has no way to its server.
add_target() {
  is_new rustc && command -v rustup >/dev/null || return
  echo 'setup: adding wasm32-unknown-unknown to Rust (about 10 s)'
  rustup target add wasm32-unknown-unknown >"$log" 2>&1
}

get_clang() {
  use_clang || { from_apt 'installing clang' '1 minute' clang-19 llvm-19 && use_clang; } ||
    fail 'There is no clang that compiles for wasm32, or no llvm-ar beside it.' \
      'Install LLVM. Debian and Ubuntu: apt-get install clang llvm. Homebrew: brew install llvm'
}

get_modules
get_compiler
get_rust
get_lints
get_clang
has_wasm_bindgen || step 'building wasm-bindgen' '5 minutes' install wasm_bindgen
has_wasm_pack || step 'building wasm-pack' '3 minutes' install wasm_pack
use_toolchain
