#include "x509/name/distinguished_name.hpp"

#include "x509/name/distinguished_name_writer.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

struct Part {
  Oid type;
  std::uint8_t tag;
  std::string value;
};
constexpr Oid kCn = make_oid(2, 5, 4, 3), kO = make_oid(2, 5, 4, 10), kOu = make_oid(2, 5, 4, 11),
              kUid = make_oid(0, 9, 2342, 19200300, 100, 1, 1),
              kDc = make_oid(0, 9, 2342, 19200300, 100, 1, 25),
              kUnknown = make_oid(1, 3, 6, 1, 4, 1, 1466, 0), kSn = make_oid(2, 5, 4, 4);

/// A Name of these sets of attributes.
SecretVector name_of(const std::vector<std::vector<Part>>& sets) {
  der::Writer writer;
  writer.sequence([&] {
    for (const auto& set : sets)
      writer.nest(der::kSet, [&] {
        for (const Part& part : set)
          writer.sequence([&] {
            writer.object_identifier(part.type.bytes());
            writer.element(part.tag, bytes_of(part.value));
          });
      });
  });
  return writer.take();
}
SecretVector simple(std::uint8_t tag, const std::string& value) {
  return name_of({{{kCn, tag, value}}});
}
bool reads(const SecretVector& name) {
  der::Fault fault;
  der::Reader reader(name, fault);
  read_name(reader);
  return !fault;
}

TEST_CASE("RFC 4514 4: the examples") {
  constexpr std::uint8_t u = der::kUtf8String;
  CHECK(text_of_name(name_of({{{kDc, der::kIa5String, "net"}},
                              {{kDc, der::kIa5String, "example"}},
                              {{kUid, u, "jsmith"}}})) == "UID=jsmith,DC=example,DC=net");
  CHECK(text_of_name(name_of({{{kDc, der::kIa5String, "net"}},
                              {{kDc, der::kIa5String, "example"}},
                              {{kOu, u, "Sales"}, {kCn, u, "J.  Smith"}}})) ==
        "OU=Sales+CN=J.  Smith,DC=example,DC=net");
  CHECK(text_of_name(name_of({{{kDc, der::kIa5String, "net"}},
                              {{kDc, der::kIa5String, "example"}},
                              {{kCn, u, "James \"Jim\" Smith, III"}}})) ==
        "CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net");
  CHECK(text_of_name(name_of({{{kDc, der::kIa5String, "net"}},
                              {{kDc, der::kIa5String, "example"}},
                              {{kCn, u, "Before\rAfter"}}})) ==
        "CN=Before\\0dAfter,DC=example,DC=net");
  CHECK(text_of_name(name_of({{{kUnknown, der::kOctetString, "Hi"}}})) ==
        "1.3.6.1.4.1.1466.0=#04024869");
  CHECK(text_of_name(name_of({{{kSn, u, "Lu\xc4\x8di\xc4\x87"}}})) == "SN=Lu\xc4\x8di\xc4\x87");
}

// RFC 4514 2.4: other characters may be escaped, as the hexadecimal digits of their octets of
// UTF-8.
TEST_CASE("a name's text hides control and format characters, and reads back as the same name") {
  constexpr std::uint8_t u = der::kUtf8String;
  const auto text = [](std::uint8_t tag, const std::string& value) {
    return text_of_name(simple(tag, value));
  };
  CHECK(text(u, "a\x1b[2J\nb\x7f") == "CN=a\\1b[2J\\0ab\\7f");
  CHECK(text(u, "\xe2\x80\xaegpj.exe") ==
        "CN=\\e2\\80\\aegpj.exe");  // U+202E RIGHT-TO-LEFT OVERRIDE
  CHECK(text(u,
             "\xe2\x81\xa6"
             "a\xe2\x81\xa9") == "CN=\\e2\\81\\a6a\\e2\\81\\a9");   // U+2066, U+2069: an isolate
  CHECK(text(u, "pay\xe2\x80\x8bpal") == "CN=pay\\e2\\80\\8bpal");  // U+200B ZERO WIDTH SPACE
  CHECK(text(u,
             "a\xe2\x80\xa8"
             "b") == "CN=a\\e2\\80\\a8b");  // U+2028 LINE SEPARATOR
  CHECK(text(der::kTeletexString,
             "a\x9b"
             "2J") == "CN=a\\c2\\9b2J");  // U+009B, CSI
  CHECK(text(der::kBmpString, std::string("\x20\x2e\x00\x41", 4)) == "CN=\\e2\\80\\aeA");
  CHECK(text(u, "# \xc3\xbc ") == "CN=\\# \xc3\xbc\\ ");
  for (const char* value : {"a\x1b\n\\,+\"", "\xe2\x80\xae\xef\xbb\xbf", " #\xc3\xbc "})
    CHECK(*encode_name(text(u, value)) == simple(u, value));
}

TEST_CASE(
    "a subject reads as OpenSSL prints it by RFC 2253, but for the order in a set, which RFC 4514 "
    "2.2 leaves free") {
  CHECK(test::load("names.pem").subject() ==
        "UID=u1+emailAddress=x@example.org,CN=a\\;b\\<c\\>d\\\\e,OU=\\ "
        "left,OU=\\#1,O=M\xc3\xbcller \\+ S\xc3\xb6hne\\, \\\"KG\\\",C=DE");
  CHECK(test::load("leaf.pem").issuer() == "CN=Example Intermediate,O=Example\\, Inc.,C=DE");
}

TEST_CASE("RFC 5280 7.1: names compare without regard to string type, ASCII case and white space") {
  const auto same = [](const SecretVector& a, const SecretVector& b) {
    const bool equal = same_name(a, b);
    if (equal) CHECK(name_hash(a) == name_hash(b));
    return equal;
  };
  const auto base = simple(der::kPrintableString, "Example CA");
  CHECK(same(base, simple(der::kUtf8String, "Example CA")));
  CHECK(same(base, simple(der::kUtf8String, "eXAMPLE ca")));
  CHECK(same(base, simple(der::kUtf8String, "  Example \t CA ")));
  CHECK(same(base, simple(der::kBmpString, std::string("\0E\0x\0a\0m\0p\0l\0e\0 \0C\0A", 20))));
  CHECK_FALSE(same(base, simple(der::kUtf8String, "ExampleCA")));
  CHECK_FALSE(same(base, simple(der::kUtf8String, "Example CA 2")));
  CHECK_FALSE(same(base, simple(der::kUtf8String, "Example")));
  CHECK_FALSE(same(base, name_of({{{kO, der::kPrintableString, "Example CA"}}})));
  CHECK_FALSE(same(base, name_of({{{kCn, der::kPrintableString, "Example CA"}},
                                  {{kO, der::kPrintableString, "x"}}})));
  CHECK_FALSE(same(name_of({{{kO, der::kUtf8String, "a"}}, {{kCn, der::kUtf8String, "b"}}}),
                   name_of({{{kCn, der::kUtf8String, "b"}}, {{kO, der::kUtf8String, "a"}}})));
  CHECK(same(simple(der::kTeletexString, "M\xfcller"), simple(der::kUtf8String, "M\xc3\xbcller")));
}

TEST_CASE(
    "RFC 5280 7.1, RFC 4518 2.2, 2.6.1: letters of all alphabets compare without regard to case, "
    "unseen characters not at all, and white space is one space") {
  const auto same = [](const std::string& a, const std::string& b) {
    const auto x = simple(der::kUtf8String, a), y = simple(der::kUtf8String, b);
    const bool equal = same_name(x, y);
    if (equal) CHECK(name_hash(x) == name_hash(y));
    return equal;
  };
  CHECK(same("M\xc3\x9cLLER", "m\xc3\xbcller"));
  CHECK(same("STRASSE",
             "stra\xc3\x9f"
             "e"));
  CHECK(same("\xd0\x9c\xd0\x9e\xd0\xa1\xd0\x9a\xd0\x92\xd0\x90",
             "\xd0\xbc\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0"));
  CHECK(same("\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82"));  // sigma, alpha, final sigma
  CHECK(
      same("A\xc2\xa0"
           "B",
           "a \xe3\x80\x80 b"));  // a no-break space, an ideographic one
  CHECK(same("A\nB", "a b"));
  CHECK(
      same("A\xc2\xad"
           "B\xe2\x80\x8b",
           "ab"));  // a soft hyphen, a zero width space
  CHECK(same(std::string("a\0b", 3), "ab"));
  CHECK(
      same("\xef\xbb\xbf"
           "a",
           "a"));
  CHECK(same("", "  "));
  CHECK_FALSE(same("a", ""));
  CHECK_FALSE(same("M\xc3\xbcller", "Muller"));
  CHECK_FALSE(same("M\xc3\xbcller", "Mu\xcc\x88ller"));  // not normalized
  CHECK_FALSE(
      same("stra\xc3\x9f"
           "e",
           "strase"));
}

TEST_CASE(
    "RFC 5280 7.3, RFC 2985 5.2.1: domain components and e-mail addresses compare without regard "
    "to ASCII case") {
  const auto of = [](const Oid& type, const char* value) {
    return name_of({{{type, der::kIa5String, value}}});
  };
  CHECK(same_name(of(kDc, "Example"), of(kDc, "eXAMPLE")));
  CHECK_FALSE(same_name(of(kDc, "example"), of(kDc, "example2")));
  CHECK(same_name(of(oid::kEmailAddress, "Joe@Example.org"),
                  of(oid::kEmailAddress, "joe@example.org")));
}

TEST_CASE("values that are no strings compare octet by octet, and so do strings with others") {
  const auto of = [](std::uint8_t tag, const char* value) {
    return name_of({{{kUnknown, tag, value}}});
  };
  CHECK(same_name(of(der::kOctetString, "a"), of(der::kOctetString, "a")));
  CHECK_FALSE(same_name(of(der::kOctetString, "a"), of(der::kOctetString, "A")));
  CHECK_FALSE(same_name(of(der::kOctetString, "a"), of(der::kUtf8String, "a")));
}

TEST_CASE("the attributes of one set compare in any order, and all of them") {
  constexpr std::uint8_t u = der::kUtf8String, p = der::kPrintableString;
  CHECK(same_name(name_of({{{kCn, u, "a"}, {kO, p, "b"}}}),
                  name_of({{{kO, p, "B"}, {kCn, p, "A"}}})));
  CHECK(name_hash(name_of({{{kCn, u, "a"}, {kO, p, "b"}}})) ==
        name_hash(name_of({{{kO, p, "B"}, {kCn, p, "A"}}})));
  CHECK_FALSE(same_name(name_of({{{kCn, u, "a"}, {kO, p, "b"}}}), name_of({{{kCn, u, "a"}}})));
  CHECK_FALSE(same_name(name_of({{{kCn, u, "a"}}}), name_of({{{kCn, u, "a"}, {kO, p, "b"}}})));
}

TEST_CASE(
    "X.690 11.6: a set whose attributes are not in order is noted, and an empty one is refused") {
  const auto is_noted = [](const SecretVector& name) {
    der::Fault fault;
    der::Reader reader(name, fault);
    read_name(reader);
    return bool(fault.deviation);
  };
  CHECK(reads(name_of({{{kCn, der::kUtf8String, "a"}, {kO, der::kUtf8String, "a"}}})));
  CHECK(reads(name_of({{{kO, der::kUtf8String, "a"}, {kCn, der::kUtf8String, "a"}}})));
  CHECK(is_noted(name_of({{{kO, der::kUtf8String, "a"}, {kCn, der::kUtf8String, "a"}}})));
  CHECK_FALSE(is_noted(name_of({{{kCn, der::kUtf8String, "a"}, {kO, der::kUtf8String, "a"}}})));
  CHECK_FALSE(reads(name_of({{}})));
  CHECK(reads(name_of({})));
}

TEST_CASE("a string holds what its type allows") {
  CHECK(reads(simple(der::kUtf8String, "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")));
  CHECK_FALSE(reads(simple(der::kUtf8String, "\xc3")));
  CHECK_FALSE(reads(simple(der::kUtf8String, "\xc0\xaf")));  // RFC 3629 3: not the shortest form
  CHECK_FALSE(reads(simple(der::kUtf8String, "\xed\xa0\x80")));      // a surrogate
  CHECK_FALSE(reads(simple(der::kUtf8String, "\xf4\x90\x80\x80")));  // beyond U+10FFFF
  CHECK_FALSE(reads(simple(der::kPrintableString, "\xe9")));
  CHECK_FALSE(reads(simple(der::kIa5String, "\xe9")));
  CHECK_FALSE(reads(simple(der::kBmpString, "abc")));
}

}  // namespace
}  // namespace tls12::x509
