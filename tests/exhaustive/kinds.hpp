// The kinds of handshake that the exhaustive tests go through, a row each: a new row adds its runs
// to all of them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/order_table.hpp"
#include "tls12/config.hpp"
#include "tls12/issue.hpp"

namespace tls12::test {

struct Kind {
  /// Who is at the other end: an engine, or a script that does what no engine of ours does.
  enum class Other { engine, asks_for_certificate, asks_to_renegotiate, renegotiates };

  const char* name;
  KeyKind key;
  CipherSuite suite;
  NamedGroup group;
  Other other = Other::engine;
  bool key_elsewhere = false;
  bool held_back = false;           ///< the request, until it is flushed
  bool client_certificate = false;  ///< asked for, shown and verified
  enum class Tickets { none, given, resumed } tickets = Tickets::none;
  std::vector<Role> roles = {Role::client, Role::server};  ///< of the connection under test
  std::size_t every = 1;  ///< of the points that it has, each so many-th is tried

  bool scripted() const { return other != Other::engine; }
  /// Byte for byte, each time: but a script's key and signature are fresh, and a ticket has the
  /// time in it.
  bool repeats() const { return !scripted() && tickets != Tickets::given; }
};

inline constexpr CipherSuite kChaCha20 = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
inline constexpr CipherSuite kCbc = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256;

inline const std::vector<Kind> kKinds = {
    {.name = "full", .key = KeyKind::ed25519, .suite = kChaCha20, .group = NamedGroup::x25519},
    {.name = "full, P-256 and AES-128-GCM",
     .key = KeyKind::ec_secp256r1,
     .suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
     .group = NamedGroup::secp256r1,
     .every = 7},
    {.name = "full, RSA and AES-256-GCM",
     .key = KeyKind::rsa,
     .suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
     .group = NamedGroup::x25519,
     .every = 11},
    {.name = "full, the key elsewhere",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .key_elsewhere = true},
    {.name = "full, the request held back",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .held_back = true},
    {.name = "the client is asked for a certificate",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .other = Kind::Other::asks_for_certificate,
     .roles = {Role::client}},
    {.name = "HelloRequest, or a second ClientHello",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .other = Kind::Other::asks_to_renegotiate},
    {.name = "HelloRequest, and another handshake",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .other = Kind::Other::renegotiates,
     .roles = {Role::client}},
    {.name = "full, with a client's certificate and a ticket",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .client_certificate = true,
     .tickets = Kind::Tickets::given,
     .every = 7},
    {.name = "abbreviated",
     .key = KeyKind::ed25519,
     .suite = kChaCha20,
     .group = NamedGroup::x25519,
     .tickets = Kind::Tickets::resumed},
    {.name = "full, CBC with encrypt-then-MAC",
     .key = KeyKind::ed25519,
     .suite = kCbc,
     .group = NamedGroup::x25519,
     .every = 5},
};

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TLS12_SAMPLED
#endif
#endif
#if defined(TLS12_SAMPLED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kSampled = 17;  // under a sanitizer, a sample will do
#else
inline constexpr std::size_t kSampled = 1;
#endif

inline std::size_t stride(const Kind& kind) { return kind.every * kSampled; }

/// A certificate authority and a leaf with a key of `kind`, the same in each run but for its dates;
/// valid now. Made once a kind.
inline const DevelopmentIdentity& identity_of(KeyKind kind) {
  static const auto all = [] {
    std::vector<std::pair<KeyKind, DevelopmentIdentity>> made;
    const auto provider = deterministic_provider(7);
    for (const KeyKind k : {KeyKind::ed25519, KeyKind::ec_secp256r1, KeyKind::rsa}) {
      const auto ca_key = PrivateKey::generate(k, 2048, provider).value(),
                 leaf_key = PrivateKey::generate(k, 2048, provider).value();
      const auto ca = Identity::from({issue_certificate({.common_name = "test CA", .is_ca = true},
                                                        ca_key, nullptr, provider)
                                          .value()},
                                     ca_key)
                          .value();
      const auto leaf =
          issue_certificate(
              {.common_name = "localhost", .names = {"localhost"}, .for_clients = true}, leaf_key,
              &ca, provider)
              .value();
      made.emplace_back(k, DevelopmentIdentity{ca, Identity::from({leaf}, leaf_key).value()});
    }
    return made;
  }();
  for (const auto& [k, identity] : all)
    if (k == kind) return identity;
  std::unreachable();
}

/// What both ends of a kind have. The seeds make each conversation of a kind the same.
inline CommonConfig common_of(const Kind& kind, std::uint64_t seed) {
  return {.provider = deterministic_provider(seed),
          .suites = {kind.suite},
          .groups = {kind.group},
          .application_protocols = {"first", "second"}};
}
inline ClientConfig client_without_session(const Kind& kind) {
  const DevelopmentIdentity& identity = identity_of(kind.key);
  ClientConfig config{
      .trust = TrustStore::of({identity.ca.chain().front()}),
      .common = common_of(kind, 1),
      .dangerous = {.accept_any_certificate =
                        kind.scripted()}};  // the script's certificate is of another time
  if (kind.other == Kind::Other::renegotiates) config.renegotiation = Renegotiation::freely;
  if (kind.client_certificate) config.identities = {identity.leaf};
  if (kind.tickets != Kind::Tickets::none) config.sessions = make_memory_session_store();
  return config;
}
inline ServerConfig server_of(const Kind& kind) {
  const DevelopmentIdentity& identity = identity_of(kind.key);
  ServerConfig config{.identities = {identity.leaf}, .common = common_of(kind, 2)};
  const std::span chain = identity.leaf.chain();
  if (kind.key_elsewhere)
    config.identities = {
        Identity::from({chain.begin(), chain.end()}, PrivateKey::elsewhere(kind.key)).value()};
  if (kind.client_certificate) {
    config.client_authentication = ClientAuthentication::require_and_verify;
    config.client_trust = TrustStore::of({identity.ca.chain().front()});
  }
  if (kind.tickets != Kind::Tickets::none)
    config.ticket_keys =
        TicketKeys::from_secrets({std::vector<std::uint8_t>(TicketKeys::kSecretSize, 0x7e)},
                                 config.common.provider)
            .value();
  return config;
}
/// A session that was made once, so that a client of the kind can resume it.
inline const std::vector<std::uint8_t>& session_of(const Kind& kind) {
  static std::map<std::string_view, std::vector<std::uint8_t>> sessions;
  std::vector<std::uint8_t>& session = sessions[kind.name];
  if (session.empty()) {
    const ClientConfig config = client_without_session(kind);
    EnginePair pair(config, server_of(kind), "localhost", wall_time());
    pair.talk();
    config.sessions->get(bytes_of("localhost"), wall_time(),
                         [&](Bytes bytes) { session.assign(bytes.begin(), bytes.end()); });
  }
  return session;
}
inline ClientConfig client_of(const Kind& kind) {
  ClientConfig config = client_without_session(kind);
  if (kind.tickets == Kind::Tickets::resumed)
    config.sessions->put(bytes_of("localhost"), session_of(kind),
                         wall_time() + std::chrono::hours(1));
  return config;
}
/// The key elsewhere.
inline std::vector<std::uint8_t> sign_elsewhere(const Kind& kind, SignatureAlgorithm algorithm,
                                                Bytes message) {
  std::vector<std::uint8_t> signature(kMaxSignatureSize);
  signature.resize(identity_of(kind.key)
                       .leaf.key()
                       .sign(algorithm, message, default_provider()->rng(), signature)
                       .value());
  return signature;
}

}  // namespace tls12::test
