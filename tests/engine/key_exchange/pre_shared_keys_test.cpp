// Handshakes with pre-shared keys (RFC 4279, RFC 5489): which messages they have, identity hints,
// and the sizes of identities and keys. Faults are in key_exchange_faults_test.cpp.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;
using enum CipherSuite;

namespace {

constexpr CipherSuite kPsk = TLS_PSK_WITH_AES_128_GCM_SHA256;
constexpr CipherSuite kDhePsk = TLS_DHE_PSK_WITH_AES_128_GCM_SHA256;
constexpr CipherSuite kEcdhePsk = TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256;

const Octets kKey = Octets(16, 0x4b);

template <class Config>
Config with_suite(Config config, CipherSuite suite) {
  config.common.suites = {suite};
  config.common.groups = {NamedGroup::x25519, NamedGroup::ffdhe2048};
  return config;
}
ClientConfig client_with(CipherSuite suite, const PreSharedKey& key) {
  ClientConfig config = with_suite(client_config(), suite);
  config.find_psk = [key](std::string_view) { return key; };
  return config;
}
ServerConfig server_with(CipherSuite suite, const PreSharedKey& key) {
  ServerConfig config = with_suite(server_config(), suite);
  config.find_psk = [key](std::string_view identity) {
    return identity == key.identity ? std::optional(key.key) : std::nullopt;
  };
  return config;
}

Octets message_in(const ScriptedPeer& peer, HandshakeType type) {
  for (const auto& seen : peer.seen)
    if (seen.type == ContentType::handshake && seen.bytes[0] == static_cast<std::uint8_t>(type))
      return seen.bytes;
  return {};
}

}  // namespace

// Shows RFC 4279 2-1, 2-2, 3-1, 5.2-1; RFC 5489 2-2
TEST_CASE("RFC 4279 §2, §3: without a hint, ServerKeyExchange is sent with a key share alone") {
  for (const CipherSuite suite : {kPsk, kDhePsk, kEcdhePsk}) {
    CAPTURE(name(suite));
    // Of a client with another suite this server asks for a certificate.
    ServerConfig config = server_with(suite, {"device 7", kKey});
    config.client_authentication = ClientAuthentication::request;
    ScriptedPeer peer = ScriptedPeer::client_of(config);
    peer.psk = kKey;
    peer.client_hello.suites = pairs16({static_cast<int>(suite)});
    peer.client_hello.extensions.set(10, vector_of(2, pairs16({29, 256})));
    peer.complete();
    CHECK(!peer.saw(certificate));
    CHECK(!peer.saw(certificate_request));
    const Octets message = message_in(peer, server_key_exchange);
    CHECK(message.empty() == (suite == kPsk));
    // After the header an empty hint.
    if (!message.empty()) CHECK(Octets(message.begin() + 4, message.begin() + 6) == Octets{0, 0});
  }
}

// Shows RFC 4279 5.2-2
TEST_CASE("RFC 4279 §5.2: a hint changes nothing but what find_psk makes of it") {
  for (const std::size_t size : {0U, 1U, 300U, 0xffffU}) {
    CAPTURE(size);
    ClientConfig config = client_with(kPsk, {"device 7", kKey});
    config.common.limits.handshake_message = 1 << 17;
    ScriptedPeer peer = ScriptedPeer::server_of(config);
    peer.suite = kPsk;
    peer.psk = kKey;
    peer.send(server_hello);
    peer.send(message_of(server_key_exchange, vector_of(2, Octets(size, 0xff))));  // not UTF-8
    peer.send(server_hello_done);
    peer.change_cipher_spec();
    peer.send(finished);
    REQUIRE(peer.engine.state().handshake_complete);
    CHECK(peer.engine.state().psk_identity == "device 7");
  }
}

// Shows RFC 4279 5.3-1, 5.3-2
TEST_CASE("RFC 4279 §5.3: identities of up to 65,535 bytes and keys of up to 256 bytes connect") {
  for (const CipherSuite suite : {kPsk, kDhePsk, kEcdhePsk})
    for (const std::size_t identity_size : {0U, 1U, 128U, 0xffffU})
      for (const std::size_t key_size : {1U, 64U, 256U}) {
        CAPTURE(name(suite));
        CAPTURE(identity_size);
        CAPTURE(key_size);
        const PreSharedKey key{std::string(identity_size, '\x7e'), Octets(key_size, 0x4b)};
        ServerConfig server = server_with(suite, key);
        server.common.limits.handshake_message = 1 << 17;
        EnginePair pair(client_with(suite, key), server);
        pair.talk();
        if (pair.server.error()) MESSAGE(pair.server.error()->message());
        REQUIRE(pair.complete());
        CHECK(pair.server.state().psk_identity == key.identity);
      }
}
