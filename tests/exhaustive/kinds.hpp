// The kinds of handshake that the exhaustive tests go through, a row each: a new row adds its runs to all of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "support/order_table.hpp"
#include "tls12/config.hpp"
#include "tls12/issue.hpp"

namespace tls12::test {

struct Kind {
  /// Who is at the other end: an engine, or a script that does what no engine of ours does.
  enum class Other { engine, asks_for_certificate, asks_to_renegotiate };

  const char* name;
  KeyKind key;
  CipherSuite suite;
  NamedGroup group;
  Other other = Other::engine;
  bool key_elsewhere = false;
  bool held_back = false;                                  ///< the request, until it is flushed
  std::vector<Role> roles = {Role::client, Role::server};  ///< of the connection under test
  std::size_t every = 1;                                   ///< of the points that it has, each so many-th is tried

  bool scripted() const { return other != Other::engine; }
};

inline constexpr CipherSuite kChaCha20 = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;

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
    {.name = "full, the key elsewhere", .key = KeyKind::ed25519, .suite = kChaCha20, .group = NamedGroup::x25519, .key_elsewhere = true},
    {.name = "full, the request held back", .key = KeyKind::ed25519, .suite = kChaCha20, .group = NamedGroup::x25519, .held_back = true},
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

/// A certificate authority and a leaf with a key of `kind`, the same in each run but for its dates; valid now. Made once a kind.
inline const DevelopmentIdentity& identity_of(KeyKind kind) {
  static const auto all = [] {
    std::vector<std::pair<KeyKind, DevelopmentIdentity>> made;
    const auto provider = deterministic_provider(7);
    for (const KeyKind k : {KeyKind::ed25519, KeyKind::ec_secp256r1, KeyKind::rsa}) {
      const auto ca_key = PrivateKey::generate(k, 2048, provider).value(), leaf_key = PrivateKey::generate(k, 2048, provider).value();
      const auto ca = Identity::from({issue_certificate({.common_name = "test CA", .is_ca = true}, ca_key, nullptr, provider).value()}, ca_key).value();
      const auto leaf = issue_certificate({.common_name = "localhost", .names = {"localhost"}}, leaf_key, &ca, provider).value();
      made.emplace_back(k, DevelopmentIdentity{ca, Identity::from({leaf}, leaf_key).value()});
    }
    return made;
  }();
  for (const auto& [k, identity] : all)
    if (k == kind) return identity;
  std::unreachable();
}

/// What both ends of a kind have. The seeds make each conversation of a kind the same, byte for byte.
inline CommonConfig common_of(const Kind& kind, std::uint64_t seed) {
  return {.provider = deterministic_provider(seed), .suites = {kind.suite}, .groups = {kind.group}, .application_protocols = {"first", "second"}};
}
inline ClientConfig client_of(const Kind& kind) {
  return {.trust = TrustStore::of({identity_of(kind.key).ca.chain().front()}),
          .common = common_of(kind, 1),
          .dangerous = {.accept_any_certificate = kind.scripted()}};  // the script's certificate is of another time
}
inline ServerConfig server_of(const Kind& kind) {
  const Identity& own = identity_of(kind.key).leaf;
  if (!kind.key_elsewhere) return {.identities = {own}, .common = common_of(kind, 2)};
  return {.identities = {Identity::from({own.chain().begin(), own.chain().end()}, PrivateKey::elsewhere(kind.key)).value()}, .common = common_of(kind, 2)};
}
/// The key elsewhere.
inline std::vector<std::uint8_t> sign_elsewhere(const Kind& kind, SignatureAlgorithm algorithm, Bytes message) {
  std::vector<std::uint8_t> signature(kMaxSignatureSize);
  signature.resize(identity_of(kind.key).leaf.key().sign(algorithm, message, default_provider()->rng(), signature).value());
  return signature;
}

}  // namespace tls12::test
