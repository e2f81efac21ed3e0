// Diffie-Hellman in finite fields: the groups of RFC 7919, and those that a server names.
#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// SHA-256 of what was computed elsewhere: the primes by the formula of RFC 7919 appendix A from
/// the digits of e, the rest with Python's integers.
const struct {
  GroupAlgorithm group;
  const char *prime, *private_a, *private_b, *public_a, *public_b, *shared;
} kVectors[] = {
    {GroupAlgorithm::ffdhe2048, "9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966",
     "01b4d405b72a76d61c300456d087dbd9a94e080a44f2a23ffd2f278d48",
     "01a5d8cda24887abdbef37b81a48303354076023864322b957eaac188f",
     "4d8c96e517491424c23967a2a9a7cfdbb347ada3034fbf5c010db43819c1a7a7",
     "0c57033216c8cd394628269dbfb8b105e9ad3bfd03044bdc7a0bb9c078e9f76e",
     "1a54892dd79f8013e81cbf1bde6a265cd99f86bd2c3d8ea4e366389392f939b5"},
    {GroupAlgorithm::ffdhe3072, "0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17",
     "052d2cc6b6d5c93f3f0481e9f27ff2258e19896c8eb1490c3f4693b4823abb6cf8e367",
     "04f3370dfb6fb9cb4d637cedd93b5d6b19aab20b941c056064bcd4dead870085459d25",
     "63bfb6b0ee1b7bacef0984ada72576399f051a1df7b0f8bacd2dbfd9b58c7557",
     "4d8997b54562cbc043d82b9e41b904c93e8e691553281616503209047cad3237",
     "82f6773c805b847f84f55c9400adb62b6e18f0c48b35e337458494c967a484b9"},
    {GroupAlgorithm::ffdhe4096, "4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e",
     "1ad74e1b0fc0f47301eb8a285ef5f86d20e0d7333530f0009cd73b3e294d05aea2595430953ade50cc",
     "15613443b811ce164080984fa88f8accf7869c940e0100f7a066e89bb7aebdf127195172655fccc271",
     "54d395c6e736af791c5606f9fcf988fcb0f1ab539de7680db34beadf00cd8d8c",
     "d438e289db3b78dd32f673e241eca840090e9d14771b9c49698bf144d7e149b2",
     "c758b42aa1176a3af8fc81d7004817db2a9a7d3de334ca880acd2325b1183fbf"},
    {GroupAlgorithm::ffdhe6144, "227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7",
     "6f83a64dc0e8d492e756c586ff8b75fbd7ccf3906365ff5273227b4f221608741ee173d599ff8345eb189d7c293ec"
     "b",
     "4c004d5b16315b628edd0bb0b554311967285d1fab3b6c7fdc52962b408e65eb25907b4ce36621f0178b0b296d6a0"
     "6",
     "4e9c687e6ce9db576c3b9e6a99e4a489430ce79dd2ed998d51961c69f3217a1a",
     "792b9aeed479ef14af8fd48dd7ea18422750a30f432552104aa526fc4f9c5678",
     "34db98742bc56edf53373629ece4d9c9d1d984a8d07a96b93a982e18e1d2816d"},
    {GroupAlgorithm::ffdhe8192, "770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833",
     "e096f1fa76c22c7724d2a025b33f646c2ed58057344fc2c64b7715f136b4b77aceae254574e025de9b3d89568165b"
     "b7869eb",
     "8b26c60616bfa99d5ccf9a5ef780862b38272396e72564eb93e216bf9afffe3883324c7b2740b540d88a2f67a6dc5"
     "854a1a1",
     "ed4670e4c0de3fa34be234933bff5f5d87274eb1e7dea91ae587b6693e6c0252",
     "3c3332f998deab9586a818fd6b8da67fda327a07f75beb7e1ea3a69151c785ca",
     "e81435bc0b12e9ec52aa3cbd0efe2eed9e3b97af5319535bd77eef3b6f0b2588"},
};

std::string sha256(Bytes bytes) {
  Hash hash(*(*default_provider())[HashAlgorithm::sha256].implementation);
  hash.update(bytes);
  Octets digest(kMaxDigestSize);
  return to_hex(hash.digest(digest));
}

Octets prime_of(GroupAlgorithm group) { return octets(dh_parameters(group).prime); }

/// `number` and a small change.
Octets plus(Octets number, int change) {
  int carry = change;
  for (std::size_t i = number.size(); i-- > 0 && carry != 0;) {
    const int sum = number[i] + carry;
    number[i] = static_cast<std::uint8_t>(sum & 0xff);
    carry = sum >> 8;
  }
  return number;
}

Result<Octets> derive(KeyShare& share, Bytes peer) {
  Octets secret(share.public_value().size());
  if (auto done = share.derive(peer, secret); !done) return fail(done.error());
  return secret;
}

const Octets kTwo = {2};

}  // namespace

TEST_CASE("the primes are those that RFC 7919's formula gives") {
  for (const auto& vector : kVectors) {
    CAPTURE(name(vector.group));
    const DhParameters parameters = dh_parameters(vector.group);
    CHECK(sha256(parameters.prime) == vector.prime);
    CHECK(parameters.prime.size() == public_size(vector.group));
    CHECK(octets(parameters.generator) == kTwo);
    CHECK(group_of(parameters) == vector.group);
    CHECK_FALSE(group_of({parameters.prime, Octets{5}}));
  }
  CHECK(dh_parameters(GroupAlgorithm::secp256r1).prime.empty());
  CHECK_FALSE(group_of({Octets(256, 0xff), kTwo}));
}

TEST_CASE(
    "each field computes the public values and the secret that other arithmetic gives, however the "
    "parameters came") {
  for (const auto& vector : kVectors) {
    CAPTURE(name(vector.group));
    const auto check = [&](std::unique_ptr<KeyShare> a, std::unique_ptr<KeyShare> b) {
      CHECK(sha256(a->public_value()) == vector.public_a);
      CHECK(sha256(b->public_value()) == vector.public_b);
      CHECK(sha256(derive(*a, b->public_value()).value()) == vector.shared);
      CHECK(sha256(derive(*b, a->public_value()).value()) == vector.shared);
    };
    ScriptedRandom a(hex(vector.private_a)), b(hex(vector.private_b));
    for (const auto& group : groups(vector.group))
      check(group->generate(a).value(), group->generate(b).value());
    ScriptedRandom c(hex(vector.private_a)), d(hex(vector.private_b));
    for (const auto& dh : dhs())
      check(dh->generate(dh_parameters(vector.group), c).value(),
            dh->generate(dh_parameters(vector.group), d).value());
  }
}

// Shows RFC 5246 F.1.1.3-2
TEST_CASE("fresh shares agree and are never the same") {
  for (const auto algorithm : kAllFields) {
    for (const auto& group : groups(algorithm)) {
      const auto a = group->generate(kernel()).value(), b = group->generate(kernel()).value();
      CHECK_FALSE(std::ranges::equal(a->public_value(), b->public_value()));
      CHECK(derive(*a, b->public_value()).value() == derive(*b, a->public_value()).value());
    }
  }
}

// RFC 7919 §5.1, and RFC 5246 §8.1.2's sibling for what the wire may carry: leading zeros may be
// missing.
// Shows RFC 5246 F.1.1.3-4
TEST_CASE("a public value must lie between 1 and p-1, and may come without its leading zeros") {
  for (const auto algorithm : kAllFields) {
    for (const auto& group : groups(algorithm)) {
      CAPTURE(name(algorithm));
      const auto share = group->generate(kernel()).value();
      const Octets prime = prime_of(algorithm);
      const auto refused = [&](const Octets& value) {
        const auto secret = derive(*share, value);
        return !secret && secret.error().code == Errc::bad_key_share;
      };
      Octets one(prime.size(), 0);
      one.back() = 1;
      CHECK(refused({}));
      CHECK(refused({0}));
      CHECK(refused({1}));
      CHECK(refused(Octets(prime.size(), 0)));
      CHECK(refused(one));
      CHECK(refused(plus(prime, -1)));
      CHECK(refused(prime));
      CHECK(refused(plus(prime, 1)));
      CHECK(refused(Octets(prime.size(), 0xff)));
      CHECK(refused(Octets(prime.size() + 1, 0x01)));
      CHECK(derive(*share, plus(prime, -2)));
      CHECK(derive(*share, plus(one, 1)).value() == derive(*share, kTwo).value());
      CHECK(derive(*share, kTwo).value() == octets(share->public_value()));
    }
  }
}

TEST_CASE("the secret has the size of the prime, its leading zeros kept") {
  for (const auto& dh : dhs()) {
    // p = 2^2048 - 1 is no prime, and does for this: multiplying by two rotates. 2^x is 1 in one
    // place, zeros elsewhere.
    const auto share = dh->generate({Octets(256, 0xff), kTwo}, kernel()).value();
    const Octets secret = derive(*share, kTwo).value();
    REQUIRE(secret.size() == 256);
    CHECK(secret == octets(share->public_value()));
    CHECK(std::ranges::count(secret, 0) == 255);
  }
}

TEST_CASE(
    "a prime that came with zeros in front gives values and secrets of the size it came with") {
  Octets prime = prime_of(GroupAlgorithm::ffdhe2048);
  prime.insert(prime.begin(), 0);
  for (const auto& dh : dhs()) {
    const auto ours = dh->generate({prime, kTwo}, kernel()).value(),
               theirs = dh->generate(dh_parameters(GroupAlgorithm::ffdhe2048), kernel()).value();
    CHECK(ours->public_value().size() == 257);
    Octets secret = derive(*theirs, ours->public_value().subspan(1)).value();
    secret.insert(secret.begin(), 0);
    CHECK(derive(*ours, theirs->public_value()).value() == secret);
  }
}

// Shows RFC 5246 F.1.1.3-3
TEST_CASE(
    "a server's parameters are refused when the prime is short, even or too long, or the generator "
    "is no use") {
  for (const auto& dh : dhs()) {
    const auto error_of = [&](const Octets& prime, const Octets& generator) {
      const auto share = dh->generate({prime, generator}, kernel());
      return share ? std::nullopt : std::optional(share.error().code);
    };
    const Octets good = prime_of(GroupAlgorithm::ffdhe2048);
    CHECK_FALSE(error_of(good, kTwo));
    CHECK_FALSE(error_of(good, {5}));
    CHECK(error_of(good, {}) == Errc::bad_dh_parameters);
    CHECK(error_of(good, {0}) == Errc::bad_dh_parameters);
    CHECK(error_of(good, {1}) == Errc::bad_dh_parameters);
    CHECK(error_of(good, plus(good, -1)) == Errc::bad_dh_parameters);
    CHECK(error_of(good, good) == Errc::bad_dh_parameters);
    CHECK(error_of(good, Octets(300, 1)) == Errc::bad_dh_parameters);
    CHECK(error_of(plus(good, -1), kTwo) == Errc::bad_dh_parameters);
    CHECK(error_of(Octets(1025, 0xff), kTwo) == Errc::bad_dh_parameters);
    Octets short_by_a_bit(256, 0xff);
    short_by_a_bit[0] = 0x7f;
    CHECK(error_of(short_by_a_bit, kTwo) == Errc::dh_prime_too_short);
    CHECK(error_of(Octets(128, 0xff), kTwo) == Errc::dh_prime_too_short);
    CHECK(error_of({}, {}) == Errc::dh_prime_too_short);
  }
}

TEST_CASE(
    "a secret of 1 is refused, which a value of small order gives where the field has more of them "
    "than p-1") {
  // Modulo 2^2048 - 1, which is no prime, 2^1024 is a square root of 1: the exponent's lowest bit
  // decides what comes out.
  Octets root(256, 0);
  root[127] = 1;
  for (const auto& dh : dhs()) {
    ScriptedRandom even(Octets(256, 2)), odd(Octets(256, 3));
    const auto secret = derive(*dh->generate({Octets(256, 0xff), kTwo}, even).value(), root);
    REQUIRE_FALSE(secret);
    CHECK(secret.error().code == Errc::bad_key_share);
    CHECK(derive(*dh->generate({Octets(256, 0xff), kTwo}, odd).value(), root).value() == root);
  }
}

TEST_CASE("a field draws randomness once, and makes no share if that fails") {
  for (const auto& dh : dhs()) {
    for (int draws = 0; draws < 2; ++draws) {
      FailingRandom random(draws);
      const auto share = dh->generate(dh_parameters(GroupAlgorithm::ffdhe2048), random);
      CHECK(share.has_value() != random.failed());
      if (!share) CHECK(share.error().code == Errc::randomness_failed);
      CHECK(share.has_value() == (draws == 1));
    }
  }
}

TEST_CASE(
    "private exponents are as long as RFC 7919 asks in its groups, and nearly as long as the prime "
    "elsewhere") {
  class Counting final : public Random {
   public:
    bool fill(MutableBytes out) override {
      drawn.push_back(out.size());
      return kernel().fill(out);
    }
    std::vector<std::size_t> drawn;
  };
  const std::pair<GroupAlgorithm, std::size_t> kLeastBits[] = {{GroupAlgorithm::ffdhe2048, 225},
                                                               {GroupAlgorithm::ffdhe3072, 275},
                                                               {GroupAlgorithm::ffdhe4096, 325},
                                                               {GroupAlgorithm::ffdhe6144, 375},
                                                               {GroupAlgorithm::ffdhe8192, 400}};
  for (const auto& dh : dhs()) {
    for (const auto& [group, bits] : kLeastBits) {
      Counting random;
      REQUIRE(dh->generate(dh_parameters(group), random));
      CHECK(random.drawn.front() == (bits + 7) / 8);
    }
    Counting random;
    REQUIRE(dh->generate({dh_parameters(GroupAlgorithm::ffdhe2048).prime, Octets{5}}, random));
    CHECK(random.drawn.front() == 256);
  }
}
