// What build() makes of a configuration: everything a handshake needs, looked up, ordered and
// encoded once, shared by all connections.
#pragma once

#include <cstdint>
#include <vector>

#include "base/internals.hpp"
#include "handshake/binding.hpp"
#include "tls12/config.hpp"
#include "tls12/messages.hpp"
#include "wire/registry.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12 {

namespace handshake {

/// What an end is ready to speak: best first, each with an implementation on this machine. The wire
/// forms are what a ClientHello says.
struct Abilities {
  std::vector<const wire::SuiteRow*> suites;
  std::vector<const wire::GroupRow*> groups;
  std::vector<const wire::SchemeRow*> schemes, signing_schemes;
  std::vector<std::uint8_t> suites_wire, groups_wire, schemes_wire, protocols_wire;

  ListOf16<NamedGroup> group_list() const { return ListOf16<NamedGroup>(groups_wire); }
  ListOf16<SignatureScheme> scheme_list() const { return ListOf16<SignatureScheme>(schemes_wire); }
  ListOfOpaque<1> protocol_list() const { return ListOfOpaque<1>(protocols_wire); }
  bool has_cbc() const;
  bool has_ecdhe() const;
};

/// An identity with its certificate_list as it goes on the wire (RFC 5246 §7.4.2).
struct ShownIdentity {
  Identity identity;
  std::vector<std::uint8_t> certificate_list;
  x509::SubjectKey key;                                 ///< views into `identity`
  std::vector<const wire::SchemeRow*> signing_schemes;  ///< best first
};
/// Errors: Errc::bad_configuration, Errc::algorithm_unavailable; the detail names the field.
Result<ShownIdentity> show(const Identity& identity, const CommonConfig& config,
                           const Abilities& abilities);

/// Which key exchanges a configuration has keys for.
struct Keys {
  bool certificates, psk;
};
/// Errors: Errc::bad_configuration, Errc::algorithm_unavailable; the detail names the field.
Result<Abilities> abilities_of(const CommonConfig& config, Keys keys);

}  // namespace handshake

struct ClientContext::Content {
  ClientConfig config;
  handshake::Abilities abilities;
  std::vector<handshake::ShownIdentity> identities;
  std::vector<std::uint8_t>
      certificate_schemes_wire;  ///< RFC 8446 §4.2.3: VerifyPolicy::signature_schemes
  std::vector<std::uint8_t> server_types_wire,
      client_types_wire;  ///< RFC 7250 §3; empty: not negotiated
  handshake::Bindings bindings = {};
};

struct ServerContext::Content {
  ServerConfig config;
  handshake::Abilities abilities;
  std::vector<handshake::ShownIdentity> identities;
  std::vector<std::uint8_t> authorities_wire;  ///< RFC 5246 §7.4.4
  std::shared_ptr<TicketKeys> ticket_keys;     ///< null: no tickets
  handshake::Bindings bindings = {};
};

}  // namespace tls12
