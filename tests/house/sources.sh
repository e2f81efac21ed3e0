#!/bin/sh
# What no source file holds, whatever it includes. usage: sources.sh ROOT. Prints each violation,
# and fails if there is one.
set -u
cd "$1" || exit 2
violations=0
forbid() {  # WHY PATTERN PLACE...
  why=$1
  pattern=$2
  shift 2
  found=$(grep -rnIE --include='*.[ch]pp' --include=meson.build -- "$pattern" "$@" 2>/dev/null)
  [ -n "$found" ] || return 0
  printf '%s\n' "$found" | sed "s|\$|    <- $why|"
  violations=1
}

forbid 'no coroutines in the library: GCC 12 miscompiles them' \
  '(^|[^A-Za-z0-9_])co_(await|yield|return)([^A-Za-z0-9_]|$)' lib include
forbid 'libmbedcrypto alone is used' "(find_library|dependency)\\('(mbedtls|mbedx509)'" \
  lib meson.build
forbid 'the protocol reads no clock' '(clock::now|clock_gettime|gettimeofday|wall_time) *\(' \
  lib/base lib/wire lib/record lib/handshake lib/engine
forbid 'no exception crosses the API' '^([^/]*[^A-Za-z0-9_/])?throw[ ;]' \
  include lib/wire lib/record lib/handshake
forbid 'a rule is an error value, in every build: no assertions' \
  '(^|[^A-Za-z0-9_])assert *\(' lib include
forbid 'what is committed is finished' '(TO''DO|FIX''ME|XX''X)' lib include tools fuzz

# shellcheck disable=SC2046
forbid 'common/output/print.hpp prints: it makes text printable' \
  '(^|[^A-Za-z0-9_])(f?printf|f?puts|fwrite) *\(|std::c(out|err|log)' \
  $(find tools/tls12 -name '*.?pp' ! -path 'tools/tls12/common/output/print.?pp' 2>/dev/null) \
  /dev/null

# One rule is cited one way: by the RFC that is in force, unless only its predecessor has the
# sentence.
old='1738|2253|2279|2313|2314|2396|2437|2459|2560|2616|2818|2821|2822|2898|3280|3447|3484|3490|3546'
old="$old|4366|4492|4507|4627|5208|6125|6555|7159|723[0-5]|7525|7539|8399"
kept='RFC 2253 §4|RFC ?2253,|by RFC 2253, but|RFC 3280 §4\.2\.1\.4|RFC 3280 §5\.3\.2'
kept="$kept|RFC 6125 §?6\.4\.4"
cited=$(grep -rnIE --exclude-dir=house "RFC ?($old)([^0-9]|\$)" \
  include lib tools tests fuzz README.md 2>/dev/null | grep -vE "$kept")
if [ -n "$cited" ]; then
  printf '%s\n' "$cited" | sed 's|$|    <- a later RFC replaces it|'
  violations=1
fi

# A clone works anywhere: no file knows the machine that it was written on.
if [ -e .git ] && command -v git >/dev/null 2>&1 && git ls-files >/dev/null 2>&1; then
  list() { git ls-files -z; }
else
  list() { find . -type f ! -path './.git/*' ! -path './build*' -print0; }
fi
machine='(^|[^A-Za-z0-9_./-])/(work|home|root|Users)/[A-Za-z0-9_.-]'
if list | xargs -0 grep -nIE "$machine" 2>/dev/null; then
  echo 'a path of one machine'
  violations=1
fi
exit $violations
