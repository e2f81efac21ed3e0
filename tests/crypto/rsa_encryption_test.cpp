// RSA for key exchange: padded encryption, bare decryption (RFC 8017 §5.1.2, §7.2).
#include <doctest/doctest.h>

#include <thread>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

const Signature::Generated& key_pair() {
  static const auto made = (*default_provider())[SignatureFamily::rsa_pkcs1]
                               .implementation->generate(kernel(), 2048)
                               .value();
  return made;
}

PublicKey public_half() {
  return {
      .kind = KeyKind::rsa, .modulus = key_pair().modulus, .exponent = key_pair().public_exponent};
}

Octets decrypt(const DecryptionKey& key, Bytes ciphertext) {
  Octets block(key_pair().modulus.size(), 0xee);
  REQUIRE(key.decrypt(ciphertext, kernel(), block).value() == block.size());
  return block;
}

Octets encrypt(const RsaEncryption& rsa, Bytes message) {
  Octets ciphertext(kMaxSignatureSize);
  ciphertext.resize(rsa.encrypt(public_half(), message, kernel(), ciphertext).value());
  return ciphertext;
}

}  // namespace

TEST_CASE(
    "what was encrypted comes back as a whole block: 00 02, eight or more bytes that are not zero, "
    "00, message") {
  for (const auto& rsa : rsa_encryptions()) {
    const auto key = rsa->load(key_pair().numbers()).value();
    for (const std::size_t size : {0u, 1u, 48u, 245u}) {
      const Octets message(size, 0x61);
      const Octets ciphertext = encrypt(*rsa.implementation, message),
                   block = decrypt(*key, ciphertext);
      REQUIRE(block.size() == 256);
      CHECK(block[0] == 0);
      CHECK(block[1] == 2);
      const auto padding = Bytes(block).subspan(2, 256 - 3 - size);
      CHECK(padding.size() >= 8);
      CHECK(std::ranges::count(padding, 0) == 0);
      CHECK(block[255 - size] == 0);
      CHECK(octets(Bytes(block).last(size)) == message);
      CHECK(encrypt(*rsa.implementation, message) != ciphertext);
    }
  }
}

TEST_CASE("a key that is no RSA encryption key, or too short for the message, encrypts nothing") {
  for (const auto& rsa : rsa_encryptions()) {
    Octets out(kMaxSignatureSize);
    const auto error_of = [&](const PublicKey& key, std::size_t size) {
      const auto done = rsa->encrypt(key, Octets(size, 1), kernel(), out);
      return done ? std::nullopt : std::optional(done.error().code);
    };
    PublicKey key = public_half();
    CHECK_FALSE(error_of(key, 245));
    CHECK(error_of(key, 246) == Errc::certificate_wrong_type);
    key.kind = KeyKind::rsa_pss;  // RFC 4055 §1.2: for signatures alone
    CHECK(error_of(key, 48) == Errc::certificate_wrong_type);
    key = public_half();
    key.modulus = {};
    CHECK(error_of(key, 48) == Errc::certificate_wrong_type);
    const Octets even(256, 0xfe);
    key.modulus = even;
    CHECK(error_of(key, 48) == Errc::certificate_wrong_type);
  }
}

// RFC 5246 §7.4.7.1: nothing about the ciphertext is answered with an error.
TEST_CASE("a ciphertext of the wrong length, or not below the modulus, decrypts to zeros") {
  for (const auto& rsa : rsa_encryptions()) {
    const auto key = rsa->load(key_pair().numbers()).value();
    const Octets zeros(256, 0), good = encrypt(*rsa.implementation, Octets(48, 1));
    Octets longer = good, modulus = key_pair().modulus, below = modulus;
    longer.insert(longer.begin(), 0);
    --below.back();
    CHECK(decrypt(*key, {}) == zeros);
    CHECK(decrypt(*key, Bytes(good).first(255)) == zeros);
    CHECK(decrypt(*key, longer) == zeros);
    CHECK(decrypt(*key, modulus) == zeros);
    CHECK(decrypt(*key, Octets(256, 0xff)) == zeros);
    CHECK(decrypt(*key, below) == below);  // (n-1)^d is n-1, the exponent being odd
    CHECK(decrypt(*key, good) != zeros);
  }
}

TEST_CASE("a decryption key must be consistent, and RSA's") {
  for (const auto& rsa : rsa_encryptions()) {
    PrivateKeyNumbers numbers = key_pair().numbers();
    Octets prime = key_pair().prime1;
    prime.back() ^= 2;
    numbers.prime1 = prime;
    CHECK(rsa->load(numbers).error().code == Errc::bad_private_key);
    numbers = key_pair().numbers();
    numbers.kind = KeyKind::rsa_pss;
    CHECK(rsa->load(numbers).error().code == Errc::bad_private_key);
    numbers.kind = KeyKind::ed25519;
    CHECK(rsa->load(numbers).error().code == Errc::bad_private_key);
  }
}

// Shows RFC 5246 7.4.7.1-9
TEST_CASE("without randomness nothing is encrypted, and nothing decrypted without blinding") {
  for (const auto& rsa : rsa_encryptions()) {
    FailingRandom none(0);
    Octets out(kMaxSignatureSize);
    CHECK(rsa->encrypt(public_half(), Octets(48), none, out).error().code ==
          Errc::randomness_failed);
    const auto key = rsa->load(key_pair().numbers()).value();
    CHECK(key->decrypt(encrypt(*rsa.implementation, Octets(48)), none, out).error().code ==
          Errc::randomness_failed);
  }
}

TEST_CASE("many threads decrypt with one key") {
  for (const auto& rsa : rsa_encryptions()) {
    const auto key = rsa->load(key_pair().numbers()).value();
    const Octets ciphertext = encrypt(*rsa.implementation, Octets(48, 5)),
                 expected = decrypt(*key, ciphertext);
    std::array<int, 4> right = {};
    {
      std::vector<std::jthread> threads;
      for (int& mine : right) {
        threads.emplace_back([&] {
          for (int i = 0; i < 5; ++i) {
            Octets block(256);
            mine += key->decrypt(ciphertext, kernel(), block).has_value() && block == expected;
          }
        });
      }
    }
    CHECK(right == std::array{5, 5, 5, 5});
  }
}
