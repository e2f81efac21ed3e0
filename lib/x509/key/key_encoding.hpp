// Private keys as files carry them: PKCS#8 (RFC 5958), SEC 1 (RFC 5915), PKCS#1 (RFC 8017 appendix
// A.1.2), Ed25519 (RFC 8410 §7).
#pragma once

#include <optional>
#include <vector>

#include "base/secret.hpp"
#include "tls12/crypto.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::x509 {

/// A private key that owns its numbers.
struct OwnedKey {
  KeyKind kind = KeyKind::rsa;
  std::optional<PssParameters> pss = {};  ///< what an RSA-PSS key is restricted to
  SecretVector modulus = {}, public_exponent = {}, private_exponent = {}, prime1 = {}, prime2 = {};
  SecretVector scalar = {};
  std::vector<std::uint8_t> point = {};  ///< the public half, where the encoding has one

  PrivateKeyNumbers numbers() const;
};

/// Any of the four, told apart by shape; not encrypted. Errors: Errc::bad_private_key,
/// Errc::key_unsupported.
Result<OwnedKey> read_private_key(Bytes der);

/// PKCS#8 of version 1 (RFC 5958 §2). Errors: Errc::bad_private_key when RSA primes make no sense.
Result<SecretVector> write_private_key(const OwnedKey& key, Bytes point);

}  // namespace tls12::x509
