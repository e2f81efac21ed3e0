// The numbers that TLS 1.2 puts on the wire, with the names that the RFCs and IANA give them.
// A value that is not listed here is still a valid value of its enumeration: peers may send
// anything.
#pragma once

#include <cstdint>
#include <string>

#include "tls12/api.hpp"

namespace tls12 {

enum class Role : std::uint8_t { client, server };

/// The other end.
constexpr Role peer_of(Role role) { return role == Role::client ? Role::server : Role::client; }

/// RFC 5246 §6.2.1.
enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23
};

/// RFC 5246 §6.2.1, appendix E. Major version in the high byte.
enum class ProtocolVersion : std::uint16_t {
  ssl3 = 0x0300,
  tls10 = 0x0301,
  tls11 = 0x0302,
  tls12 = 0x0303,
  tls13 = 0x0304
};

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

/// RFC 5246 §7.2; no_application_protocol is RFC 7301 §3.2, the 11x ones RFC 6066 §9,
/// unknown_psk_identity RFC 4279 §2.
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

/// The suites this stack has, all of them forward secret or asked for by name; no RC4, 3DES,
/// export, NULL or anonymous ones.
enum class CipherSuite : std::uint16_t {
  // RFC 5746 §3.3, RFC 7507 §2: signals, not suites
  TLS_EMPTY_RENEGOTIATION_INFO_SCSV = 0x00ff,
  TLS_FALLBACK_SCSV = 0x5600,
  // ECDHE: RFC 5289 §3, RFC 8422 §6, RFC 7251 §2, RFC 7905 §2
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA = 0xc009,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA = 0xc00a,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA = 0xc013,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA = 0xc014,
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256 = 0xc023,
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384 = 0xc024,
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 = 0xc027,
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 = 0xc028,
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 = 0xc02b,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 = 0xc02c,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 = 0xc02f,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 = 0xc030,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM = 0xc0ac,
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM = 0xc0ad,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8 = 0xc0ae,
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8 = 0xc0af,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca8,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 = 0xcca9,
  // DHE: RFC 5246 appendix A.5, RFC 5288 §3, RFC 6655 §3, RFC 7905 §2
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA = 0x0033,
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA = 0x0039,
  TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 = 0x0067,
  TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 = 0x006b,
  TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 = 0x009e,
  TLS_DHE_RSA_WITH_AES_256_GCM_SHA384 = 0x009f,
  TLS_DHE_RSA_WITH_AES_128_CCM = 0xc09e,
  TLS_DHE_RSA_WITH_AES_256_CCM = 0xc09f,
  TLS_DHE_RSA_WITH_AES_128_CCM_8 = 0xc0a2,
  TLS_DHE_RSA_WITH_AES_256_CCM_8 = 0xc0a3,
  TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256 = 0xccaa,
  // RSA: the same
  TLS_RSA_WITH_AES_128_CBC_SHA = 0x002f,
  TLS_RSA_WITH_AES_256_CBC_SHA = 0x0035,
  TLS_RSA_WITH_AES_128_CBC_SHA256 = 0x003c,
  TLS_RSA_WITH_AES_256_CBC_SHA256 = 0x003d,
  TLS_RSA_WITH_AES_128_GCM_SHA256 = 0x009c,
  TLS_RSA_WITH_AES_256_GCM_SHA384 = 0x009d,
  TLS_RSA_WITH_AES_128_CCM = 0xc09c,
  TLS_RSA_WITH_AES_256_CCM = 0xc09d,
  TLS_RSA_WITH_AES_128_CCM_8 = 0xc0a0,
  TLS_RSA_WITH_AES_256_CCM_8 = 0xc0a1,
  // PSK: RFC 4279 §2 to §4, RFC 5487 §2, §3, RFC 6655 §4, RFC 7905 §2; ECDHE_PSK: RFC 5489 §3, RFC
  // 8442 §3
  TLS_PSK_WITH_AES_128_CBC_SHA = 0x008c,
  TLS_PSK_WITH_AES_256_CBC_SHA = 0x008d,
  TLS_PSK_WITH_AES_128_GCM_SHA256 = 0x00a8,
  TLS_PSK_WITH_AES_256_GCM_SHA384 = 0x00a9,
  TLS_PSK_WITH_AES_128_CBC_SHA256 = 0x00ae,
  TLS_PSK_WITH_AES_256_CBC_SHA384 = 0x00af,
  TLS_PSK_WITH_AES_128_CCM = 0xc0a4,
  TLS_PSK_WITH_AES_256_CCM = 0xc0a5,
  TLS_PSK_WITH_AES_128_CCM_8 = 0xc0a8,
  TLS_PSK_WITH_AES_256_CCM_8 = 0xc0a9,
  TLS_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xccab,
  TLS_DHE_PSK_WITH_AES_128_CBC_SHA = 0x0090,
  TLS_DHE_PSK_WITH_AES_256_CBC_SHA = 0x0091,
  TLS_DHE_PSK_WITH_AES_128_GCM_SHA256 = 0x00aa,
  TLS_DHE_PSK_WITH_AES_256_GCM_SHA384 = 0x00ab,
  TLS_DHE_PSK_WITH_AES_128_CBC_SHA256 = 0x00b2,
  TLS_DHE_PSK_WITH_AES_256_CBC_SHA384 = 0x00b3,
  TLS_DHE_PSK_WITH_AES_128_CCM = 0xc0a6,
  TLS_DHE_PSK_WITH_AES_256_CCM = 0xc0a7,
  TLS_PSK_DHE_WITH_AES_128_CCM_8 = 0xc0aa,
  TLS_PSK_DHE_WITH_AES_256_CCM_8 = 0xc0ab,
  TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xccad,
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA = 0xc035,
  TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA = 0xc036,
  TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256 = 0xc037,
  TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384 = 0xc038,
  TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256 = 0xd001,
  TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384 = 0xd002,
  TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256 = 0xd003,
  TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256 = 0xd005,
  TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256 = 0xccac,
};

/// RFC 8422 §5.1.1, RFC 7919 §3.
enum class NamedGroup : std::uint16_t {
  secp256r1 = 23,
  secp384r1 = 24,
  secp521r1 = 25,
  x25519 = 29,
  ffdhe2048 = 0x0100,
  ffdhe3072 = 0x0101,
  ffdhe4096 = 0x0102,
  ffdhe6144 = 0x0103,
  ffdhe8192 = 0x0104,
};

/// RFC 8446 §4.2.3, whose two bytes are RFC 5246 §7.4.1.4.1's hash and signature. In TLS 1.2 an
/// ECDSA scheme does not bind the curve.
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

/// Those this stack knows, with the RFC of each.
enum class ExtensionType : std::uint16_t {
  server_name = 0,                              // RFC 6066 §3
  max_fragment_length = 1,                      // RFC 6066 §4
  status_request = 5,                           // RFC 6066 §8
  supported_groups = 10,                        // RFC 8422 §5.1.1, RFC 7919 §3
  ec_point_formats = 11,                        // RFC 8422 §5.1.2
  signature_algorithms = 13,                    // RFC 5246 §7.4.1.4.1
  application_layer_protocol_negotiation = 16,  // RFC 7301
  signed_certificate_timestamp = 18,            // RFC 6962 §3.3.1
  client_certificate_type = 19,                 // RFC 7250 §3
  server_certificate_type = 20,                 // RFC 7250 §3
  padding = 21,                                 // RFC 7685
  encrypt_then_mac = 22,                        // RFC 7366
  extended_master_secret = 23,                  // RFC 7627
  record_size_limit = 28,                       // RFC 8449
  session_ticket = 35,                          // RFC 5077
  supported_versions = 43,         // RFC 8446 §4.2.1: of clients that speak TLS 1.3 as well
  signature_algorithms_cert = 50,  // RFC 8446 §4.2.3
  renegotiation_info = 0xff01,     // RFC 5746
};

/// RFC 7250 §3: how an end shows its key.
enum class CertificateType : std::uint8_t { x509 = 0, raw_public_key = 2 };

/// RFC 8422 §5.1.2.
enum class EcPointFormat : std::uint8_t { uncompressed = 0 };

/// RFC 5246 §7.4.4, RFC 8422 §5.5.
enum class ClientCertificateType : std::uint8_t {
  rsa_sign = 1,
  dss_sign = 2,
  rsa_fixed_dh = 3,
  dss_fixed_dh = 4,
  ecdsa_sign = 64
};

/// The registered name ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519", "ClientHello" for
/// handshake messages), or the number in hexadecimal where the value is unknown here; RFC 8701's
/// reserved values are "GREASE (0x…)".
TLS12_API std::string name(ContentType);
TLS12_API std::string name(ProtocolVersion);
TLS12_API std::string name(HandshakeType);
TLS12_API std::string name(Alert);
TLS12_API std::string name(AlertLevel);
TLS12_API std::string name(CipherSuite);
TLS12_API std::string name(NamedGroup);
TLS12_API std::string name(SignatureScheme);
TLS12_API std::string name(ExtensionType);
TLS12_API std::string name(EcPointFormat);
TLS12_API std::string name(ClientCertificateType);
TLS12_API std::string name(CertificateType);

}  // namespace tls12
