// The names that IANA and the RFCs give the numbers of tls12/registry.hpp.
#include <cstdio>

#include "tls12/registry.hpp"

namespace tls12 {
namespace {

std::string number(unsigned value, int digits) {
  char text[24];
  const bool grease =
      digits == 4 && (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);  // RFC 8701 §2
  std::snprintf(text, sizeof text, grease ? "GREASE (0x%0*x)" : "0x%0*x", digits, value);
  return text;
}

}  // namespace

std::string name(ContentType type) {
  switch (type) {
    case ContentType::change_cipher_spec: return "change_cipher_spec";
    case ContentType::alert: return "alert";
    case ContentType::handshake: return "handshake";
    case ContentType::application_data: return "application_data";
  }
  return number(static_cast<unsigned>(type), 2);
}

std::string name(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::ssl3: return "SSL 3.0";
    case ProtocolVersion::tls10: return "TLS 1.0";
    case ProtocolVersion::tls11: return "TLS 1.1";
    case ProtocolVersion::tls12: return "TLS 1.2";
    case ProtocolVersion::tls13: return "TLS 1.3";
  }
  return number(static_cast<unsigned>(version), 4);
}

std::string name(HandshakeType type) {
  switch (type) {
    case HandshakeType::hello_request: return "HelloRequest";
    case HandshakeType::client_hello: return "ClientHello";
    case HandshakeType::server_hello: return "ServerHello";
    case HandshakeType::new_session_ticket: return "NewSessionTicket";
    case HandshakeType::certificate: return "Certificate";
    case HandshakeType::server_key_exchange: return "ServerKeyExchange";
    case HandshakeType::certificate_request: return "CertificateRequest";
    case HandshakeType::server_hello_done: return "ServerHelloDone";
    case HandshakeType::certificate_verify: return "CertificateVerify";
    case HandshakeType::client_key_exchange: return "ClientKeyExchange";
    case HandshakeType::finished: return "Finished";
    case HandshakeType::certificate_status: return "CertificateStatus";
  }
  return number(static_cast<unsigned>(type), 2);
}

std::string name(Alert alert) {
  switch (alert) {
    case Alert::close_notify: return "close_notify";
    case Alert::unexpected_message: return "unexpected_message";
    case Alert::bad_record_mac: return "bad_record_mac";
    case Alert::decryption_failed_reserved: return "decryption_failed_RESERVED";
    case Alert::record_overflow: return "record_overflow";
    case Alert::decompression_failure: return "decompression_failure";
    case Alert::handshake_failure: return "handshake_failure";
    case Alert::no_certificate_reserved: return "no_certificate_RESERVED";
    case Alert::bad_certificate: return "bad_certificate";
    case Alert::unsupported_certificate: return "unsupported_certificate";
    case Alert::certificate_revoked: return "certificate_revoked";
    case Alert::certificate_expired: return "certificate_expired";
    case Alert::certificate_unknown: return "certificate_unknown";
    case Alert::illegal_parameter: return "illegal_parameter";
    case Alert::unknown_ca: return "unknown_ca";
    case Alert::access_denied: return "access_denied";
    case Alert::decode_error: return "decode_error";
    case Alert::decrypt_error: return "decrypt_error";
    case Alert::export_restriction_reserved: return "export_restriction_RESERVED";
    case Alert::protocol_version: return "protocol_version";
    case Alert::insufficient_security: return "insufficient_security";
    case Alert::internal_error: return "internal_error";
    case Alert::inappropriate_fallback: return "inappropriate_fallback";
    case Alert::user_canceled: return "user_canceled";
    case Alert::no_renegotiation: return "no_renegotiation";
    case Alert::unsupported_extension: return "unsupported_extension";
    case Alert::certificate_unobtainable: return "certificate_unobtainable";
    case Alert::unrecognized_name: return "unrecognized_name";
    case Alert::bad_certificate_status_response: return "bad_certificate_status_response";
    case Alert::bad_certificate_hash_value: return "bad_certificate_hash_value";
    case Alert::unknown_psk_identity: return "unknown_psk_identity";
    case Alert::no_application_protocol: return "no_application_protocol";
  }
  return number(static_cast<unsigned>(alert), 2);
}

std::string name(AlertLevel level) {
  switch (level) {
    case AlertLevel::warning: return "warning";
    case AlertLevel::fatal: return "fatal";
  }
  return number(static_cast<unsigned>(level), 2);
}

std::string name(CipherSuite suite) {
  switch (suite) {
    case CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV: return "TLS_EMPTY_RENEGOTIATION_INFO_SCSV";
    case CipherSuite::TLS_FALLBACK_SCSV: return "TLS_FALLBACK_SCSV";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA:
      return "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA:
      return "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:
      return "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA:
      return "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256:
      return "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384:
      return "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384";
    case CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256:
      return "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384:
      return "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:
      return "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:
      return "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:
      return "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:
      return "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CCM: return "TLS_ECDHE_ECDSA_WITH_AES_128_CCM";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CCM: return "TLS_ECDHE_ECDSA_WITH_AES_256_CCM";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8:
      return "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8:
      return "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8";
    case CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:
      return "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    case CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256:
      return "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_128_CBC_SHA: return "TLS_DHE_RSA_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_256_CBC_SHA: return "TLS_DHE_RSA_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_128_CBC_SHA256:
      return "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_256_CBC_SHA256:
      return "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256:
      return "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_256_GCM_SHA384:
      return "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_128_CCM: return "TLS_DHE_RSA_WITH_AES_128_CCM";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_256_CCM: return "TLS_DHE_RSA_WITH_AES_256_CCM";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_128_CCM_8: return "TLS_DHE_RSA_WITH_AES_128_CCM_8";
    case CipherSuite::TLS_DHE_RSA_WITH_AES_256_CCM_8: return "TLS_DHE_RSA_WITH_AES_256_CCM_8";
    case CipherSuite::TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256:
      return "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    case CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA: return "TLS_RSA_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA: return "TLS_RSA_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA256: return "TLS_RSA_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA256: return "TLS_RSA_WITH_AES_256_CBC_SHA256";
    case CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256: return "TLS_RSA_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384: return "TLS_RSA_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_RSA_WITH_AES_128_CCM: return "TLS_RSA_WITH_AES_128_CCM";
    case CipherSuite::TLS_RSA_WITH_AES_256_CCM: return "TLS_RSA_WITH_AES_256_CCM";
    case CipherSuite::TLS_RSA_WITH_AES_128_CCM_8: return "TLS_RSA_WITH_AES_128_CCM_8";
    case CipherSuite::TLS_RSA_WITH_AES_256_CCM_8: return "TLS_RSA_WITH_AES_256_CCM_8";
    case CipherSuite::TLS_PSK_WITH_AES_128_CBC_SHA: return "TLS_PSK_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_PSK_WITH_AES_256_CBC_SHA: return "TLS_PSK_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256: return "TLS_PSK_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_PSK_WITH_AES_256_GCM_SHA384: return "TLS_PSK_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_PSK_WITH_AES_128_CBC_SHA256: return "TLS_PSK_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_PSK_WITH_AES_256_CBC_SHA384: return "TLS_PSK_WITH_AES_256_CBC_SHA384";
    case CipherSuite::TLS_PSK_WITH_AES_128_CCM: return "TLS_PSK_WITH_AES_128_CCM";
    case CipherSuite::TLS_PSK_WITH_AES_256_CCM: return "TLS_PSK_WITH_AES_256_CCM";
    case CipherSuite::TLS_PSK_WITH_AES_128_CCM_8: return "TLS_PSK_WITH_AES_128_CCM_8";
    case CipherSuite::TLS_PSK_WITH_AES_256_CCM_8: return "TLS_PSK_WITH_AES_256_CCM_8";
    case CipherSuite::TLS_PSK_WITH_CHACHA20_POLY1305_SHA256:
      return "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_128_CBC_SHA: return "TLS_DHE_PSK_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_256_CBC_SHA: return "TLS_DHE_PSK_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256:
      return "TLS_DHE_PSK_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_256_GCM_SHA384:
      return "TLS_DHE_PSK_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_128_CBC_SHA256:
      return "TLS_DHE_PSK_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_256_CBC_SHA384:
      return "TLS_DHE_PSK_WITH_AES_256_CBC_SHA384";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_128_CCM: return "TLS_DHE_PSK_WITH_AES_128_CCM";
    case CipherSuite::TLS_DHE_PSK_WITH_AES_256_CCM: return "TLS_DHE_PSK_WITH_AES_256_CCM";
    case CipherSuite::TLS_PSK_DHE_WITH_AES_128_CCM_8: return "TLS_PSK_DHE_WITH_AES_128_CCM_8";
    case CipherSuite::TLS_PSK_DHE_WITH_AES_256_CCM_8: return "TLS_PSK_DHE_WITH_AES_256_CCM_8";
    case CipherSuite::TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256:
      return "TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA:
      return "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA:
      return "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256:
      return "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384:
      return "TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256:
      return "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384:
      return "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256:
      return "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256";
    case CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256:
      return "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256";
    case CipherSuite::TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256:
      return "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256";
  }
  return number(static_cast<unsigned>(suite), 4);
}

std::string name(NamedGroup group) {
  switch (group) {
    case NamedGroup::secp256r1: return "secp256r1";
    case NamedGroup::secp384r1: return "secp384r1";
    case NamedGroup::secp521r1: return "secp521r1";
    case NamedGroup::x25519: return "x25519";
    case NamedGroup::ffdhe2048: return "ffdhe2048";
    case NamedGroup::ffdhe3072: return "ffdhe3072";
    case NamedGroup::ffdhe4096: return "ffdhe4096";
    case NamedGroup::ffdhe6144: return "ffdhe6144";
    case NamedGroup::ffdhe8192: return "ffdhe8192";
  }
  return number(static_cast<unsigned>(group), 4);
}

std::string name(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::rsa_pkcs1_sha1: return "rsa_pkcs1_sha1";
    case SignatureScheme::ecdsa_sha1: return "ecdsa_sha1";
    case SignatureScheme::rsa_pkcs1_sha256: return "rsa_pkcs1_sha256";
    case SignatureScheme::ecdsa_secp256r1_sha256: return "ecdsa_secp256r1_sha256";
    case SignatureScheme::rsa_pkcs1_sha384: return "rsa_pkcs1_sha384";
    case SignatureScheme::ecdsa_secp384r1_sha384: return "ecdsa_secp384r1_sha384";
    case SignatureScheme::rsa_pkcs1_sha512: return "rsa_pkcs1_sha512";
    case SignatureScheme::ecdsa_secp521r1_sha512: return "ecdsa_secp521r1_sha512";
    case SignatureScheme::rsa_pss_rsae_sha256: return "rsa_pss_rsae_sha256";
    case SignatureScheme::rsa_pss_rsae_sha384: return "rsa_pss_rsae_sha384";
    case SignatureScheme::rsa_pss_rsae_sha512: return "rsa_pss_rsae_sha512";
    case SignatureScheme::ed25519: return "ed25519";
    case SignatureScheme::rsa_pss_pss_sha256: return "rsa_pss_pss_sha256";
    case SignatureScheme::rsa_pss_pss_sha384: return "rsa_pss_pss_sha384";
    case SignatureScheme::rsa_pss_pss_sha512: return "rsa_pss_pss_sha512";
  }
  return number(static_cast<unsigned>(scheme), 4);
}

std::string name(ExtensionType type) {
  switch (type) {
    case ExtensionType::server_name: return "server_name";
    case ExtensionType::max_fragment_length: return "max_fragment_length";
    case ExtensionType::status_request: return "status_request";
    case ExtensionType::supported_groups: return "supported_groups";
    case ExtensionType::ec_point_formats: return "ec_point_formats";
    case ExtensionType::signature_algorithms: return "signature_algorithms";
    case ExtensionType::application_layer_protocol_negotiation:
      return "application_layer_protocol_negotiation";
    case ExtensionType::signed_certificate_timestamp: return "signed_certificate_timestamp";
    case ExtensionType::client_certificate_type: return "client_certificate_type";
    case ExtensionType::server_certificate_type: return "server_certificate_type";
    case ExtensionType::padding: return "padding";
    case ExtensionType::encrypt_then_mac: return "encrypt_then_mac";
    case ExtensionType::extended_master_secret: return "extended_master_secret";
    case ExtensionType::record_size_limit: return "record_size_limit";
    case ExtensionType::session_ticket: return "session_ticket";
    case ExtensionType::supported_versions: return "supported_versions";
    case ExtensionType::signature_algorithms_cert: return "signature_algorithms_cert";
    case ExtensionType::renegotiation_info: return "renegotiation_info";
  }
  return number(static_cast<unsigned>(type), 4);
}

std::string name(EcPointFormat format) {
  switch (format) {
    case EcPointFormat::uncompressed: return "uncompressed";
  }
  return number(static_cast<unsigned>(format), 2);
}

std::string name(ClientCertificateType type) {
  switch (type) {
    case ClientCertificateType::rsa_sign: return "rsa_sign";
    case ClientCertificateType::dss_sign: return "dss_sign";
    case ClientCertificateType::rsa_fixed_dh: return "rsa_fixed_dh";
    case ClientCertificateType::dss_fixed_dh: return "dss_fixed_dh";
    case ClientCertificateType::ecdsa_sign: return "ecdsa_sign";
  }
  return number(static_cast<unsigned>(type), 2);
}

std::string name(CertificateType type) {
  switch (type) {
    case CertificateType::x509: return "X509";
    case CertificateType::raw_public_key: return "RawPublicKey";
  }
  return number(static_cast<unsigned>(type), 2);
}

}  // namespace tls12
