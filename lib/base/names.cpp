// The names that IANA and the RFCs give the numbers of tls12/registry.hpp. Those of suites, groups
// and signature schemes are in the rows of wire/registry.inc.
#include "base/names.hpp"

#include <cstdio>

#include "base/grease.hpp"
#include "tls12/registry.hpp"

namespace tls12 {

std::string name_of_number(unsigned value, int digits) {
  char text[24];
  const char* format = digits == 4 && is_grease(value) ? "GREASE (0x%0*x)" : "0x%0*x";
  std::snprintf(text, sizeof text, format, digits, value);
  return text;
}

std::string name(ContentType type) {
  switch (type) {
    case ContentType::change_cipher_spec: return "change_cipher_spec";
    case ContentType::alert: return "alert";
    case ContentType::handshake: return "handshake";
    case ContentType::application_data: return "application_data";
  }
  return name_of_number(static_cast<unsigned>(type), 2);
}

std::string name(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::ssl3: return "SSL 3.0";
    case ProtocolVersion::tls10: return "TLS 1.0";
    case ProtocolVersion::tls11: return "TLS 1.1";
    case ProtocolVersion::tls12: return "TLS 1.2";
    case ProtocolVersion::tls13: return "TLS 1.3";
  }
  return name_of_number(static_cast<unsigned>(version), 4);
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
  return name_of_number(static_cast<unsigned>(type), 2);
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
  return name_of_number(static_cast<unsigned>(alert), 2);
}

std::string name(AlertLevel level) {
  switch (level) {
    case AlertLevel::warning: return "warning";
    case AlertLevel::fatal: return "fatal";
  }
  return name_of_number(static_cast<unsigned>(level), 2);
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
  return name_of_number(static_cast<unsigned>(type), 4);
}

std::string name(EcPointFormat format) {
  switch (format) {
    case EcPointFormat::uncompressed: return "uncompressed";
  }
  return name_of_number(static_cast<unsigned>(format), 2);
}

std::string name(ClientCertificateType type) {
  switch (type) {
    case ClientCertificateType::rsa_sign: return "rsa_sign";
    case ClientCertificateType::dss_sign: return "dss_sign";
    case ClientCertificateType::rsa_fixed_dh: return "rsa_fixed_dh";
    case ClientCertificateType::dss_fixed_dh: return "dss_fixed_dh";
    case ClientCertificateType::ecdsa_sign: return "ecdsa_sign";
  }
  return name_of_number(static_cast<unsigned>(type), 2);
}

std::string name(CertificateType type) {
  switch (type) {
    case CertificateType::x509: return "X509";
    case CertificateType::raw_public_key: return "RawPublicKey";
  }
  return name_of_number(static_cast<unsigned>(type), 2);
}

}  // namespace tls12
