#!/usr/bin/env bash
# Sees to it that there is what tests run as users do: curl, git, Chromium. Only what comes from apt needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

for program in curl git; do
  command -v "$program" >/dev/null || from_apt "installing $program for the tests" '10 s' "$program" ||
    fail "There is no $program, which tests run. Install it."
done
bash "$root/tooling/setup/chromium.sh"
