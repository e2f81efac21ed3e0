// The AEAD suites' protection (RFC 5246 §6.2.3.3), with the two ways TLS 1.2 makes a nonce: RFC
// 5288 §3 (and RFC 6655 §3), and RFC 7905 §2.
#pragma once

#include "base/secret.hpp"
#include "record/protection.hpp"

namespace tls12::record {

/// How TLS uses an AEAD: the two parts of its nonces (RFC 5246 §6.2.3.3), and how many records one
/// key may protect.
struct AeadUse {
  std::size_t fixed_iv_size;             ///< bytes of the nonce that come from the key block
  std::size_t explicit_nonce_size;       ///< bytes of the nonce that come with each record
  std::uint64_t Limits::* records_warn;  ///< null: Protection::kNoLimit
  std::uint64_t Limits::* records_end;
};
constexpr AeadUse use_of(AeadAlgorithm algorithm) {
  using enum AeadAlgorithm;
  switch (algorithm) {
    // RFC 5288 §3, RFC 6655 §3
    case aes_128_gcm:
    case aes_256_gcm:
    case aes_128_ccm:
    case aes_256_ccm:
    case aes_128_ccm_8:
    case aes_256_ccm_8: return {4, 8, &Limits::aes_records_warn, &Limits::aes_records_end};
    // RFC 7905 §2
    case chacha20_poly1305: return {12, 0, nullptr, &Limits::chacha20_records_end};
  }
  return {};
}

/// AES-GCM and AES-CCM, RFC 5288 §3 and RFC 6655 §3: a salt from the key block, then eight bytes
/// that travel in front of the ciphertext. We send the sequence number there, which never repeats;
/// of a peer's we ask nothing.
class ExplicitNonceProtection final : public Protection {
 public:
  static constexpr std::size_t kSaltSize = 4, kExplicitNonceSize = 8;
  /// `salt` is kSaltSize bytes.
  ExplicitNonceProtection(std::unique_ptr<AeadKey> key, std::size_t tag_size, Bytes salt,
                          std::uint64_t records_warn, std::uint64_t records_end);
  std::size_t sealed_size(std::size_t plaintext_size) const override {
    return kExplicitNonceSize + plaintext_size + tag_size_;
  }
  bool seal(std::uint64_t sequence, ContentType type, ProtocolVersion version, Bytes plaintext,
            std::uint8_t* out) override;
  std::optional<MutableBytes> open(std::uint64_t sequence, ContentType type,
                                   ProtocolVersion version, MutableBytes fragment) override;

 private:
  std::unique_ptr<AeadKey> key_;
  std::size_t tag_size_;
  Secret<kAeadNonceSize> nonce_;  // the salt stays in front; the rest is the record's
};

/// RFC 7905 §2: the whole nonce is known to both ends, the key block's IV with the sequence number
/// exclusive-ored into its end.
class ChaChaProtection final : public Protection {
 public:
  static constexpr std::size_t kTagSize = tag_size(AeadAlgorithm::chacha20_poly1305);
  /// `iv` is kAeadNonceSize bytes.
  ChaChaProtection(std::unique_ptr<AeadKey> key, Bytes iv, std::uint64_t records_warn,
                   std::uint64_t records_end);
  std::size_t sealed_size(std::size_t plaintext_size) const override {
    return plaintext_size + kTagSize;
  }
  bool seal(std::uint64_t sequence, ContentType type, ProtocolVersion version, Bytes plaintext,
            std::uint8_t* out) override;
  std::optional<MutableBytes> open(std::uint64_t sequence, ContentType type,
                                   ProtocolVersion version, MutableBytes fragment) override;

 private:
  std::unique_ptr<AeadKey> key_;
  Secret<kAeadNonceSize> iv_;
};

}  // namespace tls12::record
