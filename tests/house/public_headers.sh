#!/bin/sh
# Each public header compiles alone, without a warning. usage: public_headers.sh ROOT COMPILER...
set -u
root=$1
shift
failures=0
for header in "$root"/include/tls12/*.hpp; do
  printf '#include "tls12/%s"\n' "$(basename "$header")" |
    "$@" -std=c++23 -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only -I"$root/include" -x c++ - || { echo "$header does not compile alone"; failures=1; }
done
exit $failures
