#!/bin/sh
# The rooms may include public headers and the rooms below them; public headers include public
# headers and the standard library. The folders of x509 have an order of their own, and files
# directly in lib/x509 may include all of them.
# usage: include_directions.sh ROOT. Prints each violation as file:line, and fails if there is one.
set -u
cd "$1" || exit 2
find include lib -name '*.hpp' -o -name '*.cpp' | sort | xargs awk '
BEGIN {
  x509 = "x509/asn1 x509/name x509/key x509/certificate x509/path x509/revocation x509/issue x509"
  count = split("base crypto wire " x509 " record session config handshake engine conn", order, " ")
  for (i = 1; i <= count; ++i) rank[order[i]] = i
}
function violation(what) { printf "%s:%d: %s: %s\n", FILENAME, FNR, $0, what; ++violations }
function exists(path, line, found) {
  found = (getline line < path) >= 0
  close(path)
  return found
}
function name_of(  name) {
  name = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*["<]/, "", name)
  sub(/[">].*/, "", name)
  return name
}
# The room that a path below lib/ or include/ is in; for the folders of x509, the folder.
function place_of(path,  part) {
  return split(path, part, "/") > 2 && part[1] == "x509" ? "x509/" part[2] : part[1]
}
function in_quotes(name, from,  room) {
  room = place_of(name)
  if (room == "tls12") {
    if (!exists("include/" name)) violation("no such public header")
  } else if (from == "public") {
    violation("a public header includes public headers alone")
  } else if (!(room in rank) || name !~ /^[a-z0-9_]+\/[a-z0-9_\/]+\.(hpp|inc)$/) {
    violation("a header is named from its room on, like \"wire/codec.hpp\"")
  } else if (rank[room] > rank[from]) {
    violation(from " is below " room)
  } else if (!exists("lib/" name)) {
    violation("no such header")
  }
}
function in_brackets(name, from) {
  if (name ~ /^tls12\// || name in rank) violation("a header of our own stands in quotes")
  if (from == "public" && name !~ /^[a-z_]+$/)
    violation("a public header needs the standard library alone")
  if (from != "crypto" && name ~ /^(mbedtls|psa|openssl|sodium)/)
    violation("crypto libraries are known to crypto alone")
  if (name ~ /^mbedtls\/(ssl|x509|net_sockets|debug|certs)/)
    violation("the TLS and X.509 of mbedTLS are not used")
  if (from != "conn" &&
      name ~ /^(sys\/(socket|epoll|eventfd|select|poll)|netdb|poll|netinet\/.*)(\.h)?$/)
    violation("sockets are known to conn alone")
  protocol = from ~ /^(base|wire|record|session|config|handshake|engine)$/
  # Connections share stores, ticket keys and bindings: lib/session locks them.
  if (protocol && !(from == "session" && name == "mutex") &&
      name ~ /^(thread|mutex|shared_mutex|condition_variable|future|ctime|time\.h)$/)
    violation("the protocol knows no threads or clocks")
  if (protocol && name ~ /^(fstream|fcntl\.h|unistd\.h)$/)
    violation("the protocol knows no files")
  if (name == "coroutine") violation("no coroutines: GCC 12 miscompiles them")
}
FNR == 1 {
  from = FILENAME ~ /^include\// ? "public" : place_of(substr(FILENAME, 5))
  if (from != "public" && !(from in rank)) violation("not a room")
}
/^[ \t]*#[ \t]*include/ {
  if ($0 ~ /include[ \t]*"/) in_quotes(name_of(), from)
  else if ($0 ~ /include[ \t]*</) in_brackets(name_of(), from)
  else violation("an include that cannot be checked")
}
END { exit violations > 0 }
'
