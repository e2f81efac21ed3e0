// The attributes of names that have a short name: RFC 4514 §3's table, then those that people know
// from their tools (RFC 4519, RFC 2985).
#pragma once

#include <string_view>

#include "x509/asn1/der.hpp"
#include "x509/asn1/oid.hpp"

namespace tls12::x509 {

struct AttributeType {
  Oid oid;
  std::string_view name;
  std::uint8_t string = der::kUtf8String;   ///< the type of its values, or the best of those that
                                            ///< DirectoryString has (RFC 5280 appendix A.1)
  std::size_t max_size = 64, min_size = 1;  ///< in characters: the bounds of RFC 5280 appendix A.1,
                                            ///< of RFC 4519, and of X.520
};

inline constexpr AttributeType kAttributeTypes[] = {
    {make_oid(2, 5, 4, 3), "CN"},
    {make_oid(2, 5, 4, 7), "L", der::kUtf8String, 128},
    {make_oid(2, 5, 4, 8), "ST", der::kUtf8String, 128},
    {make_oid(2, 5, 4, 10), "O"},
    {make_oid(2, 5, 4, 11), "OU"},
    {make_oid(2, 5, 4, 6), "C", der::kPrintableString, 2, 2},
    {make_oid(2, 5, 4, 9), "STREET", der::kUtf8String, 128},
    {make_oid(0, 9, 2342, 19200300, 100, 1, 25), "DC", der::kIa5String, 63},
    {make_oid(0, 9, 2342, 19200300, 100, 1, 1), "UID", der::kUtf8String, 256},
    {make_oid(2, 5, 4, 4), "SN", der::kUtf8String, 32768},
    {make_oid(2, 5, 4, 5), "serialNumber", der::kPrintableString},
    {make_oid(2, 5, 4, 12), "title"},
    {make_oid(2, 5, 4, 15), "businessCategory", der::kUtf8String, 128},
    {make_oid(2, 5, 4, 17), "postalCode", der::kUtf8String, 40},
    {make_oid(2, 5, 4, 42), "givenName", der::kUtf8String, 32768},
    {make_oid(2, 5, 4, 46), "dnQualifier", der::kPrintableString, 32768},
    {make_oid(2, 5, 4, 97), "organizationIdentifier", der::kUtf8String, 32768},
    {make_oid(1, 2, 840, 113549, 1, 9, 1), "emailAddress", der::kIa5String, 255},
};

}  // namespace tls12::x509
