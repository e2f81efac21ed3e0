// Distinguished names, written from text.
#pragma once

#include <string_view>

#include "base/secret.hpp"
#include "tls12/error.hpp"

namespace tls12::x509 {

/// A Name of one common name; an empty one when `common_name` is empty.
SecretVector encode_common_name(std::string_view common_name);

/// A Name from RFC 4514's text, "CN=example.org,O=Example,C=DE": the last attribute comes first.
/// Types are short names, whatever their case, or dotted numbers; white space around the signs is
/// allowed, as older texts have it (RFC 2253 §4). Errors: Errc::misuse, which says what is wrong.
Result<SecretVector> encode_name(std::string_view text);

}  // namespace tls12::x509
