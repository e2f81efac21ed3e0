#include "x509/name/general_name_writer.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::hex;

std::vector<std::uint8_t> name_of(std::string_view text) {
  der::Writer writer;
  const auto written = write_general_name(text, writer);
  if (!written) return {};
  return {writer.bytes().begin(), writer.bytes().end()};
}

std::vector<std::uint8_t> subtree_of(std::string_view text) {
  der::Writer writer;
  const auto written = write_subtree_base(text, writer);
  if (!written) return {};
  return {writer.bytes().begin(), writer.bytes().end()};
}

TEST_CASE("RFC 5280 4.2.1.6: names are of the kind that they look like") {
  CHECK(name_of("a.org") == hex("8205 612e6f7267"));
  CHECK(name_of("*.a.org") == hex("8207 2a2e612e6f7267"));
  CHECK(name_of("192.0.2.1") == hex("8704 c0000201"));
  CHECK(name_of("2001:db8::1") == hex("8710 20010db8000000000000000000000001"));
  CHECK(name_of("a@b.org") == hex("8107 6140622e6f7267"));
  CHECK(name_of("urn:x:1") == hex("8607 75726e3a783a31"));
  CHECK(name_of("https://a@b.org/") == hex("8610 68747470733a2f2f6140622e6f72672f"));
}

TEST_CASE("a prefix says what kind of name follows") {
  CHECK(name_of("DNS:a.org") == name_of("a.org"));
  CHECK(name_of("IP:192.0.2.1") == name_of("192.0.2.1"));
  CHECK(name_of("email:a@b.org") == name_of("a@b.org"));
  CHECK(name_of("URI:urn:x:1") == name_of("urn:x:1"));
  CHECK(name_of("DN:C=BE") == hex("a40f 300d 310b3009060355040613024245"));
  for (const char* text :
       {"DNS:192.0.2.1", "DNS:a@b.org", "IP:a.org", "email:a.org", "URI:a.org", "DN:a.org"}) {
    INFO(std::string(text));
    CHECK(name_of(text).empty());
  }
}

TEST_CASE("what is no name is refused") {
  for (const char* text : {"", "a b", "-a.org", "*.org", "a.*.org", "@b.org", "a@", "a@-b",
                           "é@b.org", "é.org", "x:", ":x", "x:a b", "1.2.3.4.5", "999.1.1.1"}) {
    INFO(std::string(text));
    CHECK(name_of(text).empty());
  }
}

TEST_CASE(
    "RFC 5280 4.2.1.10: an address range is an address and a mask, and nothing of the address is "
    "outside of the mask") {
  CHECK(subtree_of("192.0.2.0/24") == hex("8708 c0000200 ffffff00"));
  CHECK(subtree_of("192.0.2.128/25") == hex("8708 c0000280 ffffff80"));
  CHECK(subtree_of("0.0.0.0/0") == hex("8708 00000000 00000000"));
  CHECK(subtree_of("IP:192.0.2.1") == hex("8708 c0000201 ffffffff"));
  CHECK(subtree_of("2001:db8::/32") ==
        hex("8720 20010db8000000000000000000000000 ffffffff000000000000000000000000"));
  for (const char* text :
       {"192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/", "192.0.2.0/x", "IP:/24", "IP:a.org"}) {
    INFO(std::string(text));
    CHECK(subtree_of(text).empty());
  }
}

TEST_CASE("RFC 5280 4.2.1.10: hosts, mailboxes, domains and directories are constrained") {
  CHECK(subtree_of("a.org") == hex("8205 612e6f7267"));
  CHECK(subtree_of("a@b.org") == hex("8107 6140622e6f7267"));
  CHECK(subtree_of("email:b.org") == hex("8105 622e6f7267"));
  CHECK(subtree_of("email:.b.org") == hex("8106 2e622e6f7267"));
  CHECK(subtree_of("URI:.b.org") == hex("8606 2e622e6f7267"));
  CHECK(subtree_of("C=BE") == subtree_of("DN:C=BE"));
  CHECK(subtree_of("C=BE") == hex("a40f 300d 310b3009060355040613024245"));
  for (const char* text : {"", ".a.org", "*.a.org", "URI:https://a.org", "email:", "C=", "a b"}) {
    INFO(std::string(text));
    CHECK(subtree_of(text).empty());
  }
}

}  // namespace
}  // namespace tls12::x509
