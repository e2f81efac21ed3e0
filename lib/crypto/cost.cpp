#include "crypto/cost.hpp"

namespace tls12 {
namespace {

/// Hashing is charged twice: Ed25519 does it twice, and finding a known signature again once more.
constexpr std::size_t kOctetsOfOneStep = 128;

constexpr std::size_t bits(Bytes number) { return 8 * number.size(); }

/// An RSA operation with an exponent of so many bits: up to two multiplications a bit, each
/// quadratic in the modulus, and some to begin with.
std::size_t steps_of_power(std::size_t modulus_bits, std::size_t exponent_bits) {
  const std::size_t limbs = (modulus_bits + 511) / 512;
  return 20 + (8 + 2 * exponent_bits) * limbs * limbs / 8;
}

}  // namespace

std::size_t steps_to_verify(const PublicKey& key, std::size_t message_size) {
  const std::size_t hashing = message_size / kOctetsOfOneStep;
  switch (key.kind) {
    case KeyKind::rsa:
    case KeyKind::rsa_pss: return hashing + steps_of_power(bits(key.modulus), bits(key.exponent));
    case KeyKind::ec_secp256r1: return hashing + 1'400;
    case KeyKind::ec_secp384r1: return hashing + 2'300;
    case KeyKind::ec_secp521r1: return hashing + 3'300;
    case KeyKind::ed25519: return hashing + 200;
  }
  return 0;
}

std::size_t steps_to_agree(GroupAlgorithm group) {
  switch (group) {
    case GroupAlgorithm::x25519: return 150;
    case GroupAlgorithm::secp256r1: return 1'300;
    case GroupAlgorithm::secp384r1: return 2'200;
    case GroupAlgorithm::secp521r1: return 3'000;
    case GroupAlgorithm::ffdhe2048: return 2'000;
    case GroupAlgorithm::ffdhe3072: return 5'000;
    case GroupAlgorithm::ffdhe4096: return 10'000;
    case GroupAlgorithm::ffdhe6144: return 24'000;
    case GroupAlgorithm::ffdhe8192: return 45'000;
  }
  return 0;
}

std::size_t steps_to_agree(const DhParameters& parameters) {
  if (const auto known = group_of(parameters)) return steps_to_agree(*known);
  const std::size_t half_kilobits = (bits(parameters.prime) + 511) / 512;
  return 200 * half_kilobits * half_kilobits * half_kilobits;
}

}  // namespace tls12
