#!/usr/bin/env bash
# `npm test`: sets up, and tests everything.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../setup/toolchain.sh"
cd "$root"
if [ $# -gt 0 ]; then
  echo 'npm test takes no arguments: it tests everything. For a part:' >&2
  echo '  npx vitest run packages/wire    cargo test -p snek-wire' >&2
  exit 2
fi
bash tooling/setup/setup.sh
bash tooling/setup/test-programs.sh
use_toolchain
node tooling/test/main.ts
