// What build() makes of a configuration: everything a handshake needs, looked up, ordered and
// encoded once, shared by all connections.
#pragma once

#include <cstdint>
#include <vector>

#include "base/internals.hpp"
#include "config/encoded_identity.hpp"
#include "config/supported_algorithms.hpp"
#include "session/binding.hpp"

namespace tls12 {

struct ClientContext::Content {
  ClientConfig config;
  config::SupportedAlgorithms algorithms;
  std::vector<config::EncodedIdentity> identities;
  std::vector<std::uint8_t>
      certificate_schemes_wire;  ///< RFC 8446 §4.2.3: VerifyPolicy::signature_schemes
  std::vector<std::uint8_t> server_types_wire,
      client_types_wire;  ///< RFC 7250 §3; empty: not negotiated
  session::Bindings bindings = {};
};

struct ServerContext::Content {
  ServerConfig config;
  config::SupportedAlgorithms algorithms;
  std::vector<config::EncodedIdentity> identities;
  std::vector<std::uint8_t> authorities_wire;  ///< RFC 5246 §7.4.4
  std::shared_ptr<TicketKeys> ticket_keys;     ///< null: no tickets
  session::Bindings bindings = {};
};

}  // namespace tls12
