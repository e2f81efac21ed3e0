#include "x509/name/reference_name.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace tls12::x509 {
namespace {

TEST_CASE("a reference name is a DNS name in ASCII, an address, or an e-mail address") {
  CHECK(ReferenceName::parse("WWW.Example.com")->dns() == "www.example.com");
  CHECK(ReferenceName::parse("www.example.com.")->dns() == "www.example.com");  // absolute
  CHECK(ReferenceName::parse("a_b.example.com").has_value());
  CHECK(ReferenceName::parse("192.0.2.1")->address().size() == 4);
  CHECK(ReferenceName::parse("2001:db8::1")->address().size() == 16);
  CHECK(ReferenceName::parse("2001:DB8::1")->text() == "2001:db8::1");
  CHECK(ReferenceName::parse("xn--bcher-kva.example").has_value());
  CHECK(ReferenceName::parse("fe80::1%eth0")->text() ==
        "fe80::1");  // RFC 4007 11: the zone is of this machine
  CHECK(std::ranges::equal(ReferenceName::parse("fe80::1%eth0")->address(),
                           ReferenceName::parse("fe80::1")->address()));
  using Kind = PeerName::Kind;
  CHECK(ReferenceName::parse("192.0.2.1")->kind() == Kind::ip);
  CHECK(ReferenceName::parse("192.0.2.1", Kind::ip).has_value());
  CHECK(ReferenceName::parse("example.com", Kind::dns)->kind() == Kind::dns);
  CHECK(ReferenceName::parse("user@Example.com", Kind::email)->mailbox() == "user@Example.com");
  CHECK(ReferenceName::parse("192.0.2.1", Kind::dns).error() == Errc::bad_host_name);
  CHECK(ReferenceName::parse("::1", Kind::dns).error() == Errc::bad_host_name);
  CHECK(ReferenceName::parse("example.com", Kind::ip).error() == Errc::bad_host_name);
  CHECK(ReferenceName::parse("example.com", Kind::email).error() == Errc::bad_host_name);
  CHECK(ReferenceName::parse("user@example.com").error() == Errc::bad_host_name);
  const std::string label63(63, 'a'), label64(64, 'a');
  CHECK(ReferenceName::parse(label63 + ".org").has_value());
  const std::string wrong[] = {"",
                               ".",
                               "a..b",
                               ".a",
                               "*.example.com",
                               "ex ample.com",
                               "m\xc3\xbcller.de",
                               "xn--zzzzzz.example",  // no Punycode
                               "1.2.3.4%eth0",
                               "fe80::1%",
                               "fe80::1%eth0%1",
                               "fe80::1%a b",
                               "example.com%eth0",
                               label64 + ".org",
                               "-a.org",
                               "a-.org",
                               "1.2.3",
                               "1.2.3.4.5",
                               "256.1.1.1",
                               "[2001:db8::1]",
                               "a.org..",
                               std::string("a.org\0", 6),
                               "a.org:443",
                               "1.2.3.4.",
                               label63 + "." + label63 + "." + label63 + "." + label63 + ".org"};
  for (const std::string& name : wrong) {
    INFO(name);
    const auto parsed = ReferenceName::parse(name);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error() == Errc::bad_host_name);
  }
}

TEST_CASE("the error about an internationalized name says how the DNS writes it") {
  CHECK(ReferenceName::parse("m\xc3\xbcller.de").error().about() ==
        "m\xc3\xbcller.de (in the DNS, it is written with xn--)");
}

}  // namespace
}  // namespace tls12::x509
