#!/bin/sh
# A build without a crypto backend does not configure, and says why. usage: backends.sh ROOT
# COMPILER...
set -u
root=$1
shift
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
if CXX="$*" meson setup "$work/build" "$root" -Dtests=false -Dtools=false \
  -Dsodium=disabled -Dmbedtls=disabled >"$work/log" 2>&1; then
  echo "a build without a crypto backend was configured"
  exit 1
fi
grep -q 'no crypto backend: enable at least one of -Dsodium and -Dmbedtls' "$work/log" ||
  { tail -n 5 "$work/log"; exit 1; }
