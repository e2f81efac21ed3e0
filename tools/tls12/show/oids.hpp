// Object identifiers that certificates use, by name.
#pragma once

#include <string>
#include <string_view>

#include "tls12/bytes.hpp"

namespace tls12::tool::asn1 {

struct KnownOid {
  std::string_view dotted, name;
  std::string_view brief = {};  ///< of a name's attribute, as RFC 4514 §3 writes it
  std::string_view note = {};   ///< what it is for
};

/// "2.5.4.3".
std::string dotted(Bytes content);
/// Null for one that is not in the table.
const KnownOid* find_oid(Bytes content);
/// "commonName (2.5.4.3)", "1.2.3.4".
std::string format_oid(Bytes content);

}  // namespace tls12::tool::asn1
