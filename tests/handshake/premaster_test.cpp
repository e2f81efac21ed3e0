// RFC 5246 §7.4.7.1, §8.1.1 and §8.1.2: what becomes of a decrypted block and of a shared secret.
#include "handshake/premaster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tls12/crypto.hpp"

using namespace tls12;
using namespace tls12::handshake;

namespace {

using Octets = std::vector<std::uint8_t>;

const Octets kRandom(46, 0xaa);

/// 00 02, padding, 00, a version and 46 bytes.
Octets good_block(std::size_t size, unsigned version = 0x0303) {
  Octets block(size, 0x77);
  block[0] = 0;
  block[1] = 2;
  block[size - 49] = 0;
  block[size - 48] = static_cast<std::uint8_t>(version >> 8);
  block[size - 47] = static_cast<std::uint8_t>(version);
  for (std::size_t i = 0; i < 46; ++i) block[size - 46 + i] = static_cast<std::uint8_t>(i);
  return block;
}

Octets result(Bytes block, ProtocolVersion offered = ProtocolVersion::tls12) {
  const auto secret = rsa_pre_master_secret(block, offered, kRandom);
  return {secret.bytes().begin(), secret.bytes().end()};
}

Octets with_version(unsigned version, Octets rest) {
  rest.insert(rest.begin(),
              {static_cast<std::uint8_t>(version >> 8), static_cast<std::uint8_t>(version)});
  return rest;
}

Octets counting() {
  Octets bytes(46);
  for (std::size_t i = 0; i < 46; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

}  // namespace

// Shows RFC 5246 7.4.7.1-5
TEST_CASE("a well-formed block gives its 46 bytes behind the version that the client offered") {
  for (const std::size_t size : {59u, 60u, 128u, 256u, 257u, 512u, 1024u}) {
    CHECK(result(good_block(size)) == with_version(0x0303, counting()));
    CHECK(result(good_block(size), ProtocolVersion::tls13) == with_version(0x0304, counting()));
  }
}

// Shows RFC 5246 7.4.7.1-2, 7.4.7.1-4, 7.4.7.1-5
TEST_CASE(
    "whatever version the block holds, the offered one is used: a rolled back client ends up with "
    "another secret") {
  CHECK(result(good_block(256, 0x0301)) == with_version(0x0303, counting()));
  CHECK(result(good_block(256, 0x0000)) == with_version(0x0303, counting()));
}

// Shows RFC 5246 7.4.7.1-5, 7.4.7.1-6, 7.4.7.1-7
TEST_CASE("a block that is wrong in any byte before the message gives the random bytes") {
  const Octets random = with_version(0x0303, kRandom);
  for (const std::size_t size : {59u, 256u, 384u}) {
    const Octets good = good_block(size);
    for (unsigned value = 0; value < 256; ++value) {
      Octets block = good;
      block[0] = static_cast<std::uint8_t>(value);
      CHECK((result(block) == random) == (value != 0));
      block = good;
      block[1] = static_cast<std::uint8_t>(value);
      CHECK((result(block) == random) == (value != 2));
      block = good;
      block[size - 49] = static_cast<std::uint8_t>(value);
      CHECK((result(block) == random) == (value != 0));
    }
    for (std::size_t i = 2; i < size - 49; ++i) {
      Octets block = good;
      block[i] = 0;
      CHECK(result(block) == random);
      block[i] = 1;
      CHECK(result(block) != random);
    }
  }
}

// Shows RFC 5246 7.4.7.1-5, 7.4.7.1-7
TEST_CASE("a message of any length but 48 gives the random bytes") {
  for (std::size_t length = 0; length <= 245; ++length) {
    Octets block(256, 0x77);
    block[0] = 0;
    block[1] = 2;
    block[255 - length] = 0;
    CHECK((result(block) == with_version(0x0303, kRandom)) == (length != 48));
  }
}

TEST_CASE(
    "zeros, which stand for a ciphertext that was none, and blocks without room give the random "
    "bytes") {
  for (std::size_t size = 0; size <= 256; ++size)
    CHECK(result(Octets(size, 0)) == with_version(0x0303, kRandom));
  for (std::size_t size = 51; size < 59; ++size)
    CHECK(result(good_block(size)) == with_version(0x0303, kRandom));
}

TEST_CASE("what one end encrypts is what the other one gets") {
  const auto provider = default_provider();
  const auto pair = (*provider)[SignatureFamily::rsa_pkcs1]
                        .implementation->generate(provider->rng(), 2048)
                        .value();
  const auto& rsa = *provider->rsa_encryption.implementation;
  const Octets sent = with_version(0x0303, counting());
  Octets ciphertext(kMaxSignatureSize), block(kMaxSignatureSize);
  ciphertext.resize(
      rsa.encrypt({.kind = KeyKind::rsa, .modulus = pair.modulus, .exponent = pair.public_exponent},
                  sent, provider->rng(), ciphertext)
          .value());
  block.resize(
      rsa.load(pair.numbers()).value()->decrypt(ciphertext, provider->rng(), block).value());
  CHECK(result(block) == sent);
}

// Shows RFC 5246 8.1.2-1
TEST_CASE("of a finite field's secret the leading zeros are stripped, and nothing else") {
  const auto stripped = [](const Octets& secret) {
    const Bytes bytes = dh_pre_master_secret(secret);
    return Octets(bytes.begin(), bytes.end());
  };
  CHECK(stripped({1, 2, 3}) == Octets{1, 2, 3});
  CHECK(stripped({0, 2, 0, 3}) == Octets{2, 0, 3});
  CHECK(stripped({0, 0, 0, 9}) == Octets{9});
}
