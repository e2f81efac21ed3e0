// Identities and configurations for two ends.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tls12/config.hpp"
#include "tls12/issue.hpp"

namespace tls12::test {

/// The wall-clock time of tests of engines. It is not today's: an engine that read a clock of its
/// own would reject the certificates.
inline const WallTime kNow = std::chrono::sys_days(std::chrono::year(2030) / 6 / 15);

/// A CA, and an identity that it issued.
struct ChainRecipe {
  KeyKind key = KeyKind::ec_secp256r1, ca_key = KeyKind::ec_secp256r1;
  std::vector<std::string> names = {"localhost"};
  std::optional<HashAlgorithm> hash = {};
  bool pss = false, for_clients = false, shows_ca = false;
  std::string ca_name = "CA";
  WallTime around = kNow;  ///< valid for `validity` before and after
  std::chrono::seconds validity = std::chrono::hours(1);
};

inline DevelopmentIdentity make_chain(const ChainRecipe& recipe) {
  const auto from = recipe.around - recipe.validity, to = recipe.around + recipe.validity;
  const auto ca_key = PrivateKey::generate(recipe.ca_key).value(),
             key = PrivateKey::generate(recipe.key).value();
  const CertificateRecipe ca_recipe{
      .common_name = recipe.ca_name, .is_ca = true, .not_before = from, .not_after = to};
  const auto ca = Identity::from({issue_certificate(ca_recipe, ca_key).value()}, ca_key).value();
  const CertificateRecipe leaf_recipe{.common_name = recipe.names.front(),
                                      .names = recipe.names,
                                      .for_servers = !recipe.for_clients,
                                      .for_clients = recipe.for_clients,
                                      .not_before = from,
                                      .not_after = to,
                                      .hash = recipe.hash,
                                      .pss = recipe.pss};
  std::vector<Certificate> chain = {issue_certificate(leaf_recipe, key, &ca).value()};
  if (recipe.shows_ca) chain.push_back(ca.chain().front());
  return {ca, Identity::from(std::move(chain), key).value()};
}

/// A CA and an identity for localhost with a key of `kind`, valid around kNow. Made once a kind.
inline const DevelopmentIdentity& development_identity(KeyKind kind) {
  static const auto all = [] {
    std::map<KeyKind, DevelopmentIdentity> made;
    for (const KeyKind k : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                            KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519})
      made.emplace(k, make_chain({.key = k,
                                  .names = {"localhost", "127.0.0.1"},
                                  .ca_name = "test CA",
                                  .validity = std::chrono::hours(24)}));
    return made;
  }();
  return all.at(kind);
}
/// The same with an Ed25519 key, valid now: Conn reads the system's clock.
inline const DevelopmentIdentity& live_identity() {
  static const auto made = make_chain({.key = KeyKind::ed25519,
                                       .names = {"localhost", "127.0.0.1"},
                                       .ca_name = "test CA",
                                       .around = wall_time(),
                                       .validity = std::chrono::hours(24)});
  return made;
}

/// A client's identity with a key of `kind`, and its CA. Made once a kind.
inline const DevelopmentIdentity& client_identity(KeyKind kind = KeyKind::ed25519) {
  static std::map<KeyKind, DevelopmentIdentity> made;
  const auto known = made.find(kind);
  if (known != made.end()) return known->second;
  return made
      .emplace(kind, make_chain({.key = kind, .names = {"client.example"}, .for_clients = true}))
      .first->second;
}

inline TrustStore trust_in(const DevelopmentIdentity& identity) {
  return TrustStore::of({identity.ca.chain().front()});
}
inline ClientConfig client_config(KeyKind kind = KeyKind::ed25519) {
  return {.trust = trust_in(development_identity(kind))};
}
inline ServerConfig server_config(KeyKind kind = KeyKind::ed25519) {
  return {.identities = {development_identity(kind).leaf}};
}
inline ClientConfig live_client_config() { return {.trust = trust_in(live_identity())}; }
inline ServerConfig live_server_config() { return {.identities = {live_identity().leaf}}; }

/// The configurations of a client and a server.
struct PairConfig {
  ClientConfig client = client_config();
  ServerConfig server = server_config();
};
/// Ends that keep sessions, by ID or by ticket.
inline PairConfig with_sessions(bool tickets) {
  PairConfig config;
  config.client.sessions = make_memory_session_store();
  config.client.tickets = tickets;
  config.server.sessions = make_memory_session_store();
  config.server.ticket_keys = TicketKeys::rotating().value();
  return config;
}

}  // namespace tls12::test
