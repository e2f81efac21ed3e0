#include "x509/path/name_constraints.hpp"

#include "x509/path/constrained.hpp"

namespace tls12::x509 {
namespace {

using namespace constrained;

TEST_CASE(
    "RFC 5280 4.2.1.10: a DNS name with labels added on its left-hand side is within the "
    "constraint; the RFC's example") {
  CHECK(permits(dns("host.example.com"), dns("www.host.example.com")));
  CHECK_FALSE(permits(dns("host.example.com"), dns("host1.example.com")));
  CHECK(permits(dns("example.com"), dns("example.com")));
  CHECK(permits(dns("example.com"), dns("foo.bar.example.com")));
  CHECK_FALSE(permits(dns("example.com"), dns("not-example.com")));
  CHECK_FALSE(permits(dns("example.com"), dns("notexample.com")));
  CHECK_FALSE(permits(dns("example.com"), dns("example.com.evil.org")));
  CHECK_FALSE(permits(dns("www.example.com"), dns("example.com")));
  CHECK(excludes(dns("example.com"), dns("example.com")));
  CHECK(excludes(dns("example.com"), dns("www.example.com")));
  CHECK_FALSE(excludes(dns("www.example.com"), dns("example.com")));
}

TEST_CASE(
    "RFC 9549 2.3: DNS names compare label by label, without regard to ASCII case, and other "
    "alphabets as A-labels") {
  CHECK(permits(dns("EXAMPLE.com"), dns("www.Example.COM")));
  CHECK(excludes(dns("example.COM"), dns("eXample.com")));
  CHECK(permits(dns("xn--bcher-kva.example"), dns("www.XN--BCHER-KVA.example")));
  CHECK_FALSE(permits(dns("xn--bcher-kva.example"), dns("bucher.example")));
}

TEST_CASE(
    "a wildcard is permitted where all that it stands for is, and excluded where any of it is") {
  CHECK(permits(dns("example.com"), dns("*.example.com")));
  CHECK(permits(dns("example.com"), dns("*.www.example.com")));
  CHECK_FALSE(permits(dns("www.example.com"), dns("*.example.com")));
  CHECK(excludes(dns("bar.example.com"), dns("*.example.com")));
  CHECK(excludes(dns("BAR.example.com"), dns("*.EXAMPLE.com")));
  CHECK(excludes(dns("example.com"), dns("*.example.com")));
  CHECK_FALSE(excludes(dns("foo.bar.example.com"), dns("*.example.com")));  // `*` is one label
  CHECK_FALSE(excludes(dns("bar.example.org"), dns("*.example.com")));
}

TEST_CASE(
    "a DNS name that is none cannot be compared, and is refused where there are constraints on DNS "
    "names") {
  for (const char* name : {".example.com", "www..example.com", "example.com.", "w*.example.com",
                           "www.*.example.com", "*", "", " example.com", "10.0.0.1"}) {
    CAPTURE(name);
    CHECK_FALSE(permits(dns("example.com"), dns(name)));
    CHECK(excludes(dns("example.org"), dns(name)));
    CHECK(permits(mail("example.com"), dns(name)));
  }
}

TEST_CASE("after a leading dot, a constraint on DNS names is about subdomains alone") {
  CHECK(permits(dns(".example.com"), dns("www.example.com")));
  CHECK(permits(dns(".Example.com"), dns("a.b.eXample.com")));
  CHECK(permits(dns(".example.com"), dns("*.example.com")));
  CHECK_FALSE(permits(dns(".example.com"), dns("example.com")));
  CHECK_FALSE(permits(dns(".example.com"), dns("notexample.com")));
  CHECK_FALSE(permits(dns(".www.example.com"), dns("*.example.com")));
  CHECK(excludes(dns(".example.com"), dns("www.example.com")));
  CHECK(excludes(dns(".example.com"), dns("*.example.com")));
  CHECK_FALSE(excludes(dns(".example.com"), dns("example.com")));
  CHECK_FALSE(excludes(dns(".www.example.com"), dns("*.example.com")));  // `*` is one label
}

TEST_CASE(
    "a constraint on DNS names is a DNS name, one after a dot, or nothing, which is all of them") {
  for (const char* base : {"..example.com", ".*.example.com", "*.example.com", "example.com.",
                           "a..b", ".", "exam ple.com"}) {
    CAPTURE(base);
    CHECK(refuses(dns(base)));
  }
  CHECK(permits(dns(""), dns("www.example.com")));
  CHECK(excludes(dns(""), dns("www.example.com")));
}

TEST_CASE(
    "RFC 5280 4.2.1.10: constraints on addresses are an address and a mask; the RFC's example") {
  const Named net = ip("c0000200 ffffff00");  // 192.0.2.0/24
  CHECK(permits(net, ip("c0000201")));
  CHECK_FALSE(permits(net, ip("c0000301")));
  CHECK(excludes(net, ip("c00002ff")));
  CHECK_FALSE(excludes(net, ip("c0000300")));
  const Named loopback =
      ip("00000000000000000000000000000001 ffffffffffffffffffffffffffffffff");  // ::1/128
  CHECK(permits(loopback, ip("00000000000000000000000000000001")));
  CHECK(excludes(loopback, ip("00000000000000000000000000000001")));
  CHECK_FALSE(permits(loopback, ip("00000000000000000000000000000002")));
  CHECK(permits(ip("0a000000 fe000000"), ip("0b010203")));  // a mask within an octet
  CHECK_FALSE(permits(ip("0a000000 fe000000"), ip("0c010203")));
  CHECK(permits(ip("0a000000 00000000"), ip("c0000201")));  // 0.0.0.0/0
}

TEST_CASE("addresses are one type of name: where IPv4 alone is permitted, no IPv6 address is") {
  CHECK_FALSE(permits(ip("c0000200 ffffff00"), ip("20010db8000000000000000000000001")));
  CHECK_FALSE(excludes(ip("00000000 00000000"), ip("20010db8000000000000000000000001")));
  CHECK_FALSE(excludes(ip("00000000000000000000000000000000 00000000000000000000000000000000"),
                       ip("c0000201")));
}

TEST_CASE("a mask whose ones do not come first is refused, and an address without a mask") {
  CHECK(refuses(ip("0a000000 ff00ff00")));
  CHECK(refuses(ip("0a000000 00ffffff")));
  CHECK(refuses(ip("0a000000 fd000000")));
  for (const char* base : {"7f000001", "00000000000000000000000000000001", "c00002 ffffff"}) {
    const auto result = verdict({.permitted = {ip(base)}});
    REQUIRE_FALSE(result);
    CHECK(result.error() == Errc::bad_certificate);
  }
}

TEST_CASE(
    "RFC 5280 4.2.1.10: constraints on mail are a mailbox, a host, or a domain; the RFC's "
    "examples") {
  CHECK(permits(mail("root@example.com"), mail("root@example.com")));
  CHECK_FALSE(permits(mail("root@example.com"), mail("other@example.com")));
  CHECK(permits(mail("example.com"), mail("anybody@example.com")));
  CHECK_FALSE(permits(mail("example.com"), mail("anybody@host.example.com")));
  CHECK(permits(mail(".example.com"), mail("anybody@host.example.com")));
  CHECK_FALSE(permits(mail(".example.com"), mail("anybody@example.com")));
  CHECK(excludes(mail(".example.com"), mail("anybody@host.example.com")));
  CHECK_FALSE(excludes(mail(".example.com"), mail("anybody@hostexample.com")));
  CHECK(excludes(mail(""), mail("anybody@example.com")));
}

TEST_CASE(
    "RFC 5280 7.5: a mailbox's host compares without regard to case, its local part to the letter, "
    "asterisks like others") {
  CHECK(permits(mail("root@example.com"), mail("root@EXAMPLE.com")));
  CHECK_FALSE(permits(mail("root@example.com"), mail("Root@example.com")));
  CHECK(permits(mail("*@example.com"), mail("*@example.com")));
  CHECK(permits(mail("user*@example.com"), mail("user*@example.com")));
  CHECK_FALSE(permits(mail("*@example.com"), mail("user@example.com")));
  CHECK_FALSE(permits(mail("*@example.com"), mail("*@subdomain.example.com")));
  CHECK_FALSE(permits(mail("**@example.com"), mail("*@example.com")));
}

TEST_CASE(
    "a mailbox that cannot be compared is refused: more than one @, a quoted local part, a host "
    "that is none") {
  for (const char* name :
       {"invalid@address@example.com", "\"root\"@example.com", "root", "@example.com", "root@",
        "root@[192.0.2.1]", "root@.example.com", "ro ot@example.com"}) {
    CAPTURE(name);
    CHECK_FALSE(permits(mail("example.com"), mail(name)));
    CHECK(excludes(mail("root@example.com"), mail(name)));
  }
  for (const char* base :
       {"invalid@invalid@example.com", "@example.com", "root@", "*.example.com", "..example.com"}) {
    CAPTURE(base);
    CHECK(refuses(mail(base)));
  }
}

TEST_CASE(
    "RFC 5280 4.2.1.10: mail addresses in the subject count where there is none in "
    "subjectAltName") {
  const auto subject =
      name_of({{kOrganization, "Example"}, {kEmailAddress, "root@example.com", der::kIa5String}});
  CHECK_FALSE(accepts({.excluded = {mail("example.com")}, .subject = subject}));
  CHECK_FALSE(accepts(
      {.excluded = {mail("example.com")}, .names = {dns("example.com")}, .subject = subject}));
  CHECK_FALSE(accepts({.permitted = {mail("example.org")}, .subject = subject}));
  CHECK(accepts({.permitted = {mail("example.com")}, .subject = subject}));
  CHECK(accepts({.excluded = {mail("example.com")},
                 .names = {mail("root@example.org")},
                 .subject = subject}));
}

TEST_CASE("RFC 9549 2.2: constraints on mail hold for SmtpUTF8Mailbox, too") {
  const Named mailbox{Type::other_name, otherwise(kSmtpUtf8Mailbox, der::kUtf8String,
                                                  "r\xc3\xb6\xc3\xb6t@example.com")};
  CHECK(permits(mail("example.com"), mailbox));
  CHECK_FALSE(permits(mail("example.org"), mailbox));
  CHECK(excludes(mail("example.com"), mailbox));
  CHECK(excludes(mail("example.com"),
                 {Type::other_name, otherwise(kSmtpUtf8Mailbox, der::kUtf8String, "root")}));
  CHECK(excludes(
      mail("example.com"),
      {Type::other_name, otherwise(kSmtpUtf8Mailbox, der::kUtf8String, "r\xff@example.org")}));
  CHECK_FALSE(excludes(
      mail("example.com"),
      {Type::other_name, otherwise(make_oid(1, 2, 3), der::kUtf8String, "root@example.com")}));
}

TEST_CASE(
    "RFC 5280 4.2.1.10: constraints on URIs are a host, or all hosts of a domain; the RFC's "
    "examples") {
  CHECK(permits(uri(".example.com"), uri("http://host.example.com/")));
  CHECK(permits(uri(".example.com"), uri("http://my.host.example.com")));
  CHECK_FALSE(permits(uri(".example.com"), uri("http://example.com/")));
  CHECK(permits(uri("host.example.com"), uri("https://host.example.com:8443/a?b#c")));
  CHECK_FALSE(permits(uri("host.example.com"), uri("https://www.host.example.com/")));
  CHECK(permits(uri("host.example.com"), uri("ftp://user:password@HOST.example.com/")));
  CHECK(excludes(uri("host.example.com"), uri("ftp://example.org@host.example.com/")));
  CHECK_FALSE(permits(uri("example.com"), uri("https://example.org/@example.com")));
  CHECK_FALSE(permits(uri("example.com"), uri("https://example.org?://example.com")));
}

TEST_CASE(
    "RFC 5280 4.2.1.10: where URIs are constrained, one without a host that is a name is refused") {
  for (const char* name :
       {"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "mailto:root@example.com",
        "https://192.0.2.1/", "https://[2001:db8::1]/", "https:///path", "https://",
        "https://a@b@example.com/", "https://example.com%2eorg/", "/relative?://example.com", ""}) {
    CAPTURE(name);
    CHECK_FALSE(permits(uri(""), uri(name)));
    CHECK(excludes(uri("example.org"), uri(name)));
  }
  CHECK(refuses(uri("https://example.com")));
  CHECK(refuses(uri("192.0.2.1")));
}

TEST_CASE(
    "RFC 5280 4.2.1.10: directory names are within a constraint that they begin with, in the "
    "subject and in subjectAltName") {
  const auto base = name_of({{kOrganization, "Example"}});
  const auto within = name_of({{kOrganization, "Example"}, {oid::kCommonName, "leaf"}}),
             outside = name_of({{kOrganization, "Other"}, {oid::kCommonName, "leaf"}});
  CHECK(accepts({.permitted = {directory(base)}, .subject = within}));
  CHECK(accepts({.permitted = {directory(base)}, .subject = base}));
  CHECK_FALSE(accepts({.permitted = {directory(base)}, .subject = outside}));
  CHECK_FALSE(accepts({.permitted = {directory(within)}, .subject = base}));
  CHECK_FALSE(accepts({.excluded = {directory(base)}, .subject = within}));
  CHECK(accepts({.excluded = {directory(base)}, .subject = outside}));
  CHECK_FALSE(
      accepts({.permitted = {directory(base)}, .names = {directory(outside)}, .subject = within}));
  CHECK_FALSE(
      accepts({.permitted = {directory(base)}, .names = {directory(within)}, .subject = outside}));
  CHECK_FALSE(
      accepts({.excluded = {directory(base)}, .names = {directory(within)}, .subject = outside}));
  CHECK(accepts({.permitted = {directory(base)},
                 .names = {directory(within)}}));  // no subject, nothing to check of it
}

TEST_CASE(
    "RFC 5280 7.1: directory names compare whatever their strings' types, case and white space") {
  const auto base = name_of({{kOrganization, "example  inc", der::kPrintableString}});
  const auto subject =
      name_of({{kOrganization, " Example Inc", der::kUtf8String}, {oid::kCommonName, "leaf"}});
  CHECK(accepts({.permitted = {directory(base)}, .subject = subject}));
  CHECK_FALSE(accepts({.excluded = {directory(base)}, .subject = subject}));
  CHECK_FALSE(accepts({.excluded = {directory(name_of({}))},
                       .subject = subject}));  // every name begins with an empty one
}

TEST_CASE(
    "RFC 5280 4.2.1.10: a constraint of a type that is not processed refuses the certificates with "
    "a name of that type, and no others") {
  const Named other{Type::other_name, otherwise(make_oid(1, 2, 3), der::kUtf8String, "x")};
  const Named registered{Type::registered_id, SecretVector{0x2a, 0x03}},
      party{Type::edi_party_name, SecretVector{0xa1, 0x03, 0x0c, 0x01, 0x61}},
      x400{Type::x400_address, SecretVector{0x30, 0x00}};
  for (const Named& name : {other, registered, party, x400}) {
    CAPTURE(static_cast<int>(name.type));
    CHECK_FALSE(permits(name, name));
    CHECK(excludes(name, name));
    CHECK(permits(name, dns("example.com")));
    CHECK_FALSE(excludes(name, dns("example.com")));
    CHECK(permits(dns("example.com"), name));
  }
}

TEST_CASE("a constraint says nothing about names of other types") {
  CHECK(permits(ip("c0000200 ffffff00"), dns("example.com")));
  CHECK_FALSE(excludes(ip("c0000200 ffffff00"), dns("example.com")));
  CHECK(permits(dns("example.com"), mail("root@example.org")));
  CHECK(accepts({.permitted = {dns("example.com")},
                 .subject = name_of({{oid::kCommonName, "example.org"}})}));
}

TEST_CASE("every name counts, and exclusion is stronger than permission") {
  CHECK_FALSE(accepts({.excluded = {dns("not-allowed.example.com")},
                       .names = {dns("example.com"), dns("not-allowed.example.com")}}));
  CHECK_FALSE(accepts(
      {.permitted = {dns("example.com")}, .names = {dns("example.com"), dns("example.org")}}));
  CHECK_FALSE(accepts({.permitted = {dns("example.com")},
                       .excluded = {dns("example.com")},
                       .names = {dns("example.com")}}));
  CHECK(accepts({.permitted = {dns("example.com"), dns("example.org")},
                 .excluded = {dns("bar.example.com")},
                 .names = {dns("example.org"), dns("foo.example.com")}}));
}

TEST_CASE(
    "RFC 5280 6.1.4 (g): down a path, what is permitted is intersected for each type of name, and "
    "what is excluded is united") {
  const std::vector<Named> foo_bar = {dns("foo.example.com"), dns("bar.example.com")},
                           bar = {dns("bar.example.com")};
  CHECK_FALSE(
      verdict({{.permitted = foo_bar}, {.permitted = bar, .names = {dns("foo.example.com")}}}));
  CHECK_FALSE(
      verdict({{.permitted = bar}, {.permitted = foo_bar, .names = {dns("foo.example.com")}}}));
  CHECK(verdict({{.permitted = bar}, {.permitted = foo_bar, .names = {dns("bar.example.com")}}}));
  CHECK_FALSE(verdict({{.permitted = {dns("example.com")}},
                       {.permitted = {dns("example.net")}, .names = {dns("example.com")}}}));
  CHECK(verdict({{.permitted = {dns("example.com")}},
                 {.permitted = {mail("example.net")},
                  .names = {dns("example.com"), mail("root@example.net")}}}));
  CHECK_FALSE(verdict({{.excluded = {dns("example.com")}},
                       {.excluded = {dns("example.net")}, .names = {dns("example.com")}}}));
  CHECK_FALSE(verdict({{.excluded = {dns("example.com")}},
                       {.excluded = {dns("example.net")}, .names = {dns("example.net")}}}));
}

TEST_CASE(
    "a common name that looks like a DNS name is checked as one where it would be taken for one") {
  const auto looks = name_of({{oid::kCommonName, "www.example.com"}}),
             does_not = name_of({{oid::kCommonName, "Example, Inc."}});
  CHECK_FALSE(
      accepts({.excluded = {dns("example.com")}, .subject = looks, .common_name_counts = true}));
  CHECK(accepts({.excluded = {dns("example.com")}, .subject = looks, .common_name_counts = false}));
  CHECK(accepts(
      {.permitted = {dns("example.org")}, .subject = does_not, .common_name_counts = true}));
  CHECK(accepts({.excluded = {dns("example.com")},
                 .names = {dns("example.org")},
                 .subject = looks,
                 .common_name_counts = true}));
}

TEST_CASE(
    "RFC 5280 4.2.1.10: minimum and maximum are refused, and so is what is no list of subtrees") {
  const auto result_of = [](std::string_view subtrees) {
    Work work(1);
    Budget budget(VerifyPolicy::standard(), work);
    const auto bytes = hex(subtrees);
    return NameConstraintState(budget).add({.permitted = Bytes(bytes)});
  };
  CHECK(result_of("3007 8205 61622e6465"));               // ab.de
  CHECK_FALSE(result_of("300a 8205 61622e6465 800101"));  // minimum 1
  CHECK_FALSE(result_of("300a 8205 61622e6465 810101"));  // maximum 1
  CHECK_FALSE(result_of("3007 8b05 61622e6465"));         // no GeneralName
  CHECK_FALSE(result_of("3007 8205 61622e6465 30"));
}

TEST_CASE("an error tells the name, and whether it is excluded or merely not permitted") {
  CHECK(verdict({.permitted = {dns("example.com")}, .names = {dns("www.example.org")}})
            .error()
            .about() == "not permitted: www.example.org");
  CHECK(
      verdict({.excluded = {ip("c0000200 ffffff00")}, .names = {ip("c0000201")}}).error().about() ==
      "excluded: 192.0.2.1");
  CHECK(verdict({.excluded = {directory(name_of({}))},
                 .subject = name_of({{oid::kCommonName, "leaf"}})})
            .error()
            .about() == "excluded: CN=leaf");
  CHECK(verdict({.excluded = {uri("example.com")}, .names = {uri("http://example.com/\n")}})
            .error()
            .about() == "excluded: example.com");
}

TEST_CASE("many names under many constraints cost what the policy allows, and no more") {
  Case many{.permitted = {dns("test")}};
  for (int i = 0; i < 2048; ++i) {
    many.permitted.push_back(dns("t" + std::to_string(i) + ".test"));
    many.excluded.push_back(dns("x" + std::to_string(i) + ".test"));
    many.names.push_back(dns("t" + std::to_string(i) + ".test"));
  }
  std::size_t spent = 0;
  const auto result = verdict({many}, &spent);
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::certificate_search_exhausted);
  CHECK(spent <= VerifyPolicy::standard().max_work);

  many.names.erase(many.names.begin() + 32, many.names.end());
  CHECK(verdict({many}, &spent));
  CHECK(spent >= 4097);
}

TEST_CASE("comparing directory names costs by their size") {
  std::size_t small = 0, large = 0;
  const auto subject = name_of({{oid::kCommonName, "leaf"}});
  CHECK(verdict(
      {{.excluded = {directory(name_of({{kOrganization, "Example"}}))}, .subject = subject}},
      &small));
  CHECK(verdict({{.excluded = {directory(name_of({{kOrganization, std::string(10'000, 'x')}}))},
                  .subject = subject}},
                &large));
  CHECK(small < 100);
  CHECK(large >= 10'000 / kOctetsFolded);
  CHECK(verdict({{.excluded = {directory(name_of({{kOrganization, "Example"}}))},
                  .subject = name_of({{kOrganization, std::string(10'000, ' ')}})}},
                &large));
  CHECK(large >= 10'000 / kOctetsFolded);
}

}  // namespace
}  // namespace tls12::x509
