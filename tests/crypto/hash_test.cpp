#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// The digests or MACs are those of kAllHashes, in its order.
using PerHash = std::array<const char*, kHashAlgorithms>;

// FIPS 180 and NIST's examples for it.
const struct {
  const char* message;
  PerHash digests;
} kHashVectors[] = {
    {"",
     {"da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898"
      "b95b",
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877e"
      "ec2f63b931bd47417a81a538327af927da3e"}},
    {"abc",
     {"a9993e364706816aba3e25717850c26c9cd0d89d",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
      "25a7",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
      "ebbd454d4423643ce80e2a9ac94fa54ca49f"}},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     {"84983e441c3bd26ebaae4aa1f95129e5e54670f1",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
      "3391fdddfc8dc7393707a65b1b4709397cf8b1d162af05abfe8f450de5f36bc6b0455a8520bc4e6f5fe95b1fe3c8"
      "452b",
      "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9aa1d3bea5778"
      "9ca031ad85c7a71dd70354ec631238ca3445"}},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
     "qrsmnopqrstnopqrstu",
     {"a49b2446a02c645bf419f995b67091253a04a259",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
      "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa9174"
      "6039",
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5"
      "433ac7d329eeb6dd26545e96e55b874be909"}},
};

const PerHash kMillionTimesA = {"34aa973cd4c4daa4f61eeb2bdbad27316534016f",
                                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
                                "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07"
                                "b8b3dc38ecc4ebae97ddd87f3d8985",
                                "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde"
                                "0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"};

// The keys and messages of RFC 4231 §4.2 to §4.7 (its truncated case left out) and, for the first
// ones, RFC 2202 §3.
const struct {
  const char *key, *message;
  PerHash macs;
} kHmacVectors[] = {
    {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     "4869205468657265",
     {"b617318655057264e28bc0b6fb378c8ef146be00",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
      "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa"
      "9cb6",
      "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3"
      "f4e4be9d914eeb61f1702e696c203a126854"}},
    {"4a656665",
     "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     {"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab2"
      "1649",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0"
      "e6fdcaeab1a34d4a6b4b636e070a38bce737"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
     "ddddddd",
     {"125d7342b9ac11cd91a39af48aa17b4f63f175d3",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
      "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a3"
      "4f27",
      "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67"
      "c807b946a337bee8942674278859e13292fb"}},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819",
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdc"
     "dcdcdcd",
     {"4c9007f4026250c6bc8414f9bf50c86c2d7235da",
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
      "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674"
      "cffb",
      "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc578"
      "8063a5f19741120c4f2de2adebeb10a298dd"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaa",
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6"
     "579204669727374",
     {"90d0dace1c1bdc957339307803160335bde6df2b",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
      "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f4"
      "4952",
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a"
      "1e5295e64f73f63f0aec8b915a985d786598"}},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaa",
     "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206"
     "b657920616e642061206c6172676572207468616e20626c6f636b2d73697"
     "a6520646174612e20546865206b6579206e6565647320746f20626520686173686564206265666f7265206265696e"
     "6720757365642062792074686520484d414320616c676f726974686d2e",
     {"217e44bb08b6e06a2d6c30f3cb9f537f97c63356",
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
      "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46"
      "523e",
      "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4"
      "de15134676fb6de0446065c97440fa8c6a58"}},
};

std::size_t index(HashAlgorithm algorithm) { return static_cast<std::size_t>(algorithm); }

std::string digest_of(const Hash& hash) {
  std::array<std::uint8_t, kMaxDigestSize> out;
  return to_hex(hash.digest(out));
}

}  // namespace

TEST_CASE("each hash gives the published digests") {
  for (const auto algorithm : kAllHashes) {
    for (const auto& function : hashes(algorithm)) {
      CAPTURE(function.backend);
      CAPTURE(name(algorithm));
      CHECK(function->digest_size() == digest_size(algorithm));
      for (const auto& vector : kHashVectors) {
        Hash hash(*function.implementation);
        hash.update(bytes_of(vector.message));
        CHECK(digest_of(hash) == vector.digests[index(algorithm)]);
      }
      Hash hash(*function.implementation);
      const Octets thousand(1000, 'a');
      for (int i = 0; i < 1000; ++i) hash.update(thousand);
      CHECK(digest_of(hash) == kMillionTimesA[index(algorithm)]);
    }
  }
}

TEST_CASE("a hash that is copied or read goes on, and its copy goes its own way") {
  for (const auto algorithm : kAllHashes) {
    for (const auto& function : hashes(algorithm)) {
      CAPTURE(function.backend);
      CAPTURE(name(algorithm));
      Hash hash(*function.implementation);
      CHECK(digest_of(hash) == kHashVectors[0].digests[index(algorithm)]);
      hash.update(bytes_of("ab"));
      Hash other = hash;
      other.update(bytes_of("x"));
      (void)digest_of(hash);
      hash.update({});
      hash.update(bytes_of("c"));
      CHECK(digest_of(hash) == kHashVectors[1].digests[index(algorithm)]);
      CHECK(digest_of(other) != digest_of(hash));
    }
  }
}

TEST_CASE("each HMAC gives the published values, whatever the parts, as often as it is asked") {
  for (const auto algorithm : kAllHashes) {
    for (const auto& hmac : hmacs(algorithm)) {
      CAPTURE(hmac.backend);
      CAPTURE(name(algorithm));
      for (const auto& vector : kHmacVectors) {
        const Octets message = hex(vector.message);
        const auto key = hmac->with_key(hex(vector.key));
        REQUIRE(key);
        Octets out(digest_size(algorithm));
        for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, message.size()}) {
          REQUIRE(key->compute({Bytes(message).first(cut), Bytes(), Bytes(message).subspan(cut)},
                               out.data()));
          CHECK(to_hex(out) == vector.macs[index(algorithm)]);
        }
      }
    }
  }
}

TEST_CASE("the MAC may be written over a part of its message") {
  for (const auto algorithm : kAllHashes) {
    for (const auto& hmac : hmacs(algorithm)) {
      CAPTURE(hmac.backend);
      CAPTURE(name(algorithm));
      Octets buffer = hex(kHmacVectors[3].message);
      const auto key = hmac->with_key(hex(kHmacVectors[3].key));
      buffer.resize(kMaxDigestSize);
      REQUIRE(key->compute({Bytes(buffer).first(50)}, buffer.data()));
      CHECK(to_hex(Bytes(buffer).first(digest_size(algorithm))) ==
            kHmacVectors[3].macs[index(algorithm)]);
    }
  }
}

TEST_CASE("an HMAC key may be empty") {
  for (const auto algorithm : kAllHashes) {
    std::vector<std::string> seen;
    for (const auto& hmac : hmacs(algorithm)) {
      Octets out(digest_size(algorithm));
      for (const Octets& key_bytes :
           {Octets(), Octets(1, 0)}) {  // RFC 2104 §2: a key is filled up with zeros
        const auto key = hmac->with_key(key_bytes);
        REQUIRE(key);
        REQUIRE(key->compute({bytes_of("m")}, out.data()));
        seen.push_back(to_hex(out));
      }
    }
    for (const auto& mac : seen) CHECK(mac == seen.front());
  }
}

// FIPS 180-4 §5.1: a one, zeros, and the length in bits in the last eighth of a block.
TEST_CASE(
    "the chaining value behind a message that was padded by hand is its digest, for every size") {
  for (const auto algorithm : kAllHashes) {
    for (const auto& function : hashes(algorithm)) {
      CAPTURE(function.backend);
      CAPTURE(name(algorithm));
      const std::size_t block = function->block_size();
      CHECK(block ==
            (algorithm == HashAlgorithm::sha384 || algorithm == HashAlgorithm::sha512 ? 128 : 64));
      for (std::size_t size = 0; size <= 300; ++size) {
        const Octets message(size, 0x61);
        Octets padded = message;
        padded.push_back(0x80);
        while ((padded.size() + block / 8) % block != 0) padded.push_back(0);
        padded.resize(padded.size() + block / 8 - 2);
        padded.push_back(static_cast<std::uint8_t>(size * 8 >> 8));
        padded.push_back(static_cast<std::uint8_t>(size * 8));
        Hash whole(*function.implementation), by_hand(*function.implementation);
        whole.update(message);
        for (Bytes rest = padded; !rest.empty(); rest = rest.subspan(block))
          by_hand.update(rest.first(block));
        Octets digest(kMaxDigestSize), value(kMaxDigestSize);
        CHECK(to_hex(whole.digest(digest)) == to_hex(by_hand.chaining_value(value)));
      }
    }
  }
}
