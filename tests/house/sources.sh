#!/bin/sh
# What no source file holds, whatever it includes. usage: sources.sh ROOT. Prints each violation, and fails if there is one.
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

forbid 'no coroutines in the library: GCC 12 miscompiles them' '(^|[^A-Za-z0-9_])co_(await|yield|return)([^A-Za-z0-9_]|$)' lib include
forbid 'libmbedcrypto alone is used' "(find_library|dependency)\\('(mbedtls|mbedx509)'" lib meson.build
forbid 'the protocol reads no clock' '(clock::now|clock_gettime|gettimeofday|wall_time) *\(' lib/base lib/wire lib/record lib/handshake lib/engine
forbid 'no exception crosses the API' '^([^/]*[^A-Za-z0-9_/])?throw[ ;]' include lib/wire lib/record lib/handshake
forbid 'a rule is an error value, in every build: no assertions' '(^|[^A-Za-z0-9_])assert *\(' lib include
forbid 'what is committed is finished' '(TO''DO|FIX''ME|XX''X)' lib include tools fuzz

# shellcheck disable=SC2046
forbid 'tools/output.hpp prints: it makes text printable' '(^|[^A-Za-z0-9_])(f?printf|f?puts|fwrite) *\(|std::c(out|err|log)' \
  $(find tools -maxdepth 1 -name '*.?pp' ! -name output.?pp 2>/dev/null) /dev/null

# A clone works anywhere: no file knows the machine that it was written on.
if [ -e .git ] && command -v git >/dev/null 2>&1 && git ls-files >/dev/null 2>&1; then
  list() { git ls-files -z; }
else
  list() { find . -type f ! -path './.git/*' ! -path './build*' -print0; }
fi
if list | xargs -0 grep -nIE '(^|[^A-Za-z0-9_./-])/(work|home|root|Users)/[A-Za-z0-9_.-]' 2>/dev/null; then
  echo 'a path of one machine'
  violations=1
fi
exit $violations
