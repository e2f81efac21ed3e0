// Two engines in memory, and configurations for them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tls12/engine.hpp"
#include "tls12/issue.hpp"

namespace tls12::test {

inline const WallTime kNow = std::chrono::sys_days(std::chrono::year(2030) / 6 / 15);

/// A development CA and a leaf for localhost with a key of `kind`, valid around kNow; made once a
/// kind.
inline const DevelopmentIdentity& development_identity(KeyKind kind) {
  static const auto all = [] {
    std::vector<std::pair<KeyKind, DevelopmentIdentity>> made;
    for (const KeyKind k : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                            KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
      const auto from = kNow - std::chrono::hours(24), to = kNow + std::chrono::hours(24);
      const auto ca_key = PrivateKey::generate(KeyKind::ec_secp256r1).value(),
                 leaf_key = PrivateKey::generate(k).value();
      const auto ca =
          Identity::from(
              {issue_certificate(
                   {.common_name = "test CA", .is_ca = true, .not_before = from, .not_after = to},
                   ca_key)
                   .value()},
              ca_key)
              .value();
      const auto leaf = issue_certificate({.common_name = "localhost",
                                           .names = {"localhost", "127.0.0.1"},
                                           .not_before = from,
                                           .not_after = to},
                                          leaf_key, &ca)
                            .value();
      made.emplace_back(k, DevelopmentIdentity{ca, Identity::from({leaf}, leaf_key).value()});
    }
    return made;
  }();
  for (const auto& [k, identity] : all)
    if (k == kind) return identity;
  std::unreachable();
}

inline ClientConfig client_config(KeyKind kind = KeyKind::ed25519) {
  return {.trust = TrustStore::of({development_identity(kind).ca.chain().front()})};
}
inline ServerConfig server_config(KeyKind kind = KeyKind::ed25519) {
  return {.identities = {development_identity(kind).leaf}};
}

/// Carries out what the engine owes to its session store, as Conn does.
inline void update_sessions(Engine& engine) {
  if (const auto update = engine.take_session_update()) update->apply();
}

/// Gives `to` what `from` has to send, as much as it takes. How many bytes moved.
inline std::size_t carry(Engine& from, Engine& to) {
  std::size_t moved = 0;
  while (!from.output().empty()) {
    const MutableBytes space = to.input_space();
    const std::size_t n = std::min(space.size(), from.output().size());
    if (n == 0) break;
    std::copy_n(from.output().begin(), n, space.begin());
    from.sent(n).value();
    to.received(n).value();
    moved += n;
  }
  update_sessions(from);
  update_sessions(to);
  return moved;
}

struct Pair {
  Engine client, server;

  explicit Pair(const ClientConfig& c = client_config(), const ServerConfig& s = server_config(),
                std::string_view name = "localhost", WallTime now = kNow)
      : client(Engine::client(c.build().value(), name, now)),
        server(Engine::server(s.build().value(), now)) {}

  /// Carries bytes both ways until nothing moves any more.
  void talk() {
    while (carry(client, server) + carry(server, client) != 0) {}
  }
  bool complete() const {
    return client.state().handshake_complete && server.state().handshake_complete;
  }
};

/// Takes all that can be read.
inline std::string read_all(Engine& engine) {
  std::string text;
  while (!engine.readable().empty()) {
    const std::size_t n = engine.readable().size();
    text += text_of(engine.readable());
    engine.consume(n).value();
  }
  return text;
}

}  // namespace tls12::test
