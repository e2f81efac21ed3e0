// What the two ends agreed on, for whoever wants to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tls12/certificate.hpp"
#include "tls12/registry.hpp"

namespace tls12 {

/// Filled as the handshake goes on; complete, and authenticated, when `handshake_complete` is true. Before that, believe none of it.
struct ConnectionState {
  Role role = Role::client;
  bool handshake_complete = false;
  ProtocolVersion version = ProtocolVersion::tls12;
  CipherSuite cipher_suite = {};
  std::optional<NamedGroup> group;                    ///< of the key exchange
  std::optional<SignatureScheme> signature_scheme;    ///< with which the server signed its key exchange
  std::string server_name;                            ///< asked for by the client; empty when it did not
  std::string application_protocol;                   ///< ALPN's choice; empty when there was none
  bool extended_master_secret = false;                ///< RFC 7627
  bool secure_renegotiation = false;                  ///< RFC 5746: the peer signalled it
  std::vector<Certificate> peer_certificates;         ///< as the peer sent them
  std::vector<Certificate> verified_chain;            ///< leaf to trust anchor; empty when verification was switched off
  std::uint64_t records_sealed = 0, records_opened = 0;   ///< under the connection's keys
  std::uint64_t bytes_sent = 0, bytes_received = 0;       ///< application data
  bool record_limit_near = false;                     ///< a key has protected Limits::aes_records_warn records: reconnect soon
};

}  // namespace tls12
