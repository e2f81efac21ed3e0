#include "show/extensions.hpp"

#include <algorithm>
#include <string_view>

#include "common/output/format.hpp"
#include "common/output/print.hpp"
#include "show/basic_types.hpp"
#include "show/oids.hpp"
#include "show/value_format.hpp"

namespace tls12::tool::asn1 {
namespace {

using enum Field::Presence;
using enum Field::Tagging;

// ------------------------------------------------ extensions about keys: RFC 5280 §4.2.1.1 to
// §4.2.1.3, §4.2.1.12

constexpr Field kAuthorityKeyIdentifierFields[] = {
    {"keyIdentifier", &kOctetStringType, "the issuer's subjectKeyIdentifier", optional, implicitly,
     0},
    {"authorityCertIssuer", &kGeneralNames, "the issuer's issuer", optional, implicitly, 1},
    {"authorityCertSerialNumber", &kIntegerType, "the issuer's serial number", optional, implicitly,
     2},
};
constexpr Type kAuthorityKeyIdentifier = {.name = "AuthorityKeyIdentifier",
                                          .kind = Type::structure,
                                          .tag = kSequence,
                                          .fields = kAuthorityKeyIdentifierFields};
constexpr Type kSubjectKeyIdentifier = {
    .name = "KeyIdentifier", .kind = Type::primitive, .tag = kOctetString, .format = to_hex};

std::string format_key_usage(Bytes content) {
  static constexpr const char* kNames[] = {"digitalSignature", "nonRepudiation (contentCommitment)",
                                           "keyEncipherment",  "dataEncipherment",
                                           "keyAgreement",     "keyCertSign",
                                           "cRLSign",          "encipherOnly",
                                           "decipherOnly"};
  return format_named_bits(content, kNames);
}
constexpr Type kKeyUsage = {
    .name = "KeyUsage", .kind = Type::primitive, .tag = kBitString, .format = format_key_usage};
constexpr Type kExtKeyUsage = {.name = "ExtKeyUsageSyntax",
                               .kind = Type::list,
                               .tag = kSequence,
                               .element = &kOidType,
                               .summary = format_parts};

std::string format_basic_constraints(const Node& node) {
  const bool is_ca =
      !node.parts.empty() && node.parts[0].field == "cA" && node.parts[0].value == "TRUE";
  if (!is_ca) return "no CA";
  return node.parts.size() < 2 ? "a CA"
                               : "a CA, with at most " + node.parts[1].value + " more below it";
}
constexpr Field kBasicConstraintsFields[] = {{"cA", &kBooleanType, "", optional},
                                             {"pathLenConstraint", &kIntegerType, "", optional}};
constexpr Type kBasicConstraints = {.name = "BasicConstraints",
                                    .kind = Type::structure,
                                    .tag = kSequence,
                                    .fields = kBasicConstraintsFields,
                                    .summary = format_basic_constraints};

// ------------------------------------------------ policies: RFC 5280 §4.2.1.4, §4.2.1.5,
// §4.2.1.11, §4.2.1.14

constexpr Type kNumbers = {.name = "SEQUENCE",
                           .kind = Type::list,
                           .tag = kSequence,
                           .element = &kIntegerType,
                           .summary = format_parts};
constexpr Field kNoticeReferenceFields[] = {{"organization", &kAnyType},
                                            {"noticeNumbers", &kNumbers}};
constexpr Type kNoticeReference = {.name = "NoticeReference",
                                   .kind = Type::structure,
                                   .tag = kSequence,
                                   .fields = kNoticeReferenceFields};
constexpr Field kUserNoticeFields[] = {{"noticeRef", &kNoticeReference, "", optional},
                                       {"explicitText", &kAnyType, "", optional}};
constexpr Type kUserNotice = {
    .name = "UserNotice", .kind = Type::structure, .tag = kSequence, .fields = kUserNoticeFields};

const Type* qualifier_type(Bytes oid) {
  const KnownOid* type = find_oid(oid);
  if (type == nullptr) return nullptr;
  return type->name == "id-qt-cps"       ? &kIa5Type
         : type->name == "id-qt-unotice" ? &kUserNotice
                                         : nullptr;
}
constexpr Type kQualifier = {.name = "ANY", .kind = Type::any, .holds = qualifier_type};
constexpr Field kPolicyQualifierInfoFields[] = {{"policyQualifierId", &kOidType},
                                                {"qualifier", &kQualifier}};
constexpr Type kPolicyQualifierInfo = {.name = "PolicyQualifierInfo",
                                       .kind = Type::structure,
                                       .tag = kSequence,
                                       .fields = kPolicyQualifierInfoFields};
constexpr Type kPolicyQualifiers = {
    .name = "SEQUENCE", .kind = Type::list, .tag = kSequence, .element = &kPolicyQualifierInfo};
constexpr Field kPolicyInformationFields[] = {
    {"policyIdentifier", &kOidType}, {"policyQualifiers", &kPolicyQualifiers, "", optional}};
constexpr Type kPolicyInformation = {.name = "PolicyInformation",
                                     .kind = Type::structure,
                                     .tag = kSequence,
                                     .fields = kPolicyInformationFields,
                                     .summary = format_part<0>};
constexpr Type kCertificatePolicies = {.name = "CertificatePolicies",
                                       .kind = Type::list,
                                       .tag = kSequence,
                                       .element = &kPolicyInformation,
                                       .summary = format_parts};

constexpr Field kPolicyMappingFields[] = {{"issuerDomainPolicy", &kOidType},
                                          {"subjectDomainPolicy", &kOidType}};
constexpr Type kPolicyMapping = {
    .name = "mapping", .kind = Type::structure, .tag = kSequence, .fields = kPolicyMappingFields};
constexpr Type kPolicyMappings = {
    .name = "PolicyMappings", .kind = Type::list, .tag = kSequence, .element = &kPolicyMapping};

constexpr Field kPolicyConstraintsFields[] = {
    {"requireExplicitPolicy", &kIntegerType,
     "so many certificates below, there must be a valid policy", optional, implicitly, 0},
    {"inhibitPolicyMapping", &kIntegerType,
     "so many certificates below, no policy stands for another", optional, implicitly, 1},
};
constexpr Type kPolicyConstraints = {.name = "PolicyConstraints",
                                     .kind = Type::structure,
                                     .tag = kSequence,
                                     .fields = kPolicyConstraintsFields};
constexpr Type kSkipCerts = {
    .name = "SkipCerts", .kind = Type::primitive, .tag = kInteger, .format = format_integer};

// ------------------------------------------------ names: RFC 5280 §4.2.1.8, §4.2.1.10

constexpr Type kAttributeValues = {
    .name = "SET", .kind = Type::list, .tag = kSet, .element = &kAnyType};
constexpr Field kDirectoryAttributeFields[] = {{"type", &kOidType}, {"values", &kAttributeValues}};
constexpr Type kDirectoryAttribute = {.name = "Attribute",
                                      .kind = Type::structure,
                                      .tag = kSequence,
                                      .fields = kDirectoryAttributeFields};
constexpr Type kSubjectDirectoryAttributes = {.name = "SubjectDirectoryAttributes",
                                              .kind = Type::list,
                                              .tag = kSequence,
                                              .element = &kDirectoryAttribute};

constexpr Field kGeneralSubtreeFields[] = {{"base", &kGeneralName},
                                           {"minimum", &kIntegerType, "", optional, implicitly, 0},
                                           {"maximum", &kIntegerType, "", optional, implicitly, 1}};
constexpr Type kGeneralSubtree = {.name = "GeneralSubtree",
                                  .kind = Type::structure,
                                  .tag = kSequence,
                                  .fields = kGeneralSubtreeFields,
                                  .summary = format_part<0>};
constexpr Type kGeneralSubtrees = {.name = "GeneralSubtrees",
                                   .kind = Type::list,
                                   .tag = kSequence,
                                   .element = &kGeneralSubtree,
                                   .summary = format_parts};
constexpr Field kNameConstraintsFields[] = {
    {"permittedSubtrees", &kGeneralSubtrees, "names of these kinds must be in one of these",
     optional, implicitly, 0},
    {"excludedSubtrees", &kGeneralSubtrees, "no name may be in any of these", optional, implicitly,
     1},
};
constexpr Type kNameConstraints = {.name = "NameConstraints",
                                   .kind = Type::structure,
                                   .tag = kSequence,
                                   .fields = kNameConstraintsFields};

// ------------------------------------------------ where to ask: RFC 5280 §4.2.1.13, §4.2.2, §5.2.5

constexpr Field kDistributionPointNameFields[] = {
    {"fullName", &kGeneralNames, "", required, implicitly, 0},
    {"nameRelativeToCRLIssuer", &kRelativeDistinguishedName, "", required, implicitly, 1}};
constexpr Type kDistributionPointName = {
    .name = "DistributionPointName", .kind = Type::choice, .fields = kDistributionPointNameFields};

std::string format_reasons(Bytes content) {
  static constexpr const char* kNames[] = {
      "unused",      "keyCompromise",        "cACompromise",    "affiliationChanged",
      "superseded",  "cessationOfOperation", "certificateHold", "privilegeWithdrawn",
      "aACompromise"};
  return format_named_bits(content, kNames);
}
constexpr Type kReasonFlags = {
    .name = "ReasonFlags", .kind = Type::primitive, .tag = kBitString, .format = format_reasons};
constexpr Field kDistributionPointFields[] = {
    {"distributionPoint", &kDistributionPointName, "", optional, explicitly, 0},
    {"reasons", &kReasonFlags, "the list there knows these alone", optional, implicitly, 1},
    {"cRLIssuer", &kGeneralNames, "who signs the list, if not the issuer", optional, implicitly,
     2}};
constexpr Type kDistributionPoint = {.name = "DistributionPoint",
                                     .kind = Type::structure,
                                     .tag = kSequence,
                                     .fields = kDistributionPointFields};
constexpr Type kDistributionPoints = {.name = "CRLDistributionPoints",
                                      .kind = Type::list,
                                      .tag = kSequence,
                                      .element = &kDistributionPoint};

constexpr Field kAccessDescriptionFields[] = {{"accessMethod", &kOidType},
                                              {"accessLocation", &kGeneralName}};
constexpr Type kAccessDescription = {.name = "AccessDescription",
                                     .kind = Type::structure,
                                     .tag = kSequence,
                                     .fields = kAccessDescriptionFields};
constexpr Type kInfoAccess = {.name = "InfoAccessSyntax",
                              .kind = Type::list,
                              .tag = kSequence,
                              .element = &kAccessDescription};

constexpr Field kIssuingDistributionPointFields[] = {
    {"distributionPoint", &kDistributionPointName, "", optional, explicitly, 0},
    {"onlyContainsUserCerts", &kBooleanType, "", optional, implicitly, 1},
    {"onlyContainsCACerts", &kBooleanType, "", optional, implicitly, 2},
    {"onlySomeReasons", &kReasonFlags, "", optional, implicitly, 3},
    {"indirectCRL", &kBooleanType, "certificates of other issuers are on it, too", optional,
     implicitly, 4},
    {"onlyContainsAttributeCerts", &kBooleanType, "", optional, implicitly, 5},
};
constexpr Type kIssuingDistributionPoint = {.name = "IssuingDistributionPoint",
                                            .kind = Type::structure,
                                            .tag = kSequence,
                                            .fields = kIssuingDistributionPointFields};

std::string format_reason(Bytes content) {
  static constexpr const char* kNames[] = {
      "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
      "superseded",    "cessationOfOperation", "certificateHold", "(not used)",
      "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};
  return format_named_number(content, kNames);
}

// ------------------------------------------------ beyond RFC 5280

std::string format_features(const Node& node) {
  std::string text;
  for (const Node& part : node.parts)
    text += (text.empty() ? "" : ", ") + (part.value == "5" ? "status_request" : part.value);
  return text;
}
constexpr Type kFeatures = {.name = "Features",
                            .kind = Type::list,
                            .tag = kSequence,
                            .element = &kIntegerType,
                            .summary = format_features};

std::uint64_t number_at(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + size; ++i) number = number << 8 | bytes[i];
  return number;
}

/// RFC 6962 §3.2, §3.3: a list in TLS's own encoding, of structs of a version, a log's key hash,
/// milliseconds since 1970, extensions, and a signature.
std::vector<Node> timestamps(Bytes content) {
  constexpr std::size_t kTimestampAt = 33, kTimestampSize = 8;
  std::vector<Node> nodes;
  Bytes left = content.size() >= 2 ? content.subspan(2) : Bytes();
  while (left.size() >= 2) {
    const std::size_t size = number_at(left, 0, 2);
    if (size > left.size() - 2 || size < kTimestampAt + kTimestampSize) break;
    const Bytes sct = left.first(2 + size);
    left = left.subspan(2 + size);
    const auto millis = std::chrono::milliseconds(static_cast<std::int64_t>(
        number_at(sct, 2 + kTimestampAt, kTimestampSize) & 0xffffffffffff));
    nodes.push_back(
        {.field = "SerializedSCT",
         .type = "SignedCertificateTimestamp",
         .header = 2,
         .bytes = sct,
         .value = format_time(WallTime(std::chrono::floor<std::chrono::seconds>(millis))),
         .note = "by the log " + to_hex(sct.subspan(3, 4)) + Text::drawn("…")});
  }
  if (!left.empty() || content.size() < 2)
    nodes.push_back(
        {.type = "bytes", .bytes = left.empty() ? content : left, .problem = "cut short"});
  return nodes;
}
constexpr Type kTimestampList = {.name = "SignedCertificateTimestampList",
                                 .kind = Type::primitive,
                                 .tag = kOctetString,
                                 .split = timestamps};

// ------------------------------------------------ Extension: RFC 5280 §4.1.2.9

struct KnownExtension {
  std::string_view name;
  const Type* type;
};
constexpr KnownExtension kKnownExtensions[] = {
    {"subjectDirectoryAttributes", &kSubjectDirectoryAttributes},
    {"subjectKeyIdentifier", &kSubjectKeyIdentifier},
    {"keyUsage", &kKeyUsage},
    {"subjectAltName", &kGeneralNames},
    {"issuerAltName", &kGeneralNames},
    {"basicConstraints", &kBasicConstraints},
    {"nameConstraints", &kNameConstraints},
    {"cRLDistributionPoints", &kDistributionPoints},
    {"certificatePolicies", &kCertificatePolicies},
    {"policyMappings", &kPolicyMappings},
    {"authorityKeyIdentifier", &kAuthorityKeyIdentifier},
    {"policyConstraints", &kPolicyConstraints},
    {"extKeyUsage", &kExtKeyUsage},
    {"freshestCRL", &kDistributionPoints},
    {"inhibitAnyPolicy", &kSkipCerts},
    {"authorityInfoAccess", &kInfoAccess},
    {"subjectInfoAccess", &kInfoAccess},
    {"tlsFeature", &kFeatures},
    {"id-pkix-ocsp-nocheck", &kNullType},
    {"signedCertificateTimestampList", &kTimestampList},
    {"signedCertificateTimestampList (OCSP)", &kTimestampList},
    {"ctPoison", &kNullType},
    {"cRLNumber", &kIntegerType},
    {"deltaCRLIndicator", &kIntegerType},
    {"issuingDistributionPoint", &kIssuingDistributionPoint},
    {"cRLReason", &kReasonCode},
    {"holdInstructionCode", &kOidType},
    {"invalidityDate", &kGeneralizedTimeType},
    {"certificateIssuer", &kGeneralNames},
    {"id-pkix-ocsp-nonce", &kOctetStringType},
    {"id-pkix-ocsp-archive-cutoff", &kGeneralizedTimeType},
    {"id-pkix-ocsp-extended-revoke", &kNullType},
};

const Type* extension_type(Bytes oid) {
  const KnownOid* id = find_oid(oid);
  if (id == nullptr) return nullptr;
  const auto* found = std::ranges::find(kKnownExtensions, id->name, &KnownExtension::name);
  return found == std::end(kKnownExtensions) ? nullptr : found->type;
}

std::string format_extension(const Node& node) {
  if (node.parts.size() < 2) return {};
  const Bytes oid = node.parts[0].content();
  const KnownOid* id = find_oid(oid);
  const bool is_critical = node.parts.size() > 2 && node.parts[1].value == "TRUE";
  const std::string name = id == nullptr ? dotted(oid) : std::string(id->name);
  return name + (is_critical ? ", critical" : "") +
         (id == nullptr || id->note.empty() ? "" : ": " + std::string(id->note));
}

constexpr Type kExtensionValue = {
    .name = "OCTET STRING", .kind = Type::primitive, .tag = kOctetString, .holds = extension_type};
constexpr Field kExtensionFields[] = {
    {"extnID", &kOidType},
    {"critical", &kBooleanType, "who does not understand it must refuse the whole", optional},
    {"extnValue", &kExtensionValue}};
constexpr Type kExtension = {.name = "Extension",
                             .kind = Type::structure,
                             .tag = kSequence,
                             .fields = kExtensionFields,
                             .summary = format_extension};

}  // namespace

constexpr Type kExtensions = {
    .name = "Extensions", .kind = Type::list, .tag = kSequence, .element = &kExtension};
constexpr Type kReasonCode = {
    .name = "CRLReason", .kind = Type::primitive, .tag = kEnumerated, .format = format_reason};

}  // namespace tls12::tool::asn1
