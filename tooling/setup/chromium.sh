#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests of the browser app. Only what comes from apt needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

for candidate in "${SNEK_CHROMIUM:-}" chromium chromium-browser google-chrome \
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null; then exit 0; fi
done
from_apt 'installing Chromium for the tests of the browser app' '1 minute' chromium fonts-dejavu-core ||
  fail 'There is no Chromium. Install chromium or Google Chrome, or set SNEK_CHROMIUM to the path of one.'
