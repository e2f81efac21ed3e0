// Clients and servers with raw public keys (RFC 7250).
#pragma once

#include "support/after_server_hello.hpp"
#include "support/engine_pair.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::test {

inline constexpr auto kX509 = CertificateType::x509, kRaw = CertificateType::raw_public_key;
inline constexpr int kClientType = 19, kServerType = 20;
using Types = std::vector<CertificateType>;

inline Octets key_of(const Identity& identity) {
  return octets(internals(identity.chain().front()).public_key_info);
}

/// A client with a raw public key, and a server that knows it.
struct RawKeyConfig : PairConfig {
  std::vector<Octets> asked;  // the keys that the server was asked about

  explicit RawKeyConfig(const Types& shown, const Types& accepted,
                        KeyKind kind = KeyKind::ed25519) {
    client.identities = {client_identity(kind).leaf};
    client.client_certificate_types = shown;
    server.client_authentication = ClientAuthentication::require_and_verify;
    server.client_trust = trust_in(client_identity(kind));
    server.client_certificate_types = accepted;
    if (std::ranges::find(accepted, kRaw) != accepted.end())
      server.accept_raw_public_key = [this, kind](Bytes key) {
        asked.push_back(octets(key));
        return octets(key) == key_of(client_identity(kind).leaf);
      };
  }
  RawKeyConfig(const RawKeyConfig&) = delete;
  RawKeyConfig& operator=(const RawKeyConfig&) = delete;
};

struct RawKeyPair : EnginePair {
  explicit RawKeyPair(const RawKeyConfig& config) : EnginePair(config) { talk(); }
  Errc server_fault() const { return server.error() ? server.error()->code : Errc::count_; }
  std::optional<Alert> alert() const {
    return server.error() ? server.error()->alert : std::nullopt;
  }
};

inline ClientConfig client_accepting(const Types& types) {
  ClientConfig config = client_config();
  config.server_certificate_types = types;
  config.accept_raw_public_key = [](Bytes key) {
    return octets(key) == key_of(development_identity(KeyKind::ed25519).leaf);
  };
  return config;
}
inline ServerConfig server_with(const Types& types) {
  ServerConfig config = server_config();
  config.certificate_types = types;
  return config;
}

}  // namespace tls12::test
