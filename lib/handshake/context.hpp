// What build() makes of a configuration: everything a handshake needs, looked up, ordered and encoded once, shared by all connections.
#pragma once

#include <cstdint>
#include <vector>

#include "tls12/config.hpp"
#include "tls12/messages.hpp"
#include "wire/registry.hpp"

namespace tls12 {

namespace handshake {

/// What an end is ready to speak: best first, each with an implementation on this machine. The wire forms are what a ClientHello says.
struct Abilities {
  std::vector<const wire::SuiteRow*> suites;
  std::vector<const wire::GroupRow*> groups;
  std::vector<const wire::SchemeRow*> schemes;
  std::vector<std::uint8_t> suites_wire, groups_wire, schemes_wire, protocols_wire;

  ListOf16<CipherSuite> suite_list() const { return ListOf16<CipherSuite>(suites_wire); }
  ListOf16<NamedGroup> group_list() const { return ListOf16<NamedGroup>(groups_wire); }
  ListOf16<SignatureScheme> scheme_list() const { return ListOf16<SignatureScheme>(schemes_wire); }
  ListOfOpaque<1> protocol_list() const { return ListOfOpaque<1>(protocols_wire); }
};

/// An identity with its certificate_list as it goes on the wire (RFC 5246 §7.4.2).
struct ServerIdentity {
  Identity identity;
  std::vector<std::uint8_t> certificate_list;
};

/// Errors: Errc::bad_configuration, Errc::algorithm_unavailable; the detail names the field.
Result<Abilities> abilities_of(const CommonConfig& config);

}  // namespace handshake

struct ClientContext::Content {
  ClientConfig config;
  handshake::Abilities abilities;
};

struct ServerContext::Content {
  ServerConfig config;
  handshake::Abilities abilities;
  std::vector<handshake::ServerIdentity> identities;
};

}  // namespace tls12
