// What can be wrong with a client's certificate and its proof (RFC 5246 §7.4.6, §7.4.8), under each
// policy.
#include <doctest/doctest.h>

#include <string>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;

namespace {

ServerConfig asking(ClientAuthentication asked = ClientAuthentication::require_any) {
  ServerConfig config = server_config();
  config.client_authentication = asked;
  if (asked != ClientAuthentication::none)
    config.client_trust =
        TrustStore::of({development_identity(KeyKind::ed25519).ca.chain().front()});
  config.send_authorities = false;  // so that clients show whatever they have
  return config;
}

/// A client that has shown the certificate of an Ed25519 key, and comes to its proof.
ScriptedPeer before_proof(ServerConfig config = asking()) {
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.send_all({client_hello, certificate, client_key_exchange});
  REQUIRE(!peer.engine.error());
  return peer;
}

void check_proof(const Octets& proof, Errc code, Alert alert, ScriptedPeer peer = before_proof()) {
  peer.send(proof);
  peer.check_fault(code, alert);
}

}  // namespace

TEST_CASE(
    "RFC 5246 §7.4.8: a proof with a scheme that was not asked for, or that the key cannot do, is "
    "answered with illegal_parameter") {
  const Octets signature = before_proof().signature_of({});
  for (const int scheme : {0x0203, 0x0201, 0x0101, 0x0a0a, 0x0808})
    check_proof(ScriptedPeer::certificate_verify(scheme, signature),
                Errc::signature_scheme_not_offered, Alert::illegal_parameter);
  for (const int scheme : {0x0403, 0x0804, 0x0401})
    check_proof(ScriptedPeer::certificate_verify(scheme, signature),
                Errc::signature_scheme_wrong_for_key, Alert::illegal_parameter);
  ServerConfig narrow = asking();
  narrow.common.schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  narrow.common.signing_schemes = {SignatureScheme::ed25519};
  ScriptedPeer peer = before_proof(narrow);
  const Octets proof = peer.certificate_verify();
  check_proof(proof, Errc::signature_scheme_not_offered, Alert::illegal_parameter, std::move(peer));
}

TEST_CASE(
    "RFC 5246 §7.4.8: a proof over anything but all messages so far is answered with "
    "decrypt_error") {
  const auto check_over = [](auto edit) {
    ScriptedPeer peer = before_proof();
    Octets messages = peer.transcript();
    edit(messages);
    const Octets proof = ScriptedPeer::certificate_verify(0x0807, peer.signature_of(messages));
    check_proof(proof, Errc::bad_signature, Alert::decrypt_error, std::move(peer));
  };
  check_over([](Octets& m) { m.clear(); });
  check_over([](Octets& m) { m.pop_back(); });
  check_over([](Octets& m) { m.push_back(0); });
  check_over([](Octets& m) { m[10] ^= 1; });
  check_over([](Octets& m) { m.resize(m.size() - 4 - 33); });  // without the ClientKeyExchange
  ScriptedPeer peer = before_proof();
  Octets signature = peer.signature_of(peer.transcript());
  signature[0] ^= 1;
  check_proof(ScriptedPeer::certificate_verify(0x0807, signature), Errc::bad_signature,
              Alert::decrypt_error, std::move(peer));
  check_proof(ScriptedPeer::certificate_verify(0x0807, {}), Errc::bad_signature,
              Alert::decrypt_error);
  check_proof(ScriptedPeer::certificate_verify(0x0807, Octets(4096, 1)), Errc::bad_signature,
              Alert::decrypt_error);
}

TEST_CASE("a proof that cannot be parsed is answered with decode_error") {
  for (const Octets& body :
       {Octets{}, Octets{8}, Octets{8, 7}, Octets{8, 7, 0}, Octets{8, 7, 0, 2, 1}})
    check_proof(message_of(certificate_verify, body), Errc::message_truncated, Alert::decode_error);
  check_proof(message_of(certificate_verify, {8, 7, 0, 1, 1, 1}), Errc::message_trailing_data,
              Alert::decode_error);
}

TEST_CASE(
    "a client's certificate that is no DER is answered with bad_certificate, a list that cannot be "
    "parsed with decode_error") {
  const auto shown = [](const Octets& body, Errc code, Alert alert) {
    ScriptedPeer peer = ScriptedPeer::client_of(asking());
    peer.send(client_hello);
    peer.send(message_of(certificate, body));
    peer.check_fault(code, alert);
  };
  shown(vector_of(3, vector_of(3, {0x30, 0x01})), Errc::bad_der, Alert::bad_certificate);
  // One after the client's own is skipped.
  const Octets own = octets(development_identity(KeyKind::ed25519).leaf.chain().front().der());
  ScriptedPeer peer = ScriptedPeer::client_of(asking());
  peer.send(client_hello);
  peer.send(message_of(certificate,
                       vector_of(3, joined({vector_of(3, own), vector_of(3, {0x30, 0x01})}))));
  CHECK(!peer.engine.error());
  shown({0, 0, 4, 0, 0}, Errc::message_truncated, Alert::decode_error);
  shown({}, Errc::message_truncated, Alert::decode_error);
  shown(vector_of(3, {0, 0, 0}), Errc::vector_empty, Alert::decode_error);
}

TEST_CASE("RFC 5246 §7.4.6: what each policy makes of each kind of certificate") {
  const auto hour = std::chrono::hours(1);
  const Identity& known = development_identity(KeyKind::ed25519).ca;
  const auto key = PrivateKey::generate(KeyKind::ed25519).value();
  const auto stranger = Identity::from({issue_certificate({.common_name = "a strange CA",
                                                           .is_ca = true,
                                                           .not_before = kNow - hour,
                                                           .not_after = kNow + hour},
                                                          key)
                                            .value()},
                                       key);
  const auto shows = [&](const Identity& issuer, WallTime from, WallTime to, bool for_clients) {
    const auto leaf = issue_certificate({.common_name = "a client",
                                         .for_servers = !for_clients,
                                         .for_clients = for_clients,
                                         .not_before = from,
                                         .not_after = to},
                                        key, &issuer);
    return std::optional(Identity::from({leaf.value()}, key).value());
  };
  using enum ClientAuthentication;
  struct Row {
    const char* what;
    std::optional<Identity> shown;
    std::optional<Errc> unverified,
        verified;  // what those policies make of it that do not verify, and those that do
  };
  const Row rows[] = {
      {"a good one", shows(known, kNow - hour, kNow + hour, true), {}, {}},
      {"one of a strange CA",
       shows(*stranger, kNow - hour, kNow + hour, true),
       {},
       Errc::certificate_unknown_issuer},
      {"one that has expired",
       shows(known, kNow - 3 * hour, kNow - hour, true),
       {},
       Errc::certificate_expired},
      {"one that is not valid yet",
       shows(known, kNow + hour, kNow + 3 * hour, true),
       {},
       Errc::certificate_not_yet_valid},
      {"one for servers",
       shows(known, kNow - hour, kNow + hour, false),
       {},
       Errc::certificate_extended_key_usage},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    for (const ClientAuthentication asked :
         {none, request, require_any, verify_if_given, require_and_verify}) {
      CAPTURE(static_cast<int>(asked));
      ClientConfig client = client_config();
      client.identities = {*row.shown};
      EnginePair pair(client, asking(asked));
      pair.talk();
      const std::optional<Errc> no_error;
      const auto expected = asked == none                              ? no_error
                            : asked == request || asked == require_any ? row.unverified
                                                                       : row.verified;
      const auto& error = pair.server.error();
      CHECK((error ? std::string(rule(error->code).name) : "") ==
            (expected ? std::string(rule(*expected).name) : ""));
      CHECK(pair.complete() == !expected);
      if (expected) {
        REQUIRE(pair.client.error().has_value());
        CHECK(pair.client.error()->alert ==
              rule(*expected).alert);  // told before the client's own handshake is complete
        continue;
      }
      CHECK(pair.server.state().peer_certificates.size() == (asked == none ? 0 : 1));
      CHECK(pair.server.state().verified_chain.size() ==
            (asked == verify_if_given || asked == require_and_verify ? 2 : 0));
      CHECK(pair.client.state().client_certificate_requested == (asked != none));
    }
  }
}

TEST_CASE("signing_schemes are those that an end signs with, whatever it accepts from its peer") {
  using enum SignatureScheme;
  const auto pair_of = [](std::vector<SignatureScheme> servers,
                          std::vector<SignatureScheme> clients) {
    ServerConfig server = server_config(KeyKind::rsa);
    server.client_authentication = ClientAuthentication::require_any;
    server.common.signing_schemes = std::move(servers);
    ClientConfig client = client_config(KeyKind::rsa);
    client.identities = {development_identity(KeyKind::rsa).leaf};
    client.common.signing_schemes = std::move(clients);
    return talked(client, server);
  };
  const EnginePair chosen = pair_of({rsa_pkcs1_sha384}, {rsa_pss_rsae_sha512, rsa_pkcs1_sha256});
  REQUIRE(chosen.complete());
  for (const Engine* end : {&chosen.client, &chosen.server}) {
    CHECK(end->state().signature_scheme == rsa_pkcs1_sha384);
    CHECK(end->state().client_signature_scheme == rsa_pss_rsae_sha512);
  }
  const EnginePair server_cannot = pair_of({ed25519}, {rsa_pss_rsae_sha256});
  REQUIRE(server_cannot.server.error().has_value());
  CHECK(server_cannot.server.error()->code == Errc::no_common_signature_scheme);
  // RFC 5246 §7.4.6: a client that cannot sign shows nothing.
  const EnginePair client_cannot = pair_of({rsa_pss_rsae_sha256}, {ed25519});
  REQUIRE(client_cannot.server.error().has_value());
  CHECK(client_cannot.server.error()->code == Errc::client_certificate_missing);
}
