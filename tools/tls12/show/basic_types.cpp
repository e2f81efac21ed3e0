#include "show/basic_types.hpp"

#include <algorithm>

#include "show/oids.hpp"
#include "show/value_format.hpp"

namespace tls12::tool::asn1 {

using enum Field::Presence;
using enum Field::Tagging;

constexpr Type kBooleanType = {
    .name = "BOOLEAN", .kind = Type::primitive, .tag = kBoolean, .format = format_boolean};
constexpr Type kIntegerType = {
    .name = "INTEGER", .kind = Type::primitive, .tag = kInteger, .format = format_integer};
constexpr Type kBitStringType = {
    .name = "BIT STRING", .kind = Type::primitive, .tag = kBitString, .format = format_bits};
constexpr Type kOctetStringType = {
    .name = "OCTET STRING", .kind = Type::primitive, .tag = kOctetString};
constexpr Type kNullType = {.name = "NULL", .kind = Type::primitive, .tag = kNull};
constexpr Type kOidType = {.name = "OBJECT IDENTIFIER",
                           .kind = Type::primitive,
                           .tag = kObjectIdentifier,
                           .format = format_oid};
constexpr Type kIa5Type = {
    .name = "IA5String", .kind = Type::primitive, .tag = kIa5String, .format = format_string};
constexpr Type kGeneralizedTimeType = {.name = "GeneralizedTime",
                                       .kind = Type::primitive,
                                       .tag = kGeneralizedTime,
                                       .format = format_generalized_time};
constexpr Type kAnyType = {.name = "ANY", .kind = Type::any};

std::string format_parts(const Node& node) {
  constexpr std::size_t kAtMost = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(node.parts.size(), kAtMost); ++i)
    text += (text.empty() ? "" : ", ") + node.parts[i].value;
  return node.parts.size() > kAtMost
             ? text + ", and " + std::to_string(node.parts.size() - kAtMost) + " more"
             : text;
}

namespace {

constexpr Type kUtcTimeType = {
    .name = "UTCTime", .kind = Type::primitive, .tag = kUtcTime, .format = format_utc_time};

// ------------------------------------------------ times and algorithms

constexpr Field kTimeFields[] = {{"", &kUtcTimeType}, {"", &kGeneralizedTimeType}};
constexpr Field kAlgorithmIdentifierFields[] = {{"algorithm", &kOidType},
                                                {"parameters", &kAnyType, "", optional}};

std::string format_algorithm(const Node& node) {
  // The curve of an elliptic key is its parameter.
  const bool has_curve = node.parts.size() == 2 && node.parts[1].type == kOidType.name;
  return has_curve ? node.parts[0].value + ", " + node.parts[1].value : format_part<0>(node);
}

// ------------------------------------------------ names: RFC 5280 §4.1.2.4

/// "CN=example.org".
std::string format_attribute(const Node& node) {
  if (node.parts.size() != 2) return {};
  const KnownOid* type = find_oid(node.parts[0].content());
  const std::string name = type == nullptr
                               ? dotted(node.parts[0].content())
                               : std::string(type->brief.empty() ? type->name : type->brief);
  std::string_view value = node.parts[1].value;
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  std::string text = name + "=";
  for (const char c : value)
    text.append(c == ',' || c == '+' ? "\\" : "").append(1, c);  // RFC 4514 §2.4
  return text;
}

/// RFC 4514 §2.1: the last comes first.
std::string format_name(const Node& node) {
  std::string text;
  for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
    text.append(text.empty() ? "" : ",").append(part->value);
  return text.empty() ? "empty" : text;
}

std::string format_attributes(const Node& node) {
  std::string text;
  for (const Node& part : node.parts) text += (text.empty() ? "" : "+") + part.value;
  return text;
}

constexpr Field kAttributeFields[] = {{"type", &kOidType}, {"value", &kAnyType}};
constexpr Type kAttributeTypeAndValue = {.name = "AttributeTypeAndValue",
                                         .kind = Type::structure,
                                         .tag = kSequence,
                                         .fields = kAttributeFields,
                                         .summary = format_attribute};

// ------------------------------------------------ general names: RFC 5280 §4.2.1.6

constexpr Type kAddress = {
    .name = "OCTET STRING", .kind = Type::primitive, .tag = kOctetString, .format = format_address};
constexpr Field kOtherNameFields[] = {{"type-id", &kOidType},
                                      {"value", &kAnyType, "", required, explicitly, 0}};
constexpr Type kOtherName = {.name = "OtherName",
                             .kind = Type::structure,
                             .tag = kSequence,
                             .fields = kOtherNameFields,
                             .summary = format_part<0>};
constexpr Field kGeneralNameFields[] = {
    {"otherName", &kOtherName, "", required, implicitly, 0},
    {"rfc822Name", &kIa5Type, "an e-mail address", required, implicitly, 1},
    {"dNSName", &kIa5Type, "", required, implicitly, 2},
    {"x400Address", &kAnyType, "", required, implicitly, 3},
    {"directoryName", &kName, "", required, explicitly, 4},
    {"ediPartyName", &kAnyType, "", required, implicitly, 5},
    {"uniformResourceIdentifier", &kIa5Type, "", required, implicitly, 6},
    {"iPAddress", &kAddress, "", required, implicitly, 7},
    {"registeredID", &kOidType, "", required, implicitly, 8},
};

}  // namespace

constexpr Type kTime = {.name = "Time", .kind = Type::choice, .fields = kTimeFields};
constexpr Type kAlgorithmIdentifier = {.name = "AlgorithmIdentifier",
                                       .kind = Type::structure,
                                       .tag = kSequence,
                                       .fields = kAlgorithmIdentifierFields,
                                       .summary = format_algorithm};
constexpr Type kName = {.name = "Name",
                        .kind = Type::list,
                        .tag = kSequence,
                        .element = &kRelativeDistinguishedName,
                        .summary = format_name};
constexpr Type kRelativeDistinguishedName = {.name = "RelativeDistinguishedName",
                                             .kind = Type::list,
                                             .tag = kSet,
                                             .element = &kAttributeTypeAndValue,
                                             .summary = format_attributes};
constexpr Type kGeneralName = {
    .name = "GeneralName", .kind = Type::choice, .fields = kGeneralNameFields};
constexpr Type kGeneralNames = {.name = "GeneralNames",
                                .kind = Type::list,
                                .tag = kSequence,
                                .element = &kGeneralName,
                                .summary = format_parts};

}  // namespace tls12::tool::asn1
