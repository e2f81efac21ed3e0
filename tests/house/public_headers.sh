#!/bin/sh
# Each public header compiles alone, without a warning. usage: public_headers.sh ROOT COMPILER...
set -u
root=$1
shift
# Two at a time.
compile='header=$1; shift
echo "#include \"tls12/${header##*/}\"" |
  "$@" -std=c++23 -Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only -x c++ - ||
  { echo "$header does not compile alone"; exit 1; }'
find "$root/include/tls12" -name '*.hpp' -print0 | sort -z |
  xargs -0 -P 2 -I '{}' sh -c "$compile" sh '{}' "$@" "-I$root/include"
