# Extracts the C++ examples of Markdown files. usage: awk -v folder=FOLDER -f examples.awk FILE...
# A program, whose first line is "// NAME.cpp: ...", becomes FOLDER/NAME.cpp. All other examples
# become FOLDER/fragments.cpp, each in a namespace of its own.
BEGIN {
  fragments = folder "/fragments.cpp"
  print "#include <tls12/tls12.hpp>\n#include <cstdio>" > fragments
}
!inside && /^```cpp$/ { inside = 1; code = ""; place = FILENAME ":" FNR + 1; next }
inside && /^```$/ {
  inside = 0
  ++count
  if (match(code, /^\/\/ [a-z_]+\.cpp:/))
    printf "%s", code > (folder "/" substr(code, 4, RLENGTH - 4))
  else
    printf "namespace example_%d {\n#line %d \"%s\"\n%s}\n", count,
      substr(place, index(place, ":") + 1), FILENAME, code > fragments
  next
}
inside { code = code $0 "\n" }
END { if (inside || !count) { print "no examples, or one without an end" > "/dev/stderr"; exit 1 } }
