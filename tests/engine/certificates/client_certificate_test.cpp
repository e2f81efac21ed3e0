// Clients that show who they are (RFC 5246 §7.4.4, §7.4.6, §7.4.8).
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

struct Outcome {
  bool complete;
  std::optional<Errc> server_error;
  std::optional<Alert> alert;
  std::size_t shown, verified;
};

Outcome connect(ClientAuthentication asked, const TrustStore& trust, std::optional<Identity> shown,
                const CommonConfig& common = {}) {
  ServerConfig server = server_config();
  server.client_authentication = asked;
  if (asked != ClientAuthentication::none) server.client_trust = trust;
  ClientConfig client = client_config();
  client.common = common;
  if (shown) client.identities = {*shown};
  EnginePair pair(client, server);
  pair.talk();
  return {
      .complete = pair.complete(),
      .server_error = pair.server.error() ? std::optional(pair.server.error()->code) : std::nullopt,
      .alert = pair.server.error() ? pair.server.error()->alert : std::nullopt,
      .shown = pair.server.state().peer_certificates.size(),
      .verified = pair.server.state().verified_chain.size()};
}

}  // namespace

// Shows RFC 8422 3.1-1, 5.6-1; RFC 5246 7.3-2, 7.4.8-3
TEST_CASE(
    "RFC 5246 §7.4.8: a client with a key of any kind proves that its certificate is its own") {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                             KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    CAPTURE(static_cast<int>(kind));
    const DevelopmentIdentity& clients = client_identity(kind);
    const auto outcome =
        connect(ClientAuthentication::require_and_verify, trust_in(clients), clients.leaf);
    CHECK(outcome.complete);
    CHECK(outcome.shown == 1);
    CHECK(outcome.verified == 2);
  }
}

// Shows RFC 8422 3-1
TEST_CASE(
    "RFC 5246 §7.4.6: what a server asks for decides who may come without a certificate, and whose "
    "is verified") {
  const DevelopmentIdentity known = client_identity(KeyKind::ec_secp256r1),
                            strangers =
                                make_chain({.for_clients = true, .ca_name = "a strange CA"});
  using enum ClientAuthentication;
  for (const ClientAuthentication asked : {none, request, verify_if_given})
    CHECK(connect(asked, trust_in(known), {}).complete);
  for (const ClientAuthentication asked : {require_any, require_and_verify}) {
    const auto outcome = connect(asked, trust_in(known), {});
    CHECK(outcome.server_error == Errc::client_certificate_missing);
    CHECK(outcome.alert == Alert::handshake_failure);
  }
  // A stranger is not offered where the authorities are named: the client shows nothing. Where they
  // are not, it shows itself.
  CHECK(connect(request, TrustStore(), strangers.leaf).shown == 1);
  CHECK(connect(request, TrustStore(), strangers.leaf).verified == 0);
  CHECK(connect(require_any, TrustStore(), strangers.leaf).complete);
  CHECK(connect(none, trust_in(known), known.leaf).shown == 0);
  CHECK(connect(verify_if_given, trust_in(known), strangers.leaf).shown == 0);
  CHECK(connect(verify_if_given, trust_in(known), known.leaf).verified == 2);
}

TEST_CASE("a stranger who shows itself all the same is refused where clients are verified") {
  const DevelopmentIdentity known = client_identity(KeyKind::ec_secp256r1),
                            strangers =
                                make_chain({.for_clients = true, .ca_name = "a strange CA"});
  ServerConfig server = server_config();
  server.client_authentication = ClientAuthentication::require_and_verify;
  server.client_trust = trust_in(known);
  server.send_authorities = false;
  ClientConfig client = client_config();
  client.identities = {strangers.leaf};
  EnginePair pair(client, server);
  pair.talk();
  CHECK_FALSE(pair.complete());
  REQUIRE(pair.server.error().has_value());
  CHECK(pair.server.error()->code == Errc::certificate_unknown_issuer);
  CHECK(pair.server.error()->alert == Alert::unknown_ca);
}

// Shows RFC 8422 3-1, 3-3, 3.1-1, 5.6-1
TEST_CASE(
    "RFC 8422 §3: where a server takes ecdsa_sign alone, keys for ECDSA and EdDSA are shown, and "
    "others are not") {
  for (const auto& [kind, shown] : {std::pair(KeyKind::ed25519, true),
                                    {KeyKind::ec_secp256r1, true},
                                    {KeyKind::rsa, false},
                                    {KeyKind::rsa_pss, false}}) {
    CAPTURE(static_cast<int>(kind));
    ClientConfig config = client_config();
    config.identities = {client_identity(kind).leaf};
    ScriptedPeer peer = ScriptedPeer::server_of(config);
    peer.send_all({HandshakeType::server_hello, HandshakeType::certificate,
                   HandshakeType::server_key_exchange});
    peer.send(
        message_of(HandshakeType::certificate_request, hex("01 40 0008 0807 0403 0804 0809 0000")));
    peer.send(HandshakeType::server_hello_done);
    peer.change_cipher_spec();
    peer.send(HandshakeType::finished);
    CHECK(peer.engine.state().handshake_complete);
    CHECK(peer.finished_is_right);
    CHECK((to_hex(peer.seen.at(1).bytes) == "0b000003000000") == !shown);
    CHECK(peer.seen.at(2).bytes.at(0) == 16);  // the ClientKeyExchange
    CHECK(peer.saw(HandshakeType::certificate_verify) == shown);
  }
}

TEST_CASE("a client's own choice: it sees the request, and may show nothing") {
  const DevelopmentIdentity& clients = client_identity(KeyKind::ed25519);
  ServerConfig server = server_config();
  server.client_authentication = ClientAuthentication::verify_if_given;
  server.client_trust = trust_in(clients);
  ClientConfig client = client_config();
  int asked = 0;
  client.choose_identity = [&](const CertificateRequest& request) {
    ++asked;
    CHECK(request.certificate_authorities.size() == 1);
    return asked == 1 ? std::optional(clients.leaf) : std::nullopt;
  };
  EnginePair first(client, server), second(client, server);
  first.talk();
  second.talk();
  CHECK(first.complete());
  CHECK(first.server.state().verified_chain.size() == 2);
  CHECK(second.complete());
  CHECK(second.server.state().peer_certificates.empty());
  CHECK(asked == 2);
}
