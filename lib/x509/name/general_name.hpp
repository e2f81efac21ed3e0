// GeneralNames (RFC 5280 §4.2.1.6), read one at a time.
#pragma once

#include <string>

#include "x509/asn1/der.hpp"

namespace tls12::x509 {

struct GeneralName {
  enum Type : std::uint8_t {
    other_name,
    rfc822_name,
    dns_name,
    x400_address,
    directory_name,
    edi_party_name,
    uri,
    ip_address,
    registered_id
  };
  Type type = other_name;
  Bytes value = {};  ///< the text, the address, the Name; for the rest the content of its encoding
};

/// The next GeneralName of the content of a GeneralNames. Wrong characters and addresses that are
/// neither IPv4 nor IPv6 are refused.
GeneralName read_general_name(der::Reader& reader);
/// A GeneralNames, of which there is at least one: its content.
Bytes read_general_names(der::Reader& reader, std::uint8_t tag = der::kSequence);
/// The base of the next GeneralSubtree (§4.2.1.10): the same, but that an address is followed by
/// its mask. The minimum is zero, and there is no maximum.
GeneralName read_subtree(der::Reader& list);

/// "192.0.2.1", "2001:db8::1"; `address` is 4 or 16 octets.
std::string text_of_address(Bytes address);

}  // namespace tls12::x509
