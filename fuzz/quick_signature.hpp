// A signature that costs a hash: whoever knows a public key can make it, so it proves nothing, but
// only the right key and the right bytes agree.
// It stands in the provider's table in Ed25519's place, so that a fuzzer spends its time on the
// search, and counts what is checked.
#pragma once

#include <algorithm>
#include <array>
#include <memory>

#include "tls12/crypto.hpp"

namespace tls12::fuzz {

inline constexpr std::size_t kSeedSize = 32, kQuickSignatureSize = 64;

class QuickSignature final : public Signature {
 public:
  explicit QuickSignature(const HashFunction& sha512) : hash_(sha512) {}

  bool verify(const PublicKey& key, HashAlgorithm, std::size_t, Bytes message,
              Bytes signature) const override {
    ++checks;
    std::array<std::uint8_t, kQuickSignatureSize> right;
    make(key.point, message, right);
    return std::ranges::equal(signature, right);
  }

  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& key) const override {
    return std::make_shared<const Key>(*this, key.scalar);
  }
  Result<std::size_t> public_point(const PrivateKeyNumbers& key, MutableBytes out) const override {
    std::ranges::copy(key.scalar, out.begin());
    return key.scalar.size();
  }
  Result<Generated> generate(Random& random, std::size_t) const override {
    Generated key;
    key.kind = KeyKind::ed25519;
    key.scalar.resize(kSeedSize);
    if (!random.fill(key.scalar)) return fail(Errc::randomness_failed);
    return key;
  }

  mutable std::size_t checks = 0;

 private:
  struct Key final : SigningKey {
    Key(const QuickSignature& s, Bytes seed) : scheme(s) { std::ranges::copy(seed, point.begin()); }
    Result<std::size_t> sign(HashAlgorithm, std::size_t, Bytes message, Random&,
                             MutableBytes out) const override {
      scheme.make(point, message, out);
      return kQuickSignatureSize;
    }
    const QuickSignature& scheme;
    std::array<std::uint8_t, kSeedSize> point = {};
  };

  void make(Bytes point, Bytes message, MutableBytes out) const {
    Hash hash(hash_);
    hash.update(point);
    hash.update(message);
    hash.digest(out);
  }

  const HashFunction& hash_;
};

/// The deterministic provider with this one scheme, which lives as long as the program.
inline const QuickSignature& quick_signature() {
  static const QuickSignature scheme(*(*default_provider())[HashAlgorithm::sha512].implementation);
  return scheme;
}
inline const ProviderPtr& quick_provider() {
  static const ProviderPtr provider = [] {
    auto table = std::make_shared<Provider>(*deterministic_provider(1));
    table->signatures = {};
    table->signatures[static_cast<std::size_t>(SignatureFamily::ed25519)] = {&quick_signature(),
                                                                             "quick", 300};
    return table;
  }();
  return provider;
}

}  // namespace tls12::fuzz
