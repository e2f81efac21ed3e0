// Names, times, algorithms, and each extension's structure (RFC 5280 §4.2, §5.2, §5.3), as data.
#pragma once

#include "show/asn1.hpp"

namespace tls12::tool::asn1 {

// ASN.1's own types
extern const Type kBooleanType, kIntegerType, kBitStringType, kOctetStringType, kNullType, kOidType,
    kIa5Type, kGeneralizedTimeType;

extern const Type kTime;                 ///< RFC 5280 §4.1.2.5
extern const Type kAlgorithmIdentifier;  ///< §4.1.1.2
extern const Type kName;                 ///< §4.1.2.4
extern const Type kExtensions;           ///< §4.1.2.9
extern const Type kReasonCode;           ///< §5.3.1

}  // namespace tls12::tool::asn1
