// What a peer does instead of what a configuration requires, and how a requirement is written down.
#pragma once

#include <doctest/doctest.h>

#include <variant>

#include "support/pair_with_session.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::test::requirements {

using enum HandshakeType;

constexpr int kServerName = 0, kStatusRequest = 5, kAlpn = 16, kTimestamps = 18, kClientType = 19,
              kServerType = 20, kEncryptThenMac = 22, kExtendedMasterSecret = 23,
              kRenegotiationInfo = 0xff01;
constexpr auto kRaw = CertificateType::raw_public_key;
constexpr CipherSuite kCbc = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256;
constexpr CipherSuite kPsk = CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256;

inline const DevelopmentIdentity& known() { return development_identity(KeyKind::ed25519); }
inline const Certificate& leaf() { return known().leaf.chain().front(); }
inline Pin key_pin() { return Pin::of(leaf()).value(); }
/// Of another key.
inline Pin strange_pin() {
  return Pin::of(development_identity(KeyKind::rsa).leaf.chain().front()).value();
}
inline Octets protocol(std::string_view name) {
  return vector_of(2, vector_of(1, octets(bytes_of(name))));
}

// ------------------------------------------------ what the peer does

using Play = std::function<void(ScriptedPeer&)>;
/// What the peer does, the alert that it is told, and the source of that alert.
struct Refusal {
  Play play;
  Alert alert;
  std::string_view source;
};
/// Or why there is no such case.
using Cell = std::variant<Refusal, std::string_view>;

/// A server with another ServerHello; the rest of its flight is the usual one.
inline Play hello(std::function<void(RawServerHello&)> edit) {
  return [edit](ScriptedPeer& server) {
    RawServerHello answer = server.server_hello();
    edit(answer);
    server.send(answer.bytes());
    for (const HandshakeType next : {certificate, server_key_exchange, server_hello_done})
      if (!server.engine.error()) server.send(next);
  };
}
inline Play hello_without(int type) {
  return hello([type](RawServerHello& h) { h.extensions.remove(type); });
}
inline Play hello_with(int type, Octets body) {
  return hello([type, body](RawServerHello& h) { h.extensions.set(type, body); });
}
inline Play cbc_hello() {
  return [](ScriptedPeer& server) {
    server.suite = kCbc;
    server.send_server_flight();
  };
}
/// A server that shows this instead of its certificate.
inline Play shows(Octets certificate_list, std::vector<std::pair<int, Octets>> extensions = {},
                  std::optional<Octets> status = {}) {
  return [=](ScriptedPeer& server) {
    RawServerHello answer = server.server_hello();
    for (const auto& [type, body] : extensions) answer.extensions.set(type, body);
    server.send(answer.bytes());
    server.send(message_of(certificate, vector_of(3, certificate_list)));
    if (status && !server.engine.error()) server.send(message_of(certificate_status, *status));
    for (const HandshakeType next : {server_key_exchange, server_hello_done})
      if (!server.engine.error()) server.send(next);
  };
}
inline Play shows_another_raw_key() {
  const Certificate& other = development_identity(KeyKind::ec_secp256r1).leaf.chain().front();
  return [show = shows(octets(internals(other).public_key_info), {{kServerType, {2}}})](
             ScriptedPeer& server) {
    server.kind = KeyKind::ec_secp256r1;
    server.scheme = SignatureScheme::ecdsa_secp256r1_sha256;
    show(server);
  };
}
inline Octets list_of(const Certificate& certificate) {
  return vector_of(3, octets(certificate.der()));
}

/// A client with another ClientHello.
inline Play client_hello_with(int type, Octets body) {
  return [=](ScriptedPeer& client) {
    client.client_hello.extensions.set(type, body);
    client.send(client_hello);
  };
}
inline Play client_hello_without(int type) {
  return [=](ScriptedPeer& client) {
    client.client_hello.extensions.remove(type);
    client.send(client_hello);
  };
}
inline Play offers(CipherSuite suite) {
  return [=](ScriptedPeer& client) {
    client.client_hello.suites = pairs16({static_cast<int>(suite)});
    client.send(client_hello);
  };
}
/// A client that answers a CertificateRequest so; the rest is as if it had shown nothing.
inline Play answers(std::vector<Octets> messages, RawExtensions extensions = {}) {
  return [=](ScriptedPeer& client) {
    for (const auto& [type, body] : extensions.items)
      client.client_hello.extensions.set(type, body);
    client.send(client_hello);
    REQUIRE(client.saw(server_hello_done));
    for (const Octets& message : messages)
      if (!client.engine.error()) client.send(message);
    if (!client.engine.error()) client.send(client_key_exchange);
    if (!client.engine.error()) client.send(certificate_verify);
  };
}
inline Octets client_list(const Octets& list) {
  return message_of(certificate, vector_of(3, list));
}

// ------------------------------------------------ requirements

using Change = std::function<void(PairConfig&)>;

enum class Then : std::uint8_t { resumes, full_handshake };

struct Requirement {
  std::string_view name;
  Change lax;      ///< the ends without the requirement
  Change require;  ///< what is added to them
  Cell absent, empty, declined;
  /// What comes of a session that was made without the requirement: it is resumed because it has
  /// what is required, or a full handshake follows, or that fails with this alert.
  std::variant<Then, Alert> resumed = Then::resumes;
};

inline void nothing(PairConfig&) {}
inline void with_cbc(PairConfig& ends) {
  ends.client.common.policy = ends.server.common.policy = SuitePolicy::legacy;
  ends.client.common.suites = ends.server.common.suites = {kCbc};
}
inline void with_protocol(PairConfig& ends) {
  ends.client.common.application_protocols = {"a"};
  ends.server.common.application_protocols = {"a"};
}
inline void with_psk(PairConfig& ends) {
  ends.client.common.policy = ends.server.common.policy = SuitePolicy::legacy;
  ends.client.find_psk = [](std::string_view) { return PreSharedKey{"device 7", Octets(16, 7)}; };
  ends.server.find_psk = [](std::string_view) { return Octets(16, 7); };
}
/// A certificate of the usual key, by the usual CA, valid around kNow.
inline Certificate leaf_of(CertificateRecipe recipe) {
  recipe.not_before = kNow - std::chrono::hours(1);
  recipe.not_after = kNow + std::chrono::hours(1);
  return issue_certificate(recipe, known().leaf.key(), &known().ca).value();
}
inline Certificate leaf_for(const std::string& name) {
  return leaf_of({.common_name = name, .names = {name}});
}
inline const Certificate& client_leaf() {
  static const Certificate made = leaf_of({.common_name = "a client", .for_clients = true});
  return made;
}
/// A certificate that demands a staple (RFC 7633).
inline const Certificate& must_staple() {
  static const Certificate made =
      leaf_of({.common_name = "localhost", .names = {"localhost"}, .must_staple = true});
  return made;
}
inline void with_client_certificate(PairConfig& ends) {
  ends.client.identities = {Identity::from({client_leaf()}, known().leaf.key()).value()};
  ends.server.client_authentication = ClientAuthentication::request;
}
inline void with_either_client_key(PairConfig& ends) {
  with_client_certificate(ends);
  ends.server.client_certificate_types = {kRaw, CertificateType::x509};
  ends.server.accept_raw_public_key = [](Bytes) { return true; };
}
inline const TransparencyLog& log() {
  static const auto log = TransparencyLog::from_key(
                              PrivateKey::generate(KeyKind::ec_secp256r1).value().public_key_info())
                              .value();
  return log;
}

}  // namespace tls12::test::requirements
