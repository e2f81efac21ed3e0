// SHA-256, SHA-512 and HMAC with them, by libsodium.
#include <sodium.h>

#include <new>
#include <type_traits>

#include "base/secret.hpp"
#include "crypto/chaining_value.hpp"
#include "crypto/sodium/backend.hpp"

namespace tls12::sodium {
namespace {

struct Sha256 {
  using State = crypto_hash_sha256_state;
  static constexpr auto kStart = crypto_hash_sha256_init;
  static constexpr auto kUpdate = crypto_hash_sha256_update;
  static constexpr auto kFinish = crypto_hash_sha256_final;
  static constexpr HashAlgorithm kAlgorithm = HashAlgorithm::sha256;
};

struct Sha512 {
  using State = crypto_hash_sha512_state;
  static constexpr auto kStart = crypto_hash_sha512_init;
  static constexpr auto kUpdate = crypto_hash_sha512_update;
  static constexpr auto kFinish = crypto_hash_sha512_final;
  static constexpr HashAlgorithm kAlgorithm = HashAlgorithm::sha512;
};

template <class Sha>
class HashOf final : public HashFunction {
  using State = typename Sha::State;
  static_assert(sizeof(State) <= kMaxHashState && alignof(State) <= 16 &&
                std::is_trivially_copyable_v<State>);

 public:
  std::size_t digest_size() const override { return tls12::digest_size(Sha::kAlgorithm); }
  std::size_t block_size() const override { return tls12::block_size(Sha::kAlgorithm); }
  void start(void* state) const override { Sha::kStart(static_cast<State*>(state)); }
  void update(void* state, Bytes data) const override {
    Sha::kUpdate(static_cast<State*>(state), data.data(), data.size());
  }
  void finish(void* state, std::uint8_t* digest) const override {
    Sha::kFinish(static_cast<State*>(state), digest);
  }
  // The library takes a block in as soon as it is whole, so that nothing waits elsewhere.
  void chaining_value(const void* state, std::uint8_t* out) const override {
    crypto::write_words(static_cast<const State*>(state)->state, digest_size(), out);
  }
};

struct HmacSha256 {
  using State = crypto_auth_hmacsha256_state;
  static constexpr auto kStart = crypto_auth_hmacsha256_init;
  static constexpr auto kUpdate = crypto_auth_hmacsha256_update;
  static constexpr auto kFinish = crypto_auth_hmacsha256_final;
};

struct HmacSha512 {
  using State = crypto_auth_hmacsha512_state;
  static constexpr auto kStart = crypto_auth_hmacsha512_init;
  static constexpr auto kUpdate = crypto_auth_hmacsha512_update;
  static constexpr auto kFinish = crypto_auth_hmacsha512_final;
};

/// Holds the state that has taken in the key; each computation starts from a copy of it.
template <class Mac>
class HmacKeyOf final : public HmacKey {
  using State = typename Mac::State;

 public:
  explicit HmacKeyOf(Bytes key) { Mac::kStart(&keyed_, key.data(), key.size()); }
  ~HmacKeyOf() override { sodium_memzero(&keyed_, sizeof keyed_); }

  bool compute(std::initializer_list<Bytes> parts, std::uint8_t* out) override {
    State state = keyed_;
    for (const Bytes part : parts) Mac::kUpdate(&state, part.data(), part.size());
    Mac::kFinish(&state, out);
    sodium_memzero(&state, sizeof state);
    return true;
  }

 private:
  State keyed_;
};

template <class Mac>
class HmacOf final : public Hmac {
 public:
  std::unique_ptr<HmacKey> with_key(Bytes key) const override {
    // libsodium may not be given a null key, which is what an empty view can be.
    static constexpr std::uint8_t kNone[1] = {};
    return std::unique_ptr<HmacKey>(new (std::nothrow)
                                        HmacKeyOf<Mac>(key.empty() ? Bytes(kNone, 0) : key));
  }
};

}  // namespace

const HashFunction& sha256() {
  static const HashOf<Sha256> hash;
  return hash;
}

const HashFunction& sha512() {
  static const HashOf<Sha512> hash;
  return hash;
}

const Hmac& hmac_sha256() {
  static const HmacOf<HmacSha256> hmac;
  return hmac;
}

const Hmac& hmac_sha512() {
  static const HmacOf<HmacSha512> hmac;
  return hmac;
}

}  // namespace tls12::sodium
