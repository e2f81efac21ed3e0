// What mbedTLS's libmbedcrypto offers, one object an algorithm.
#pragma once

#include "tls12/crypto.hpp"

namespace tls12::mbedtls {

const Aead& aead(AeadAlgorithm algorithm);
const Cbc& cbc();
/// Null if the library does not show the chaining value (HashFunction::chaining_value).
const HashFunction* hash(HashAlgorithm algorithm);
const Hmac& hmac(HashAlgorithm algorithm);
const Pbkdf2& pbkdf2(HashAlgorithm algorithm);
const Group& elliptic_curve(GroupAlgorithm algorithm);
const Group& finite_field(GroupAlgorithm algorithm);
const Dh& dh();
const Signature& ecdsa(SignatureFamily family);
const Signature& rsa_pkcs1();
const Signature& rsa_pss();
const RsaEncryption& rsa_encryption();

}  // namespace tls12::mbedtls
