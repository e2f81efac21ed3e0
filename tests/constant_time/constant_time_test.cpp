// What may not depend on a secret: no branch, no address. Valgrind's memcheck follows undefined
// bits through every computation and complains when one decides either, so secrets are marked
// undefined here, and ct::reveal() is the one place where they become public. Without valgrind
// there is nothing to see.
#include <doctest/doctest.h>
#include <valgrind/memcheck.h>

#include <array>
#include <vector>

#include "base/constant_time.hpp"
#include "handshake/key_schedule.hpp"
#include "handshake/premaster.hpp"
#include "record/protection.hpp"

using namespace tls12;

namespace tls12::ct {

// In the place of the library's, which is alone in its file.
std::uint64_t reveal(std::uint64_t secret) {
  VALGRIND_MAKE_MEM_DEFINED(&secret, sizeof secret);
  return secret;
}

}  // namespace tls12::ct

namespace {

using Octets = std::vector<std::uint8_t>;

void make_secret(Bytes bytes) { VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size()); }
void make_public(Bytes bytes) { VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size()); }

/// How often memcheck saw a secret decide something while `work` ran.
template <class Work>
unsigned complaints(Work work) {
  const unsigned before = VALGRIND_COUNT_ERRORS;
  work();
  return VALGRIND_COUNT_ERRORS - before;
}

Octets counting(std::size_t size) {
  Octets bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return bytes;
}

// ------------------------------------------------ a provider whose plaintexts are secrets

class SecretCbcKey final : public CbcKey {
 public:
  explicit SecretCbcKey(std::unique_ptr<CbcKey> base) : base_(std::move(base)) {}
  void encrypt(Bytes iv, Bytes plaintext, std::uint8_t* out) override {
    base_->encrypt(iv, plaintext, out);
  }
  void decrypt(Bytes iv, Bytes ciphertext, std::uint8_t* out) override {
    base_->decrypt(iv, ciphertext, out);
    make_secret({out, ciphertext.size()});
  }

 private:
  std::unique_ptr<CbcKey> base_;
};

class SecretCbc final : public Cbc {
 public:
  explicit SecretCbc(const Cbc& base) : base_(base) {}
  std::unique_ptr<CbcKey> with_key(Bytes key) const override {
    return std::make_unique<SecretCbcKey>(base_.with_key(key));
  }

 private:
  const Cbc& base_;
};

constexpr wire::CbcHmac kCiphers[] = {{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha1},
                                      {CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha256},
                                      {CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha384}};

/// One direction of a connection: sealed with keys that are known, opened where MAC key and
/// plaintext are secrets.
struct Direction {
  Direction(const wire::CbcHmac& cipher, bool encrypt_then_mac)
      : cbc(*(*default_provider())[cipher.cipher].implementation), provider(*default_provider()) {
    provider.cbcs[static_cast<std::size_t>(cipher.cipher)].implementation = &cbc;
    const Octets key = counting(key_size(cipher.cipher)),
                 mac_key = counting(digest_size(cipher.mac));
    sealing = record::make_protection(*default_provider(), cipher, encrypt_then_mac, key, mac_key,
                                      Limits{})
                  .value();
    raw = (*default_provider())[cipher.cipher].implementation->with_key(key);
    make_secret(mac_key);
    opening =
        record::make_protection(provider, cipher, encrypt_then_mac, key, mac_key, Limits{}).value();
    make_public(mac_key);
  }

  Octets seal(std::size_t size) {
    Octets fragment(sealing->sealed_size(size));
    REQUIRE(sealing->seal(1, ContentType::application_data, ProtocolVersion::tls12, counting(size),
                          fragment.data()));
    return fragment;
  }
  /// A record of our own making, whatever its contents.
  Octets encrypt(const Octets& blocks) {
    Octets fragment(16 + blocks.size());
    raw->encrypt(Bytes(fragment).first(16), blocks, fragment.data() + 16);
    return fragment;
  }
  bool opens(Octets fragment) {
    const bool opened =
        opening->open(1, ContentType::application_data, ProtocolVersion::tls12, fragment)
            .has_value();
    make_public(fragment);
    return opened;
  }

  SecretCbc cbc;
  Provider provider;
  std::unique_ptr<record::Protection> sealing, opening;
  std::unique_ptr<CbcKey> raw;
};

}  // namespace

// ------------------------------------------------ does the checker see anything?

TEST_CASE(
    "memcheck sees a comparison that stops early, a table that is looked up, and padding that is "
    "read as anybody would") {
  REQUIRE(RUNNING_ON_VALGRIND);
  Octets secret = counting(32);
  const Octets other = counting(32);
  volatile int sink = 0;
  make_secret(secret);
  VALGRIND_PRINTF("the next complaints are meant:\n");
  CHECK(complaints([&] {
          std::size_t same = 0;
          while (same < secret.size() && secret[same] == other[same]) ++same;
          sink = static_cast<int>(same);
        }) > 0);
  CHECK(complaints([&] { sink = other[secret[5] & 31]; }) > 0);
  CHECK(complaints([&] {
          std::size_t size = secret.size();
          while (size > 0 && secret[size - 1] == secret.back()) --size;
          sink = static_cast<int>(size);
        }) > 0);
  VALGRIND_PRINTF("up to here.\n");
  CHECK(complaints([&] { sink = ct::equal(secret, other); }) == 0);
  make_public(secret);
}

// ------------------------------------------------ CBC

// Shows RFC 5246 6.2.3.2-7
TEST_CASE(
    "RFC 5246 6.2.3.2: opening a record of MAC-then-encrypt shows nothing of its padding, its "
    "length or its MAC before the verdict") {
  for (const wire::CbcHmac& cipher : kCiphers) {
    CAPTURE(name(cipher.mac));
    Direction direction(cipher, false);
    for (const std::size_t size : {0u, 11u, 12u, 300u, 1000u}) {
      const Octets good = direction.seal(size);
      bool opened = false;
      CHECK(complaints([&] { opened = direction.opens(good); }) == 0);
      CHECK(opened);
    }
    for (const std::size_t blocks : {4u, 8u, 20u}) {
      for (const unsigned padding : {0u, 15u, 63u, 255u}) {
        const Octets all_padding(blocks * 16, static_cast<std::uint8_t>(padding));
        Octets only_length = counting(blocks * 16);
        only_length.back() = static_cast<std::uint8_t>(padding);
        for (const Octets& bad : {direction.encrypt(all_padding), direction.encrypt(only_length)}) {
          bool opened = true;
          CHECK(complaints([&] { opened = direction.opens(bad); }) == 0);
          CHECK_FALSE(opened);
        }
      }
    }
  }
}

// Shows RFC 7366 3-2
TEST_CASE(
    "RFC 7366: opening a record of encrypt-then-MAC shows nothing of its MAC or its padding before "
    "the verdicts") {
  for (const wire::CbcHmac& cipher : kCiphers) {
    CAPTURE(name(cipher.mac));
    Direction direction(cipher, true);
    for (const std::size_t size : {0u, 15u, 16u, 300u}) {
      Octets fragment = direction.seal(size);
      bool opened = false;
      CHECK(complaints([&] { opened = direction.opens(fragment); }) == 0);
      CHECK(opened);
      fragment.back() ^= 1;
      CHECK(complaints([&] { opened = direction.opens(fragment); }) == 0);
      CHECK_FALSE(opened);
    }
  }
}

// ------------------------------------------------ RSA key exchange

// Shows RFC 5246 7.4.7.1-7
TEST_CASE(
    "RFC 5246 7.4.7.1: what becomes of a decrypted block shows nothing of it, right or wrong in "
    "any way") {
  Octets good(256, 0x77), random(46, 0xaa);
  good[0] = 0, good[1] = 2, good[256 - 49] = 0;
  std::vector<Octets> blocks(7, good);
  blocks[1][0] = 1;
  blocks[2][1] = 1;
  blocks[3][2] = 0;
  blocks[4][100] = 0;
  blocks[5][256 - 49] = 9;
  blocks[6].assign(256, 0);
  make_secret(random);
  for (Octets& block : blocks) {
    make_secret(block);
    handshake::RsaPreMasterSecret secret;
    CHECK(complaints([&] {
            secret = handshake::rsa_pre_master_secret(block, ProtocolVersion::tls12, random);
          }) == 0);
    make_public(secret.bytes());
    CHECK((secret.bytes()[47] == 0xaa) == (&block != &blocks[0]));
  }
}

// ------------------------------------------------ the key schedule

TEST_CASE(
    "RFC 5246 5, 6.3, 7.4.9: from the premaster secret to the keys and to the peer's Finished "
    "nothing is shown but whether that is right") {
  for (const auto suite : {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
                           CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}) {
    Octets pre_master = counting(48);
    const Octets random = counting(32), finished(12, 1);
    make_secret(pre_master);
    bool right = true;
    CHECK(complaints([&] {
            auto keys = handshake::KeySchedule::from({.provider = *default_provider(),
                                                      .suite = *wire::find(suite),
                                                      .pre_master_secret = pre_master,
                                                      .client_random = random,
                                                      .server_random = random,
                                                      .session_hash = {}});
            right = keys->verify_finished(Role::client, handshake::Digest{}, finished).has_value();
          }) == 0);
    CHECK_FALSE(right);
  }
}
