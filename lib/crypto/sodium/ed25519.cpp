// Ed25519 (RFC 8032) by libsodium.
#include <sodium.h>

#include <algorithm>
#include <new>

#include "base/secret.hpp"
#include "crypto/sodium/backend.hpp"

namespace tls12::sodium {
namespace {

constexpr std::size_t kSeedSize = crypto_sign_ed25519_SEEDBYTES,
                      kPointSize = crypto_sign_ed25519_PUBLICKEYBYTES,
                      kSignatureSize = crypto_sign_ed25519_BYTES;

/// libsodium's private key: the seed and the point.
class KeyPair final : public SigningKey {
 public:
  explicit KeyPair(Bytes seed) {
    crypto_sign_ed25519_seed_keypair(point_.data(), secret_.bytes().data(), seed.data());
  }
  Bytes point() const { return point_; }

  Result<std::size_t> sign(HashAlgorithm, std::size_t, Bytes message, Random&,
                           MutableBytes out) const override {
    if (out.size() < kSignatureSize) return fail(Errc::misuse);
    if (crypto_sign_ed25519_detached(out.data(), nullptr, message.data(), message.size(),
                                     secret_.bytes().data()) != 0)
      return fail(Errc::crypto_failed);
    return kSignatureSize;
  }

 private:
  Secret<crypto_sign_ed25519_SECRETKEYBYTES> secret_{crypto_sign_ed25519_SECRETKEYBYTES};
  std::array<std::uint8_t, kPointSize> point_ = {};
};

bool is_seed(const PrivateKeyNumbers& key) {
  return key.kind == KeyKind::ed25519 && key.scalar.size() == kSeedSize;
}

class Ed25519 final : public Signature {
 public:
  bool verify(const PublicKey& key, HashAlgorithm, std::size_t, Bytes message,
              Bytes signature) const override {
    if (key.kind != KeyKind::ed25519 || key.point.size() != kPointSize ||
        signature.size() != kSignatureSize)
      return false;
    return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                               key.point.data()) == 0;
  }

  /// RFC 8032 §5.1.3. Points of a small order, which no private key has, are refused as well.
  bool is_on_curve(const PublicKey& key) const override {
    return key.kind == KeyKind::ed25519 && key.point.size() == kPointSize &&
           crypto_core_ed25519_is_valid_point(key.point.data()) == 1;
  }

  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& key) const override {
    if (!is_seed(key)) return fail(Errc::bad_private_key);
    try {
      return std::make_shared<const KeyPair>(key.scalar);
    } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
  }

  Result<std::size_t> public_point(const PrivateKeyNumbers& key, MutableBytes out) const override {
    if (!is_seed(key)) return fail(Errc::bad_private_key);
    if (out.size() < kPointSize) return fail(Errc::misuse);
    std::ranges::copy(KeyPair(key.scalar).point(), out.begin());
    return kPointSize;
  }

  Result<Generated> generate(Random& random, std::size_t) const override {
    try {
      Generated key;
      key.kind = KeyKind::ed25519;
      key.scalar.resize(kSeedSize);
      if (!random.fill(key.scalar)) return fail(Errc::randomness_failed);
      return key;
    } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
  }
};

}  // namespace

const Signature& ed25519() {
  static const Ed25519 signature;
  return signature;
}

}  // namespace tls12::sodium
