// Names of algorithms and curves, for messages.
#pragma once

#include <string>

#include "tls12/bytes.hpp"

namespace tls12::x509 {

/// "secp256k1", "DSA with SHA-1"; the dotted identifier of one that is not in the table. `oid` is
/// the content of an OBJECT IDENTIFIER.
std::string algorithm_name(Bytes oid);

}  // namespace tls12::x509
