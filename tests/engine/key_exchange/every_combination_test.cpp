#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::test;

// Shows RFC 8422 2.1-2, 5.1.2-1
TEST_CASE(
    "every suite, group and kind of key completes a handshake, and both ends agree on what was "
    "negotiated") {
  const std::pair<CipherSuite, bool> suites[] = {
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, false},
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, false},
      {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, false},
      {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true},
      {CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, true},
      {CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, true},
  };
  const NamedGroup groups[] = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1,
                               NamedGroup::secp521r1};
  const KeyKind kinds[] = {KeyKind::rsa,          KeyKind::rsa_pss,      KeyKind::ec_secp256r1,
                           KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519};
  for (const auto& [suite, rsa] : suites) {
    for (const KeyKind kind : kinds) {
      if (rsa != (kind == KeyKind::rsa || kind == KeyKind::rsa_pss)) continue;
      for (const NamedGroup group : groups) {
        CAPTURE(name(suite));
        CAPTURE(name(group));
        CAPTURE(static_cast<int>(kind));
        auto client = client_config(kind);
        auto server = server_config(kind);
        client.common.suites = {suite};
        server.common.groups = {group};
        EnginePair pair(client, server);
        pair.talk();
        if (pair.client.error()) MESSAGE(pair.client.error()->message());
        if (pair.server.error()) MESSAGE(pair.server.error()->message());
        REQUIRE(pair.complete());
        for (const ConnectionState* state : {&pair.client.state(), &pair.server.state()}) {
          CHECK(state->cipher_suite == suite);
          CHECK(state->group == group);
          CHECK(state->extended_master_secret);
          CHECK(state->secure_renegotiation);
          CHECK(state->server_name == "localhost");
        }
        CHECK(pair.client.state().signature_scheme == pair.server.state().signature_scheme);
        CHECK(pair.client.state().verified_chain.size() == 2);

        REQUIRE(pair.client.write(bytes_of("ping")).value() == 4);
        pair.talk();
        CHECK(read_all(pair.server) == "ping");
        REQUIRE(pair.server.write(bytes_of("pong")).value() == 4);
        pair.talk();
        CHECK(read_all(pair.client) == "pong");
        REQUIRE(pair.client.close_write().has_value());
        pair.talk();
        CHECK(pair.server.peer_closed());
      }
    }
  }
}

// The key was made by OpenSSL: tests/x509/data/make.sh.
TEST_CASE(
    "RFC 4055 3.3: an RSA-PSS key that is restricted to one hash signs with that one, whatever "
    "else both ends could do") {
  std::ifstream file(X509_DATA "/rsa_pss_sha384.key.pem");
  const std::string pem(std::istreambuf_iterator<char>(file), {});
  const auto key = PrivateKey::from_pem(pem).value();
  const auto& ca = development_identity(KeyKind::rsa).ca;
  const auto leaf = issue_certificate({.names = {"localhost"},
                                       .not_before = kNow - std::chrono::hours(1),
                                       .not_after = kNow + std::chrono::hours(1)},
                                      key, &ca);
  ConnectedEnginePair pair(client_config(KeyKind::rsa),
                           {.identities = {Identity::from({leaf.value()}, key).value()}});
  CHECK(pair.client.state().signature_scheme == SignatureScheme::rsa_pss_pss_sha384);

  auto other = client_config(KeyKind::rsa);
  other.common.schemes = {SignatureScheme::rsa_pss_pss_sha256, SignatureScheme::rsa_pss_pss_sha512,
                          SignatureScheme::ecdsa_secp256r1_sha256};
  EnginePair none(other, {.identities = {Identity::from({leaf.value()}, key).value()}});
  none.talk();
  REQUIRE(none.server.error());
  CHECK(none.server.error()->code == Errc::no_common_signature_scheme);
}
