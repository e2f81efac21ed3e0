// A private key that lives elsewhere: the engine asks for the signature, takes nothing more until
// it is answered, and trusts no RSA answer.
#include <doctest/doctest.h>

#include "support/requested.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

ServerConfig with_key_elsewhere(KeyKind kind) {
  const auto chain = development_identity(kind).leaf.chain();
  return {.identities = {
              Identity::from({chain.begin(), chain.end()}, PrivateKey::elsewhere(kind)).value()}};
}

Octets signature_for(KeyKind kind, const SignatureRequest& wanted) {
  Octets signature(kMaxSignatureSize);
  signature.resize(development_identity(kind)
                       .leaf.key()
                       .sign(wanted.algorithm, wanted.message, default_provider()->rng(), signature)
                       .value());
  return signature;
}

/// A server that waits for a signature.
struct WaitingForSignature : EnginePair {
  explicit WaitingForSignature(KeyKind kind)
      : EnginePair(client_config(kind), with_key_elsewhere(kind)) {
    talk();
    REQUIRE(server.wants() == Wants::signature);
    REQUIRE(server.due() == "(sign)");
  }
};

}  // namespace

TEST_CASE(
    "the signature that is asked for is made elsewhere, by every kind of key, and the handshake "
    "completes") {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                             KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    CAPTURE(static_cast<int>(kind));
    WaitingForSignature pair(kind);
    const SignatureRequest wanted = requested<SignatureRequest>(pair.server);
    CHECK(wire::algorithm_for(wanted.scheme, kind)->family == wanted.algorithm.family);
    CHECK(wanted.message.size() >
          32 + 32 + 4);  // both randoms and the parameters (RFC 5246 §7.4.3)
    REQUIRE(pair.server.answer(SignatureAnswer{signature_for(kind, wanted)}).has_value());
    CHECK(pair.server.wants() == Wants::nothing);
    pair.talk();
    CHECK(pair.complete());
    CHECK(pair.client.state().signature_scheme == wanted.scheme);
  }
}

TEST_CASE(
    "while a signature is waited for, no more input is taken, and nothing of what came behind is "
    "looked at") {
  for (const bool same_record : {true, false}) {
    ScriptedPeer peer = ScriptedPeer::client_of(with_key_elsewhere(KeyKind::ed25519));
    const Octets hello = peer.client_hello.bytes(), more = peer.client_hello.bytes();
    peer.note_sent(hello);
    if (same_record)
      peer.deliver(ContentType::handshake, joined({hello, more}));
    else
      CHECK(peer.raw(joined({record_of(22, hello), record_of(22, more)})) ==
            2 * (5 + hello.size()));
    CHECK(peer.engine.wants() == Wants::signature);
    CHECK(peer.engine.input_space().empty());
    CHECK(peer.alerts.empty());
    peer.engine.release_buffers();  // what came behind is kept
    // Asked again, it asks for the same.
    const Octets first = octets(requested<SignatureRequest>(peer.engine).message);
    CHECK(octets(requested<SignatureRequest>(peer.engine).message) == first);

    REQUIRE(peer.engine
                .answer(SignatureAnswer{
                    signature_for(KeyKind::ed25519, requested<SignatureRequest>(peer.engine))})
                .has_value());
    peer.collect();
    if (!same_record) CHECK(peer.saw(HandshakeType::server_hello_done));
    peer.check_fault(Errc::unexpected_message,
                     Alert::unexpected_message);  // the second ClientHello
  }
}

TEST_CASE("a wrong RSA signature from elsewhere is never sent: it might give the key away") {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss}) {
    WaitingForSignature pair(kind);
    Octets signature = signature_for(kind, requested<SignatureRequest>(pair.server));
    signature[100] ^= 1;
    REQUIRE(pair.server.answer(SignatureAnswer{signature}).has_value());
    REQUIRE(pair.server.error());
    CHECK(pair.server.error()->code == Errc::signature_refused);
    CHECK(std::string_view(pair.server.error()->due) == "(sign)");
    // All that is sent is the alert.
    CHECK(to_hex(pair.server.output()) == "15030300020250");
    pair.talk();
    REQUIRE(pair.client.error());
    CHECK(pair.client.error()->code == Errc::peer_alert);
    CHECK(pair.client.error()->alert == Alert::internal_error);
  }
}

TEST_CASE("a wrong signature of another kind is found by the peer") {
  WaitingForSignature pair(KeyKind::ed25519);
  REQUIRE(pair.server.answer(SignatureAnswer{Octets(64, 1)}).has_value());
  CHECK(!pair.server.error());
  pair.talk();
  REQUIRE(pair.client.error());
  CHECK(pair.client.error()->code == Errc::bad_signature);
  REQUIRE(pair.server.error());
  CHECK(pair.server.error()->alert == Alert::decrypt_error);
}

TEST_CASE(
    "a signature that is refused, empty or longer than any ends the handshake with "
    "internal_error") {
  for (const char how : {'r', 'e', 'l'}) {
    ScriptedPeer peer = ScriptedPeer::client_of(with_key_elsewhere(KeyKind::ed25519));
    peer.send(HandshakeType::client_hello);
    if (how == 'r') CHECK(peer.engine.answer(SignatureAnswer{}).has_value());
    if (how == 'e') CHECK(peer.engine.answer(SignatureAnswer{Bytes{}}).has_value());
    if (how == 'l')
      CHECK(peer.engine.answer(SignatureAnswer{Octets(kMaxSignatureSize + 1)}).has_value());
    peer.collect();
    peer.check_fault(Errc::signature_refused, Alert::internal_error);
    CHECK(peer.engine.wants() == Wants::nothing);
  }
}

TEST_CASE("an answer that nothing waits for changes nothing") {
  WaitingForSignature pair(KeyKind::ed25519);
  CHECK(pair.client.answer(SignatureAnswer{Octets(64)}).error().code == Errc::not_waiting_for_that);
  CHECK(pair.client.answer(SignatureAnswer{}).error().code == Errc::not_waiting_for_that);
  const Octets signature =
      signature_for(KeyKind::ed25519, requested<SignatureRequest>(pair.server));
  REQUIRE(pair.server.answer(SignatureAnswer{signature}).has_value());
  CHECK(pair.server.answer(SignatureAnswer{signature}).error().code == Errc::not_waiting_for_that);
  CHECK(pair.server.answer(SignatureAnswer{}).error().code == Errc::not_waiting_for_that);
  pair.talk();
  CHECK(pair.complete());
}

TEST_CASE(
    "a transport that ends while a signature is waited for is an error at the latest with the "
    "answer") {
  WaitingForSignature pair(KeyKind::ed25519);
  pair.server.transport_ended();
  if (pair.server.wants() == Wants::signature) {
    REQUIRE(pair.server
                .answer(SignatureAnswer{
                    signature_for(KeyKind::ed25519, requested<SignatureRequest>(pair.server))})
                .has_value());
  }
  REQUIRE(pair.server.error());
  CHECK(pair.server.error()->code == Errc::truncated);
}
