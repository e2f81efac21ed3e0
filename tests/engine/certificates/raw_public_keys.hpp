// Clients and servers with raw public keys (RFC 7250).
#pragma once

#include "engine/certificates/chains.hpp"
#include "support/answered.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::test {

inline constexpr auto kX509 = CertificateType::x509, kRaw = CertificateType::raw_public_key;
inline constexpr int kClientType = 19, kServerType = 20;
using Types = std::vector<CertificateType>;

inline const DevelopmentIdentity& a_client(KeyKind kind = KeyKind::ed25519) {
  static std::vector<std::pair<KeyKind, DevelopmentIdentity>> made;
  for (const auto& [k, identity] : made)
    if (k == kind) return identity;
  return made
      .emplace_back(kind,
                    make_chain({.key = kind, .names = {"client.example"}, .for_clients = true}))
      .second;
}
inline Octets key_of(const Identity& identity) {
  return octets(internals(identity.chain().front()).public_key_info);
}

/// A client and a server that may show bare keys, each known to the other.
struct Ends {
  ClientConfig client = client_config();
  ServerConfig server = server_config();
  std::vector<Octets> asked;  // the keys that the server was asked about

  explicit Ends(const Types& shown, const Types& accepted, KeyKind kind = KeyKind::ed25519) {
    client.identities = {a_client(kind).leaf};
    client.client_certificate_types = shown;
    server.client_authentication = ClientAuthentication::require_and_verify;
    server.client_trust = TrustStore::of({a_client(kind).ca.chain().front()});
    server.client_certificate_types = accepted;
    if (std::ranges::find(accepted, kRaw) != accepted.end())
      server.accept_raw_public_key = [this, kind](Bytes key) {
        asked.push_back(octets(key));
        return octets(key) == key_of(a_client(kind).leaf);
      };
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
};

struct Talked : Pair {
  explicit Talked(const Ends& ends) : Pair(ends.client, ends.server) { talk(); }
  Errc server_fault() const { return server.error() ? server.error()->code : Errc::count_; }
  std::optional<Alert> alert() const {
    return server.error() ? server.error()->alert : std::nullopt;
  }
};

inline ClientConfig taking(const Types& types) {
  ClientConfig config = client_config();
  config.server_certificate_types = types;
  config.accept_raw_public_key = [](Bytes key) {
    return octets(key) == key_of(development_identity(KeyKind::ed25519).leaf);
  };
  return config;
}
inline ServerConfig showing(const Types& types) {
  ServerConfig config = server_config();
  config.certificate_types = types;
  return config;
}

}  // namespace tls12::test
