#include "x509/certificate/host_name.hpp"

#include <algorithm>

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

TEST_CASE("subjectAltName alone counts: the common name does not, and addresses match addresses") {
  const auto is_name = [](const char* file, const char* name) {
    return is_for(internals(test::load(file)), *ReferenceName::parse(name));
  };
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
  test::set_extension(draft, oid::kSubjectAltName, false,
                      "300b 8209 3139322e302e322e31");  // dNSName 192.0.2.1
  const auto certificate = test::sign_as(draft, test::common_name("CA"), test::key(1));
  CHECK_FALSE(is_for(internals(certificate), *ReferenceName::parse("192.0.2.1")));
}

TEST_CASE("a name with a NUL in it is not the name before the NUL") {
  auto draft = test::leaf_draft(test::key(0));
  test::set_extension(draft, oid::kSubjectAltName, false,
                      "3012 8210 6578616d706c652e6f726700 2e657669");  // "example.org\0.evi"
  const auto certificate = test::sign_as(draft, test::common_name("CA"), test::key(1));
  CHECK_FALSE(is_for(internals(certificate), *ReferenceName::parse("example.org")));
  CHECK(certificate.names() == std::vector<std::string>{"example.org\\x00.evi"});
}

/// A leaf with these GeneralNames and a common name; without subjectAltName when they are empty.
Certificate leaf_with(const char* general_names, const std::string& name = "leaf") {
  auto draft = test::leaf_draft(test::key(0));
  draft.subject = test::common_name(name);
  test::remove_extension(draft, oid::kSubjectAltName);
  if (*general_names != '\0')
    test::set_extension(draft, oid::kSubjectAltName, false, general_names);
  return test::sign_as(draft, test::common_name("CA"), test::key(1));
}

TEST_CASE(
    "RFC 5280 7.5: of an e-mail address the local part is the same to the letter, the host without "
    "regard to case") {
  const auto matches = [](const char* names, const char* wanted) {
    return is_for(internals(leaf_with(names)),
                  *ReferenceName::parse(wanted, PeerName::Kind::email));
  };
  constexpr char kJoe[] = "3011 810f 4a6f65406578616d706c652e6f7267";  // rfc822Name Joe@example.org
  CHECK(matches(kJoe, "Joe@example.org"));
  CHECK(matches(kJoe, "Joe@EXAMPLE.org"));
  CHECK_FALSE(matches(kJoe, "joe@example.org"));
  CHECK_FALSE(matches(kJoe, "Joe@www.example.org"));
  CHECK_FALSE(matches("3011 820f 4a6f65406578616d706c652e6f7267", "Joe@example.org"));  // a dNSName
  CHECK_FALSE(matches("3003 810161", "a@a"));  // no mailbox
  CHECK_FALSE(is_for(internals(leaf_with(kJoe)), *ReferenceName::parse("example.org")));
}

TEST_CASE("RFC 9598 5: an address beyond ASCII is in an otherName, and compares in the same way") {
  // SmtpUTF8Mailbox "m\xc3\xbc@a.b"
  const Certificate leaf = leaf_with("3017 a015 0608 2b06010505070809 a009 0c07 6dc3bc40612e62");
  CHECK(is_for(internals(leaf), *ReferenceName::parse("m\xc3\xbc@A.b", PeerName::Kind::email)));
  CHECK_FALSE(
      is_for(internals(leaf), *ReferenceName::parse("m\xc3\x9c@a.b", PeerName::Kind::email)));
  CHECK_FALSE(is_for(internals(leaf), *ReferenceName::parse("a.b")));
}

TEST_CASE(
    "RFC 6125 6.4.4: a common name counts as a DNS name for who wants it to, where there is no "
    "subjectAltName") {
  const auto matches = [](const Certificate& leaf, const char* wanted, bool fallback) {
    return is_for(internals(leaf), *ReferenceName::parse(wanted), fallback);
  };
  const Certificate leaf = leaf_with("", "www.example.org"),
                    wildcard = leaf_with("", "*.example.org"), address = leaf_with("", "192.0.2.1");
  CHECK(matches(leaf, "WWW.example.org", true));
  CHECK_FALSE(matches(leaf, "www.example.org", false));
  CHECK_FALSE(matches(leaf, "example.org", true));
  CHECK(matches(wildcard, "www.example.org", true));
  CHECK_FALSE(matches(address, "192.0.2.1", true));
  CHECK_FALSE(matches(leaf_with("3003 820161", "www.example.org"), "www.example.org", true));
  CHECK_FALSE(matches(leaf_with("3003 810161", "www.example.org"), "www.example.org",
                      true));  // a name of another kind
  CHECK_FALSE(matches(leaf_with("", std::string("www.example.org\0.evil.example", 29)),
                      "www.example.org", true));
}

}  // namespace
}  // namespace tls12::x509
