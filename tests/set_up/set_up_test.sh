#!/usr/bin/env bash
# ./dev on machines that are not this one: a copy of the script runs with a PATH that holds only
# stand-ins for dpkg-query, apt-get, sudo, g++, cmake and df, which write down how they were called.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
failures=0

stand_in() { # stand_in NAME, its body on standard input
  { printf '#!/bin/bash\n' && cat; } >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

# A machine with every package, g++ 12, room on the disk and a build that works.
fresh_machine() {
  rm -rf -- "${scratch:?}"/*
  mkdir -p "$scratch/bin" "$scratch/repository/cmake"
  cp -- "$root/dev" "$root/CMakePresets.json" "$scratch/repository/"
  cp -- "$root/cmake/packages.txt" "$root/cmake/set_up.sh" "$root/cmake/help.sh" "$scratch/repository/cmake/"
  local tool
  for tool in bash env grep awk readlink dirname nproc cat mkdir od head tr sed; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
  done
  : >"$scratch/calls"
  : >"$scratch/absent"
  stand_in dpkg-query <<'END'
shift 3
for package; do
  if ! grep -qx "$package" "$SCRATCH/absent"; then echo "installed $package"; fi
done
END
  stand_in apt-get <<'END'
echo "apt-get $*" >>"$SCRATCH/calls"
if [[ $* == *install* ]]; then
  if [[ -e $SCRATCH/install-fails ]]; then exit 100; fi
  if [[ -e $SCRATCH/needs-update ]] && ! grep -q update "$SCRATCH/calls"; then exit 100; fi
  : >"$SCRATCH/absent"
fi
END
  stand_in sudo <<'END'
echo "sudo $*" >>"$SCRATCH/calls"
exit 1
END
  stand_in g++ <<'END'
echo "${GCC_VERSION:-12}"
END
  stand_in df <<'END'
printf 'header\nfs 1 1 %s 1 /\n' "${FREE_MIB:-50000}"
END
  stand_in cmake <<'END'
echo "cmake $*" >>"$SCRATCH/calls"
if [[ $1 == --preset ]]; then
  mkdir -p "build/$2"
  : >"build/$2/build.ninja"
  : >"build/$2/CMakeCache.txt"
fi
END
}

dev() { # dev ARGS...: exit status in $status, all output in $output
  status=0
  output=$(env -i PATH="$scratch/bin" SCRATCH="$scratch" "${settings[@]}" \
    "$scratch/repository/dev" "$@" 2>&1 </dev/null) || status=$?
}

expect() { # expect WHAT CONDITION...
  local what=$1
  shift
  if "$@"; then return; fi
  failures=$((failures + 1))
  printf 'FAILED: %s\n  status %s\n  output: %s\n  calls: %s\n' "$what" "$status" "$output" \
    "$(cat "$scratch/calls")"
}
says() { [[ $output == *"$1"* ]]; }
called() { grep -q -- "$1" "$scratch/calls"; }
not_called() { ! called "$1"; }
times_called() { [[ $(grep -c -- "$1" "$scratch/calls") == "$2" ]]; }
fails() { ((status != 0)); }
succeeds() { ((status == 0)); }

settings=(X=)

fresh_machine
dev build
expect 'with every package there is no apt call' not_called apt-get
expect 'with every package it builds' succeeds
expect 'the path of the binary comes last' test "${output##*$'\n'}" = "$scratch/repository/build/release/boxoffice"
dev build
expect 'what is configured is not configured again' times_called 'cmake --preset' 1

if ((EUID == 0)); then
  fresh_machine
  printf 'libcaf-dev\nninja-build\nlibgtest-dev\n' >"$scratch/absent"
  dev build
  expect 'the missing packages are named' says 'missing Debian packages: ninja-build libcaf-dev'
  expect 'only the missing ones of the group are installed' called 'install -y --no-install-recommends ninja-build libcaf-dev$'
  expect 'then it builds' succeeds

  fresh_machine
  echo libcaf-dev >"$scratch/absent"
  touch "$scratch/needs-update"
  dev build
  expect 'a failed install is tried again after an update' called 'apt-get .*update'
  expect 'and then works' succeeds

  fresh_machine
  echo libcaf-dev >"$scratch/absent"
  touch "$scratch/install-fails"
  dev build
  expect 'an install that keeps failing ends it' fails
  expect 'and names the network' says 'no
     network'
  expect 'after one update' times_called 'apt-get .*update' 1

  fresh_machine
  echo libcaf-dev >"$scratch/absent"
  settings=(FREE_MIB=300)
  dev build
  expect 'a nearly full disk is refused' says 'only 300 MiB are free'
  expect 'before anything is installed' not_called apt-get
  settings=(X=)
else
  fresh_machine
  echo libcaf-dev >"$scratch/absent"
  dev build
  expect 'without rights it says what root should run' says 'apt-get install -y --no-install-recommends libcaf-dev'
  expect 'and calls no apt' not_called '^apt-get'
fi

fresh_machine
rm -- "$scratch/bin/apt-get"
dev build
expect 'without apt-get it ends' fails
expect 'and says that this is not Debian' says 'this is not Debian'
settings=(BOXOFFICE_SKIP_PACKAGES=1)
dev build
expect 'unless the user answers for the packages' succeeds
settings=(X=)

fresh_machine
settings=(GCC_VERSION=11)
dev build
expect 'an old compiler is refused' says 'needs g++ 12'
expect 'with a status' fails
settings=(X=)

fresh_machine
dev frobnicate
expect 'an unknown command ends it' fails
dev run --help
expect 'run --help explains run' says 'demo concerts'
expect 'and builds nothing' not_called cmake

if ((failures > 0)); then exit 1; fi
echo 'set-up: every case as expected'
