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
  Result<std::unique_ptr<KeyShare>> generate(Random&) const override { return std::make_unique<AlmostZero>(); }
};

}  // namespace

// Shows RFC 8422 5.10-1
TEST_CASE("a curve's secret keeps its leading zeros, a finite field's loses them (RFC 8422 §5.10, RFC 5246 §8.1.2)") {
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
