#include "x509/path/profile.hpp"

#include <functional>
#include <set>

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::set_extension;
using enum ChainPosition;

constexpr char kKeyIdentifier[] = "00112233445566778899aabbccddeeff00112233";

/// A certificate that keeps every rule, where it stands.
Draft draft_for(ChainPosition position) {
  Draft draft =
      position == end_entity ? test::leaf_draft(test::key(0)) : test::ca_draft("ca", test::key(0));
  draft.issuer = test::common_name(position == anchor ? "ca" : "issuer");
  draft.method = *method_for(test::key(0));
  set_extension(draft, oid::kSubjectKeyIdentifier, false, std::string("0414") + kKeyIdentifier);
  set_extension(draft, oid::kAuthorityKeyIdentifier, false,
                std::string("30168014") + kKeyIdentifier);
  return draft;
}

using Change = std::function<void(Draft&)>;
/// What no draft can say.
using Damage = std::function<void(ParsedCertificate&)>;

/// What the profile says of a certificate with a change; empty when it keeps every rule.
std::string_view broken(ChainPosition position, const Change& change = {},
                        const Damage& damage = {}, Purpose purpose = Purpose::server) {
  Draft draft = draft_for(position);
  if (change) change(draft);
  const auto certificate = sign(draft, test::key(0), default_provider()->rng());
  REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
  ParsedCertificate parsed;
  parsed.der.assign(certificate->der().begin(), certificate->der().end());
  REQUIRE(parse(parsed).has_value());
  if (damage) damage(parsed);
  Work work(VerifyPolicy::standard().max_work);
  KnownSignatures known;
  const TrustStore trust;
  Verification verification({.presented = {}, .trust = trust, .now = test::test_time()}, work,
                            known);
  const ProfileRule* rule = check_profile({parsed, position, purpose, verification});
  return rule == nullptr ? std::string_view() : rule->text;
}

Change with(const Oid& id, bool is_critical, const char* value) {
  return [=](Draft& d) { set_extension(d, id, is_critical, value); };
}
Change without(const Oid& id) {
  return [=](Draft& d) { test::remove_extension(d, id); };
}
/// A leaf with this common name and these names.
Change named(const char* common_name, std::vector<std::string> names) {
  return [=](Draft& d) {
    const Draft other = test::leaf_draft(test::key(0), names);
    for (const DraftExtension& e : other.extensions)
      if (is(e.id.bytes(), oid::kSubjectAltName))
        std::ranges::find_if(d.extensions, [](auto& x) {
          return is(x.id.bytes(), oid::kSubjectAltName);
        })->value = e.value;
    d.subject = test::common_name(common_name);
  };
}
Change with_alt_name(const char* general_name) {
  return [=](Draft& d) {
    const auto name = test::hex(general_name);
    der::Writer writer;
    writer.sequence([&] { writer.raw(name); });
    std::ranges::find_if(d.extensions, [](auto& x) {
      return is(x.id.bytes(), oid::kSubjectAltName);
    })->value = writer.take();
  };
}

constexpr char kServerAuth[] = "300a 06082b06010505070301",
               kServerAndAny[] = "3010 06082b06010505070301 0604551d2500",
               kClientAuth[] = "300a 06082b06010505070302";
constexpr char kPolicy[] = "3006 3004 0602 2a03", kTwice[] = "300c 3004 0602 2a03 3004 0602 2a03";
constexpr char kPermitted[] = "300f a00d 300b 82096c6f63616c686f7374",
               kRequireExplicit[] = "3003 800100";
constexpr char kAccess[] = "3012 3010 06082b06010505073002 86 04 613a2f2f",
               kPoint[] = "300a 3008 a006 a004 8602 613a",
               kMapping[] = "300a 3008 0602 2a03 0602 2a04";

/// Each rule, broken by one bit of meaning.
struct Case {
  std::string_view text;
  ChainPosition position;
  Change change = {};
  Damage damage = {};
};
const Case kCases[] = {
    {"it is not of version 3", intermediate, [](Draft& d) { d.version = 1, d.extensions.clear(); }},
    {"its serial number is not a positive one of at most 20 octets", end_entity,
     [](Draft& d) { d.serial.assign(1, 0); }},
    {"its serial number is not a positive one of at most 20 octets", end_entity,
     [](Draft& d) { d.serial.assign(21, 1); }},
    {"its serial number is not a positive one of at most 20 octets",
     end_entity,
     {},
     [](ParsedCertificate& c) {
       static constexpr std::uint8_t kMinusOne[] = {0xff};
       c.serial = kMinusOne;
     }},
    {"its serial number is not a positive one of at most 20 octets", intermediate,
     [](Draft& d) { d.serial.assign(1, 0); }},
    {"its issuer has no name", end_entity, [](Draft& d) { d.issuer = test::common_name(""); }},
    {"it ends before it begins", end_entity,
     [](Draft& d) { std::swap(d.not_before, d.not_after); }},
    {"its times are not UTCTime through 2049 and GeneralizedTime from 2050",
     end_entity,
     {},
     [](ParsedCertificate& c) {
       static const auto kLong =
           test::hex("170d 323730353331303030303030 5a 180f 3230323730363032303030303030 5a");
       c.validity = kLong;
     }},
    {"it is a CA's, and its subject has no name", intermediate,
     [](Draft& d) { d.subject = test::common_name(""); }},
    {"the size of its RSA key is not a multiple of 8 bits",
     anchor,
     {},
     [](ParsedCertificate& c) {
       static constexpr std::uint8_t kOdd[] = {0x08, 0x01};
       c.subject_key.key.modulus = kOdd;
     }},
    {"it has a unique identifier",
     end_entity,
     {},
     [](ParsedCertificate& c) { c.issuer_unique_id = Bytes(); }},
    {"it has a unique identifier",
     intermediate,
     {},
     [](ParsedCertificate& c) { c.subject_unique_id = Bytes(); }},

    {"its authorityKeyIdentifier is critical", anchor,
     with(oid::kAuthorityKeyIdentifier, true,
          "3016 8014 00112233445566778899aabbccddeeff00112233")},
    {"it lacks the key identifier of its issuer", end_entity,
     without(oid::kAuthorityKeyIdentifier)},
    {"it lacks the key identifier of its issuer", intermediate,
     without(oid::kAuthorityKeyIdentifier)},
    {"it lacks the key identifier of its issuer", anchor,
     with(oid::kAuthorityKeyIdentifier, false, "3000")},
    {"its authorityKeyIdentifier names its issuer's certificate", end_entity,
     with(oid::kAuthorityKeyIdentifier, false, "3007 8002aaaa 820101")},
    {"its authorityKeyIdentifier names its issuer's certificate", anchor,
     with(oid::kAuthorityKeyIdentifier, false, "3009 8002aaaa a103 820161")},
    {"it is a root, and its two key identifiers differ", anchor,
     with(oid::kAuthorityKeyIdentifier, false, "3004 8002aaaa")},
    {"its subjectKeyIdentifier is critical", anchor,
     with(oid::kSubjectKeyIdentifier, true, "0414 00112233445566778899aabbccddeeff00112233")},
    {"it is a CA's, and lacks subjectKeyIdentifier", intermediate,
     without(oid::kSubjectKeyIdentifier)},

    {"its keyUsage allows nothing", end_entity, with(oid::kKeyUsage, true, "030100")},
    {"it is a CA's, and its keyUsage lacks keyCertSign", intermediate, without(oid::kKeyUsage)},
    {"it is a CA's, and its keyUsage lacks keyCertSign", anchor,
     with(oid::kKeyUsage, true, "03020780")},
    {"its keyUsage has keyCertSign, and it is no CA's", end_entity,
     with(oid::kKeyUsage, true, "03020284")},
    {"it has a certificate policy twice", end_entity,
     with(oid::kCertificatePolicies, false, kTwice)},
    {"it has policyMappings, and is no CA's", end_entity,
     with(oid::kPolicyMappings, true, kMapping)},

    {"it is a server's, and lacks subjectAltName", end_entity, without(oid::kSubjectAltName)},
    {"its subject has no name, and it lacks a critical subjectAltName", end_entity,
     [](Draft& d) { d.subject = test::common_name(""); }},
    {"it is a server's with a subject, and its subjectAltName is critical", end_entity,
     with(oid::kSubjectAltName, true, "3003 820161")},
    {"a name in its subjectAltName is not written as one", end_entity,
     with_alt_name("8205 615f622e63")},  // dNSName a_b.c
    {"a name in its subjectAltName is not written as one", end_entity,
     with_alt_name("8204 2e612e62")},  // dNSName .a.b
    {"a name in its subjectAltName is not written as one", end_entity,
     with_alt_name("8107 382e382e382e38")},  // rfc822Name 8.8.8.8
    {"a name in its subjectAltName is not written as one", end_entity,
     with_alt_name("8207 382e382e382e38")},  // dNSName 8.8.8.8
    {"a name in its subjectAltName is not written as one", end_entity,
     with_alt_name("8105 6140624063")},  // rfc822Name a@b@c
    {"a name in its subjectAltName is not written as one", end_entity,
     with_alt_name("8604 2f612f62")},  // URI /a/b
    {"its common name looks like a host that is not in its subjectAltName", end_entity,
     named("www.example.com", {"example.com"})},

    {"it is a CA's, and its basicConstraints are not critical", anchor,
     with(oid::kBasicConstraints, false, "30030101ff")},
    {"it issues certificates, and does not say that it is a CA's", anchor,
     [](Draft& d) {
       test::remove_extension(d, oid::kBasicConstraints);
       test::remove_extension(d, oid::kKeyUsage);
     }},
    {"it is a CA's, where an end entity's should be", end_entity,
     with(oid::kBasicConstraints, true, "30030101ff")},
    {"it has a path length, and signs no certificates", end_entity,
     with(oid::kBasicConstraints, true, "3003020100")},
    {"its nameConstraints are not critical", intermediate,
     with(oid::kNameConstraints, false, kPermitted)},
    {"it has nameConstraints, and is no CA's", end_entity,
     with(oid::kNameConstraints, true, kPermitted)},
    {"its policyConstraints are not critical", intermediate,
     with(oid::kPolicyConstraints, false, kRequireExplicit)},
    {"it has policyConstraints, and is no CA's", end_entity,
     with(oid::kPolicyConstraints, true, kRequireExplicit)},

    {"it is a root, and has extendedKeyUsage", anchor,
     with(oid::kExtendedKeyUsage, false, kServerAuth)},
    {"it is a server's, and its extendedKeyUsage does not say so", end_entity,
     without(oid::kExtendedKeyUsage)},
    {"it is a server's, and its extendedKeyUsage does not say so", end_entity,
     with(oid::kExtendedKeyUsage, false, kClientAuth)},
    {"it is a server's, and its extendedKeyUsage has anyExtendedKeyUsage", end_entity,
     with(oid::kExtendedKeyUsage, false, kServerAndAny)},
    {"it is a server's, and its extendedKeyUsage is critical", end_entity,
     with(oid::kExtendedKeyUsage, true, kServerAuth)},

    {"a distribution point of its says neither where CRLs are nor who issues them", end_entity,
     with(oid::kCrlDistributionPoints, false, "3006 3004 81020640")},
    {"a distribution point of its says neither where CRLs are nor who issues them", end_entity,
     with(oid::kFreshestCrl, false, "3006 3004 81020640")},
    {"its inhibitAnyPolicy is not critical", intermediate,
     with(oid::kInhibitAnyPolicy, false, "020100")},
    {"it has inhibitAnyPolicy, and is no CA's", end_entity,
     with(oid::kInhibitAnyPolicy, true, "020100")},
    {"its freshestCRL is critical", end_entity, with(oid::kFreshestCrl, true, kPoint)},
    {"its authorityInfoAccess is critical", end_entity,
     with(oid::kAuthorityInfoAccess, true, kAccess)},
    {"its subjectInfoAccess is critical", intermediate,
     with(oid::kSubjectInfoAccess, true, kAccess)},
};

TEST_CASE("what is made as it should be keeps every rule of the profile") {
  for (const ChainPosition position : {end_entity, intermediate, anchor})
    for (const Purpose purpose : {Purpose::server, Purpose::client, Purpose::any})
      CHECK(broken(position, {}, {}, purpose) == "");
}

TEST_CASE("each rule of the profile is broken by one bit of meaning, and is the only one") {
  for (const Case& c : kCases) {
    INFO(std::string(c.text));
    CHECK(broken(c.position, c.change, c.damage) == c.text);
  }
}

TEST_CASE("every rule of the profile has its case, and says where it stands") {
  std::set<std::string_view> tried;
  for (const Case& c : kCases) tried.insert(c.text);
  for (const ProfileRule& rule : profile_rules()) {
    CHECK_MESSAGE(tried.contains(rule.text), std::string(rule.text));
    CHECK((rule.section.starts_with("RFC 5280 §4.") || rule.section.starts_with("BR ")));
  }
}

TEST_CASE("the profile allows what the RFC allows") {
  CHECK(broken(anchor, without(oid::kAuthorityKeyIdentifier)) == "");  // §4.2.1.1: self-signed
  CHECK(broken(anchor, without(oid::kKeyUsage)) == "");
  CHECK(broken(anchor, [](Draft& d) { d.serial.assign(1, 0); }) == "");
  CHECK(broken(end_entity, without(oid::kKeyUsage)) == "");
  CHECK(broken(end_entity, without(oid::kBasicConstraints)) == "");
  CHECK(broken(end_entity, with(oid::kBasicConstraints, false, "3000")) == "");
  CHECK(broken(end_entity, without(oid::kSubjectKeyIdentifier)) == "");
  CHECK(broken(end_entity, with(oid::kKeyUsage, false, "03020780")) == "");
  CHECK(broken(end_entity, with(oid::kCertificatePolicies, false, kPolicy)) == "");
  CHECK(broken(end_entity, with(oid::kAuthorityInfoAccess, false, kAccess)) == "");
  CHECK(broken(end_entity, [](Draft& d) {
          d.serial.assign(20, 0xff);
          d.serial[0] = 0x7f;
        }) == "");
  CHECK(broken(end_entity, [](Draft& d) {
          d.not_after = std::chrono::sys_days(std::chrono::year(2050) / 1 / 1);
        }) == "");
  CHECK(broken(intermediate, with(oid::kExtendedKeyUsage, false, kServerAuth)) == "");
  CHECK(broken(intermediate, with(oid::kNameConstraints, true, kPermitted)) == "");
  CHECK(broken(intermediate, with(oid::kBasicConstraints, true, "30060101ff 020100")) == "");
  CHECK(broken(end_entity, with_alt_name("8603 613a62")) == "");          // URI a:b
  CHECK(broken(end_entity, with_alt_name("8103 614062")) == "");          // rfc822Name a@b
  CHECK(broken(end_entity, with_alt_name("8207 2a2e612e622e63")) == "");  // dNSName *.a.b.c
  CHECK(broken(end_entity, [](Draft& d) {
          d.subject = test::common_name("");
          set_extension(d, oid::kSubjectAltName, true, "3003 820161");
        }) == "");
}

TEST_CASE(
    "RFC 5280 4.2.1.1: an anchor may leave out its issuer's key identifier when it is self-signed, "
    "whatever it calls its issuer") {
  const auto renamed = [](Draft& d) {
    test::remove_extension(d, oid::kAuthorityKeyIdentifier);
    d.issuer = test::common_name("another name of its own");
  };
  CHECK(broken(anchor, renamed) == "");
  CHECK(broken(anchor, [&](Draft& d) {
          renamed(d);
          d.public_key_info = test::key(1).public_key_info();  // signed by key 0
        }) == "it lacks the key identifier of its issuer");
}

TEST_CASE(
    "BR 7.1.4.3: a common name is in subjectAltName to the letter, or is nothing that could be "
    "mistaken for another host") {
  const auto is_harmless = [](const char* common_name, std::vector<std::string> names) {
    return broken(end_entity, named(common_name, std::move(names))).empty();
  };
  CHECK(is_harmless("www.example.com", {"example.com", "www.example.com"}));
  CHECK(is_harmless("*.example.com", {"*.example.com"}));
  CHECK(is_harmless("192.0.2.1", {"192.0.2.1"}));
  CHECK(is_harmless("2001:db8::1", {"2001:db8::1"}));
  CHECK(is_harmless("Example Server 3.1", {"www.example.com"}));
  CHECK(is_harmless("server", {"www.example.com"}));
  CHECK(is_harmless("example.com", {"www.example.com"}));  // the domain that it is in
  CHECK(is_harmless("example.com", {"192.0.2.1"}));
  CHECK_FALSE(is_harmless("ftp.example.com", {"www.example.com"}));
  CHECK_FALSE(is_harmless("Example.com", {"example.com"}));
  CHECK_FALSE(is_harmless("ample.com", {"www.example.com"}));
  CHECK_FALSE(is_harmless("m\xc3\xbcller.example", {"xn--mller-kva.example"}));
  CHECK_FALSE(is_harmless("192.0.2.2", {"192.0.2.1"}));
  CHECK_FALSE(is_harmless("192.000.002.001", {"192.0.2.1"}));
  CHECK_FALSE(is_harmless("0xC0000201", {"192.0.2.1"}));
  CHECK_FALSE(is_harmless("2001:DB8::1", {"2001:db8::1"}));
  CHECK_FALSE(is_harmless("2001:db8:0:0:0:0:0:1", {"2001:db8::1"}));
  CHECK_FALSE(is_harmless("2001:db8::2", {"2001:db8::1"}));
  const auto is_right = [](const char* subject) {
    return broken(end_entity,
                  [&](Draft& d) {
                    const auto name = test::hex(subject);
                    d.subject.assign(name.begin(), name.end());
                  })
        .empty();
  };
  CHECK_FALSE(is_right("300e 310c300a06035504030c03612e62"));                     // CN=a.b
  CHECK(is_right("301a 310a3008060355040a0c0158 310c300a06035504030c03612e62"));  // O=X, CN=a.b
}

TEST_CASE("what the baseline requirements ask of servers, they do not ask of clients") {
  const auto client = [](const Change& change) {
    return broken(end_entity, change, {}, Purpose::client);
  };
  CHECK(client(without(oid::kSubjectAltName)) == "");
  CHECK(client(without(oid::kExtendedKeyUsage)) == "");
  CHECK(client(with(oid::kExtendedKeyUsage, true, kClientAuth)) == "");
  CHECK(client(named("somebody.else.example", {"example.org"})) == "");
}

}  // namespace
}  // namespace tls12::x509
