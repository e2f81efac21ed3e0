// Distinguished names (RFC 5280 §4.1.2.4): reading, comparing (§7.1), and RFC 4514's text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "x509/asn1/budget.hpp"
#include "x509/asn1/der.hpp"
#include "x509/asn1/oid.hpp"

namespace tls12::x509 {

/// A Name, checked down to each attribute's string, as one view of its whole encoding.
Bytes read_name(der::Reader& reader);
/// One RelativeDistinguishedName, checked likewise; `tag` is that of its set.
void read_relative_distinguished_name(der::Reader& reader, std::uint8_t tag = der::kSet);
/// A Name without any attribute.
bool is_empty_name(Bytes name);

/// RFC 5280 §7.1: attribute by attribute, in order; strings whatever their type, as FoldedText has
/// them. That also fits domainComponent (§7.3) and emailAddress (RFC 2985 §5.2.1), whose rules
/// ignore ASCII case, and whose characters are ASCII without spaces. Other values compare octet by
/// octet.
/// Both names have been read by read_name().
bool same_name(Bytes a, Bytes b);
/// The same, paid for: names that are spelled otherwise are compared letter by letter. False where
/// the budget does not last.
bool same_name(Bytes a, Bytes b, Budget& budget);
/// §4.2.1.10: whether `name` begins with all that `base` has, compared in the same way.
bool is_within(Bytes name, Bytes base);
/// Equal names have equal hashes. Quick, and no secret: a peer can choose names that collide.
std::uint64_t name_hash(Bytes name);

/// The values of the attributes of this type, as UTF-8.
std::vector<std::string> attribute_texts(Bytes name, const Oid& type);
/// RFC 4514 §2: the last attribute first, "CN=example.org,O=Example".
std::string text_of_name(Bytes name);

}  // namespace tls12::x509
