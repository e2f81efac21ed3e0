// The PRF's vectors are those that implementers of TLS 1.2 exchanged on the IETF's TLS list; all
// other values were computed by OpenSSL's TLS1-PRF from the inputs given here.
#include "handshake/key_schedule.hpp"

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <vector>

#include "wire/hex.hpp"

using namespace tls12;
using namespace tls12::handshake;

namespace {

std::string prf(HashAlgorithm hash, std::string_view secret, std::string_view seed,
                std::size_t size) {
  const auto secret_bytes = test::hex(secret), seed_bytes = test::hex(seed);
  auto prf = Prf::with_secret(*default_provider(), hash, secret_bytes).value();
  std::vector<std::uint8_t> out(size);
  REQUIRE(prf.expand("test label", seed_bytes, {}, out).has_value());
  return test::to_hex(out);
}

// `size` bytes that count up from `first`.
std::vector<std::uint8_t> counting(std::uint8_t first, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}
const auto kPreMasterSecret = counting(1, 32), kClientRandom = counting(64, 32),
           kServerRandom = counting(160, 32);

Digest digest_of(HashAlgorithm algorithm, std::string_view text) {
  Transcript transcript(1024);
  transcript.use(*(*default_provider())[algorithm].implementation);
  REQUIRE(transcript.add(bytes_of(text)).has_value());
  return transcript.hash();
}

KeySchedule schedule(CipherSuite suite, std::optional<Digest> session_hash = {}) {
  return KeySchedule::from({.provider = *default_provider(),
                            .suite = *wire::find(suite),
                            .pre_master_secret = kPreMasterSecret,
                            .client_random = kClientRandom,
                            .server_random = kServerRandom,
                            .session_hash = session_hash})
      .value();
}

}  // namespace

TEST_CASE("the PRF gives what other implementations of TLS 1.2 gave") {
  CHECK(prf(HashAlgorithm::sha256, "9bbe436ba940f017b17652849a71db35",
            "a0ba9f936cda311827a6f796ffd5198c", 100) ==
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14"
        "baf9af0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b"
        "97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66");
  CHECK(prf(HashAlgorithm::sha384, "b80b733d6ceefcdc71566ea48e5567df",
            "cd665cf6a8447dd6ff8b27555edb7465", 148) ==
        "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c"
        "9146a0e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d7"
        "92eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9"
        "a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e099070"
        "3d73e56f");
  CHECK(prf(HashAlgorithm::sha512, "b0323523c1853599584d88568bbb05eb",
            "d4640e12e4bcdbfb437f03e6ae418ee5", 196) ==
        "1261f588c798c5c201ff036e7a9cb5edcd7fe3f94c669a122a4638d7d508b283042df6789875c7147e906d868b"
        "c75c45e20eb40c1cf4a1713b27371f68432592f7dc8ea8ef223e12"
        "ea8507841311bf68653d0cfc4056d811f025c45ddfa6e6fec702f054b409d6f28dd0a3233e498da41a3e75c563"
        "0eedbe22fe254e33a1b0e9f6b9826675bec7d01a845658dc9c3975"
        "45401d40b9f46c7a400ee1b8f81ca0a60d1a397a1028bff5d2ef5066126842fb8da4197632bdb54ff6633f86bb"
        "c836e640d4d898");
}

TEST_CASE(
    "the PRF takes its seed in two parts, and gives a shorter output as the start of a longer "
    "one") {
  const auto secret = test::hex("9bbe436ba940f017b17652849a71db35"),
             seed = test::hex("a0ba9f936cda311827a6f796ffd5198c");
  for (std::size_t cut = 0; cut <= seed.size(); ++cut) {
    for (const std::size_t size : {0u, 1u, 12u, 31u, 32u, 33u, 64u, 65u}) {
      auto prf = Prf::with_secret(*default_provider(), HashAlgorithm::sha256, secret).value();
      std::vector<std::uint8_t> out(size);
      REQUIRE(prf.expand("test label", Bytes(seed).first(cut), Bytes(seed).subspan(cut), out)
                  .has_value());
      CHECK(test::to_hex(out) ==
            std::string("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e9"
                        "0d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab4f")
                .substr(0, 2 * size));
    }
  }
}

// Shows RFC 7627 5.2-6
TEST_CASE("without a session hash the master secret comes from the randoms, the client's first") {
  CHECK(
      test::to_hex(schedule(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256).master_secret()) ==
      "4371fd3e8fe491bcd7b8b9468a785fcf397595d79e1db23a59bb25df04d2f2e5f7f60dfaef0a05080549bea00d1f"
      "649f");
}

// Shows RFC 7627 5.1-1, 6.2-1
TEST_CASE("with a session hash the master secret is the extended one, by the suite's hash") {
  CHECK(test::to_hex(schedule(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                              digest_of(HashAlgorithm::sha256, "messages"))
                         .master_secret()) ==
        "527758b5446f708d50dc11c78ff79ae5a5e59d9dfe1bf27aa9af409dbe42945c3119782374d543f46e14fc9da0"
        "aec57b");
  CHECK(test::to_hex(schedule(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                              digest_of(HashAlgorithm::sha384, "messages"))
                         .master_secret()) ==
        "b832127e40cfce7c66d3d7168c259ccfb811e87c104c9af0aaa1f2bd22e4fd959b0c5737da8616610e8465c6e2"
        "aa7cc7");
}

TEST_CASE("the key block is cut into client key, server key, client IV, server IV") {
  struct Expected {
    CipherSuite suite;
    std::optional<Digest> session_hash;
    std::size_t iv_size;
    std::string client_key, server_key, client_iv, server_iv;
  };
  const Expected all[] = {
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
       {},
       4,
       "8990078ab5713e6ccbba1ce1f5293423",
       "27505242631db220e65c4cff8f2baf19",
       "ae8b4b24",
       "07d78cab"},
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
       digest_of(HashAlgorithm::sha384, "messages"), 4,
       "1061745560ac5122edf21f0057e4374085d5db84c14b9a54b5c82a5716fdbd48",
       "7e9f042cbea0aed0dec496795a215b48c9a8cd7790ca3123ae09e64722108472", "137d5c98", "4503426d"},
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
       digest_of(HashAlgorithm::sha256, "messages"), 12,
       "49da9a1503b6d1e93e5d4d5a90650d9bf047bc5e56f2ab49a35478f26ee88aa0",
       "4a987f7377534356c0cb9f0fd49aa71bc8dad984408ae7b8d308b444fc82e973",
       "b0a9f7199fcc41401858d756", "5bc3531ce301ac3d5ea66b72"},
  };
  for (const auto& expected : all) {
    CAPTURE(name(expected.suite));
    auto keys = schedule(expected.suite, expected.session_hash);
    const auto block = keys.key_block(kClientRandom, kServerRandom).value();
    CHECK(block.cipher == wire::find(expected.suite)->cipher);
    CHECK(block.sizes.iv == expected.iv_size);
    CHECK(test::to_hex(block.of(Role::client).key) == expected.client_key);
    CHECK(test::to_hex(block.of(Role::server).key) == expected.server_key);
    CHECK(test::to_hex(block.of(Role::client).iv) == expected.client_iv);
    CHECK(test::to_hex(block.of(Role::server).iv) == expected.server_iv);
  }
}

// Shows RFC 5246 7.4.9-1, 7.4.9-2
TEST_CASE(
    "a Finished depends on who sends it and on the messages, and a single wrong bit or byte more "
    "is refused") {
  auto keys = schedule(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  const Digest messages = digest_of(HashAlgorithm::sha256, "messages");
  const auto client = keys.verify_data(Role::client, messages).value(),
             server = keys.verify_data(Role::server, messages).value();
  CHECK(test::to_hex(client) == "46a968bf92a62cb12828ed23");
  CHECK(test::to_hex(server) == "016a86b31ee059598921607d");

  CHECK(keys.verify_finished(Role::client, messages, client).has_value());
  CHECK(keys.verify_finished(Role::server, messages, server).has_value());
  const auto refused = [&](Role sender, const Digest& digest, Bytes received) {
    const auto verified = keys.verify_finished(sender, digest, received);
    return !verified && verified.error().code == Errc::bad_finished;
  };
  CHECK(refused(Role::server, messages, client));
  CHECK(refused(Role::client, messages, server));
  CHECK(refused(Role::client, digest_of(HashAlgorithm::sha256, "other messages"), client));
  for (std::size_t bit = 0; bit < 8 * client.size(); ++bit) {
    auto wrong = client;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    CHECK(refused(Role::client, messages, wrong));
  }
  CHECK(refused(Role::client, messages, Bytes(client).first(11)));
  CHECK(refused(Role::client, messages, {}));
  std::vector<std::uint8_t> longer(client.begin(), client.end());
  longer.push_back(0);
  CHECK(refused(Role::client, messages, longer));
}
