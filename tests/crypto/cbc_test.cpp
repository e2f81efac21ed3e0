#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

// NIST SP 800-38A, F.2.1, F.2.3 and F.2.5.
const char* const kIv = "000102030405060708090a0b0c0d0e0f";
const char* const kPlaintext =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52"
    "eff69f2445df4f9b17ad2b417be66c3710";
const struct {
  CbcAlgorithm algorithm;
  const char *key, *ciphertext;
} kVectors[] = {
    {CbcAlgorithm::aes_128_cbc, "2b7e151628aed2a6abf7158809cf4f3c",
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e22229"
     "5163ff1caa1681fac09120eca307586e1a7"},
    {CbcAlgorithm::aes_192_cbc, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df10"
     "2e008b0e27988598881d920a9e64f5615cd"},
    {CbcAlgorithm::aes_256_cbc, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231"
     "461b2eb05e2c39be9fcda6c19078c6a9d1b"},
};

}  // namespace

TEST_CASE(
    "CBC encrypts and decrypts NIST's blocks, in place and apart, and moves no IV of the caller") {
  for (const auto& vector : kVectors) {
    for (const auto& cbc : cbcs(vector.algorithm)) {
      CAPTURE(cbc.backend);
      const auto key = cbc->with_key(hex(vector.key));
      REQUIRE(key);
      const Octets iv = hex(kIv), plaintext = hex(kPlaintext), ciphertext = hex(vector.ciphertext);
      Octets out(plaintext.size());
      key->encrypt(iv, plaintext, out.data());
      CHECK(out == ciphertext);
      key->decrypt(iv, out, out.data());
      CHECK(out == plaintext);
      key->encrypt(iv, out, out.data());
      CHECK(out == ciphertext);
      Octets apart(ciphertext.size());
      key->decrypt(iv, ciphertext, apart.data());
      CHECK(apart == plaintext);
      CHECK(iv == hex(kIv));
    }
  }
}

TEST_CASE(
    "CBC goes on where the last block ended, at any alignment, when that block is the next IV") {
  for (const auto algorithm : kAllCbcs) {
    for (const auto& cbc : cbcs(algorithm)) {
      CAPTURE(cbc.backend);
      const auto key = cbc->with_key(Octets(key_size(algorithm), 7));
      const Octets iv(16, 9), plaintext(10 * kAesBlockSize, 5);
      Octets whole(plaintext.size());
      key->encrypt(iv, plaintext, whole.data());
      for (std::size_t blocks = 1; blocks < 10; ++blocks) {
        const std::size_t split = blocks * kAesBlockSize;
        Octets parts(blocks + plaintext.size());
        std::uint8_t* const out = parts.data() + blocks;
        key->encrypt(iv, Bytes(plaintext).first(split), out);
        key->encrypt({out + split - 16, 16}, Bytes(plaintext).subspan(split), out + split);
        CHECK(std::equal(whole.begin(), whole.end(), out));
        key->decrypt(Bytes(whole).subspan(split - 16, 16), Bytes(whole).subspan(split), out);
        CHECK(std::equal(plaintext.begin() + static_cast<std::ptrdiff_t>(split), plaintext.end(),
                         out));
      }
    }
  }
}
