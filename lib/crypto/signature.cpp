// What implementations need not have, and a generated private key: its numbers, and their end.
#include "base/secret.hpp"
#include "tls12/crypto.hpp"

namespace tls12 {

std::optional<bool> Signature::verify_digest(const PublicKey&, HashAlgorithm, std::size_t, Bytes,
                                             Bytes) const {
  return std::nullopt;
}

bool Signature::is_on_curve(const PublicKey&) const { return true; }

Signature::Generated::~Generated() {
  for (auto* secret : {&private_exponent, &prime1, &prime2, &scalar}) {
    if (!secret->empty()) wipe(*secret);
  }
}

PrivateKeyNumbers Signature::Generated::numbers() const {
  return {.kind = kind,
          .modulus = modulus,
          .public_exponent = public_exponent,
          .private_exponent = private_exponent,
          .prime1 = prime1,
          .prime2 = prime2,
          .scalar = scalar};
}

}  // namespace tls12
