// Every suite, from ClientHello to data and close, between two engines; and what each kind of key
// exchange asks for.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"
#include "wire/registry.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr std::string_view kIdentity = "device 7";
const std::vector<std::uint8_t> kKey = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/// What a suite needs: its kind of certificate, or a shared key.
PairConfig configs_for(CipherSuite suite) {
  const KeyExchange kind = wire::find(suite)->key_exchange;
  const KeyKind key = kind == KeyExchange::ecdhe_ecdsa ? KeyKind::ec_secp256r1 : KeyKind::rsa;
  PairConfig configs{client_config(key), server_config(key)};
  if (has_psk(kind)) {
    configs.client.find_psk = [](std::string_view hint) -> std::optional<PreSharedKey> {
      CHECK(hint == "who are you?");
      return PreSharedKey{std::string(kIdentity), kKey};
    };
    configs.server.find_psk = [](std::string_view identity) {
      return identity == kIdentity ? std::optional(kKey) : std::nullopt;
    };
    configs.server.psk_identity_hint = "who are you?";
    configs.server.identities.clear();
  }
  for (CommonConfig* common : {&configs.client.common, &configs.server.common}) {
    common->policy = SuitePolicy::legacy;
    common->suites = {suite};
    common->groups = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::ffdhe2048};
  }
  return configs;
}

void check_data(EnginePair& pair) {
  const std::string large(40'000, 'x');
  CHECK(pair.client.write(bytes_of(large)).value() == large.size());
  CHECK(pair.server.write(bytes_of("hello")).value() == 5);
  std::string at_server;
  for (int i = 0; i < 20; ++i) {
    pair.talk();
    at_server += read_all(pair.server);
  }
  CHECK(at_server == large);
  CHECK(read_all(pair.client) == "hello");
  CHECK(pair.client.close_write().has_value());
  pair.talk();
  CHECK(pair.server.peer_closed());
}

/// What a peer with keys made of `seed`, which strips zeros itself, and an engine agree on in
/// ffdhe2048. They complete their handshake.
Octets value_shared_with(Role role, CipherSuite suite, std::uint64_t seed) {
  PairConfig configs = configs_for(suite);
  configs.client.common.provider = configs.server.common.provider = deterministic_provider(1);
  configs.client.common.groups = configs.server.common.groups = {NamedGroup::ffdhe2048};
  configs.client.find_psk = [](std::string_view) {
    return PreSharedKey{std::string(kIdentity), kKey};
  };
  ScriptedPeer peer = role == Role::client ? ScriptedPeer::client_of(configs.server, KeyKind::rsa)
                                           : ScriptedPeer::server_of(configs.client, KeyKind::rsa);
  peer.provider = deterministic_provider(seed);
  peer.suite = suite;
  peer.group = NamedGroup::ffdhe2048;
  peer.scheme = SignatureScheme::rsa_pss_rsae_sha256;
  peer.psk = kKey;
  peer.client_hello.suites = pairs16({static_cast<int>(suite)});
  peer.client_hello.extensions.set(10, vector_of(2, pairs16({static_cast<int>(peer.group)})));
  peer.complete();
  return peer.shared_value;
}

}  // namespace

// Shows RFC 7366 2-3, 3-1; RFC 8422 6-1, 6-2; RFC 5246 9-1, 7.4.2-1; RFC 5489 2-1; RFC 7905 2-4
TEST_CASE("every suite makes a connection, and carries data both ways") {
  for (const wire::SuiteRow& row : wire::suites()) {
    CAPTURE(name(row.suite));
    const PairConfig configs = configs_for(row.suite);
    EnginePair pair(configs.client, configs.server);
    pair.talk();
    if (pair.client.error()) MESSAGE(pair.client.error()->message());
    if (pair.server.error()) MESSAGE(pair.server.error()->message());
    REQUIRE(pair.complete());
    CHECK(pair.client.state().cipher_suite == row.suite);
    CHECK(pair.client.state().encrypt_then_mac == (row.cbc() != nullptr));
    CHECK(pair.server.state().psk_identity == (has_psk(row.key_exchange) ? kIdentity : ""));
    CHECK(pair.client.state().verified_chain.size() == (has_certificate(row.key_exchange) ? 2 : 0));
    CHECK(pair.client.state().group.has_value() ==
          (has_dhe(row.key_exchange) || has_ecdhe(row.key_exchange)));
    check_data(pair);
  }
}

// Shows RFC 5246 8.1.2-1; RFC 4279 3-2; RFC 5487 2-4
TEST_CASE(
    "the leading zeros of a finite field's shared value are no part of the premaster secret, alone "
    "or with a shared key (RFC 4279 §3)") {
  for (const CipherSuite suite : {CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
                                  CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256}) {
    for (const Role peer : {Role::client, Role::server}) {
      CAPTURE(name(suite));
      CAPTURE(peer);
      std::uint64_t seed = 68;  // the first whose value begins with a zero, as one in 256 does; if
                                // keys are ever drawn otherwise, another will
      while (value_shared_with(peer, suite, seed).front() != 0) ++seed;
    }
  }
}

TEST_CASE("a DHE suite that is named alone brings the fields that it needs") {
  ClientConfig client = client_config(KeyKind::rsa);
  client.common.suites = {CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256};
  ServerConfig server = server_config(KeyKind::rsa);
  server.common.suites = client.common.suites;
  ConnectedEnginePair pair(client, server);
  CHECK(pair.client.state().group == NamedGroup::ffdhe2048);
}
