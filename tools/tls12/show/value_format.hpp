// Values of ASN.1's own types, in words.
#pragma once

#include <string>

#include "show/asn1.hpp"

namespace tls12::tool::asn1 {

inline constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03,
                              kOctetString = 0x04, kNull = 0x05, kObjectIdentifier = 0x06,
                              kEnumerated = 0x0a, kUtf8String = 0x0c, kPrintableString = 0x13,
                              kTeletexString = 0x14, kIa5String = 0x16, kUtcTime = 0x17,
                              kGeneralizedTime = 0x18, kVisibleString = 0x1a,
                              kUniversalString = 0x1c, kBmpString = 0x1e, kSequence = 0x30,
                              kSet = 0x31;

/// Null when it is none of the types that X.509 uses.
const Type* universal_type(std::uint8_t tag);

// Each takes the content of an element.
std::string format_boolean(Bytes content);
std::string format_integer(Bytes content);
std::string format_bits(Bytes content);
std::string format_string(Bytes content);
std::string format_bmp_string(Bytes content);
std::string format_utc_time(Bytes content);
std::string format_generalized_time(Bytes content);
/// An IPv4 or IPv6 address, or one with its mask.
std::string format_address(Bytes content);

/// The set bits of a BIT STRING, by name.
std::string format_named_bits(Bytes content, std::span<const char* const> names);
/// The name of a small INTEGER or ENUMERATED, or its number.
std::string format_named_number(Bytes content, std::span<const char* const> names);

}  // namespace tls12::tool::asn1
