// The numbers of an RSA private key that PKCS#1 writes down beside those that everyone keeps (RFC
// 8017 §3.2).
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "tls12/bytes.hpp"

namespace tls12::x509 {

struct RsaCrt {
  SecretVector exponent1, exponent2, coefficient;  ///< big-endian, of the primes' sizes
};

/// d mod (p - 1), d mod (q - 1) and q^-1 mod p. Nothing when p or q are not odd or have a common
/// factor.
/// Its time depends on the numbers: for writing keys to files, not for what a peer can ask for.
std::optional<RsaCrt> rsa_crt(Bytes private_exponent, Bytes prime1, Bytes prime2);

}  // namespace tls12::x509
