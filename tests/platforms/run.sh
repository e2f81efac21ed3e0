#!/usr/bin/env bash
# Runs the two commands of the README on a bare Debian, as a new user would.
#
#   tests/platforms/run.sh SUITE [--all] [--keep]        SUITE: bookworm, trixie, ...
#
# Makes a minimal system of that suite, clones HEAD of this repository into it, and runs tools/try
# and tools/check (with --all: tools/check --all) there. Prints the last lines and the exit code of
# each. Exit code: 0 if both passed, 1 if one failed, 2 if the system could not be made.
#
# Needs root, debootstrap and unshare (util-linux). The mirrors and the settings of the package
# client are those of this machine. Works in $TLS12_PLATFORMS (default: /tmp/tls12-platforms):
# SUITE/ is the system, SUITE-*.log are the logs. Each run starts anew; the system is removed unless
# --keep is given. Mounts and processes belong to namespaces of their own, so that they end with the
# run.
set -uo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
say() { printf '%s\n' "$*" >&2; }
die() { say "run.sh: $*"; exit 2; }

suite='' check_options=() keep=false child=''
for argument; do
  case $argument in
    --all) check_options+=(--all) ;;
    --keep) keep=true ;;
    -* | "") suite=''; break ;;
    *) [ -z "$suite" ] || { suite=''; break; }; suite=$argument ;;
  esac
done
[ -n "$suite" ] || { say "usage: tests/platforms/run.sh SUITE [--all] [--keep]"; exit 2; }
[ "$(id -u)" = 0 ] || die "a system can only be made by root"
for command in debootstrap unshare git apt-get apt-config; do
  command -v $command >/dev/null || die "$command is missing"
done

folder=${TLS12_PLATFORMS:-/tmp/tls12-platforms}
root=$folder/$suite
mkdir -p "$folder"
# The mirror that this machine uses for the archive with this label.
# shellcheck disable=SC2016
mirror() {
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
    sed -n "s/^$1 //p" | head -n 1
}
archive=$(mirror Debian) security=$(mirror Debian-Security)
[ -n "$archive" ] || die "no Debian mirror is known: run apt-get update"

make_system() {
  rm -rf --one-file-system "$root" || return
  debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$root" "$archive" || return
  {
    echo "deb $archive $suite main"
    echo "deb $archive $suite-updates main"
    [ -z "$security" ] || echo "deb $security $suite-security main"
  } >"$root/etc/apt/sources.list"
  apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/99host"
  [ ! -d /etc/apt/auth.conf.d ] || cp -r /etc/apt/auth.conf.d "$root/etc/apt/"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  git clone --quiet --no-hardlinks "$source" "$root/srv/tls12"
}

# within COMMAND...: runs it in the clone, with the environment of a new login.
within() {
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child bash -c '
    root=$1; shift
    mount --make-rprivate / && mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
      mount -t tmpfs tmpfs "$root/dev/shm" && cd "$root" || exit
    exec env -i HOME=/root TERM=dumb ${http_proxy:+http_proxy="$http_proxy"} \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      chroot . sh -c "cd /srv/tls12 && exec \"\$@\"" - "$@"
  ' - "$root" "$@" </dev/null &
  child=$!
  wait $child
}
trap 'kill -KILL "$child" 2>/dev/null; exit 2' INT TERM

say "== $suite: making the system in $root"
make_system >"$folder/$suite-make.log" 2>&1 ||
  { tail -n 20 "$folder/$suite-make.log" >&2; die "no system of $suite could be made"; }

status=0 summary=''
for step in try check; do
  say "== $suite: tools/$step"
  options=()
  [ $step = try ] || options=("${check_options[@]}")
  within tools/$step "${options[@]}" >"$folder/$suite-$step.log" 2>&1
  code=$?
  [ $code = 0 ] || status=1
  summary+="== $suite: tools/$step ${options[*]:-}: exit code $code"$'\n'
  summary+=$(tail -n 5 "$folder/$suite-$step.log")$'\n'
done
$keep || rm -rf --one-file-system "$root"
printf '%s' "$summary"
say "== $suite: the logs are $folder/$suite-*.log"
exit $status
