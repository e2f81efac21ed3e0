// What the two ends agreed on, for whoever wants to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tls12/certificate.hpp"
#include "tls12/registry.hpp"

namespace tls12 {

/// Filled as the handshake goes on; complete, and authenticated, when `handshake_complete` is true.
/// Before that, believe none of it.
struct ConnectionState {
  Role role = Role::client;
  bool handshake_complete = false;
  ProtocolVersion version = ProtocolVersion::tls12;
  CipherSuite cipher_suite = {};
  std::optional<NamedGroup>
      group;  ///< of the key exchange; of a resumed session, that of its full handshake
  std::optional<SignatureScheme>
      signature_scheme;  ///< with which the server signed its key exchange
  std::optional<SignatureScheme>
      client_signature_scheme;                ///< of the CertificateVerify, if there was one
  std::string server_name;                    ///< asked for by the client; empty when it did not
  std::string application_protocol;           ///< ALPN's choice; empty when there was none
  std::string psk_identity;                   ///< of the key shared beforehand; empty without one
  bool resumed = false;                       ///< an abbreviated handshake (RFC 5246 §7.3 figure 2)
  bool extended_master_secret = false;        ///< RFC 7627
  bool encrypt_then_mac = false;              ///< RFC 7366; of CBC suites alone
  bool secure_renegotiation = false;          ///< RFC 5746: the peer signalled it
  unsigned renegotiations = 0;                ///< handshakes behind the first
  bool client_certificate_requested = false;  ///< RFC 5246 §7.4.4
  std::optional<Identity>
      identity;  ///< that this end chose to show; absent if it shows none, and in a resumed session
  /// As the peer sent them, without those after the first that cannot be used
  /// (Certificate::from_der). Of a resumed session, as the peer sent them then.
  std::vector<Certificate> peer_certificates;
  std::vector<Certificate>
      verified_chain;  ///< leaf to trust anchor; empty when verification was switched off
  std::vector<std::uint8_t> peer_raw_public_key;  ///< RFC 7250: a SubjectPublicKeyInfo in DER;
                                                  ///< empty when certificates were used
  std::vector<std::uint8_t> ocsp_response;        ///< RFC 6066 §8: as the server stapled it, in DER
  std::vector<std::uint8_t>
      signed_certificate_timestamps;  ///< RFC 6962 §3.3: the SignedCertificateTimestampList without
                                      ///< its outer length
  std::size_t send_fragment_limit = 0,
              receive_fragment_limit =
                  0;  ///< RFC 6066 §4, RFC 8449: bytes of plaintext a record; 0: not negotiated
  std::uint64_t records_sealed = 0, records_opened = 0;  ///< under the connection's keys
  std::uint64_t bytes_sent = 0, bytes_received = 0;      ///< application data
  bool record_limit_near =
      false;  ///< a key has protected Limits::aes_records_warn records: reconnect soon
};

}  // namespace tls12
