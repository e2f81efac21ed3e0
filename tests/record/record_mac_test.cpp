// The CBC suites' MAC: the library's HMAC, with a secret for its length, and always the same work
// (no Lucky Thirteen).
#include "record/record_mac.hpp"

#include <algorithm>
#include <cstring>

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

constexpr std::array kMacs = {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha384};

const HashFunction& hash(HashAlgorithm algorithm) {
  return *(*default_provider())[algorithm].implementation;
}

Octets library_hmac(HashAlgorithm algorithm, Bytes header, Bytes data) {
  Octets mac(digest_size(algorithm));
  REQUIRE(default_provider()
              ->hmac(algorithm)
              .implementation->with_key(pattern(digest_size(algorithm), 8))
              ->compute({header, data}, mac.data()));
  return mac;
}

RecordMac record_mac(HashAlgorithm algorithm, const HashFunction& function) {
  return RecordMac(function, pattern(digest_size(algorithm), 8));
}

/// Counts calls of the compression function. How much each state has taken in is noted in the
/// state, behind what the base needs.
class CountingHash final : public HashFunction {
 public:
  explicit CountingHash(const HashFunction& base) : base_(base) {}
  std::size_t digest_size() const override { return base_.digest_size(); }
  std::size_t block_size() const override { return base_.block_size(); }
  void start(void* state) const override {
    base_.start(state);
    set_taken(state, 0);
  }
  void update(void* state, Bytes data) const override {
    base_.update(state, data);
    const std::uint64_t before = taken(state), after = before + data.size();
    compressions += after / block_size() - before / block_size();
    set_taken(state, after);
  }
  void finish(void* state, std::uint8_t* digest) const override {
    base_.finish(state, digest);
    const std::uint64_t before = taken(state);
    compressions +=
        (before + 1 + block_size() / 8 + block_size() - 1) / block_size() - before / block_size();
  }
  void chaining_value(const void* state, std::uint8_t* out) const override {
    base_.chaining_value(state, out);
  }

  mutable std::uint64_t compressions = 0;

 private:
  static constexpr std::size_t kPlace = kMaxHashState - sizeof(std::uint64_t);
  static std::uint64_t taken(const void* state) {
    std::uint64_t value;
    std::memcpy(&value, static_cast<const std::uint8_t*>(state) + kPlace, sizeof value);
    return value;
  }
  static void set_taken(void* state, std::uint64_t value) {
    std::memcpy(static_cast<std::uint8_t*>(state) + kPlace, &value, sizeof value);
  }

  const HashFunction& base_;
};

}  // namespace

TEST_CASE("the MAC of a record is the library's HMAC of header and data") {
  for (const HashAlgorithm algorithm : kMacs) {
    const RecordMac mac = record_mac(algorithm, hash(algorithm));
    CHECK(mac.size() == digest_size(algorithm));
    for (std::size_t size = 0; size <= 600; ++size) {
      const Octets header = pattern(kAdditionalDataSize, 2), data = pattern(size);
      Octets ours(mac.size());
      mac.compute(header, data, ours.data());
      CHECK(ours == library_hmac(algorithm, header, data));
    }
  }
}

TEST_CASE(
    "with a secret for its length it is the same: for every length that may be, and every sum of "
    "lengths around a block") {
  for (const HashAlgorithm algorithm : kMacs) {
    const RecordMac mac = record_mac(algorithm, hash(algorithm));
    const Octets header = pattern(kAdditionalDataSize, 2);
    for (std::size_t most = 0; most <= 700; most += most < 300 ? 1 : 37) {
      const Octets data = pattern(most);
      const std::size_t unsure = std::min<std::size_t>(most, 255);
      for (std::size_t size = most - unsure; size <= most; size += size + 3 < most ? 3 : 1) {
        Octets ours(mac.size());
        mac.compute_hiding_size(header, data, unsure, size, ours.data());
        CHECK(ours == library_hmac(algorithm, header, Bytes(data).first(size)));
      }
    }
  }
}

// Shows RFC 5246 6.2.3.2-7
TEST_CASE(
    "a record is opened with as many calls of the compression function whatever its padding is, "
    "right or wrong") {
  for (const CbcKind& kind : kCbcKinds) {
    if (kind.encrypt_then_mac) continue;
    CAPTURE(name(kind.cipher.mac));
    const CountingHash counting(hash(kind.cipher.mac));
    Provider provider = *default_provider();
    provider.hashes[static_cast<std::size_t>(kind.cipher.mac)] = {
        .implementation = &counting, .backend = "test", .rank = 1};
    const auto protection = protection_for(kind, {}, provider);
    const auto key = provider[kind.cipher.cipher].implementation->with_key(test_key(kind));
    for (const std::size_t blocks : {4u, 5u, 8u, 15u, 16u, 17u, 20u, 21u, 64u, 1024u}) {
      CAPTURE(blocks);
      std::optional<std::uint64_t> each;
      std::size_t opened = 0;
      for (unsigned padding = 0; padding <= 255; ++padding) {
        for (const bool right : {true, false}) {
          if (right && padding + 1 + kind.mac_size() > blocks * 16) continue;
          Octets fragment = pattern(16, 3), content = pattern(blocks * 16);
          if (right) {
            const std::size_t size = content.size() - 1 - padding - kind.mac_size();
            const auto header =
                additional_data(1, ContentType::application_data, ProtocolVersion::tls12, size);
            const Octets mac = library_hmac(kind.cipher.mac, header, Bytes(content).first(size));
            std::ranges::copy(mac, content.begin() + static_cast<std::ptrdiff_t>(size));
            std::fill(content.end() - static_cast<std::ptrdiff_t>(padding) - 1, content.end(),
                      static_cast<std::uint8_t>(padding));
          }
          content.back() = static_cast<std::uint8_t>(padding);
          key->encrypt(fragment, content, content.data());
          fragment.insert(fragment.end(), content.begin(), content.end());
          counting.compressions = 0;
          opened +=
              protection->open(1, ContentType::application_data, ProtocolVersion::tls12, fragment)
                  .has_value();
          CHECK(counting.compressions == each.value_or(counting.compressions));
          each = counting.compressions;
        }
      }
      CHECK(opened == std::min<std::size_t>(256, blocks * 16 - kind.mac_size()));
      // What the longest content would take, the outer hash, and nothing for the padded keys.
      const std::size_t longest = 13 + blocks * 16 - 1 - kind.mac_size(),
                        block = counting.block_size();
      CHECK(each == (longest + block / 8) / block + 1 + 1);
    }
  }
}

}  // namespace tls12::record::testing
