// A client that lets its server renegotiate, and the scripted server that asks it to.
#pragma once

#include <doctest/doctest.h>

#include <functional>

#include "support/scripted_peer.hpp"

namespace tls12::test {

inline constexpr int kApplicationProtocols = 16, kExtendedMasterSecret = 23, kSessionTicket = 35,
                     kRenegotiationInfo = 0xff01;

inline ClientConfig willing(Renegotiation renegotiation = Renegotiation::freely) {
  ClientConfig config = client_config();
  // The certificate is not in question here, where the peer shows several.
  config.dangerous.accept_any_certificate = true;
  config.renegotiation = renegotiation;
  return config;
}

/// A server whose client has completed its first handshake.
inline ScriptedPeer connected(const ClientConfig& config = willing(),
                              KeyKind kind = KeyKind::ed25519) {
  ScriptedPeer peer = ScriptedPeer::server_of(config, kind);
  if (kind == KeyKind::ec_secp256r1) peer.scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  peer.complete();
  peer.seen.clear();
  return peer;
}

/// ... and has answered a HelloRequest with another ClientHello.
inline ScriptedPeer asked(const ClientConfig& config = willing()) {
  ScriptedPeer peer = connected(config);
  peer.send(HandshakeType::hello_request);
  REQUIRE(peer.saw(HandshakeType::client_hello));
  return peer;
}

/// The renegotiation's ServerHello with `change` made to it.
inline void answer(ScriptedPeer& peer, const std::function<void(RawServerHello&)>& change) {
  RawServerHello hello = peer.server_hello();
  change(hello);
  peer.send(hello.bytes());
}

/// What follows a ServerHello in a full handshake.
inline void go_on(ScriptedPeer& peer) {
  peer.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange,
                 HandshakeType::server_hello_done});
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
}

inline void talk(ScriptedPeer& peer) {
  peer.seen.clear();
  peer.deliver(ContentType::application_data, octets(bytes_of("from the server")));
  CHECK(read_all(peer.engine) == "from the server");
  REQUIRE(peer.engine.write(bytes_of("from the client")) == 15U);
  peer.collect();
  CHECK(peer.data() == "from the client");
}

inline ClientHello client_hello(const ScriptedPeer& peer) {
  return wire::parse_client_hello(Bytes(peer.seen.back().bytes).subspan(4)).value();
}
inline bool offers(const ClientHello& hello, int type) {
  return std::ranges::any_of(hello.extensions,
                             [&](const Extension& e) { return static_cast<int>(e.type) == type; });
}

inline Octets exported(const Engine& engine) {
  Octets material(32);
  REQUIRE(engine.export_keying_material("EXPERIMENTAL test", std::nullopt, material));
  return material;
}

}  // namespace tls12::test
