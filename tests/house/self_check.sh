#!/bin/sh
# The checks of this folder find what they look for: each is shown a small house with one fault.
# usage: self_check.sh FOLDER
set -u
folder=$1
house=$(mktemp -d) || exit 2
trap 'rm -rf "$house"' EXIT
failures=0

# A sound house of two rooms and a public header.
build() {
  rm -rf "$house"
  mkdir -p "$house/include/tls12" "$house/lib/base" "$house/lib/crypto" "$house/lib/wire" \
    "$house/lib/x509/asn1" "$house/lib/x509/name" "$house/lib/x509/issue" "$house/lib/engine" \
    "$house/lib/conn" "$house/tools/tls12/common" "$house/tools/tls12/show" \
    "$house/tools/tls12/verify"
  echo '#include <string>' >"$house/include/tls12/bytes.hpp"
  echo '#include "tls12/bytes.hpp"' >"$house/lib/base/buffer.hpp"
  echo '#include "base/buffer.hpp"' >"$house/lib/wire/codec.hpp"
  echo '#include "base/buffer.hpp"' >"$house/lib/x509/asn1/der.hpp"
  echo '#include "x509/asn1/der.hpp"' >"$house/lib/x509/name/dns_name.hpp"
  echo '#include "x509/name/dns_name.hpp"' >"$house/lib/x509/issue/recipe.hpp"
  echo '#include "x509/issue/recipe.hpp"' >"$house/lib/x509/verify.hpp"
  echo '#include "x509/name/dns_name.hpp"' >"$house/lib/engine/engine.hpp"
  echo '#include <sys/socket.h>' >"$house/lib/conn/socket.cpp"
  echo '#include <mbedtls/gcm.h>' >"$house/lib/crypto/gcm.cpp"
  echo '#include <string>' >"$house/tools/tls12/common/command.hpp"
  echo '#include "common/command.hpp"' >"$house/tools/tls12/show/show.hpp"
  echo '#include "show/show.hpp"' >"$house/tools/tls12/show/show.cpp"
  echo '#include "tls12/bytes.hpp"' >>"$house/tools/tls12/show/show.cpp"
  echo '#include <string>' >"$house/tools/tls12/verify/verify.hpp"
  echo '#include <string>' >"$house/tools/tls12/help.hpp"
  echo '#include "help.hpp"' >"$house/tools/tls12/main.cpp"
  echo '#include "verify/verify.hpp"' >>"$house/tools/tls12/main.cpp"
  printf '# House\n\nSee [it](lib/README.md#one-walk), `include/tls12/bytes.hpp`, `wire/`.\n' \
    >"$house/README.md"
  printf '# Tour\n\n## One walk\n\n    lib/wire/codec.hpp\n\n`gcm.cpp`, [back](../README.md).\n' \
    >"$house/lib/README.md"
}
sound() {  # CHECK
  build
  "$folder/$1" "$house" || { echo "$1 finds fault with a sound house"; failures=1; }
}
faulty() {  # CHECK FILE LINE
  build
  printf '%s\n' "$3" >>"$house/$2"
  if "$folder/$1" "$house" >/dev/null; then
    echo "$1 overlooks in $2: $3"
    failures=1
  fi
}

sound include_directions.sh
faulty include_directions.sh lib/base/buffer.hpp '#include "wire/codec.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '  #  include "conn/socket.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '#include "reader.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '#include "../base/buffer.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '#include "base/absent.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '#include "base/absent.inc"'
faulty include_directions.sh lib/wire/codec.hpp '#include "tls12/absent.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '#include <tls12/bytes.hpp>'
faulty include_directions.sh lib/wire/codec.hpp '#include HEADER'
faulty include_directions.sh lib/wire/codec.hpp '#include <coroutine>'
faulty include_directions.sh lib/wire/codec.hpp '#include <mbedtls/md.h>'
faulty include_directions.sh lib/crypto/gcm.cpp '#include <mbedtls/ssl.h>'
faulty include_directions.sh lib/crypto/gcm.cpp '#include <mbedtls/x509_crt.h>'
faulty include_directions.sh lib/engine/engine.cpp '#include <sys/socket.h>'
faulty include_directions.sh lib/engine/engine.cpp '#include <thread>'
faulty include_directions.sh lib/engine/engine.cpp '#include <unistd.h>'
faulty include_directions.sh lib/x509/asn1/der.hpp '#include "x509/name/dns_name.hpp"'
faulty include_directions.sh lib/x509/name/dns_name.hpp '#include "x509/issue/recipe.hpp"'
faulty include_directions.sh lib/x509/issue/recipe.hpp '#include "x509/verify.hpp"'
faulty include_directions.sh lib/x509/verify.hpp '#include "engine/engine.hpp"'
faulty include_directions.sh lib/wire/codec.hpp '#include "x509/asn1/der.hpp"'
faulty include_directions.sh include/tls12/bytes.hpp '#include "base/buffer.hpp"'
faulty include_directions.sh include/tls12/bytes.hpp '#include <sodium.h>'
for attic in attic x509/attic; do
  build
  mkdir "$house/lib/$attic"
  echo '#include <string>' >"$house/lib/$attic/old.cpp"
  "$folder/include_directions.sh" "$house" >/dev/null &&
    { echo "include_directions.sh overlooks that lib/$attic is not a room"; failures=1; }
done

sound tool_includes.sh
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "verify/verify.hpp"'
faulty tool_includes.sh tools/tls12/common/command.hpp '  #  include "show/show.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "help.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "show.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "../verify/verify.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "common/absent.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "tls12/absent.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include "base/buffer.hpp"'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include <tls12/bytes.hpp>'
faulty tool_includes.sh tools/tls12/show/show.cpp '#include <sodium.h>'
faulty tool_includes.sh tools/tls12/main.cpp '#include HEADER'

# Written in pieces, so that this file is not itself what is looked for.
sound sources.sh
faulty sources.sh lib/engine/engine.cpp 'task f() { co_''return; }'
faulty sources.sh lib/wire/codec.hpp '// TO''DO'
faulty sources.sh lib/wire/codec.hpp '  assert(size < 256);'
faulty sources.sh lib/engine/engine.cpp 'auto t = steady_clock''::now();'
faulty sources.sh lib/wire/codec.hpp '  if (x) throw 1;'
faulty sources.sh lib/crypto/meson.build "cpp.find_library('mbed""tls')"
faulty sources.sh tools/tls12/show/show.cpp 'std::puts(name.c_str());'
faulty sources.sh tools/tls12/show/show.cpp 'std::fwrite(name.data(), 1, name.size(), stderr);'
faulty sources.sh lib/wire/codec.hpp '// RFC 44''92 §5.1'
faulty sources.sh tools/tls12/show/show.cpp '{"names", "RFC 61''25"},'
faulty sources.sh notes.md 'see /ho''me/someone/notes'
faulty sources.sh tools/try '/wo''rk/shared'

row() { seq "$1" | tr -dc '\n' | tr '\n' "$2"; }  # COUNT CHARACTER
sound sizes.py
faulty sizes.py lib/wire/codec.hpp "// $(row 98 x)"
faulty sizes.py tools/try "# $(row 99 x)"
faulty sizes.py lib/meson.build "# $(row 98 x)§"
faulty sizes.py notes.md "$(row 101 x)"
faulty sizes.py lib/wire/codec.hpp 'int x; '
faulty sizes.py lib/wire/codec.hpp "$(yes 'int x;' | head -n 500)"
build
printf 'int x;' >>"$house/lib/wire/codec.hpp"
"$folder/sizes.py" "$house" >/dev/null &&
  { echo 'sizes.py overlooks a missing line end'; failures=1; }
build
for i in $(seq 31); do : >"$house/lib/wire/$i.cpp"; done
"$folder/sizes.py" "$house" >/dev/null && { echo 'sizes.py overlooks a large folder'; failures=1; }
build
printf '| %s |\n' "$(row 100 x)" >"$house/notes.md"
printf '// %s§\n' "$(row 96 x)" >"$house/lib/wire/codec.hpp"
"$folder/sizes.py" "$house" ||
  { echo 'sizes.py finds fault with a table, or counts bytes'; failures=1; }

sound documents.sh
faulty documents.sh README.md '[gone](lib/absent.md)'
faulty documents.sh README.md '[gone](lib/README.md#another-walk)'
faulty documents.sh README.md '[gone](#absent)'
faulty documents.sh lib/README.md '[gone](README2.md)'
faulty documents.sh README.md 'It is in `lib/base/absent.hpp`.'
faulty documents.sh README.md 'It is in `lib/absent`.'
faulty documents.sh README.md 'It is in `absent.cpp`.'
faulty documents.sh lib/README.md 'It is in `absent/`.'
faulty documents.sh README.md "$(printf '```sh\nsh lib/absent.sh\n```')"
faulty documents.sh README.md "$(printf '\n    sh tools/absent')"
faulty documents.sh README.md "$(yes line | head -n 200)"
exit $failures
