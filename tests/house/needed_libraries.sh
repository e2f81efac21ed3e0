#!/bin/sh
# The library needs libmbedcrypto at most, never mbedTLS's TLS or X.509. usage: needed_libraries.sh
# LIBRARY; skipped without readelf.
set -u
command -v readelf >/dev/null 2>&1 || exit 77
needed=$(readelf -d "$1" | grep NEEDED) || exit 1
printf '%s\n' "$needed"
! printf '%s\n' "$needed" | grep -qE 'libmbed(tls|x509)\.so'
