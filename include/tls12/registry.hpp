// The numbers that TLS 1.2 puts on the wire, with the names that the RFCs and IANA give them.
// A value that is not listed here is still a valid value of its enumeration: peers may send anything.
#pragma once

#include <cstdint>
#include <string>

namespace tls12 {

enum class Role : std::uint8_t { client, server };

/// The other end.
constexpr Role peer_of(Role role) { return role == Role::client ? Role::server : Role::client; }

/// RFC 5246 §6.2.1.
enum class ContentType : std::uint8_t { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23 };

/// RFC 5246 §6.2.1, appendix E. Major version in the high byte.
enum class ProtocolVersion : std::uint16_t { ssl3 = 0x0300, tls10 = 0x0301, tls11 = 0x0302, tls12 = 0x0303, tls13 = 0x0304 };

/// RFC 5246 §7.4, with RFC 5077 §3.3 and RFC 6066 §8.
enum class HandshakeType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_status = 22,
};

/// RFC 5246 §7.2; no_application_protocol is RFC 7301 §3.2, the 11x ones RFC 6066 §9, unknown_psk_identity RFC 4279 §2.
enum class Alert : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  decryption_failed_reserved = 21,
  record_overflow = 22,
  decompression_failure = 30,
  handshake_failure = 40,
  no_certificate_reserved = 41,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  export_restriction_reserved = 60,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  inappropriate_fallback = 86,
  user_canceled = 90,
  no_renegotiation = 100,
  unsupported_extension = 110,
  certificate_unobtainable = 111,
  unrecognized_name = 112,
  bad_certificate_status_response = 113,
  bad_certificate_hash_value = 114,
  unknown_psk_identity = 115,
  no_application_protocol = 120,
};

/// RFC 5246 §7.2.
enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };

/// RFC 5289 §3.2, RFC 7905 §2; the signalling value is RFC 5746 §3.3.
enum class CipherSuite : std::uint16_t {
  TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
};

/// RFC 8422 §5.1.1.
enum class NamedGroup : std::uint16_t { secp256r1 = 23, secp384r1 = 24, secp521r1 = 25, x25519 = 29 };

/// RFC 8446 §4.2.3, whose two bytes are RFC 5246 §7.4.1.4.1's hash and signature. In TLS 1.2 an ECDSA scheme does not bind the curve.
enum class SignatureScheme : std::uint16_t {
  rsa_pkcs1_sha1 = 0x0201,
  ecdsa_sha1 = 0x0203,
  rsa_pkcs1_sha256 = 0x0401,
  ecdsa_secp256r1_sha256 = 0x0403,
  rsa_pkcs1_sha384 = 0x0501,
  ecdsa_secp384r1_sha384 = 0x0503,
  rsa_pkcs1_sha512 = 0x0601,
  ecdsa_secp521r1_sha512 = 0x0603,
  rsa_pss_rsae_sha256 = 0x0804,
  rsa_pss_rsae_sha384 = 0x0805,
  rsa_pss_rsae_sha512 = 0x0806,
  ed25519 = 0x0807,
  rsa_pss_pss_sha256 = 0x0809,
  rsa_pss_pss_sha384 = 0x080a,
  rsa_pss_pss_sha512 = 0x080b,
};

/// RFC 6066, RFC 8422 §5.1, RFC 5246 §7.4.1.4.1, RFC 7301, RFC 7627, RFC 5746.
enum class ExtensionType : std::uint16_t {
  server_name = 0,
  supported_groups = 10,
  ec_point_formats = 11,
  signature_algorithms = 13,
  application_layer_protocol_negotiation = 16,
  extended_master_secret = 23,
  renegotiation_info = 0xff01,
};

/// RFC 8422 §5.1.2.
enum class EcPointFormat : std::uint8_t { uncompressed = 0 };

/// RFC 5246 §7.4.4, RFC 8422 §5.5.
enum class ClientCertificateType : std::uint8_t { rsa_sign = 1, dss_sign = 2, rsa_fixed_dh = 3, dss_fixed_dh = 4, ecdsa_sign = 64 };

/// The registered name ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519", "ClientHello" for handshake messages), or
/// the number in hexadecimal where the value is unknown here; RFC 8701's reserved values are "GREASE (0x…)".
std::string name(ContentType);
std::string name(ProtocolVersion);
std::string name(HandshakeType);
std::string name(Alert);
std::string name(AlertLevel);
std::string name(CipherSuite);
std::string name(NamedGroup);
std::string name(SignatureScheme);
std::string name(ExtensionType);

}  // namespace tls12
