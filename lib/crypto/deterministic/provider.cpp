// Randomness that a seed alone decides, over the algorithms of another table. For tests and
// fuzzing.
#include <cstring>
#include <mutex>

#include "tls12/crypto.hpp"

namespace tls12 {
namespace {

/// The stream SHA-256(seed, 0), SHA-256(seed, 1), …: which bytes a call gets depends on the seed
/// and on how many were drawn before, and on nothing else.
class SeededRandom final : public Random {
 public:
  SeededRandom(std::uint64_t seed, const HashFunction& hash) : seed_(seed), hash_(hash) {}

  bool fill(MutableBytes out) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : out) {
      if (used_ == block_.size()) next_block();
      byte = block_[used_++];
    }
    return true;
  }

 private:
  void next_block() {
    std::array<std::uint8_t, 16> input;
    for (std::size_t i = 0; i < 8; ++i) {
      input[i] = static_cast<std::uint8_t>(seed_ >> (8 * i));
      input[8 + i] = static_cast<std::uint8_t>(counter_ >> (8 * i));
    }
    Hash hash(hash_);
    hash.update(input);
    hash.digest(block_);
    ++counter_;
    used_ = 0;
  }

  std::mutex mutex_;
  const std::uint64_t seed_;
  const HashFunction& hash_;
  std::uint64_t counter_ = 0;
  std::array<std::uint8_t, 32> block_ = {};
  std::size_t used_ = 32;
};

}  // namespace

ProviderPtr deterministic_provider(std::uint64_t seed, ProviderPtr base) {
  if (!base || !(*base)[HashAlgorithm::sha256]) return nullptr;
  auto random =
      std::make_shared<SeededRandom>(seed, *(*base)[HashAlgorithm::sha256].implementation);
  auto table = std::make_shared<Provider>(*base);
  table->name = "deterministic over " + base->name;
  table->random = {.implementation = random.get(), .backend = "deterministic", .rank = 300};
  table->owned = {random, base};
  return table;
}

}  // namespace tls12
