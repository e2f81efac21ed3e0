// ECDSA's two numbers as they travel (RFC 8422 §5.4, RFC 3279 §2.2.3): SEQUENCE { INTEGER r,
// INTEGER s }, in DER and in nothing looser.
#pragma once

#include <optional>

#include "tls12/bytes.hpp"

namespace tls12::crypto {

/// The numbers without the zero byte that keeps an INTEGER positive; they view the signature.
struct EcdsaNumbers {
  Bytes r, s;
};

/// Nothing when it is not DER, has bytes too many, or has a number that is not positive.
std::optional<EcdsaNumbers> parse_ecdsa_signature(Bytes signature);

/// `r` and `s` are big-endian and may have leading zeros; each has `size` bytes. Returns the bytes
/// written: at most 2 * size + 9.
std::size_t write_ecdsa_signature(const std::uint8_t* r, const std::uint8_t* s, std::size_t size,
                                  std::uint8_t* out);

}  // namespace tls12::crypto
