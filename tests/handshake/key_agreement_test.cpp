#include "handshake/key_agreement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace tls12;
using namespace tls12::handshake;

namespace {

/// A share whose every secret is zeros, but for a 1 at the end.
class AlmostZero final : public KeyShare {
 public:
  Bytes public_value() const override { return {}; }
  Result<void> derive(Bytes, MutableBytes secret) override {
    std::ranges::fill(secret, std::uint8_t{0});
    secret.back() = 1;
    return {};
  }
};
class AlmostZeroGroup final : public Group {
 public:
  Result<std::unique_ptr<KeyShare>> generate(Random&) const override {
    return std::make_unique<AlmostZero>();
  }
};

}  // namespace

// Shows RFC 8422 5.10-1; RFC 4279 3-2
TEST_CASE(
    "a curve's secret keeps its leading zeros, a finite field's loses them (RFC 8422 §5.10, RFC "
    "5246 §8.1.2)") {
  const AlmostZeroGroup group;
  Provider provider = *default_provider();
  for (const wire::GroupRow& row : wire::groups()) {
    CAPTURE(name(row.group));
    provider.groups[static_cast<std::size_t>(row.algorithm)].implementation = &group;
    KeyAgreement agreement;
    REQUIRE(agreement.generate(provider, row).has_value());
    PreMasterSecret secret;
    REQUIRE(agreement.agree({}, secret).has_value());
    const std::size_t size = is_finite_field(row.algorithm) ? 1 : secret_size(row.algorithm);
    REQUIRE(std::as_const(secret).bytes().size() == size);
    CHECK(std::as_const(secret).bytes().back() == 1);
  }
}

// Shows RFC 4279 2-3, 3-2; RFC 5487 2-4, 3.2-1; RFC 5489 2-3
TEST_CASE(
    "RFC 4279 §2: a premaster secret with a pre-shared key is two vectors, the key the last") {
  using Octets = std::vector<std::uint8_t>;
  const auto with_psk = [](const Octets& shared, const Octets& key) {
    PreMasterSecret secret = shared.empty() ? PreMasterSecret() : PreMasterSecret::copy_of(shared);
    add_psk(secret, key);
    return Octets(std::as_const(secret).bytes().begin(), std::as_const(secret).bytes().end());
  };
  CHECK(with_psk({}, {7, 8, 9}) == Octets{0, 3, 0, 0, 0, 0, 3, 7, 8, 9});
  CHECK(with_psk({}, {7}) == Octets{0, 1, 0, 0, 1, 7});
  CHECK(with_psk({1, 2}, {7, 8, 9}) == Octets{0, 2, 1, 2, 0, 3, 7, 8, 9});
  const Octets longest = with_psk(Octets(300, 5), Octets(256, 6));
  REQUIRE(longest.size() == 2 + 300 + 2 + 256);
  CHECK(Octets(longest.begin(), longest.begin() + 3) == Octets{1, 44, 5});
  CHECK(Octets(longest.begin() + 302, longest.begin() + 305) == Octets{1, 0, 6});
}
