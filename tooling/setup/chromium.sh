#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests of the browser app. Only what comes from apt needs root.
set -euo pipefail
for candidate in "${SNEK_CHROMIUM:-}" chromium chromium-browser google-chrome \
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo 'setup: installing Chromium for the tests of the browser app (about 1 minute)'
  log=$(mktemp)
  if { apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >"$log" 2>&1; then
    rm "$log"
    exit 0
  fi
  tail -n 30 "$log" >&2
fi
echo 'setup: there is no Chromium. Install chromium or Google Chrome, or set SNEK_CHROMIUM to the path of one.' >&2
exit 1
