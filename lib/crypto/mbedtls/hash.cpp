// SHA-1, SHA-256, SHA-384, SHA-512 by mbedTLS, and HMAC over them.
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include <cstring>
#include <new>
#include <type_traits>

#include "base/secret.hpp"
#include "crypto/chaining_value.hpp"
#include "crypto/mbedtls/backend.hpp"

namespace tls12::mbedtls {
namespace {

struct Sha1 {
  using State = mbedtls_sha1_context;
  static constexpr std::size_t kSize = 20, kBlock = 64;
  static void start(State* s) { mbedtls_sha1_init(s), mbedtls_sha1_starts_ret(s); }
  static constexpr auto kUpdate = mbedtls_sha1_update_ret;
  static constexpr auto kFinish = mbedtls_sha1_finish_ret;
};

struct Sha256 {
  using State = mbedtls_sha256_context;
  static constexpr std::size_t kSize = 32, kBlock = 64;
  static void start(State* s) { mbedtls_sha256_init(s), mbedtls_sha256_starts_ret(s, 0); }
  static constexpr auto kUpdate = mbedtls_sha256_update_ret;
  static constexpr auto kFinish = mbedtls_sha256_finish_ret;
};

struct Sha512 {
  using State = mbedtls_sha512_context;
  static constexpr std::size_t kSize = 64, kBlock = 128;
  static void start(State* s) { mbedtls_sha512_init(s), mbedtls_sha512_starts_ret(s, 0); }
  static constexpr auto kUpdate = mbedtls_sha512_update_ret;
  static constexpr auto kFinish = mbedtls_sha512_finish_ret;
};

struct Sha384 : Sha512 {
  static constexpr std::size_t kSize = 48;
  static void start(State* s) { mbedtls_sha512_init(s), mbedtls_sha512_starts_ret(s, 1); }
  static int kFinish(State* s, std::uint8_t* digest) {
    std::uint8_t whole[64];  // the library is free to write 64 bytes where 48 are meant
    const int status = mbedtls_sha512_finish_ret(s, whole);
    std::memcpy(digest, whole, kSize);
    return status;
  }
};

template <class Sha>
class HashOf final : public HashFunction {
  using State = typename Sha::State;
  static_assert(sizeof(State) <= kMaxHashState && alignof(State) <= 16 && std::is_trivially_copyable_v<State>);

 public:
  std::size_t digest_size() const override { return Sha::kSize; }
  std::size_t block_size() const override { return Sha::kBlock; }
  void start(void* state) const override { Sha::start(static_cast<State*>(state)); }
  void update(void* state, Bytes data) const override { Sha::kUpdate(static_cast<State*>(state), data.data(), data.size()); }
  void finish(void* state, std::uint8_t* digest) const override { Sha::kFinish(static_cast<State*>(state), digest); }
  // The library takes a block in as soon as it is whole, so that nothing waits elsewhere.
  void chaining_value(const void* state, std::uint8_t* out) const override { crypto::write_words(static_cast<const State*>(state)->state, Sha::kSize, out); }
};

/// RFC 2104 §4: the states behind the key's two padded blocks are kept, which halves the work for short messages. mbedtls_md_hmac hashes the pads anew each
/// time.
template <class Sha>
class HmacKeyOf final : public HmacKey {
  using State = typename Sha::State;

 public:
  explicit HmacKeyOf(Bytes key) {
    Secret<Sha::kBlock> block(Sha::kBlock);
    const auto pad = block.bytes();
    if (key.size() > Sha::kBlock) {
      State digest;
      Sha::start(&digest);
      Sha::kUpdate(&digest, key.data(), key.size());
      Sha::kFinish(&digest, pad.data());
      wipe_state(digest);
    } else if (!key.empty()) {
      std::memcpy(pad.data(), key.data(), key.size());
    }
    constexpr std::uint8_t kInner = 0x36, kOuter = 0x5c;
    for (std::uint8_t& b : pad) b ^= kInner;
    absorb(inner_, pad);
    for (std::uint8_t& b : pad) b ^= kInner ^ kOuter;
    absorb(outer_, pad);
  }
  ~HmacKeyOf() override {
    wipe_state(inner_);
    wipe_state(outer_);
  }

  bool compute(std::initializer_list<Bytes> parts, std::uint8_t* out) override {
    Secret<Sha::kSize> inner_digest(Sha::kSize);
    State state = inner_;
    int failed = 0;
    for (Bytes part : parts) {
      if (!part.empty()) failed |= Sha::kUpdate(&state, part.data(), part.size());
    }
    failed |= Sha::kFinish(&state, inner_digest.bytes().data());
    state = outer_;
    failed |= Sha::kUpdate(&state, inner_digest.bytes().data(), Sha::kSize);
    failed |= Sha::kFinish(&state, out);
    wipe_state(state);
    return failed == 0;
  }

 private:
  static void absorb(State& state, Bytes pad) {
    Sha::start(&state);
    Sha::kUpdate(&state, pad.data(), pad.size());
  }
  static void wipe_state(State& state) { wipe({reinterpret_cast<std::uint8_t*>(&state), sizeof state}); }

  State inner_, outer_;
};

template <class Sha>
class HmacOf final : public Hmac {
 public:
  std::unique_ptr<HmacKey> with_key(Bytes key) const override { return std::unique_ptr<HmacKey>(new (std::nothrow) HmacKeyOf<Sha>(key)); }
};

template <class Base, template <class> class Of>
const Base& choose(HashAlgorithm algorithm) {
  static const Of<Sha1> sha1;
  static const Of<Sha256> sha256;
  static const Of<Sha384> sha384;
  static const Of<Sha512> sha512;
  const std::array<const Base*, kHashAlgorithms> all = {&sha1, &sha256, &sha384, &sha512};
  return *all[static_cast<std::size_t>(algorithm)];
}

}  // namespace

const HashFunction& hash(HashAlgorithm algorithm) { return choose<HashFunction, HashOf>(algorithm); }
const Hmac& hmac(HashAlgorithm algorithm) { return choose<Hmac, HmacOf>(algorithm); }

}  // namespace tls12::mbedtls
