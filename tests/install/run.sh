#!/usr/bin/env bash
# Installs into an empty folder, then builds a dependant's program against what is there with pkg-config alone, shared and static.
# run.sh BUILD_DIR SOURCE_DIR PREFIX COMPILER...
set -uo pipefail
build=$1 source=$2 prefix=$3
shift 3
compiler=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

ok() { echo "ok: $1"; }
bad() { echo "FAILED: $1"; failed=1; }
expect() { local what=$1; shift; if "$@"; then ok "$what"; else bad "$what"; fi; }
finish() { exit $failed; }

if ! DESTDIR=$work/root meson install -C "$build" --no-rebuild --quiet --tags devel,runtime; then bad "meson install"; finish; fi
root=$work/root$prefix
pc=$(cd "$root" && find . -name tls12.pc)
export PKG_CONFIG_PATH=$root/${pc%/tls12.pc}
packaged() { pkg-config --define-variable=prefix="$root" "$@" tls12; }

every_header_is_there() { diff <(cd "$source/include/tls12" && ls -- *.hpp) <(cd "$root/include/tls12" && ls); }
the_headers_compile() {
  local header
  for header in "$root"/include/tls12/*.hpp; do echo "#include <tls12/${header##*/}>"; done | "${compiler[@]}" $(packaged --cflags) -Wall -Wextra -fsyntax-only -x c++ -
}
links_shared() { "${compiler[@]}" $(packaged --cflags) "$source/tests/install/consumer.cpp" $(packaged --libs) -o "$work/shared"; }
links_static() {
  rm "$root"/lib*/libtls12.so* "$root"/lib*/*/libtls12.so* 2>/dev/null
  "${compiler[@]}" $(packaged --cflags) "$source/tests/install/consumer.cpp" $(packaged --static --libs) -o "$work/static"
}

expect "every public header is installed" every_header_is_there
expect "the installed headers compile without the source tree" the_headers_compile
expect "a program links with the shared library by pkg-config alone" links_shared
expect "the program runs with the shared library" env LD_LIBRARY_PATH="$(dirname "$(find "$root" -name libtls12.so)")" "$work/shared"
expect "a program links with the static library by pkg-config --static alone" links_static
expect "the program runs without the shared library" "$work/static"
finish
