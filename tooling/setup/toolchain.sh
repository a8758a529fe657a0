# shellcheck shell=bash
# Finds what builds the crates. To be sourced by bash scripts; `use_toolchain` puts it on PATH and names the
# compiler of C for wasm32, or says what is missing. Nothing is installed here: setup.sh does that.
#
# What setup.sh installs lies in SNEK_TOOLCHAIN, by default a directory in the user's cache:
#   bin/             wasm-bindgen and wasm-pack
#   rust-VERSION/    a Rust that is on the machine, completed by the standard library for wasm32

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export SNEK_TOOLCHAIN=${SNEK_TOOLCHAIN:-${XDG_CACHE_HOME:-$HOME/.cache}/snek/toolchain}
cargo_home=${CARGO_HOME:-$HOME/.cargo}
export PATH=$root/node_modules/.bin:$SNEK_TOOLCHAIN/bin:$PATH

# The version that the workspace's manifest asks for of $1.
wanted() { sed -n "s/^$1 = \"=\{0,1\}\([0-9.]*\)\"\$/\1/p" "$root/Cargo.toml"; }

version() { "$@" --version 2>/dev/null | sed -n '1s/^[^ ]* v\{0,1\}\([0-9][0-9.]*\).*/\1/p'; }

# Whether version $1 is $2 or later.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# Whether rustc $1 is new enough for the crates.
is_new() { at_least "$(version "$1")" "$(wanted rust-version)"; }

# Whether rustc $1 has a standard library for wasm32.
has_wasm() {
  local libraries
  libraries=$("$1" --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) &&
    compgen -G "$libraries/libstd-*.rlib" >/dev/null
}

# Puts a Rust that builds for wasm32 on PATH: where the one that is there doesn't, one that setup.sh completed.
use_rust() {
  local rustc directory
  is_new rustc && has_wasm rustc && return
  for rustc in "$SNEK_TOOLCHAIN"/rust-*/bin/rustc; do
    directory=${rustc%/bin/rustc}
    # It is of no use once the Rust that it completes has changed.
    if is_new "$rustc" && [ "${directory##*/rust-}" = "$(version "$rustc")" ]; then
      # Cargo looks for its subcommands in its home first, unless that is on PATH: there may be another Rust's.
      PATH=${rustc%/*}:$PATH:$cargo_home/bin
      return
    fi
  done
  return 1
}

# The first rustc that is new enough and has the source of its standard library.
source_of_std() {
  local rustc
  for rustc in rustc /usr/bin/rustc; do
    is_new "$rustc" && [ -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library/std" ] &&
      command -v "$rustc" && return
  done
  return 1
}

# Names a clang that compiles for wasm32 (Apple's doesn't) and its archiver, for crates with C in them.
use_clang() {
  local clang
  for clang in clang clang-{25..14} /{opt/homebrew,usr/local}/opt/llvm/bin/clang; do
    if "$clang" --target=wasm32 -x c -c -o /dev/null - </dev/null 2>/dev/null; then
      CC_wasm32_unknown_unknown=$clang
      AR_wasm32_unknown_unknown=$("$clang" -print-prog-name=llvm-ar)
      command -v "$AR_wasm32_unknown_unknown" >/dev/null || continue
      export CC_wasm32_unknown_unknown AR_wasm32_unknown_unknown
      return
    fi
  done
  return 1
}

# Clippy 0.1.N belongs to Rust 1.N: it reads what rustc wrote.
has_lints() {
  [ "$(version cargo clippy | cut -d . -f 3)" = "$(version rustc | cut -d . -f 2)" ] && [ -n "$(version cargo fmt)" ]
}

has_wasm_bindgen() { [ "$(version wasm-bindgen)" = "$(wanted wasm-bindgen)" ]; }
has_wasm_pack() { [ -n "$(version wasm-pack)" ]; }

use_toolchain() {
  if ! { use_rust && use_clang && has_wasm_bindgen && has_wasm_pack; }; then
    echo 'What builds the crates is not complete. To complete it: npm run setup' >&2
    return 1
  fi
}
