// SHA-1, SHA-256, SHA-384, SHA-512 by mbedTLS, and HMAC over them.
#include <cstring>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/secret.hpp"
#include "crypto/chaining_value.hpp"
#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/compat.hpp"

namespace tls12::mbedtls {
namespace {

struct Sha1 {
  using State = mbedtls_sha1_context;
  using Word = std::uint32_t;
  static constexpr std::size_t kSize = digest_size(HashAlgorithm::sha1),
                               kBlock = block_size(HashAlgorithm::sha1);
  static void start(State* s) { mbedtls_sha1_init(s), sha1_starts(s); }
  static constexpr auto kUpdate = sha1_update;
  static constexpr auto kFinish = sha1_finish;
};

struct Sha256 {
  using State = mbedtls_sha256_context;
  using Word = std::uint32_t;
  static constexpr std::size_t kSize = digest_size(HashAlgorithm::sha256),
                               kBlock = block_size(HashAlgorithm::sha256);
  static void start(State* s) { mbedtls_sha256_init(s), sha256_starts(s, 0); }
  static constexpr auto kUpdate = sha256_update;
  static constexpr auto kFinish = sha256_finish;
};

struct Sha512 {
  using State = mbedtls_sha512_context;
  using Word = std::uint64_t;
  static constexpr std::size_t kSize = digest_size(HashAlgorithm::sha512),
                               kBlock = block_size(HashAlgorithm::sha512);
  static void start(State* s) { mbedtls_sha512_init(s), sha512_starts(s, 0); }
  static constexpr auto kUpdate = sha512_update;
  static constexpr auto kFinish = sha512_finish;
};

struct Sha384 : Sha512 {
  static constexpr std::size_t kSize = digest_size(HashAlgorithm::sha384);
  static void start(State* s) { mbedtls_sha512_init(s), sha512_starts(s, 1); }
  static int kFinish(State* s, std::uint8_t* digest) {
    std::uint8_t whole[64];  // the library is free to write 64 bytes where 48 are meant
    const int status = sha512_finish(s, whole);
    std::memcpy(digest, whole, kSize);
    return status;
  }
};

template <class Sha>
void write_chaining_value(const void* state, std::size_t place, std::uint8_t* out) {
  std::array<typename Sha::Word, Sha::kSize / sizeof(typename Sha::Word)> words;
  std::memcpy(words.data(), static_cast<const std::uint8_t*>(state) + place, sizeof words);
  crypto::write_words(words.data(), Sha::kSize, out);
}

/// Where a context holds the chaining value. No function of the library returns the value, and
/// since version 3 the field is private, so a known answer finds the place: after the empty
/// message, padded by hand (FIPS 180-4 §5.1), the value is the digest. Absent if the library was
/// built with another implementation of the hash.
template <class Sha>
std::optional<std::size_t> find_chaining_value() {
  constexpr std::array<std::uint8_t, Sha::kBlock> kPadded = {0x80};
  typename Sha::State whole, by_hand;
  std::array<std::uint8_t, Sha::kSize> digest, value;
  Sha::start(&whole);
  Sha::kFinish(&whole, digest.data());
  Sha::start(&by_hand);
  Sha::kUpdate(&by_hand, kPadded.data(), kPadded.size());
  for (std::size_t i = 0; i + Sha::kSize <= sizeof by_hand; i += sizeof(typename Sha::Word)) {
    write_chaining_value<Sha>(&by_hand, i, value.data());
    if (value == digest) return i;
  }
  return std::nullopt;
}

template <class Sha>
class HashOf final : public HashFunction {
  using State = typename Sha::State;
  static_assert(sizeof(State) <= kMaxHashState && alignof(State) <= 16 &&
                std::is_trivially_copyable_v<State>);

 public:
  explicit HashOf(std::size_t chaining_value) : chaining_value_(chaining_value) {}
  std::size_t digest_size() const override { return Sha::kSize; }
  std::size_t block_size() const override { return Sha::kBlock; }
  void start(void* state) const override { Sha::start(static_cast<State*>(state)); }
  void update(void* state, Bytes data) const override {
    Sha::kUpdate(static_cast<State*>(state), data.data(), data.size());
  }
  void finish(void* state, std::uint8_t* digest) const override {
    Sha::kFinish(static_cast<State*>(state), digest);
  }
  void chaining_value(const void* state, std::uint8_t* out) const override {
    write_chaining_value<Sha>(state, chaining_value_, out);
  }

 private:
  const std::size_t chaining_value_;
};

/// RFC 2104 §4: the states behind the key's two padded blocks are kept, which halves the work for
/// short messages. mbedtls_md_hmac hashes the pads anew each time.
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
    for (const Bytes part : parts) {
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
  static void wipe_state(State& state) {
    wipe({reinterpret_cast<std::uint8_t*>(&state), sizeof state});
  }

  State inner_, outer_;
};

template <class Sha>
class HmacOf final : public Hmac {
 public:
  std::unique_ptr<HmacKey> with_key(Bytes key) const override {
    return std::unique_ptr<HmacKey>(new (std::nothrow) HmacKeyOf<Sha>(key));
  }
};

template <class Sha>
const Hmac& hmac_of() {
  static const HmacOf<Sha> hmac;
  return hmac;
}

template <class Sha>
const HashFunction* hash_of() {
  static const std::optional<std::size_t> place = find_chaining_value<Sha>();
  if (!place) return nullptr;
  static const HashOf<Sha> hash(*place);
  return &hash;
}

}  // namespace

const HashFunction* hash(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha1: return hash_of<Sha1>();
    case HashAlgorithm::sha256: return hash_of<Sha256>();
    case HashAlgorithm::sha384: return hash_of<Sha384>();
    case HashAlgorithm::sha512: return hash_of<Sha512>();
  }
  std::unreachable();
}

const Hmac& hmac(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha1: return hmac_of<Sha1>();
    case HashAlgorithm::sha256: return hmac_of<Sha256>();
    case HashAlgorithm::sha384: return hmac_of<Sha384>();
    case HashAlgorithm::sha512: return hmac_of<Sha512>();
  }
  std::unreachable();
}

}  // namespace tls12::mbedtls
