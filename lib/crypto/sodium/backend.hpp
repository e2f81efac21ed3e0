// What libsodium offers, one object an algorithm. libsodium must have been initialised before any
// of them is used.
#pragma once

#include "tls12/crypto.hpp"

namespace tls12::sodium {

const Aead& chacha20_poly1305();
const Aead& aes_256_gcm();
const HashFunction& sha256();
const HashFunction& sha512();
const Hmac& hmac_sha256();
const Hmac& hmac_sha512();
const Group& x25519();
const Signature& ed25519();

}  // namespace tls12::sodium
