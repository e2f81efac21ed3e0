// What mbedTLS's libmbedcrypto offers, one object an algorithm.
#pragma once

#include "tls12/crypto.hpp"

namespace tls12::mbedtls {

const Aead& aead(AeadAlgorithm algorithm);
const HashFunction& hash(HashAlgorithm algorithm);
const Hmac& hmac(HashAlgorithm algorithm);
const Group& group(GroupAlgorithm algorithm);
const Signature& ecdsa(SignatureFamily family);
const Signature& rsa_pkcs1();
const Signature& rsa_pss();

}  // namespace tls12::mbedtls
