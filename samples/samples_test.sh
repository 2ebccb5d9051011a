#!/usr/bin/env bash
# Runs the samples of the folder named, and looks at what they say.
set -euo pipefail
readonly programs=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

expect() { # expect WHAT WANTED GOT
  [[ $2 == "$3" ]] || {
    printf '%s: wanted\n%s\ngot\n%s\n' "$1" "$2" "$3"
    exit 1
  }
}
expect "a new counter" $'apples 1\napples 2\npears 1' "$("$programs/sample-counter" "$dir/c" apples apples pears)"
expect "the counter again" "apples 3" "$("$programs/sample-counter" "$dir/c" apples)"
expect "a file that cannot be" "apples 1 (not durable)" "$("$programs/sample-counter" "$dir/no/c" apples)"
expect "the transfers" $'t1: completed\nt2: refused\nt3: compensated\nt4: completed' "$("$programs/sample-transfer")"
[[ $("$programs/sample-throughput" "$dir/t" | grep -c "a second") == 3 ]] || {
  echo "the bench does not measure three things"
  exit 1
}
