// GeneralNames (RFC 5280 §4.2.1.6), written from text. What a text is shows by its looks, or by a
// prefix: "DNS:", "IP:", "email:", "URI:", "DN:".
#pragma once

#include <string_view>

#include "tls12/error.hpp"
#include "x509/asn1/der_writer.hpp"

namespace tls12::x509 {

/// A DNS name, perhaps with a wildcard; an IP address; a mailbox; a URI; a distinguished name, in
/// RFC 4514's form, by its prefix alone.
/// Errors: Errc::misuse, which tells the name.
Result<void> write_general_name(std::string_view text, der::Writer& writer);

/// The base of a GeneralSubtree (§4.2.1.10): a DNS name that stands for all below it; an address
/// and its prefix length, "192.0.2.0/24"; a mailbox;
/// "email:example.org" or "URI:example.org", a host, or with a dot before it, all hosts of that
/// domain; a distinguished name. Errors: Errc::misuse.
Result<void> write_subtree_base(std::string_view text, der::Writer& writer);

/// A general name that is a URI. Errors: Errc::misuse.
Result<void> write_uri(std::string_view text, der::Writer& writer);

}  // namespace tls12::x509
