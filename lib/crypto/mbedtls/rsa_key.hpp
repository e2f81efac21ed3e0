// RSA keys as mbedTLS holds them.
#pragma once

#include <memory>
#include <mutex>
#include <new>

#include "crypto/mbedtls/compat.hpp"
#include "crypto/mbedtls/handles.hpp"

namespace tls12::mbedtls {

enum class RsaPadding : std::uint8_t { pkcs1, pss };

/// Moduli beyond this make no signature that fits (kMaxSignatureSize).
inline constexpr std::size_t kMaxModulusBits = kMaxSignatureSize * 8;

struct RsaContext : mbedtls_rsa_context {
  explicit RsaContext(RsaPadding scheme) {
    rsa_init(this, scheme == RsaPadding::pss ? MBEDTLS_RSA_PKCS_V21 : MBEDTLS_RSA_PKCS_V15);
  }
  ~RsaContext() { mbedtls_rsa_free(this); }
  RsaContext(const RsaContext&) = delete;
  RsaContext& operator=(const RsaContext&) = delete;

  /// Whether `signature` is right for a digest under this key's public half.
  [[nodiscard]] bool verify(RsaPadding scheme, HashAlgorithm hash, std::size_t salt_size,
                            const Digest& digest, Bytes signature);

  std::unique_ptr<RsaContext> next;  ///< in the pool
};

/// Reads a public key. False when it is none, or has a modulus or exponent beyond what is computed
/// for a peer.
[[nodiscard]] bool read_public(const PublicKey& key, RsaContext& context);

/// A private key for many threads. mbedTLS changes the blinding values in a context at every
/// operation and locks it meanwhile, so one context would let one thread work at a time: each
/// operation under way borrows a context of its own, copied from the master when none is free.
class RsaContexts {
 public:
  explicit RsaContexts(RsaPadding padding) : padding_(padding), master_(padding) {}
  /// Errors: Errc::bad_private_key when the numbers are inconsistent, Errc::key_unsupported when
  /// there are too many of them.
  [[nodiscard]] Result<void> set(const PrivateKeyNumbers& numbers);
  const RsaContext& master() const { return master_; }  ///< only read once it is set
  std::size_t modulus_bits() const { return modulus_bits_; }
  /// Null when memory ran out. What failed is not given back.
  std::unique_ptr<RsaContext> borrow() const;
  void give_back(std::unique_ptr<RsaContext> context) const;

 private:
  const RsaPadding padding_;
  RsaContext master_;
  std::size_t modulus_bits_ = 0;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<RsaContext> pool_;  ///< as many as ever worked at once
};

class RsaSigningKey final : public SigningKey {
 public:
  explicit RsaSigningKey(RsaPadding padding) : padding_(padding), contexts_(padding) {}
  [[nodiscard]] Result<void> set(const PrivateKeyNumbers& numbers) {
    return contexts_.set(numbers);
  }

  Result<std::size_t> sign(HashAlgorithm hash, std::size_t salt_size, Bytes message, Random& random,
                           MutableBytes out) const override;

 private:
  bool fits(HashAlgorithm hash, std::size_t salt_size) const;

  const RsaPadding padding_;
  RsaContexts contexts_;
};

}  // namespace tls12::mbedtls
