#!/usr/bin/env bash
# Fuzzes for some seconds each target, or those named: run.sh SECONDS [TARGET...]
# Stops at the first input that makes one fail. Prints how often each ran.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:?usage: run.sh SECONDS [TARGET...]}
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  mapfile -t targets < <(cargo +nightly fuzz list --fuzz-dir .)
fi

# All of it is safe Rust: there is nothing for an address sanitizer to find.
options=(--fuzz-dir . --sanitizer none)
summary=''
for target in "${targets[@]}"; do
  mkdir -p "grown/$target"
  log="grown/$target.log"
  if ! cargo +nightly fuzz run "${options[@]}" "$target" "grown/$target" "corpus/$target" -- \
    -max_total_time="$seconds" -max_len=2048 -print_final_stats=1 >"$log" 2>&1; then
    tail -n 60 "$log"
    echo "$target failed; the input is in artifacts/$target" >&2
    exit 1
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  summary+=$(printf '%-14s %12d executions' "$target" "$executions")$'\n'
done
printf '%s' "$summary"
