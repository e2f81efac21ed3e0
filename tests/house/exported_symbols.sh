#!/bin/sh
# Compares the symbols that the shared library exports with exported_symbols.list, and checks that
# each belongs to the public API. Skipped without nm.
# usage: exported_symbols.sh ROOT LIBRARY [--accept]. --accept writes the list anew.
set -u
root=$1 library=$2
list=$root/tests/house/exported_symbols.list
command -v nm >/dev/null 2>&1 || exit 77
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failures=0

nm -D --defined-only --demangle "$library" | sed 's/^[0-9a-f]* //' >"$work/all" || exit 1
[ -s "$work/all" ] || { echo "$library exports nothing"; exit 1; }
# Inline functions, vtables and typeinfo (W and V) depend on the compiler: they are not in the list.
grep '^[A-TX-Z] ' "$work/all" | cut -c3- | LC_ALL=C sort -u >"$work/strong"

# The names that a public header marks with TLS12_API: classes, and functions outside of classes.
cat "$root"/include/tls12/*.hpp | awk '
sub(/^(class|struct) TLS12_API /, "") { sub(/[^A-Za-z0-9_].*/, ""); print; next }
/^TLS12_API / { pending = 1 }
pending && match($0, /[A-Za-z0-9_]+\(/) { print substr($0, RSTART, RLENGTH - 1); pending = 0 }
' | sort -u >"$work/public"
cut -c3- "$work/all" | awk -v names="$work/public" '
BEGIN { while ((getline name < names) > 0) is_public[name] = 1 }
{
  rest = $0
  sub(/^(typeinfo|typeinfo name|vtable) for /, "", rest)
  name = rest
  sub(/^tls12::/, "", name)
  sub(/[^A-Za-z0-9_].*/, "", name)
  if (rest !~ /^tls12::/ || !(name in is_public)) print
}' >"$work/foreign"
if [ -s "$work/foreign" ]; then
  sed 's/^/not part of the public API: /' "$work/foreign"
  failures=1
fi

if [ "${3-}" = --accept ]; then
  cp "$work/strong" "$list"
elif ! diff "$list" "$work/strong" >"$work/diff"; then
  sed -n 's/^< /no longer exported: /p; s/^> /exported, but not in the list: /p' "$work/diff"
  echo "to accept this as the new ABI (include/tls12/README.md, ABI): $0 $root $library --accept"
  failures=1
fi
exit $failures
