#!/usr/bin/env bash
# `npm run web`: sets up, builds, and serves the page with a network to join.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../../tooling/setup/toolchain.sh"
bash "$root/tooling/setup/setup.sh"
(cd "$root" && turbo run build --output-logs=errors-only)
exec node "$root/apps/web/serve/main.ts"
