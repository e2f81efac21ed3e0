#include "tls12/text.hpp"

#include <doctest/doctest.h>

#include "text_properties.hpp"
#include "tls12/error.hpp"

namespace tls12 {
namespace {

using test::is_harmless;
using test::unescaped;
using test::utf8_of;

/// All that text.hpp states, for one value.
void check_properties(const std::string& value) {
  const std::string line = printable(value), one = escaped(value), marked = in_quotes(value);
  CHECK_MESSAGE(is_harmless(line), line);
  CHECK_MESSAGE(is_harmless(one), one);
  CHECK_MESSAGE(is_harmless(marked), marked);
  CHECK(printable(line) == line);
  CHECK(printable(one) == one);
  CHECK(unescaped(one) == value);
  CHECK(unescaped(std::string_view(marked).substr(1, marked.size() - 2)) == value);
  CHECK(line.size() <= 4 * value.size());
  CHECK(one.size() <= 4 * value.size());
  CHECK(marked.size() <= 4 * value.size() + 2);
}

TEST_CASE("printable text stays as it is, in any script") {
  for (const char* text : {"", "example.org", "M\xc3\xbcller", "\xe4\xbe\x8b\xe3\x81\x88",
                           "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xf0\x9f\x94\x92", "a b"}) {
    CHECK(printable(text) == text);
    CHECK(escaped(text) == text);
    CHECK(in_quotes(text) == '"' + std::string(text) + '"');
  }
}

TEST_CASE("hidden characters are written by their code") {
  CHECK(escaped("\x1b[2J") == "\\x1b[2J");
  CHECK(escaped("a\r\nb\tc\x7f") == "a\\x0d\\x0ab\\x09c\\x7f");
  CHECK(escaped(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(escaped(utf8_of(0x9b) + "2J") == "\\u{9b}2J");
  CHECK(escaped(utf8_of(0x202e) + "gpj.exe") == "\\u{202e}gpj.exe");
  CHECK(escaped(utf8_of(0x2067) + utf8_of(0x2069)) == "\\u{2067}\\u{2069}");
  CHECK(escaped("pay" + utf8_of(0x200b) + "pal") == "pay\\u{200b}pal");
  CHECK(escaped(utf8_of(0x2028) + utf8_of(0xfeff) + utf8_of(0xe0041)) ==
        "\\u{2028}\\u{feff}\\u{e0041}");
  CHECK(escaped(utf8_of(0xfffe) + utf8_of(0x10ffff)) == "\\u{fffe}\\u{10ffff}");
}

TEST_CASE("octets that are not UTF-8 are written by their code") {
  CHECK(escaped("\xff\xfe") == "\\xff\\xfe");
  CHECK(escaped("\xc0\xaf") == "\\xc0\\xaf");                    // a longer form than needed
  CHECK(escaped("\xe0\x80\x9b") == "\\xe0\\x80\\x9b");           // likewise
  CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
  CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(escaped("\xe2\x80") == "\\xe2\\x80");                    // cut short
  CHECK(escaped("\xe2\x80\x1b") == "\\xe2\\x80\\x1b");
}

TEST_CASE("an escape that stood in the value differs from one that was written for it") {
  CHECK(escaped("\\x1b") == "\\\\x1b");
  CHECK(in_quotes("a\"b\\") == "\"a\\\"b\\\\\"");
  CHECK(escaped("\\x1b") != escaped("\x1b"));
  CHECK(printable("\\x1b") == "\\x1b");
}

TEST_CASE(
    "every octet, pair of octets and code point is harmless, reversible and at most four times as "
    "long") {
  for (unsigned first = 0; first < 256; ++first) {
    check_properties({static_cast<char>(first)});
    for (unsigned second = 0; second < 256; second += 5)
      check_properties({static_cast<char>(first), static_cast<char>(second)});
  }
  for (char32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 61) check_properties(utf8_of(c));
}

TEST_CASE("an error's detail is printable, and is cut between characters") {
  const Error error(Errc::host_not_found, "a\x1b[2J\n" + utf8_of(0x202e) + "b\xff\\");
  CHECK(error.about() == "a\\x1b[2J\\x0a\\u{202e}b\\xff\\");
  CHECK(is_harmless(error.message()));
  CHECK(Error(Errc::host_not_found, error.about()).about() == error.about());
  for (std::size_t before = 100; before < 112; ++before) {
    const std::string about(Error(Errc::host_not_found, std::string(before, 'a') + utf8_of(0xfc) +
                                                            utf8_of(0x202e) + "bbb")
                                .about());
    CHECK(is_harmless(about));
    CHECK((about.ends_with('a') || about.ends_with(utf8_of(0xfc)) || about.ends_with('}') ||
           about.ends_with('b')));
  }
}

}  // namespace
}  // namespace tls12
