// The types that several structures use: ASN.1's own, times, algorithms and names, as data.
#pragma once

#include <string>

#include "show/asn1.hpp"

namespace tls12::tool::asn1 {

// ASN.1's own types
extern const Type kBooleanType, kIntegerType, kBitStringType, kOctetStringType, kNullType, kOidType,
    kIa5Type, kGeneralizedTimeType, kAnyType;

extern const Type kTime;                       ///< RFC 5280 §4.1.2.5
extern const Type kAlgorithmIdentifier;        ///< RFC 5280 §4.1.1.2
extern const Type kName;                       ///< RFC 5280 §4.1.2.4
extern const Type kRelativeDistinguishedName;  ///< RFC 5280 §4.1.2.4
extern const Type kGeneralName;                ///< RFC 5280 §4.2.1.6
extern const Type kGeneralNames;               ///< RFC 5280 §4.2.1.6

/// The values of the first parts, one after the other, and how many more there are: each part has a
/// line of its own.
std::string format_parts(const Node& node);

/// The value of one part; empty if there is none.
template <std::size_t index>
std::string format_part(const Node& node) {
  return node.parts.size() > index ? node.parts[index].value : std::string();
}

}  // namespace tls12::tool::asn1
