// The structures of RFC 5280, RFC 6960 and RFC 2986, as data.
#pragma once

#include "show/asn1.hpp"

namespace tls12::tool::asn1 {

/// What a file may hold.
struct Document {
  const char* label;    ///< of its PEM block (RFC 7468)
  const char* name;     ///< for people
  const char* section;  ///< where its structure is defined
  const Type* type;
};

std::span<const Document> documents();

}  // namespace tls12::tool::asn1
