#include "x509/certificate/extensions.hpp"

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

/// The list of this one extension, read; nothing when it breaks a rule.
std::optional<Extensions> read_one(const Oid& id, bool is_critical, std::string_view value,
                                   std::vector<std::uint8_t>& storage) {
  der::Writer writer;
  writer.sequence([&] {
    writer.object_identifier(id.bytes());
    if (is_critical) writer.boolean(true);
    writer.octet_string(test::hex(value));
  });
  storage.assign(writer.bytes().begin(), writer.bytes().end());
  der::Fault fault;
  der::Reader list(storage, fault);
  const Extensions extensions = read_extensions(list);
  return fault ? std::nullopt : std::optional(extensions);
}
bool reads(const Oid& id, std::string_view value) {
  std::vector<std::uint8_t> storage;
  return read_one(id, false, value, storage).has_value();
}

struct Row {
  const Oid* id;
  const char* value;
  bool is_right;
};
constexpr Row kRows[] = {
    // RFC 5280 §4.2.1.1
    {&oid::kAuthorityKeyIdentifier, "3000", true},
    {&oid::kAuthorityKeyIdentifier, "3003 8001aa", true},
    {&oid::kAuthorityKeyIdentifier, "300b 8001aa a103 820161 820101", true},
    {&oid::kAuthorityKeyIdentifier, "3008 8001aa a100 820101", false},  // no name
    {&oid::kAuthorityKeyIdentifier, "3006 820101 8001aa", false},       // order
    {&oid::kAuthorityKeyIdentifier, "3004 82020001", false},            // not minimal
    {&oid::kAuthorityKeyIdentifier, "3003 a001aa", false},
    // §4.2.1.4
    {&oid::kCertificatePolicies, "3006 3004 06022a03", true},
    {&oid::kCertificatePolicies, "3017 3015 06022a03 300f 300d 06082b06010505070201 160161", true},
    {&oid::kCertificatePolicies, "3000", false},
    {&oid::kCertificatePolicies, "3004 06022a03", false},
    {&oid::kCertificatePolicies, "3008 3006 06022a03 3000", false},  // no qualifier
    {&oid::kCertificatePolicies, "300a 3008 06022a03 3002 3000", false},
    {&oid::kCertificatePolicies, "300c 300a 06022a03 3004 3002 0500", false},
    {&oid::kCertificatePolicies, "3008 3006 06022a03 0500", false},
    // §4.2.1.5
    {&oid::kPolicyMappings, "300a 3008 06022a03 06022a04", true},
    {&oid::kPolicyMappings, "3000", false},
    {&oid::kPolicyMappings, "3006 3004 06022a03", false},
    {&oid::kPolicyMappings, "300e 300c 06022a03 06022a04 06022a05", false},
    // §4.2.1.6, §4.2.1.7
    {&oid::kIssuerAltName, "3003 860161", true},
    {&oid::kIssuerAltName, "3000", false},
    {&oid::kSubjectAltName, "300a a008 06022a03 a002 0500", true},  // otherName
    {&oid::kSubjectAltName, "3009 a007 06022a03 a001 05", false},   // cut short
    {&oid::kSubjectAltName, "3006 a004 06022a03", false},
    {&oid::kSubjectAltName, "300a a008 06022a03 a102 0500", false},
    {&oid::kSubjectAltName, "300c a00a 06022a03 a004 0500 0500", false},
    {&oid::kSubjectAltName, "3007 a505 a103 0c0161", true},  // ediPartyName
    {&oid::kSubjectAltName, "300c a50a a003 0c0161 a103 0c0161", true},
    {&oid::kSubjectAltName, "3007 a505 a003 0c0161", false},
    {&oid::kSubjectAltName, "3007 a505 a103 0c01ff", false},
    {&oid::kSubjectAltName, "3007 a505 a103 020101", false},
    {&oid::kSubjectAltName, "3004 a402 3000", true},  // directoryName
    {&oid::kSubjectAltName, "3006 a404 3000 3000", false},
    {&oid::kSubjectAltName, "3004 88022a83", false},
    {&oid::kSubjectAltName, "3004 88022a03", true},  // registeredID
    {&oid::kSubjectAltName, "3012 8710 20010db8000000000000000000000001", true},
    {&oid::kSubjectAltName, "300a 8708 c0000200ffffff00", false},
    // §4.2.1.8
    {&oid::kSubjectDirectoryAttributes, "300b 3009 06022a03 3103 020101", true},
    {&oid::kSubjectDirectoryAttributes, "3008 3006 06022a03 3100", false},
    {&oid::kSubjectDirectoryAttributes, "3000", false},
    // §4.2.1.10
    {&oid::kNameConstraints, "3009 a007 3005 820361 2e62", true},
    {&oid::kNameConstraints, "300a a104 3002 8200 a002", false},
    {&oid::kNameConstraints, "3006 a104 3002 8200", true},
    {&oid::kNameConstraints, "300e a00c 300a 8708 c0000200ffffff00", true},
    {&oid::kNameConstraints, "300a a008 3006 8704 c0000200", false},  // an address without its mask
    {&oid::kNameConstraints, "3000", false},
    {&oid::kNameConstraints, "3002 a000", false},
    {&oid::kNameConstraints, "3004 a000 a100", false},
    {&oid::kNameConstraints, "3009 a007 3005 8200 800100", true},  // minimum zero is the default
    {&oid::kNameConstraints, "3009 a007 3005 8200 800101", false},
    {&oid::kNameConstraints, "3009 a007 3005 8200 810101", false},          // maximum
    {&oid::kNameConstraints, "300c a104 3002 8200 a004 3002 8200", false},  // order
    {&oid::kNameConstraints, "3007 a005 3003 8201e9", false},
    // §4.2.1.11
    {&oid::kPolicyConstraints, "3003 800100", true},
    {&oid::kPolicyConstraints, "3003 810105", true},
    {&oid::kPolicyConstraints, "3006 800100 810100", true},
    {&oid::kPolicyConstraints, "3000", false},
    {&oid::kPolicyConstraints, "3003 8001ff", false},  // negative
    {&oid::kPolicyConstraints, "3006 810100 800100", false},
    {&oid::kPolicyConstraints, "3002 8000", false},
    // §4.2.1.12
    {&oid::kExtendedKeyUsage, "3006 0604551d2500", true},
    {&oid::kExtendedKeyUsage, "3000", false},
    {&oid::kExtendedKeyUsage, "0604551d2500", false},
    // §4.2.1.13, §4.2.1.15
    {&oid::kCrlDistributionPoints, "300b 3009 a007 a005 8603 613a62", true},
    {&oid::kCrlDistributionPoints, "3013 3011 a00f a10d 300b 0603550403 13046e616d65",
     true},  // nameRelativeToCRLIssuer
    {&oid::kCrlDistributionPoints, "300a 3008 81020640 a2028200", true},
    {&oid::kCrlDistributionPoints, "300c 300a 81020640 a204 8202 6162", true},
    {&oid::kCrlDistributionPoints, "3000", false},
    {&oid::kCrlDistributionPoints, "3006 3004 a002 a000", false},
    {&oid::kCrlDistributionPoints, "300a 3008 8102 0641 a202 8200",
     false},  // stray bits in reasons
    {&oid::kFreshestCrl, "300b 3009 a007 a005 8603 613a62", true},
    {&oid::kFreshestCrl, "3000", false},
    // §4.2.1.14
    {&oid::kInhibitAnyPolicy, "020100", true},
    {&oid::kInhibitAnyPolicy, "0209 00ffffffffffffffff", true},
    {&oid::kInhibitAnyPolicy, "0201ff", false},
    {&oid::kInhibitAnyPolicy, "0500", false},
    // §4.2.2.1, §4.2.2.2
    {&oid::kAuthorityInfoAccess, "3011 300f 06082b06010505073001 8603 613a62", true},
    {&oid::kAuthorityInfoAccess, "3000", false},
    {&oid::kAuthorityInfoAccess, "300c 300a 06082b06010505073001", false},
    {&oid::kSubjectInfoAccess, "3011 300f 06082b06010505073005 8603 613a62", true},
    {&oid::kSubjectInfoAccess, "3002 3000", false},
    // RFC 7633 §4.1
    {&oid::kTlsFeature, "3003 020105", true},
    {&oid::kTlsFeature, "3006 020105 020111", true},
    {&oid::kTlsFeature, "3000", false},
    {&oid::kTlsFeature, "3003 0201ff", false},
    {&oid::kTlsFeature, "3003 040105", false},
    // RFC 6962 §3.3
    {&oid::kSignedCertificateTimestamps, "0405 0003 0001aa", true},
    {&oid::kSignedCertificateTimestamps, "0408 0006 0001aa 0001bb", true},
    {&oid::kSignedCertificateTimestamps, "0402 0000", false},
    {&oid::kSignedCertificateTimestamps, "0404 0002 0000", false},
    {&oid::kSignedCertificateTimestamps, "0405 0003 0002aa", false},
    {&oid::kSignedCertificateTimestamps, "0406 0003 0001aa 00", false},
    {&oid::kSignedCertificateTimestamps, "0404 0003 0001", false},
    {&oid::kSignedCertificateTimestamps, "0401 00", false},
    {&oid::kSignedCertificateTimestamps, "0400", false},
    {&oid::kSignedCertificateTimestamps, "0003 0001aa", false},
    // RFC 6960 §4.2.2.2.1
    {&oid::kOcspNoCheck, "0500", true},
    {&oid::kOcspNoCheck, "3000", false},
    {&oid::kOcspNoCheck, "", false},
};

TEST_CASE("the value of each extension follows its syntax, whole and without anything behind it") {
  for (const Row& row : kRows) {
    INFO(dotted(row.id->bytes()), " ", std::string(row.value));
    CHECK(reads(*row.id, row.value) == row.is_right);
    if (row.is_right) CHECK_FALSE(reads(*row.id, std::string(row.value) + "00"));
  }
}

TEST_CASE("what extensions say is found in its place") {
  std::vector<std::uint8_t> storage;
  const auto names =
      read_one(oid::kNameConstraints, true, "300c a004 3002 8200 a104 3002 8200", storage);
  REQUIRE(names.has_value());
  CHECK(names->has(ExtensionId::name_constraints));
  CHECK(names->is_critical(ExtensionId::name_constraints));
  CHECK_FALSE(names->has(ExtensionId::policy_constraints));
  CHECK(names->name_constraints->permitted->size() == 4);
  CHECK(names->name_constraints->excluded->size() == 4);
  const auto policies = read_one(oid::kPolicyConstraints, false, "3006 800102 810103", storage);
  REQUIRE(policies.has_value());
  CHECK(policies->policy_constraints->require_explicit_policy == 2u);
  CHECK(policies->policy_constraints->inhibit_policy_mapping == 3u);
  CHECK_FALSE(policies->is_critical(ExtensionId::policy_constraints));
  CHECK(read_one(oid::kInhibitAnyPolicy, true, "020107", storage)->inhibit_any_policy == 7u);
  CHECK(read_one(oid::kTlsFeature, false, "3003 020105", storage)->tls_features->size() == 3);
  CHECK(read_one(oid::kOcspNoCheck, false, "0500", storage)->has(ExtensionId::ocsp_no_check));
}

TEST_CASE(
    "RFC 5280 4.2: a critical extension that nothing here acts on is one that is not understood") {
  struct Case {
    const Oid* id;
    const char* value;
    bool is_understood;
  };
  static constexpr Oid kUnknown = make_oid(1, 2, 3, 4);
  constexpr Case kCases[] = {
      {&oid::kKeyUsage, "03020780", true},
      {&oid::kNameConstraints, "3006 a104 3002 8200", true},
      {&oid::kPolicyConstraints, "3003 800100", true},
      {&oid::kInhibitAnyPolicy, "020100", true},
      {&oid::kCertificatePolicies, "3006 3004 06022a03", true},
      {&oid::kTlsFeature, "3003 020105", true},
      {&oid::kIssuerAltName, "3003 860161", false},
      {&oid::kSubjectDirectoryAttributes, "300b 3009 06022a03 3103 020101", false},
      {&oid::kAuthorityInfoAccess, "3011 300f 06082b06010505073001 8603 613a62", false},
      {&oid::kSubjectInfoAccess, "3011 300f 06082b06010505073005 8603 613a62", false},
      {&kUnknown, "0500", false}};
  std::vector<std::uint8_t> storage;
  for (const Case& c : kCases) {
    INFO(dotted(c.id->bytes()));
    CHECK(read_one(*c.id, true, c.value, storage)->not_understood.empty() == c.is_understood);
    CHECK(read_one(*c.id, false, c.value, storage)->not_understood.empty());
  }
}

TEST_CASE("RFC 5280 4.2.1.4: qualifiers other than CPS and user notice are noted") {
  struct Case {
    const char* qualifiers;
    const char* not_understood;
  };
  constexpr Case kCases[] = {
      {"300d 06082b06010505070201 160161", ""},                   // id-qt-cps
      {"300c 06082b06010505070202 3000", ""},                     // id-qt-unotice
      {"3008 0603 2a0304 0c0161", "1.2.3.4"},                     // another
      {"300d 06082b06010505070201 0c0161", "1.3.6.1.5.5.7.2.1"},  // a CPSuri that is not one
      {"300d 06082b06010505070202 0c0161", "1.3.6.1.5.5.7.2.2"},  // a UserNotice that is not one
      {"300d 06082b06010505070201 160161 3008 06032a0304 0c0161", "1.2.3.4"},  // the second
  };
  std::vector<std::uint8_t> storage;
  for (const Case& c : kCases) {
    INFO(std::string(c.qualifiers));
    const auto qualifiers = test::hex(c.qualifiers);
    der::Writer policies;
    policies.sequence([&] {
      policies.sequence([&] {
        policies.object_identifier(test::hex("2a03"));
        policies.element(der::kSequence, qualifiers);
      });
    });
    std::string value;
    for (const std::uint8_t octet : policies.bytes()) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", octet);
      value += digits;
    }
    const auto read = read_one(oid::kCertificatePolicies, true, value, storage);
    REQUIRE(read.has_value());
    CHECK(dotted(read->qualifier_not_understood) == c.not_understood);
    CHECK(read->not_understood.empty());
  }
}

}  // namespace
}  // namespace tls12::x509
