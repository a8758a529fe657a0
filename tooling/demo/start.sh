#!/usr/bin/env bash
# `npm start [-- FILE]`: sets up, builds, and shows a file on its way across a relay.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../setup/toolchain.sh"
bash "$root/tooling/setup/setup.sh"
(cd "$root" && turbo run build --output-logs=errors-only)
# A relative FILE is one of the directory that the command was given in.
cd "${INIT_CWD:-$root}"
node "$root/tooling/demo/src/main.ts" "$@"
