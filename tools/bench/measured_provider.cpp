#include "measured_provider.hpp"

#include "allocations.hpp"

namespace bench {
namespace {

using namespace tls12;
using Clock = std::chrono::steady_clock;

thread_local std::chrono::nanoseconds total{0};
thread_local int depth = 0;

// Primitives call others (a signature draws randomness): only the outermost counts.
class Timed {
 public:
  Timed() { ++depth; }
  ~Timed() {
    if (--depth == 0) total += Clock::now() - start_;
  }

 private:
  InsidePrimitive inside_;
  Clock::time_point start_ = Clock::now();
};

struct TimedAeadKey final : AeadKey {
  explicit TimedAeadKey(std::unique_ptr<AeadKey> k) : key(std::move(k)) {}
  void seal(Bytes nonce, Bytes aad, Bytes plaintext, std::uint8_t* out) override {
    const Timed timed;
    key->seal(nonce, aad, plaintext, out);
  }
  bool open(Bytes nonce, Bytes aad, Bytes sealed, std::uint8_t* out) override {
    const Timed timed;
    return key->open(nonce, aad, sealed, out);
  }
  std::unique_ptr<AeadKey> key;
};

struct TimedAead final : Aead {
  explicit TimedAead(const Aead& b) : base(b) {}
  std::unique_ptr<AeadKey> with_key(Bytes key) const override {
    const Timed timed;
    return std::make_unique<TimedAeadKey>(base.with_key(key));
  }
  const Aead& base;
};

struct TimedCbcKey final : CbcKey {
  explicit TimedCbcKey(std::unique_ptr<CbcKey> k) : key(std::move(k)) {}
  void encrypt(Bytes iv, Bytes plaintext, std::uint8_t* out) override {
    const Timed timed;
    key->encrypt(iv, plaintext, out);
  }
  void decrypt(Bytes iv, Bytes ciphertext, std::uint8_t* out) override {
    const Timed timed;
    key->decrypt(iv, ciphertext, out);
  }
  std::unique_ptr<CbcKey> key;
};

struct TimedCbc final : Cbc {
  explicit TimedCbc(const Cbc& b) : base(b) {}
  std::unique_ptr<CbcKey> with_key(Bytes key) const override {
    const Timed timed;
    return std::make_unique<TimedCbcKey>(base.with_key(key));
  }
  const Cbc& base;
};

struct TimedHash final : HashFunction {
  explicit TimedHash(const HashFunction& b) : base(b) {}
  std::size_t digest_size() const override { return base.digest_size(); }
  std::size_t block_size() const override { return base.block_size(); }
  void start(void* state) const override {
    const Timed timed;
    base.start(state);
  }
  void update(void* state, Bytes data) const override {
    const Timed timed;
    base.update(state, data);
  }
  void finish(void* state, std::uint8_t* digest) const override {
    const Timed timed;
    base.finish(state, digest);
  }
  void chaining_value(const void* state, std::uint8_t* out) const override {
    const Timed timed;
    base.chaining_value(state, out);
  }
  const HashFunction& base;
};

struct TimedHmacKey final : HmacKey {
  explicit TimedHmacKey(std::unique_ptr<HmacKey> k) : key(std::move(k)) {}
  bool compute(std::initializer_list<Bytes> parts, std::uint8_t* out) override {
    const Timed timed;
    return key->compute(parts, out);
  }
  std::unique_ptr<HmacKey> key;
};

struct TimedHmac final : Hmac {
  explicit TimedHmac(const Hmac& b) : base(b) {}
  std::unique_ptr<HmacKey> with_key(Bytes key) const override {
    const Timed timed;
    return std::make_unique<TimedHmacKey>(base.with_key(key));
  }
  const Hmac& base;
};

struct TimedKeyShare final : KeyShare {
  explicit TimedKeyShare(std::unique_ptr<KeyShare> s) : share(std::move(s)) {}
  Bytes public_value() const override { return share->public_value(); }
  Result<void> derive(Bytes peer, MutableBytes secret) override {
    const Timed timed;
    return share->derive(peer, secret);
  }
  std::unique_ptr<KeyShare> share;
};

struct TimedGroup final : Group {
  explicit TimedGroup(const Group& b) : base(b) {}
  Result<std::unique_ptr<KeyShare>> generate(Random& random) const override {
    const Timed timed;
    auto share = base.generate(random);
    if (!share) return std::unexpected(share.error());
    return std::make_unique<TimedKeyShare>(std::move(*share));
  }
  const Group& base;
};

struct TimedDh final : Dh {
  explicit TimedDh(const Dh& b) : base(b) {}
  Result<std::unique_ptr<KeyShare>> generate(const DhParameters& parameters,
                                             Random& random) const override {
    const Timed timed;
    auto share = base.generate(parameters, random);
    if (!share) return std::unexpected(share.error());
    return std::make_unique<TimedKeyShare>(std::move(*share));
  }
  const Dh& base;
};

struct TimedDecryptionKey final : DecryptionKey {
  explicit TimedDecryptionKey(std::shared_ptr<const DecryptionKey> k) : key(std::move(k)) {}
  Result<std::size_t> decrypt(Bytes ciphertext, Random& random, MutableBytes out) const override {
    const Timed timed;
    return key->decrypt(ciphertext, random, out);
  }
  std::shared_ptr<const DecryptionKey> key;
};

struct TimedRsaEncryption final : RsaEncryption {
  explicit TimedRsaEncryption(const RsaEncryption& b) : base(b) {}
  Result<std::size_t> encrypt(const PublicKey& key, Bytes message, Random& random,
                              MutableBytes out) const override {
    const Timed timed;
    return base.encrypt(key, message, random, out);
  }
  Result<std::shared_ptr<const DecryptionKey>> load(const PrivateKeyNumbers& key) const override {
    auto loaded = base.load(key);
    if (!loaded) return loaded;
    return std::make_shared<const TimedDecryptionKey>(std::move(*loaded));
  }
  const RsaEncryption& base;
};

struct TimedSigningKey final : SigningKey {
  explicit TimedSigningKey(std::shared_ptr<const SigningKey> k) : key(std::move(k)) {}
  Result<std::size_t> sign(HashAlgorithm hash, std::size_t salt, Bytes message, Random& random,
                           MutableBytes out) const override {
    const Timed timed;
    return key->sign(hash, salt, message, random, out);
  }
  std::shared_ptr<const SigningKey> key;
};

struct TimedSignature final : Signature {
  explicit TimedSignature(const Signature& b) : base(b) {}
  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt, Bytes message,
              Bytes signature) const override {
    const Timed timed;
    return base.verify(key, hash, salt, message, signature);
  }
  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& key) const override {
    auto loaded = base.load(key);
    if (!loaded) return loaded;
    return std::make_shared<const TimedSigningKey>(std::move(*loaded));
  }
  Result<std::size_t> public_point(const PrivateKeyNumbers& key, MutableBytes out) const override {
    return base.public_point(key, out);
  }
  Result<Generated> generate(Random& random, std::size_t bits) const override {
    return base.generate(random, bits);
  }
  const Signature& base;
};

struct TimedRandom final : Random {
  explicit TimedRandom(Random& b) : base(b) {}
  bool fill(MutableBytes out) override {
    const Timed timed;
    return base.fill(out);
  }
  Random& base;
};

template <class Wrapper, class Row>
void wrap(Provider& provider, Row& row) {
  if (!row) return;
  auto wrapper = std::make_shared<Wrapper>(*row.implementation);
  row.implementation = wrapper.get();
  provider.owned.push_back(wrapper);
}

}  // namespace

std::chrono::nanoseconds primitive_time() { return total; }

ProviderPtr measured(ProviderPtr base) {
  auto provider = std::make_shared<Provider>(*base);
  provider->owned.push_back(base);
  for (auto& row : provider->aeads) wrap<TimedAead>(*provider, row);
  for (auto& row : provider->cbcs) wrap<TimedCbc>(*provider, row);
  for (auto& row : provider->hashes) wrap<TimedHash>(*provider, row);
  for (auto& row : provider->hmacs) wrap<TimedHmac>(*provider, row);
  for (auto& row : provider->groups) wrap<TimedGroup>(*provider, row);
  wrap<TimedDh>(*provider, provider->dh);
  for (auto& row : provider->signatures) wrap<TimedSignature>(*provider, row);
  wrap<TimedRsaEncryption>(*provider, provider->rsa_encryption);
  auto random = std::make_shared<TimedRandom>(base->rng());
  provider->random.implementation = random.get();
  provider->owned.push_back(random);
  return provider;
}

}  // namespace bench
