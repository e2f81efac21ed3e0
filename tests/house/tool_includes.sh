#!/bin/sh
# The command in tools/tls12: a subcommand includes common/, its own folder and public headers.
# common/ includes common/ and public headers. Only main.cpp includes subcommands.
# usage: tool_includes.sh ROOT. Prints each violation as file:line, and fails if there is one.
set -u
cd "$1" || exit 2
[ -d tools/tls12 ] || { echo 'tools/tls12 is absent'; exit 1; }
find tools/tls12 -name '*.hpp' -o -name '*.cpp' | sort | xargs awk '
function violation(reason) { printf "%s:%d: %s: %s\n", FILENAME, FNR, $0, reason; ++violations }
function exists(path, line, found) {
  found = (getline line < path) >= 0
  close(path)
  return found
}
function in_quotes(name, from,  folder) {
  folder = name ~ /\// ? substr(name, 1, index(name, "/") - 1) : ""
  if (folder == "tls12") {
    if (!exists("include/" name)) violation("there is no such public header")
  } else if (name !~ /^([a-z0-9_]+\/)*[a-z0-9_]+\.hpp$/ || !exists("tools/tls12/" name)) {
    violation("a header is named from tools/tls12, like \"common/command.hpp\"")
  } else if (from == "common" && folder != "common") {
    violation("common/ does not know the subcommands")
  } else if (from != "" && folder != "common" && folder != from) {
    violation(from "/ includes common/ and its own folder only")
  }
}
function in_brackets(name) {
  if (name ~ /^(tls12|common)\//) violation("a header of our own stands in quotes")
  if (name ~ /^(mbedtls|psa|openssl|sodium)/) violation("crypto libraries are for lib/crypto")
}
FNR == 1 {
  depth = split(FILENAME, part, "/")
  from = depth > 3 ? part[3] : ""
}
/^[ \t]*#[ \t]*include/ {
  name = $0
  sub(/^[ \t]*#[ \t]*include[ \t]*["<]?/, "", name)
  sub(/[">].*/, "", name)
  if ($0 ~ /include[ \t]*"/) in_quotes(name, from)
  else if ($0 ~ /include[ \t]*</) in_brackets(name)
  else violation("an include that cannot be checked")
}
END { exit violations > 0 }
'
