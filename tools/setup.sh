# shellcheck shell=bash
# Sourced by tools/try and tools/check, from the top of the source tree: installs what is missing on
# Debian 12 or 13, and configures build trees. tools/packages/ holds the lists: `build` compiles,
# `demo` is what the demonstration talks to, `check` what the tests use,
# `all` the rest that Debian has. Nothing is asked of the system, and no root is needed, where
# everything is there.

export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# The packages of the named lists that are not installed, one a line.
missing_packages() {
  local wanted installed
  wanted=$(cat "${@/#/tools/packages/}" | sort -u)
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
    sed -n 's/^installed //p' | sort -u)
  comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed")
}

# How this user becomes root, as the array `as_root`; fails when there is no way. sudo forgets the
# environment, hence `env`.
find_root() {
  local environment=(env DEBIAN_FRONTEND=noninteractive)
  if [ "$(id -u)" = 0 ]; then as_root=("${environment[@]}")
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo "${environment[@]}")
  else return 1
  fi
}

apt_get() {
  "${as_root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Debian starts what it installs. While a policy-rc.d that refuses is in place, it does not; the one
# that was there comes back.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  [ -x $policy ] && { $policy </dev/null >/dev/null 2>&1; [ $? = 101 ]; } && return
  trap allow_services EXIT
  [ ! -e $policy ] || "${as_root[@]}" mv $policy $policy.before-tls12
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null &&
    "${as_root[@]}" chmod 755 $policy
}
allow_services() {
  trap - EXIT
  "${as_root[@]}" rm -f $policy
  [ ! -e $policy.before-tls12 ] || "${as_root[@]}" mv $policy.before-tls12 $policy
}

# install_lists LIST...: installs what these lists name and the system lacks. Only what the build
# needs is worth failing for; a peer that cannot be had is one whose tests are skipped.
install_lists() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    { say "this is no Debian: taking for granted what tools/packages/ lists"; return 0; }
  local missing log needed package
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  find_root ||
    die "these Debian packages are missing, and there is neither root nor sudo to install them:" \
      $missing
  say "installing:" $missing
  log=$(mktemp)
  forbid_services
  # shellcheck disable=SC2086
  if ! { apt_get update && apt_get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    for package in $missing; do
      apt_get install -y --no-install-recommends "$package" >>"$log" 2>&1 ||
        say "skipped: the package $package cannot be installed"
    done
  fi
  [ "$(trap -p EXIT)" = "" ] || allow_services
  needed=$(missing_packages build)
  if [ -n "$needed" ]; then
    tail -n 20 "$log" >&2
    die "these Debian packages could not be installed (the log is $log):" $needed
  fi
  rm -f "$log"
}

# configure DIR OPTION...: makes a build tree, or brings the options of an old one up to date.
configure() {
  local dir=$1 log
  shift
  log=$(mktemp)
  if [ -f "$dir/build.ninja" ]; then meson configure "$dir" "$@" >"$log" 2>&1
  else meson setup "$dir" "$@" >"$log" 2>&1
  fi || { cat "$log" >&2; die "meson cannot configure $dir"; }
  rm -f "$log"
}
