# shellcheck shell=bash
# What set-up scripts say and do. To be sourced by them.
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

log=$SNEK_TOOLCHAIN/setup.log
mkdir -p "$SNEK_TOOLCHAIN"

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

# Says that $1 is being done and takes about $2, and runs the rest.
step() {
  local started=$SECONDS
  echo "setup: $1 (about $2)"
  if ! "${@:3}" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "$1 failed. The whole log: $log"
  fi
  echo "setup: done in $((SECONDS - started)) s"
}

# A process of its own, in which any error ends a step.
install() { bash "$root/tooling/setup/install.sh" "$@"; }

# A step that installs Debian's packages; 1 where that can't be.
from_apt() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && step "$1" "$2" install packages "${@:3}"
}
