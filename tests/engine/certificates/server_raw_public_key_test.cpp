// A server that authenticates by a raw public key (RFC 7250).
#include <doctest/doctest.h>

#include "engine/certificates/raw_public_keys.hpp"

using namespace tls12;
using namespace tls12::test;

// Shows RFC 7250 4.2-1
TEST_CASE(
    "RFC 7250 §4.2: a server whose only way to show its key the client does not have ends with "
    "unsupported_certificate") {
  const auto check_refused = [](const Types& shown, const std::optional<Octets>& types) {
    ScriptedPeer peer = ScriptedPeer::client_of(server_with(shown));
    if (types) peer.client_hello.extensions.add(kServerType, vector_of(1, *types));
    peer.send(HandshakeType::client_hello);
    peer.check_fault(Errc::certificate_type_not_offered, Alert::unsupported_certificate);
  };
  check_refused({kRaw}, Octets{0});
  check_refused({kRaw}, Octets{1, 77});
  check_refused({kRaw}, std::nullopt);
  check_refused({}, Octets{2});
}

// Shows RFC 7250 4.2-6, 4.2-7
TEST_CASE(
    "RFC 7250 §4.2: the server shows what it likes best of what the client takes, a certificate "
    "where neither says more") {
  const auto shown = [](const Types& taken, const Types& types) {
    ConnectedEnginePair pair(client_accepting(taken), server_with(types));
    const ConnectionState& state = pair.client.state();
    CHECK(state.peer_raw_public_key.empty() != state.peer_certificates.empty());
    CHECK(state.peer_certificates.empty() == state.verified_chain.empty());
    return state.peer_certificates.empty() ? kRaw : kX509;
  };
  CHECK(shown({kRaw}, {kRaw}) == kRaw);
  CHECK(shown({kRaw}, {kX509, kRaw}) == kRaw);
  CHECK(shown({kX509, kRaw}, {kRaw, kX509}) == kRaw);
  CHECK(shown({kRaw, kX509}, {kX509, kRaw}) == kX509);
  CHECK(shown({kRaw, kX509}, {}) == kX509);
}

// Shows RFC 7250 3-1
TEST_CASE(
    "RFC 7250 §3: a server's bare key that is none, or of a kind that the suite has no use for, is "
    "refused before anybody is asked") {
  const auto shows = [](const Octets& key) {
    ScriptedPeer peer = after_server_hello(client_accepting({kRaw}), {{kServerType, {2}}});
    REQUIRE(!peer.engine.error());
    peer.send(message_of(HandshakeType::certificate, vector_of(3, key)));
    REQUIRE(peer.engine.error().has_value());
    return *peer.engine.error()->alert;
  };
  Octets cut = key_of(development_identity(KeyKind::ed25519).leaf);
  CHECK(shows(key_of(development_identity(KeyKind::rsa).leaf)) == Alert::unsupported_certificate);
  CHECK(shows({}) == Alert::decode_error);
  cut.pop_back();
  for (const Octets& none : {cut, Octets{0x30, 0x00}, Octets{0x30, 0x01}, Octets(40, 0xff)}) {
    const Alert alert = shows(none);
    CHECK((alert == Alert::bad_certificate || alert == Alert::unsupported_certificate));
  }
}

// Shows RFC 7250 4.2-6, 4.4-1
TEST_CASE(
    "a server's bare key: shown where both have it, judged by the client, and by nobody else") {
  ClientConfig client = client_accepting({kRaw, kX509});
  const ServerConfig server = server_with({kRaw});
  int asked = 0;
  bool known = true;
  client.accept_raw_public_key = [&](Bytes key) {
    return ++asked, known && octets(key) == key_of(server.identities[0]);
  };
  ConnectedEnginePair pair(client, server);
  CHECK(asked == 1);
  CHECK(pair.client.state().peer_raw_public_key == key_of(server.identities[0]));
  CHECK(pair.client.state().peer_certificates.empty());
  known = false;
  EnginePair refused(client, server);
  refused.talk();
  REQUIRE(refused.client.error());
  CHECK(refused.client.error()->code == Errc::raw_public_key_refused);
  CHECK(refused.server.error()->alert == Alert::certificate_unknown);
}

TEST_CASE("a server that shows another bare key in a renegotiation is not who it was") {
  ClientConfig config = client_accepting({kRaw});
  config.accept_raw_public_key = [](Bytes) { return true; };
  config.renegotiation = Renegotiation::freely;
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  const auto shake_hands = [&](KeyKind kind, SignatureScheme scheme) {
    peer.kind = kind;
    peer.scheme = scheme;
    RawServerHello hello = peer.server_hello();
    hello.extensions.add(kServerType, {2});
    peer.send(hello.bytes());
    peer.send(message_of(HandshakeType::certificate,
                         vector_of(3, key_of(development_identity(kind).leaf))));
    peer.send_all({HandshakeType::server_key_exchange, HandshakeType::server_hello_done});
    if (peer.engine.error()) return;
    peer.change_cipher_spec();
    peer.send(HandshakeType::finished);
    peer.send(HandshakeType::hello_request);
  };
  for (unsigned time = 0; time < 2; ++time) {
    shake_hands(KeyKind::ed25519, SignatureScheme::ed25519);
    CHECK(peer.engine.state().renegotiations == time);
  }
  shake_hands(KeyKind::ec_secp256r1, SignatureScheme::ecdsa_secp256r1_sha256);
  peer.check_fault(Errc::renegotiation_peer_changed, Alert::illegal_parameter);
}
