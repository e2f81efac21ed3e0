// Encrypted private keys: PKCS#8's EncryptedPrivateKeyInfo (RFC 5958 §3), protected by PBES2 (RFC
// 8018 §6.2).
#pragma once

#include "base/secret.hpp"
#include "tls12/certificate.hpp"

namespace tls12::x509 {

/// Whether `der` starts as EncryptedPrivateKeyInfo does, with its algorithm. Other private keys
/// start with their version.
bool is_encrypted_private_key(Bytes der);

/// The PrivateKeyInfo inside. Reads PBKDF2 with HMAC-SHA-1, 256, 384 or 512, and AES-CBC. The
/// passphrase is not requested for a key that cannot be decrypted. Errors: Errc::bad_private_key,
/// Errc::key_unsupported (also more than kMaxKeyIterations), Errc::algorithm_unavailable,
/// Errc::key_encrypted (no passphrase), Errc::wrong_passphrase.
Result<SecretVector> decrypt_private_key(Bytes der, const Provider& provider,
                                         const AskPassphrase& ask);

/// How to convert a key whose encryption is not supported.
inline constexpr char kConvertKey[] =
    "convert it: openssl pkey -in FILE -aes256 -out NEW.pem"
    " (DES and RC2: with -provider legacy -provider default)";

}  // namespace tls12::x509
