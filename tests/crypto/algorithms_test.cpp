// The facts about algorithms, against the standards: sizes in bytes, short exponents in bits.
#include <doctest/doctest.h>

#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "tls12/algorithms.hpp"

using namespace tls12;

TEST_CASE("FIPS 180-4 §1 and RFC 8017 §9.2: the sizes of the hashes") {
  using enum HashAlgorithm;
  const std::vector<std::pair<HashAlgorithm, HashFacts>> kStandard = {
      {sha1, {"SHA-1", 160 / 8, 512 / 8, 35 - 20}},
      {sha256, {"SHA-256", 256 / 8, 512 / 8, 51 - 32}},
      {sha384, {"SHA-384", 384 / 8, 1024 / 8, 67 - 48}},
      {sha512, {"SHA-512", 512 / 8, 1024 / 8, 83 - 64}},
  };
  CHECK(kStandard.size() == kHashAlgorithms);
  for (const auto& [hash, row] : kStandard) {
    CAPTURE(row.name);
    CHECK(name(hash) == row.name);
    CHECK(digest_size(hash) == row.digest_size);
    CHECK(block_size(hash) == row.block_size);
    CHECK(facts(hash).digest_info_size == row.digest_info_size);
  }
}

TEST_CASE(
    "RFC 5116 §5, RFC 6655 §4 and RFC 8439 §2.8: the sizes of the ciphers follow their names") {
  for (std::size_t i = 0; i < kAeadAlgorithms; ++i) {
    const auto aead = static_cast<AeadAlgorithm>(i);
    CAPTURE(name(aead));
    CHECK(key_size(aead) == (name(aead).starts_with("AES-128-") ? 16 : 32));
    CHECK(tag_size(aead) == (name(aead).ends_with("CCM-8") ? 8 : 16));
  }
  CHECK(key_size(CbcAlgorithm::aes_128_cbc) == 128 / 8);
  CHECK(key_size(CbcAlgorithm::aes_192_cbc) == 192 / 8);
  CHECK(key_size(CbcAlgorithm::aes_256_cbc) == 256 / 8);
}

TEST_CASE(
    "RFC 7919 appendix A: a field's values are as long as its prime, and its exponent is short") {
  using enum GroupAlgorithm;
  const std::vector<std::tuple<GroupAlgorithm, std::size_t, std::size_t>> kFields = {
      {ffdhe2048, 2048, 225},
      {ffdhe3072, 3072, 275},
      {ffdhe4096, 4096, 325},
      {ffdhe6144, 6144, 375},
      {ffdhe8192, 8192, 400}};
  for (const auto& [group, bits, exponent_bits] : kFields) {
    CAPTURE(name(group));
    CHECK(is_finite_field(group));
    CHECK(public_size(group) == bits / 8);
    CHECK(secret_size(group) == bits / 8);
    CHECK(facts(group).exponent_bits == exponent_bits);
  }
}

TEST_CASE("SEC 1 §2.3 and RFC 7748 §5: a curve's secret is one coordinate, a NIST point has two") {
  using enum GroupAlgorithm;
  CHECK(public_size(x25519) == 32);
  CHECK(secret_size(x25519) == 32);
  const std::vector<std::pair<GroupAlgorithm, std::size_t>> kCurves = {
      {secp256r1, 256}, {secp384r1, 384}, {secp521r1, 521}};
  for (const auto& [curve, bits] : kCurves) {
    CAPTURE(name(curve));
    CHECK_FALSE(is_finite_field(curve));
    CHECK(secret_size(curve) == (bits + 7) / 8);
    CHECK(public_size(curve) == 1 + 2 * ((bits + 7) / 8));
  }
}

TEST_CASE("A key signs by the families of its kind, and an RSA key by both paddings") {
  using enum KeyKind;
  const std::vector<std::pair<KeyKind, std::vector<SignatureFamily>>> kFamilies = {
      {rsa, {SignatureFamily::rsa_pkcs1, SignatureFamily::rsa_pss}},
      {rsa_pss, {SignatureFamily::rsa_pss}},
      {ec_secp256r1, {SignatureFamily::ecdsa_secp256r1}},
      {ec_secp384r1, {SignatureFamily::ecdsa_secp384r1}},
      {ec_secp521r1, {SignatureFamily::ecdsa_secp521r1}},
      {ed25519, {SignatureFamily::ed25519}},
  };
  CHECK(kFamilies.size() == count_of<KeyKind>());
  for (const auto& [kind, families] : kFamilies) {
    CAPTURE(name(kind));
    CHECK(facts(kind).family == families.front());
    CHECK(is_rsa(kind) == is_rsa(families.front()));
    std::vector<SignatureFamily> found;
    for (std::size_t i = 0; i < kSignatureFamilies; ++i)
      if (signs_by(kind, static_cast<SignatureFamily>(i)))
        found.push_back(static_cast<SignatureFamily>(i));
    CHECK(found == families);
  }
}

TEST_CASE("RFC 8032 §5.1.5 and SEC 1 §2.3: the sizes of EC and Ed25519 keys; RSA keys have none") {
  CHECK(facts(KeyKind::ed25519).scalar_size == 32);
  CHECK(facts(KeyKind::ed25519).point_size == 32);
  CHECK(facts(KeyKind::ec_secp256r1).scalar_size == 32);
  CHECK(facts(KeyKind::ec_secp256r1).point_size == 65);
  CHECK(facts(KeyKind::ec_secp384r1).scalar_size == 48);
  CHECK(facts(KeyKind::ec_secp521r1).scalar_size == 66);
  CHECK(facts(KeyKind::ec_secp521r1).point_size == kMaxPointSize);
  CHECK(facts(KeyKind::rsa).scalar_size == 0);
  CHECK(facts(KeyKind::rsa_pss).point_size == 0);
}

TEST_CASE("A value that is not an algorithm has no name and no size") {
  CHECK(name(static_cast<HashAlgorithm>(200)).empty());
  CHECK(digest_size(static_cast<HashAlgorithm>(200)) == 0);
  CHECK(public_size(static_cast<GroupAlgorithm>(200)) == 0);
}
