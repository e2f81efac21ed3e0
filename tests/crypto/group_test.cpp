#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr auto kX25519 = GroupAlgorithm::x25519, kP256 = GroupAlgorithm::secp256r1,
               kP384 = GroupAlgorithm::secp384r1, kP521 = GroupAlgorithm::secp521r1;

/// Two private values, their public values, and what both derive.
const struct {
  GroupAlgorithm group;
  const char *source, *private_a, *private_b, *public_a, *public_b, *shared;
} kVectors[] = {
    {kX25519, "RFC 7748 §6.1", "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {kP256, "RFC 5903 §8.1", "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
     "04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa"
     "3e59ab1f45b33accf5f58389e0577b8990bb3",
     "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c"
     "58d6aac23f046ada30f8353e74f33039872ab",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {kP384, "RFC 5903 §8.2",
     "099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab"
     "194",
     "41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a744"
     "8fc",
     "04667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95"
     "f41aa9482ed1fc0eeb9cafc4984625ccfc23f65032149e0"
     "e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
     "04e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774"
     "a3571dcfbec7aacf3196472169e838430367f66eebe3c6e"
     "70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
     "11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59"
     "746"},
    {kP521, "RFC 5903 §8.3",
     "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9"
     "777f5957b2639bab072462f68c27a57382d4a52",
     "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e"
     "4c2f869cca7458aa4a4effc311f5cb151685eb9",
     "040015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d1"
     "07564941885942af5a7f4601723c4195d176ced3e017cae"
     "20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf22"
     "61a6a7f1507438bf01beb6ca3926f9582",
     "0400d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6b"
     "e64a6c2912d4ef2d0433ced2b6171640012d9460f015c68"
     "226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49c"
     "b57091f4732296579ab44fcd17f0fc56a",
     "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810"
     "c06b3c715a3a8cc3151f2bee417996d19f3ddea"},
};

std::unique_ptr<KeyShare> share_of(const Group& group, Octets scalar) {
  ScriptedRandom random(std::move(scalar));
  auto share = group.generate(random);
  REQUIRE(share);
  return std::move(*share);
}

Result<Octets> derive(KeyShare& share, GroupAlgorithm group, Bytes peer) {
  Octets secret(secret_size(group));
  if (auto done = share.derive(peer, secret); !done) return fail(done.error());
  return secret;
}

std::unique_ptr<KeyShare> fresh(const Group& group) {
  auto share = group.generate(kernel());
  REQUIRE(share);
  return std::move(*share);
}

/// A source that gives one byte for ever.
class Stuck final : public Random {
 public:
  explicit Stuck(std::uint8_t value) : value_(value) {}
  bool fill(MutableBytes out) override {
    std::ranges::fill(out, value_);
    return true;
  }

 private:
  std::uint8_t value_;
};

}  // namespace

// Shows RFC 8422 5.1.2-1
TEST_CASE("each group computes the public values and the secret of the published exchanges") {
  for (const auto& vector : kVectors) {
    for (const auto& group : groups(vector.group)) {
      CAPTURE(group.backend);
      CAPTURE(vector.source);
      const auto a = share_of(*group.implementation, hex(vector.private_a)),
                 b = share_of(*group.implementation, hex(vector.private_b));
      CHECK(to_hex(a->public_value()) == vector.public_a);
      CHECK(to_hex(b->public_value()) == vector.public_b);
      CHECK(derive(*a, vector.group, hex(vector.public_b)).value() == hex(vector.shared));
      CHECK(derive(*b, vector.group, hex(vector.public_a)).value() == hex(vector.shared));
    }
  }
}

TEST_CASE("two fresh shares agree, across backends too, and are never the same") {
  for (const auto algorithm : kAllCurves) {
    for (const auto& one : groups(algorithm)) {
      for (const auto& other : groups(algorithm)) {
        CAPTURE(one.backend);
        CAPTURE(other.backend);
        const auto a = fresh(*one.implementation), b = fresh(*other.implementation);
        CHECK(a->public_value().size() == public_size(algorithm));
        CHECK_FALSE(std::ranges::equal(a->public_value(), b->public_value()));
        CHECK(derive(*a, algorithm, b->public_value()).value() ==
              derive(*b, algorithm, a->public_value()).value());
      }
    }
  }
}

// RFC 8422 §5.11, and RFC 7748 §6.1: u coordinates of small order, and others that stand for the
// same.
// Shows RFC 8422 5.10-2, 5.11-3
TEST_CASE("an X25519 value that gives a secret of zeros is refused") {
  const char* const kSmallOrder[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
  for (const auto& group : groups(kX25519)) {
    for (const char* value : kSmallOrder) {
      CAPTURE(group.backend);
      CAPTURE(value);
      const auto secret = derive(*fresh(*group.implementation), kX25519, hex(value));
      REQUIRE_FALSE(secret);
      CHECK(secret.error().code == Errc::bad_key_share);
    }
  }
}

// Shows RFC 8422 5.1.2-2, 5.11-1, 5.11-2
TEST_CASE("a peer's value of the wrong size, form or curve is a bad key share") {
  for (const auto algorithm : kAllCurves) {
    for (const auto& group : groups(algorithm)) {
      CAPTURE(group.backend);
      CAPTURE(name(algorithm));
      const auto ours = fresh(*group.implementation), theirs = fresh(*group.implementation);
      const Octets good = octets(theirs->public_value());
      REQUIRE(derive(*ours, algorithm, good));
      const auto refused = [&](const Octets& value) {
        const auto secret = derive(*ours, algorithm, value);
        return !secret && secret.error().code == Errc::bad_key_share;
      };
      Octets longer = good;
      longer.push_back(0);
      CHECK(refused({}));
      CHECK(refused(Octets(good.begin(), good.end() - 1)));
      CHECK(refused(longer));
      if (algorithm == kX25519) continue;

      Octets off_curve = good;
      off_curve.back() ^= 1;
      CHECK(refused(off_curve));
      Octets hybrid = good;
      hybrid[0] = static_cast<std::uint8_t>(6 | (good.back() & 1));
      CHECK(refused(hybrid));
      // RFC 8422 §5.1.2 leaves the uncompressed form alone.
      Octets compressed(good.begin(),
                        good.begin() + static_cast<std::ptrdiff_t>(1 + secret_size(algorithm)));
      compressed[0] = static_cast<std::uint8_t>(2 | (good.back() & 1));
      CHECK(refused(compressed));
      compressed.resize(good.size());
      CHECK(refused(compressed));
      CHECK(refused(Octets(1, 0)));  // the point at infinity
      CHECK(refused(Octets(good.size(), 0)));
      Octets zero(good.size(), 0);
      zero[0] = 4;
      CHECK(refused(zero));
      Octets large(good.size(), 0xff);
      large[0] = 4;
      CHECK(refused(large));
    }
  }
}

TEST_CASE("a group whose randomness fails, at any draw, says so and makes no share") {
  for (const auto algorithm : kAllCurves) {
    for (const auto& group : groups(algorithm)) {
      CAPTURE(group.backend);
      CAPTURE(name(algorithm));
      for (int draws = 0; draws < 3; ++draws) {
        FailingRandom random(draws);
        const auto share = group->generate(random);
        CHECK(random.failed() >= (draws == 0));
        CHECK(share.has_value() != random.failed());
        if (!share) CHECK(share.error().code == Errc::randomness_failed);
      }
    }
  }
}

TEST_CASE(
    "a source that gives nothing but zeros, or ones, makes no private value where that is out of "
    "range") {
  for (const auto algorithm : {kP256, kP384, kP521}) {
    for (const auto& group : groups(algorithm)) {
      CAPTURE(name(algorithm));
      Stuck zeros(0x00), ones(0xff);
      for (Random* random : {static_cast<Random*>(&zeros), static_cast<Random*>(&ones)}) {
        const auto share = group->generate(*random);
        REQUIRE_FALSE(share);
        CHECK(share.error().code == Errc::randomness_failed);
      }
    }
  }
}
