#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

struct AeadVector {
  AeadAlgorithm algorithm;
  const char *source, *key, *nonce, *ad, *plaintext, *ciphertext, *tag;
};

constexpr auto kGcm128 = AeadAlgorithm::aes_128_gcm, kGcm256 = AeadAlgorithm::aes_256_gcm;

// The GCM cases are those of McGrew and Viega's submission to NIST, by their numbers.
const AeadVector kVectors[] = {
    {kGcm128, "GCM 1", "00000000000000000000000000000000", "000000000000000000000000", "", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {kGcm128, "GCM 2", "00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78",
     "ab6e47d42cec13bdf53a67b21257bddf"},
    {kGcm128, "GCM 4", "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84a"
     "a051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {kGcm256, "GCM 13", "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kGcm256, "GCM 14", "0000000000000000000000000000000000000000000000000000000000000000",
     "000000000000000000000000", "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
    {kGcm256, "GCM 16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b"
     "525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {AeadAlgorithm::chacha20_poly1305, "RFC 8439 §2.8.2",
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
     "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20496620492"
     "0636f756c64206f6666657220796f75206f6e6c79206f6e652074697020"
     "666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da927"
     "28b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee3"
     "28091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116",
     "1ae10b594f09e26a7e902ecbd0600691"},
    {AeadAlgorithm::aes_128_ccm_8, "NIST SP 800-38C example 3", "404142434445464748494a4b4c4d4e4f",
     "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213",
     "202122232425262728292a2b2c2d2e2f3031323334353637",
     "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5", "484392fbc1b09951"},
};

Octets counting(std::size_t size, unsigned from) {
  Octets bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + from);
  return bytes;
}

Octets seal(AeadKey& key, AeadAlgorithm algorithm, Bytes nonce, Bytes ad, Bytes plaintext) {
  Octets sealed(plaintext.size() + tag_size(algorithm));
  key.seal(nonce, ad, plaintext, sealed.data());
  return sealed;
}

/// Opens a copy in place.
bool opens(AeadKey& key, Bytes nonce, Bytes ad, Octets sealed) {
  return key.open(nonce, ad, sealed, sealed.data());
}

}  // namespace

TEST_CASE("each AEAD seals and opens the published vectors") {
  for (const AeadVector& vector : kVectors) {
    for (const auto& aead : aeads(vector.algorithm)) {
      CAPTURE(aead.backend);
      CAPTURE(vector.source);
      const Octets nonce = hex(vector.nonce), ad = hex(vector.ad),
                   plaintext = hex(vector.plaintext);
      const auto key = aead->with_key(hex(vector.key));
      REQUIRE(key);
      const Octets sealed = seal(*key, vector.algorithm, nonce, ad, plaintext);
      CHECK(to_hex(sealed) == std::string(vector.ciphertext) + vector.tag);
      Octets opened(plaintext.size() + 1);
      REQUIRE(key->open(nonce, ad, sealed, opened.data()));
      opened.pop_back();
      CHECK(opened == plaintext);
    }
  }
}

TEST_CASE(
    "every size from 0 to 100 seals and opens in place and apart, at any alignment, alike on every "
    "backend") {
  for (const auto algorithm : kAllAeads) {
    const Octets nonce = counting(kAeadNonceSize, 1), ad = counting(13, 2),
                 key_bytes = counting(key_size(algorithm), 3);
    std::vector<Octets> first_backend;
    for (const auto& aead : aeads(algorithm)) {
      CAPTURE(aead.backend);
      CAPTURE(name(algorithm));
      const auto key = aead->with_key(key_bytes);
      REQUIRE(key);
      std::vector<Octets> all;
      for (std::size_t size = 0; size <= 100; ++size) {
        CAPTURE(size);
        const Octets plaintext = counting(size, 4);
        const Octets sealed = seal(*key, algorithm, nonce, ad, plaintext);
        all.push_back(sealed);

        const std::size_t offset = size % 17;
        Octets buffer(offset + size + tag_size(algorithm));
        std::ranges::copy(plaintext, buffer.begin() + static_cast<std::ptrdiff_t>(offset));
        std::uint8_t* const place = buffer.data() + offset;
        key->seal(nonce, ad, Bytes(place, size), place);
        CHECK(std::ranges::equal(Bytes(place, size + tag_size(algorithm)), sealed));
        REQUIRE(key->open(nonce, ad, Bytes(place, size + tag_size(algorithm)), place));
        CHECK(std::ranges::equal(Bytes(place, size), plaintext));

        Octets apart(offset + size + 1);
        REQUIRE(key->open(nonce, ad, sealed, apart.data() + offset));
        CHECK(std::ranges::equal(Bytes(apart).subspan(offset, size), plaintext));
      }
      if (first_backend.empty()) first_backend = all;
      CHECK(all == first_backend);
    }
  }
}

TEST_CASE("a change of any byte of ciphertext, tag, nonce or additional data is refused") {
  for (const auto algorithm : kAllAeads) {
    for (const auto& aead : aeads(algorithm)) {
      CAPTURE(aead.backend);
      CAPTURE(name(algorithm));
      const Octets nonce = counting(kAeadNonceSize, 1), ad = counting(13, 2);
      const auto key = aead->with_key(counting(key_size(algorithm), 3));
      for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 15, 16, 17, 64, 100}) {
        CAPTURE(size);
        const Octets sealed = seal(*key, algorithm, nonce, ad, counting(size, 4));
        REQUIRE(opens(*key, nonce, ad, sealed));
        const auto refused = [&](const Octets& original, auto open_changed) {
          for (std::size_t i = 0; i < original.size(); ++i) {
            CAPTURE(i);
            Octets changed = original;
            changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
            CHECK_FALSE(open_changed(changed));
          }
        };
        refused(sealed, [&](const Octets& changed) { return opens(*key, nonce, ad, changed); });
        refused(nonce, [&](const Octets& changed) { return opens(*key, changed, ad, sealed); });
        refused(ad, [&](const Octets& changed) { return opens(*key, nonce, changed, sealed); });
        CHECK_FALSE(opens(*key, nonce, Bytes(ad).first(12), sealed));
        if (size > 0) CHECK_FALSE(opens(*key, nonce, ad, Octets(sealed.begin(), sealed.end() - 1)));
      }
    }
  }
}

TEST_CASE("a refused message leaves none of its plaintext in the output") {
  for (const auto algorithm : kAllAeads) {
    for (const auto& aead : aeads(algorithm)) {
      CAPTURE(aead.backend);
      CAPTURE(name(algorithm));
      const Octets nonce = counting(kAeadNonceSize, 1), plaintext = counting(64, 9);
      const auto key = aead->with_key(counting(key_size(algorithm), 3));
      Octets sealed = seal(*key, algorithm, nonce, {}, plaintext);
      sealed.back() ^= 1;
      Octets out(plaintext.size());
      REQUIRE_FALSE(key->open(nonce, {}, sealed, out.data()));
      CHECK(out != plaintext);
    }
  }
}
