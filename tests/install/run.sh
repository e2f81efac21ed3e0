#!/usr/bin/env bash
# Installs into an empty folder, then builds a dependant's program, and the examples of the READMEs,
# against what is there with pkg-config alone. run.sh BUILD_DIR SOURCE_DIR PREFIX COMPILER...
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

if ! DESTDIR=$work/root meson install -C "$build" --no-rebuild --quiet --tags devel,runtime; then
  bad "meson install"
  finish
fi
root=$work/root$prefix
pc=$(cd "$root" && find . -name tls12.pc)
export PKG_CONFIG_PATH=$root/${pc%/tls12.pc}
packaged() { pkg-config --define-variable=prefix="$root" "$@" tls12; }

every_header_is_there() {
  diff <(cd "$source/include/tls12" && ls -- *.hpp) <(cd "$root/include/tls12" && ls)
}
the_headers_compile() {
  local header
  for header in "$root"/include/tls12/*.hpp; do echo "#include <tls12/${header##*/}>"; done |
    "${compiler[@]}" $(packaged --cflags) -Wall -Wextra -fsyntax-only -x c++ -
}
links_shared() {
  "${compiler[@]}" $(packaged --cflags) "$source/tests/install/consumer.cpp" $(packaged --libs) \
    -o "$work/shared"
}
examples_compile() {
  awk -v folder="$work" -f "$source/tests/install/examples.awk" "$source/README.md" \
    "$source/include/tls12/README.md" &&
    "${compiler[@]}" $(packaged --cflags) -Wall -Wextra -fsyntax-only "$work/fragments.cpp"
}
# The README's server on a free port, which it prints, and the README's client at that port.
examples_run() {
  local server port answer status
  cd "$work" || return
  "$work/shared" pki || return
  local report='  std::puts(listener->address().c_str());\n  std::fflush(stdout);\n'
  sed -i "s/8443, /0, /; s/^  while/$report&/" server.cpp
  "${compiler[@]}" $(packaged --cflags) -Wall -Wextra server.cpp $(packaged --libs) -o server ||
    return
  exec 3< <(exec ./server)
  server=$!
  IFS=: read -r _ port <&3
  sed -i "s/8443, /$port, /" client.cpp
  "${compiler[@]}" $(packaged --cflags) -Wall -Wextra client.cpp $(packaged --libs) -o client &&
    answer=$(./client)
  status=$?
  kill "$server"
  [ $status = 0 ] && [ "$answer" = $'HTTP/1.0 200 OK\r\n\r\nhello' ]
}
links_static() {
  rm "$root"/lib*/libtls12.so* "$root"/lib*/*/libtls12.so* 2>/dev/null
  "${compiler[@]}" $(packaged --cflags) "$source/tests/install/consumer.cpp" \
    $(packaged --static --libs) -o "$work/static"
}

expect "every public header is installed" every_header_is_there
expect "the installed headers compile without the source tree" the_headers_compile
expect "a program links with the shared library by pkg-config alone" links_shared
LD_LIBRARY_PATH=$(dirname "$(find "$root" -name libtls12.so)")
export LD_LIBRARY_PATH
expect "the program runs with the shared library" "$work/shared"
expect "the examples of the READMEs compile" examples_compile
expect "the README's client gets the answer of the README's server" examples_run
expect "a program links with the static library by pkg-config --static alone" links_static
unset LD_LIBRARY_PATH
expect "the program runs without the shared library" "$work/static"
finish
