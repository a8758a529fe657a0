#!/usr/bin/env bash
# `npm run web:shots [-- DIRECTORY]`: pictures of each view, to look at.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../../tooling/setup/toolchain.sh"
bash "$root/tooling/setup/setup.sh"
bash "$root/tooling/setup/chromium.sh"
(cd "$root" && turbo run build --filter='./packages/*' --output-logs=errors-only)
cd "$root"
node --conditions=@snek/source apps/web/test/shots.ts "$@"
