# shellcheck shell=bash
# shellcheck disable=SC2154 # skip_packages comes from ./dev
# What ./dev does about Debian packages. ./dev reads it, in the root of the repository, and brings
# say, die and skip_packages.


readonly gcc_major_min=12 disk_mib_min=1500

# Packages of the named groups in cmake/packages.txt, but for those whose command is there already.
packages_of() {
  local wanted=" $* " group package program
  while read -r group package program; do
    if [[ -n $program ]] && command -v "$program" >/dev/null; then continue; fi
    if [[ -n $package && $wanted == *" $group "* ]]; then printf '%s\n' "$package"; fi
  done < <(grep -v '^#' cmake/packages.txt)
}

missing_of() {
  local status package
  # shellcheck disable=SC2016 # dpkg-query fills in these, not the shell
  local line='${db:Status-Status} ${Package}\n'
  declare -A installed=()
  while read -r status package; do
    if [[ $status == installed ]]; then installed[$package]=1; fi
  done < <(dpkg-query -W -f "$line" "$@" 2>/dev/null)
  for package; do
    if [[ -z ${installed[$package]:-} ]]; then printf '%s\n' "$package"; fi
  done
}

check_disk() { # check_disk FOLDER
  local free
  free=$(df -Pm -- "$1" | awk 'NR == 2 { print $4 }')
  if ((free < disk_mib_min)); then
    die "only $free MiB are free on the disk of $1; a build with its packages needs $disk_mib_min MiB."
  fi
}

# Becomes root through sudo; says what an administrator should type when that cannot work.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo "$@"
  fi
}

check_rights() {
  if ((EUID == 0)); then return; fi
  if ! command -v sudo >/dev/null; then
    die "no right to install packages (not root, and there is no sudo). As root, run:
       apt-get update && apt-get install -y --no-install-recommends $*"
  fi
  if [[ ! -t 0 ]] && ! sudo -n true 2>/dev/null; then
    die "no right to install packages (sudo wants a password and there is no terminal). As root, run:
       apt-get update && apt-get install -y --no-install-recommends $*"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@" >&2
}

install_packages() {
  local lists=(/var/lib/apt/lists/*_Packages*) updated=no
  say "missing Debian packages: $*"
  check_rights "$@"
  check_disk /var
  if [[ ! -e ${lists[0]} ]]; then
    say "no package lists yet: apt-get update"
    apt_get update || true
    updated=yes
  fi
  say "apt-get install of $# package(s)"
  if apt_get install -y --no-install-recommends "$@"; then return; fi
  if [[ $updated == no ]]; then
    say "that failed; trying once more with fresh package lists: apt-get update"
    apt_get update || true
    if apt_get install -y --no-install-recommends "$@"; then return; fi
  fi
  die "apt-get could not install: $*
     What apt-get said is above. \"Could not resolve\", \"Failed to fetch\" or \"Could not connect\": no
     network, or a proxy is missing (http_proxy). \"Unable to locate package\": not Debian 12 or newer.
     Full disk: free some space. Then run the same command again; it goes on where it stopped."
}

need_packages() { # need_packages GROUP...
  local packages missing
  mapfile -t packages < <(packages_of "$@")
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    if [[ $skip_packages == 1 ]]; then return; fi
    die "this is not Debian or a relative of it (no apt-get), so nothing is installed for you. Install
     what these packages hold: ${packages[*]}
     and then say so with BOXOFFICE_SKIP_PACKAGES=1 ./dev …"
  fi
  mapfile -t missing < <(missing_of "${packages[@]}")
  if ((${#missing[@]} > 0)); then install_packages "${missing[@]}"; fi
}

check_compiler() {
  local compiler=${CXX:-g++} version
  version=$("$compiler" -dumpversion 2>/dev/null) || die "the compiler $compiler does not run."
  if ((${version%%.*} < gcc_major_min)); then
    die "the compiler $compiler is version $version; boxoffice is C++20 and needs g++ $gcc_major_min or
     newer (Debian 12 has it). With a newer one beside it: CXX=g++-$gcc_major_min ./dev …"
  fi
}
