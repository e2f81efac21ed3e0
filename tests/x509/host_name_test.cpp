#include "x509/host_name.hpp"

#include "support.hpp"

namespace tls12::x509 {
namespace {

TEST_CASE("RFC 6125 6.4: DNS names match whole, label by label, without regard to ASCII case") {
  struct Row {
    const char *presented, *host;
    bool matches;
  };
  constexpr Row kRows[] = {
      {"www.example.com", "www.example.com", true},
      {"WWW.Example.COM", "www.example.com", true},  // §6.4.1
      {"www.example.com", "example.com", false},
      {"example.com", "www.example.com", false},
      {"example.com", "example.org", false},
      // §6.4.3 (2): the wildcard is one label
      {"*.example.com", "foo.example.com", true},
      {"*.example.com", "bar.foo.example.com", false},
      {"*.example.com", "example.com", false},
      {"*.EXAMPLE.com", "foo.example.com", true},
      // §6.4.3 (1): in the left-most label alone
      {"bar.*.example.net", "bar.foo.example.net", false},
      {"*.*.example.net", "bar.foo.example.net", false},
      // §6.4.3 (3) may be left out: no parts of labels
      {"baz*.example.net", "baz1.example.net", false},
      {"*baz.example.net", "foobaz.example.net", false},
      {"b*z.example.net", "buzz.example.net", false},
      {"xn--*.example.net", "xn--a.example.net", false},
      // §6.4.2: A-labels are compared as they are
      {"xn--vdkr-4qa.example.com", "xn--vdkr-4qa.example.com", true},
      {"*.example.com", "xn--vdkr-4qa.example.com", true},
      // §7.2: not for a whole registry
      {"*.com", "example.com", false},
      {"*", "localhost", false},
      {"*.", "localhost", false},
      // what is no DNS name matches nothing
      {"example.com.", "example.com", false},
      {"", "", false},
      {".example.com", "example.com", false},
      {"*.example..com", "foo.example..com", false},
      {"192.0.2.1", "192.0.2.1", false},
  };
  for (const Row& row : kRows) {
    INFO(std::string(row.presented), " for ", std::string(row.host));
    CHECK(dns_matches(row.presented, row.host) == row.matches);
  }
  CHECK_FALSE(dns_matches(std::string_view("example.com\0.evil.org", 21), "example.com"));
  CHECK_FALSE(dns_matches(std::string_view("example.com\0", 12), "example.com"));
}

TEST_CASE("a reference name is a DNS name in ASCII or an address") {
  CHECK(ReferenceName::parse("WWW.Example.com")->dns() == "www.example.com");
  CHECK(ReferenceName::parse("www.example.com.")->dns() == "www.example.com");  // absolute
  CHECK(ReferenceName::parse("a_b.example.com").has_value());
  CHECK(ReferenceName::parse("192.0.2.1")->address().size() == 4);
  CHECK(ReferenceName::parse("2001:db8::1")->address().size() == 16);
  CHECK(ReferenceName::parse("2001:DB8::1")->text() == "2001:db8::1");
  const std::string label63(63, 'a'), label64(64, 'a');
  CHECK(ReferenceName::parse(label63 + ".org").has_value());
  const std::string wrong[] = {"",
                               ".",
                               "a..b",
                               ".a",
                               "*.example.com",
                               "ex ample.com",
                               "m\xc3\xbcller.de",
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

TEST_CASE("subjectAltName alone counts: the common name does not, and addresses match addresses") {
  const auto is_name = [](const char* file, const char* name) { return is_for(test::load(file).parsed(), *ReferenceName::parse(name)); };
  CHECK(is_name("leaf.pem", "example.org"));
  CHECK(is_name("leaf.pem", "EXAMPLE.org."));
  CHECK(is_name("leaf.pem", "www.example.org"));
  CHECK(is_name("leaf.pem", "192.0.2.1"));
  CHECK(is_name("leaf.pem", "2001:db8:0:0:0:0:0:1"));
  CHECK_FALSE(is_name("leaf.pem", "192.0.2.2"));
  CHECK_FALSE(is_name("leaf.pem", "::ffff:192.0.2.1"));
  CHECK_FALSE(is_name("leaf.pem", "a.b.example.org"));
  CHECK_FALSE(is_name("leaf.pem", "somebody"));
  CHECK(is_name("leaf_p521.pem", "example.org"));
  CHECK_FALSE(is_name("leaf_p521.pem", "p521.example"));  // its common name
  CHECK_FALSE(is_name("root.pem", "example.org"));
  CHECK(is_name("gnutls_leaf.pem", "198.51.100.7"));
}

TEST_CASE("an address written as a DNS name is no address") {
  auto draft = test::leaf_draft(test::key(0));
  test::set_extension(draft, oid::kSubjectAltName, false, "300b 8209 3139322e302e322e31");  // dNSName 192.0.2.1
  const auto certificate = test::sign_as(draft, test::common_name("CA"), test::key(1));
  CHECK_FALSE(is_for(certificate.parsed(), *ReferenceName::parse("192.0.2.1")));
}

TEST_CASE("a name with a NUL in it is not the name before the NUL") {
  auto draft = test::leaf_draft(test::key(0));
  test::set_extension(draft, oid::kSubjectAltName, false, "3012 8210 6578616d706c652e6f726700 2e657669");  // "example.org\0.evi"
  const auto certificate = test::sign_as(draft, test::common_name("CA"), test::key(1));
  CHECK_FALSE(is_for(certificate.parsed(), *ReferenceName::parse("example.org")));
  CHECK(certificate.names() == std::vector<std::string>{"example.org\\x00.evi"});
}

}  // namespace
}  // namespace tls12::x509
