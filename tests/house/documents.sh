#!/bin/sh
# In Markdown files, relative links with their anchors and the paths in code exist. README.md has
# at most 200 lines.
# usage: documents.sh ROOT. Prints each violation as file:line, and fails if there is one.
set -u
cd "$1" || exit 2
list=$(mktemp) || exit 2
trap 'rm -f "$list"' EXIT
find . \( -path ./.git -o -path './build*' \) -prune -o -print | sed 's|^\./||' | sort >"$list"
documents=$(grep '\.md$' "$list")
[ -n "$documents" ] || exit 0
# shellcheck disable=SC2086
LC_ALL=C awk '
function violation(at, what) { printf "%s:%d: %s\n", document, at, what; ++violations }
# The path from the root of what `path` names in `folder` ("" or "lib/").
function resolve(folder, path,  part, count, i, n, out) {
  count = split(folder path, part, "/")
  n = 0
  for (i = 1; i <= count; ++i) {
    if (part[i] == ".." && n > 0) --n
    else if (part[i] != "" && part[i] != ".") out[++n] = part[i]
  }
  path = ""
  for (i = 1; i <= n; ++i) path = path (i > 1 ? "/" : "") out[i]
  return path
}
function slug(heading) {
  sub(/^#+ */, "", heading)
  heading = tolower(heading)
  gsub(/[^a-z0-9 _-]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}
function check_link(target, at,  anchor, path) {
  if (target ~ /^[a-z]+:/) return
  if ((anchor = index(target, "#")) > 0) {
    path = substr(target, 1, anchor - 1)
    anchor = substr(target, anchor + 1)
  } else {
    path = target
    anchor = ""
  }
  path = path == "" ? document : resolve(folder, path)
  if (path != "" && !(path in there)) violation(at, "there is no " target)
  else if (anchor != "" && !((path, anchor) in anchors))
    violation(at, "there is no heading " target)
}
# A word of code with a slash is a path if it begins with a folder of the root or of this folder, or
# ends as a source file does. Inline, a word without a slash is a file if it ends so, and "name/" is
# a folder. NAME stands for a name.
function check_word(word, inline, at,  first, path, is_source) {
  gsub(/^[(\047"]+|[,.;:)\047"]+$/, "", word)
  if (word !~ /^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*\/?$/) return
  if (word ~ /^(\.\.?\/|build)|NAME/) return
  is_source = word ~ /[A-Za-z0-9_-]\.(cpp|hpp|py|sh|awk|toml)$/
  first = word
  sub(/\/.*/, "", first)
  if (word == first || word == first "/") {
    if (inline && (is_source || word != first) && !(first in names))
      violation(at, "there is no " word)
    return
  }
  if (!is_source && !(first in there || (folder first) in there)) return
  path = resolve("", word)
  if (!(path in there || (folder path) in there ||
        ("lib/" path) in there || ("include/" path) in there))
    violation(at, "there is no " word)
}
function check_words(text, inline, at,  word, count, i) {
  count = split(text, word, /[ \t]+/)
  for (i = 1; i <= count; ++i) check_word(word[i], inline, at)
}
function end_paragraph() {
  text = paragraph
  while (match(text, /\]\([^)]+\)/)) {
    check_link(substr(text, RSTART + 2, RLENGTH - 3), start)
    text = substr(text, RSTART + RLENGTH)
  }
  text = paragraph
  while (match(text, /`[^`]+`/)) {
    check_words(substr(text, RSTART + 1, RLENGTH - 2), 1, start)
    text = substr(text, RSTART + RLENGTH)
  }
  paragraph = ""
}
pass == 0 { there[$0]; name = $0; sub(/.*\//, "", name); names[name]; next }
FNR == 1 {
  end_paragraph()
  fenced = 0
  document = folder = FILENAME
  sub(/[^\/]*$/, "", folder)
}
/^ *```/ { fenced = !fenced; end_paragraph(); next }
pass == 1 { if (!fenced && /^#/) anchors[document, slug($0)]; next }
{
  if (document == "README.md" && FNR == 201) violation(FNR, "more than 200 lines")
  # Build targets of ninja look like paths.
  if ((fenced || /^    /) && !/ninja/) check_words($0, 0, FNR)
  if (fenced || (/^    / && paragraph == "")) next
  if (paragraph == "") start = FNR
  paragraph = paragraph " " $0
  if ($0 == "" || /^ *\|/ || /^#/) end_paragraph()
}
END { end_paragraph(); exit violations > 0 }
' pass=0 "$list" pass=1 $documents pass=2 $documents
