#!/bin/sh
# The report finds what it looks for: it is shown a small project, sound and with one fault. usage:
# self_check.sh PYTHON REPORT
set -u
project=$(mktemp -d) || exit 2
trap 'rm -rf "$project"' EXIT
failures=0

# One rule of each kind, and a test for the one that needs it.
build() {
  rm -rf "$project"
  mkdir -p "$project/tests" "$project/lib" "$project/include"
  cat >"$project/5246.toml" <<'END'
[[rule]]
id = "7.2-1"
level = "MUST"
who = "both"
says = "Alerts come in time."
[[rule]]
id = "7.2-2"
level = "SHOULD"
who = "client"
says = "Nobody shouts."
[[rule]]
id = "F.1-1"
level = "MUST NOT"
who = "server"
says = "No bell is rung."
status = "deviates"
why = "It is a fire."
END
  printf '// Shows RFC 5246 7.2-1\nTEST_CASE("alerts come in time") {\n' \
    >"$project/tests/a_test.cpp"
}
report() { "$python" "$script" --rules "$project" --root "$project" "$@" 2>&1; }
python=$1 script=$2

build
report >/dev/null || { echo "fault is found with a sound project"; failures=1; }
report | grep -q '^5246 *3 *1 *1 *- *- *- *1$' ||
  { echo "the rules are counted otherwise"; failures=1; }
report --markdown | grep -q 'a_test.cpp`: alerts come in time' ||
  { echo "a rule is told without its test"; failures=1; }

faulty() {  # WHAT
  report >/dev/null && { echo "overlooked: $1"; failures=1; }
  build
}
echo >"$project/tests/a_test.cpp"; faulty "a MUST without a test"
printf '# Shows RFC 5246 7.2-1, 7.2-9\ndef test():\n' >"$project/tests/b.py"
faulty "a citation of no rule"
printf '# Shows RFC 5246 7.2-1;\n# RFC 5077 3-1\ndef test():\n' >"$project/tests/b.py"
faulty "a citation of no RFC, in a second line"
printf '# Shows RFC 5246 7.2-1 and more\ndef test():\n' >"$project/tests/b.py"
faulty "a citation with prose"
printf '[[rule]]\nid = "7.2-1"\nlevel = "MUST"\nwho = "both"\nsays = "Twice."\n' \
  >>"$project/5246.toml"
faulty "two rules of one id"
printf '[[rule]]\nid = "7.2-3"\nlevel = "MAY"\nwho = "both"\nsays = "Perhaps."\n' \
  >>"$project/5246.toml"
faulty "an unknown level"
printf '[[rule]]\nid = "7.2-3"\nlevel = "SHOULD"\nwho = "both"\nsays = "x"\nstatus = "not ours"\n' \
  >>"$project/5246.toml"
faulty "a status without a reason"
exit $failures
