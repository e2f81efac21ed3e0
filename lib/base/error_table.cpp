// One row a rule: its category, the alert the peer is told, the source, and the words for a user.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "base/printable.hpp"
#include "tls12/error.hpp"

namespace tls12 {
namespace {

using enum Category;

constexpr Rule kRules[] = {
    // the wire: syntax
    {Errc::message_truncated, "message_truncated", protocol, Alert::decode_error, "RFC 5246 §7.2.2",
     "a message ended before its last field"},
    {Errc::message_trailing_data, "message_trailing_data", protocol, Alert::decode_error,
     "RFC 5246 §7.2.2", "a message went on behind its last field"},
    {Errc::length_out_of_range, "length_out_of_range", protocol, Alert::decode_error,
     "RFC 5246 §4.3", "a vector's length is outside the range of its definition"},
    {Errc::vector_empty, "vector_empty", protocol, Alert::decode_error, "RFC 5246 §4.3",
     "a vector that must not be empty is empty"},
    {Errc::vector_odd_size, "vector_odd_size", protocol, Alert::decode_error, "RFC 5246 §4.3",
     "a vector's length is no multiple of its element's size"},
    {Errc::duplicate_extension, "duplicate_extension", protocol, Alert::decode_error,
     "RFC 5246 §7.4.1.4", "an extension came twice in one message"},
    {Errc::unknown_enum_value, "unknown_enum_value", protocol, Alert::illegal_parameter,
     "RFC 5246 §7.2.2", "a field has a value that is not defined"},
    {Errc::handshake_message_too_large, "handshake_message_too_large", protocol,
     Alert::illegal_parameter, "RFC 5246 §7.2.2",
     "a handshake message is larger than this end allows"},
    // the record layer
    {Errc::record_type_unknown, "record_type_unknown", protocol, Alert::unexpected_message,
     "RFC 5246 §6", "a record has an unknown content type"},
    {Errc::record_version_wrong, "record_version_wrong", protocol, Alert::protocol_version,
     "RFC 5246 §6.2.1, appendix E.1", "a record has another protocol version"},
    {Errc::record_overflow, "record_overflow", protocol, Alert::record_overflow,
     "RFC 5246 §6.2.1, §6.2.3", "a record is longer than the protocol allows"},
    {Errc::record_empty, "record_empty", protocol, Alert::unexpected_message, "RFC 5246 §6.2.1",
     "a handshake, alert or change_cipher_spec record carries nothing"},
    {Errc::bad_record_mac, "bad_record_mac", protocol, Alert::bad_record_mac,
     "RFC 5246 §6.2.3.3, §7.2.2", "a record could not be authenticated"},
    {Errc::too_many_empty_records, "too_many_empty_records", protocol, Alert::unexpected_message,
     "", "the peer floods this end with empty records"},
    {Errc::too_many_warnings, "too_many_warnings", protocol, Alert::unexpected_message, "",
     "the peer floods this end with warning alerts"},
    {Errc::too_many_hello_requests, "too_many_hello_requests", protocol, Alert::unexpected_message,
     "RFC 5246 §7.4.1.1", "the peer floods this end with wishes for another handshake"},
    {Errc::too_much_work, "too_much_work", protocol, Alert::handshake_failure, "",
     "the peer's messages take more work than this end is ready to do"},
    {Errc::sequence_exhausted, "sequence_exhausted", protocol, Alert::internal_error,
     "RFC 5246 §6.1", "the sequence number would wrap"},
    {Errc::record_limit_reached, "record_limit_reached", protocol, Alert::internal_error,
     "RFC 8446 §5.5", "a key has protected as many records as it safely can: connect anew"},
    {Errc::plain_http, "plain_http", protocol, Alert::unexpected_message, "RFC 5246 §6.2.1",
     "the peer speaks plain HTTP, not TLS"},
    {Errc::not_tls, "not_tls", protocol, Alert::protocol_version, "RFC 5246 §6.2.1",
     "the peer does not speak TLS"},
    // the order of things
    {Errc::unexpected_message, "unexpected_message", protocol, Alert::unexpected_message,
     "RFC 5246 §7.3, §7.4", "a message came out of order"},
    {Errc::unexpected_change_cipher_spec, "unexpected_change_cipher_spec", protocol,
     Alert::unexpected_message, "RFC 5246 §7.1", "a ChangeCipherSpec came out of order"},
    {Errc::key_change_inside_message, "key_change_inside_message", protocol,
     Alert::unexpected_message, "RFC 5246 §6.2.1, §7.1",
     "the keys changed in the middle of a handshake message"},
    {Errc::application_data_before_finished, "application_data_before_finished", protocol,
     Alert::unexpected_message, "RFC 5246 §7.4.9",
     "application data came before the handshake was complete"},
    {Errc::bad_change_cipher_spec, "bad_change_cipher_spec", protocol, Alert::unexpected_message,
     "RFC 5246 §7.1, §7.2.2", "a ChangeCipherSpec is not the single byte 1"},
    {Errc::bad_alert, "bad_alert", protocol, Alert::decode_error, "RFC 5246 §7.2",
     "an alert is not two bytes"},
    {Errc::renegotiation_refused, "renegotiation_refused", protocol, Alert::no_renegotiation,
     "RFC 5746 §4", "the peer wants to renegotiate, which this end does not"},
    // the hellos
    {Errc::version_not_supported, "version_not_supported", protocol, Alert::protocol_version,
     "RFC 5246 appendix E.1", "the client does not offer TLS 1.2"},
    {Errc::version_not_offered, "version_not_offered", protocol, Alert::protocol_version,
     "RFC 5246 §7.4.1.3", "the server chose another protocol version than TLS 1.2"},
    {Errc::no_common_suite, "no_common_suite", protocol, Alert::handshake_failure,
     "RFC 5246 §7.4.1.3",
     "the two ends have no cipher suite in common that the server's certificates allow"},
    {Errc::no_common_group, "no_common_group", protocol, Alert::handshake_failure, "RFC 8422 §5.1",
     "the two ends have no key exchange group in common"},
    {Errc::no_common_finite_field, "no_common_finite_field", protocol, Alert::insufficient_security,
     "RFC 7919 §4", "the client lists finite-field groups, and this end accepts none of them"},
    {Errc::no_common_signature_scheme, "no_common_signature_scheme", protocol,
     Alert::handshake_failure, "RFC 5246 §7.4.1.4.1",
     "no signature scheme of the peer fits a key of ours"},
    {Errc::signature_algorithms_absent, "signature_algorithms_absent", protocol,
     Alert::handshake_failure, "RFC 5246 §7.4.1.4.1",
     "the client sent no signature_algorithms, which means SHA-1, which is refused"},
    {Errc::suite_not_offered, "suite_not_offered", protocol, Alert::illegal_parameter,
     "RFC 5246 §7.4.1.3", "the server chose a cipher suite that was not offered"},
    {Errc::compression_not_offered, "compression_not_offered", protocol, Alert::illegal_parameter,
     "RFC 5246 §7.4.1.3", "the server chose a compression method that was not offered"},
    {Errc::null_compression_missing, "null_compression_missing", protocol, Alert::illegal_parameter,
     "RFC 5246 §7.4.1.2", "the client does not offer the null compression method"},
    {Errc::extension_not_offered, "extension_not_offered", protocol, Alert::unsupported_extension,
     "RFC 5246 §7.4.1.4", "the server answered an extension that was not offered"},
    {Errc::server_name_malformed, "server_name_malformed", protocol, Alert::illegal_parameter,
     "RFC 6066 §3",
     "the server_name extension has two host names, or one that cannot be a DNS name"},
    {Errc::unrecognized_name, "unrecognized_name", protocol, Alert::unrecognized_name,
     "RFC 6066 §3", "the server does not know the requested name"},
    {Errc::no_common_application_protocol, "no_common_application_protocol", protocol,
     Alert::no_application_protocol, "RFC 7301 §3.2",
     "the two ends have no application protocol in common"},
    {Errc::application_protocol_not_offered, "application_protocol_not_offered", protocol,
     Alert::illegal_parameter, "RFC 7301 §3.1, §3.2",
     "the server chose an application protocol that was not offered"},
    {Errc::point_format_missing, "point_format_missing", protocol, Alert::illegal_parameter,
     "RFC 8422 §5.1, §5.2", "the peer does not support uncompressed points"},
    {Errc::renegotiation_info_not_empty, "renegotiation_info_not_empty", protocol,
     Alert::handshake_failure, "RFC 5746 §3.4, §3.6",
     "renegotiation_info is not empty in a first handshake"},
    {Errc::secure_renegotiation_missing, "secure_renegotiation_missing", protocol,
     Alert::handshake_failure, "RFC 5746 §4.1, §4.3",
     "the peer does not support secure renegotiation"},
    {Errc::extended_master_secret_missing, "extended_master_secret_missing", protocol,
     Alert::handshake_failure, "RFC 7627 §5.2, §5.3",
     "the peer does not support the extended master secret, which this end requires"},
    {Errc::session_suite_changed, "session_suite_changed", protocol, Alert::illegal_parameter,
     "RFC 5246 §7.4.1.3", "the server resumes a session with another cipher suite"},
    {Errc::session_extended_master_secret_changed, "session_extended_master_secret_changed",
     protocol, Alert::handshake_failure, "RFC 7627 §5.3",
     "one end resumes a session with extended_master_secret, the other without"},
    {Errc::inappropriate_fallback, "inappropriate_fallback", protocol, Alert::protocol_version,
     "RFC 7507 §3", "the client fell back to a version that this end does not support"},
    {Errc::encrypt_then_mac_without_cbc, "encrypt_then_mac_without_cbc", protocol,
     Alert::illegal_parameter, "RFC 7366 §3",
     "the server agrees to encrypt-then-MAC for a cipher that is no block cipher"},
    {Errc::fragment_limit_wrong, "fragment_limit_wrong", protocol, Alert::illegal_parameter,
     "RFC 6066 §4, RFC 8449 §4, §5", "a limit for record sizes is none that may be asked for"},
    {Errc::certificate_type_not_offered, "certificate_type_not_offered", protocol,
     Alert::unsupported_certificate, "RFC 7250 §4.1, §4.2",
     "the two ends have no way in common to show a key"},
    {Errc::renegotiation_info_wrong, "renegotiation_info_wrong", protocol, Alert::handshake_failure,
     "RFC 5746 §3.4, §3.5", "a renegotiation is not tied to the handshake before it"},
    {Errc::renegotiation_peer_changed, "renegotiation_peer_changed", protocol,
     Alert::illegal_parameter, "RFC 7627 §5.4, RFC 7457 §2.11",
     "the server shows another identity in a renegotiation than before"},
    {Errc::renegotiation_extended_master_secret_changed,
     "renegotiation_extended_master_secret_changed", protocol, Alert::handshake_failure,
     "RFC 7627 §5.2, §5.4",
     "a renegotiation has extended_master_secret and the handshake before it has not, or the "
     "reverse"},
    {Errc::renegotiation_encrypt_then_mac_lost, "renegotiation_encrypt_then_mac_lost", protocol,
     Alert::handshake_failure, "RFC 7366 §3.1",
     "a renegotiation goes back from encrypt-then-MAC to MAC-then-encrypt"},
    {Errc::encrypt_then_mac_missing, "encrypt_then_mac_missing", protocol, Alert::handshake_failure,
     "RFC 7366 §2",
     "the peer does not support encrypt-then-MAC, which this end requires of CBC suites"},
    // certificates and keys in the handshake
    {Errc::certificate_list_empty, "certificate_list_empty", protocol, Alert::decode_error,
     "RFC 5246 §7.4.2", "the server sent no certificate"},
    {Errc::client_certificate_missing, "client_certificate_missing", protocol,
     Alert::handshake_failure, "RFC 5246 §7.4.6",
     "the client shows no certificate, and the server asks for one"},
    {Errc::raw_public_key_refused, "raw_public_key_refused", protocol, Alert::certificate_unknown,
     "RFC 7250 §6", "a raw public key is not one that is expected"},
    {Errc::unknown_psk_identity, "unknown_psk_identity", protocol, Alert::unknown_psk_identity,
     "RFC 4279 §2", "the client names a key that the server does not have"},
    {Errc::psk_unavailable, "psk_unavailable", protocol, Alert::handshake_failure, "RFC 4279 §2",
     "this end has no key to share with the server"},
    {Errc::certificate_wrong_type, "certificate_wrong_type", protocol,
     Alert::unsupported_certificate, "RFC 5246 §7.4.2",
     "the server's certificate does not fit the cipher suite"},
    {Errc::curve_not_offered, "curve_not_offered", protocol, Alert::unsupported_certificate,
     "RFC 8422 §5.3", "the server's certificate is for a curve that was not offered"},
    {Errc::group_not_offered, "group_not_offered", protocol, Alert::illegal_parameter,
     "RFC 8422 §5.4", "the server chose a key exchange group that was not offered"},
    {Errc::signature_scheme_not_offered, "signature_scheme_not_offered", protocol,
     Alert::illegal_parameter, "RFC 5246 §7.4.3, §7.4.8",
     "the peer signed with a scheme that was not offered"},
    {Errc::signature_scheme_wrong_for_key, "signature_scheme_wrong_for_key", protocol,
     Alert::illegal_parameter, "RFC 5246 §7.4.3",
     "the signature scheme does not fit the key of the certificate"},
    {Errc::bad_key_share, "bad_key_share", protocol, Alert::illegal_parameter,
     "RFC 8422 §5.4, §5.10, §5.11", "the peer's key exchange value is not valid"},
    {Errc::bad_dh_public_value, "bad_dh_public_value", protocol, Alert::handshake_failure,
     "RFC 7919 §3, §4, §5.1", "the peer's Diffie-Hellman public value is not between 1 and p-1"},
    {Errc::bad_dh_parameters, "bad_dh_parameters", protocol, Alert::illegal_parameter,
     "RFC 5246 §7.4.3",
     "the server's Diffie-Hellman parameters are no group that can be computed with"},
    {Errc::dh_prime_too_short, "dh_prime_too_short", protocol, Alert::insufficient_security,
     "RFC 7919 §1, §4, RFC 5246 §7.2.2", "the server's Diffie-Hellman prime is too short"},
    {Errc::bad_signature, "bad_signature", protocol, Alert::decrypt_error,
     "RFC 5246 §7.2.2, §7.4.3", "the peer's signature over the handshake is wrong"},
    {Errc::bad_finished, "bad_finished", protocol, Alert::decrypt_error, "RFC 5246 §7.2.2, §7.4.9",
     "the peer's Finished does not match this handshake"},
    // path validation
    {Errc::bad_der, "bad_der", protocol, Alert::bad_certificate, "RFC 5280 §4.1",
     "a certificate is not well-formed DER"},
    {Errc::bad_certificate, "bad_certificate", protocol, Alert::bad_certificate,
     "RFC 5280 §4.1, §4.2", "a certificate breaks the rules of its format"},
    {Errc::certificate_unknown_issuer, "certificate_unknown_issuer", protocol, Alert::unknown_ca,
     "RFC 5280 §6.1", "no chain leads from the certificate to a trusted one"},
    {Errc::certificate_expired, "certificate_expired", protocol, Alert::certificate_expired,
     "RFC 5280 §4.1.2.5, §6.1.3", "a certificate has expired"},
    {Errc::certificate_not_yet_valid, "certificate_not_yet_valid", protocol,
     Alert::certificate_expired, "RFC 5280 §4.1.2.5, §6.1.3", "a certificate is not valid yet"},
    {Errc::certificate_name_mismatch, "certificate_name_mismatch", protocol, Alert::bad_certificate,
     "RFC 9525 §6", "the certificate is for another name"},
    {Errc::certificate_not_a_ca, "certificate_not_a_ca", protocol, Alert::bad_certificate,
     "RFC 5280 §6.1.4 (k)", "a certificate was issued by one that is no CA"},
    {Errc::certificate_path_too_long, "certificate_path_too_long", protocol, Alert::bad_certificate,
     "RFC 5280 §6.1.4 (l), (m)",
     "a chain is longer than one of its CAs allows, or than this end builds"},
    {Errc::certificate_key_usage, "certificate_key_usage", protocol, Alert::bad_certificate,
     "RFC 5280 §4.2.1.3, §6.1.4 (n)", "a certificate's key usage does not allow this use"},
    {Errc::certificate_extended_key_usage, "certificate_extended_key_usage", protocol,
     Alert::bad_certificate, "RFC 5280 §4.2.1.12",
     "a certificate's extended key usage does not allow this use"},
    {Errc::certificate_critical_extension, "certificate_critical_extension", protocol,
     Alert::unsupported_certificate, "RFC 5280 §4.2",
     "a certificate has a critical extension that is not understood"},
    {Errc::certificate_signature_wrong, "certificate_signature_wrong", protocol,
     Alert::bad_certificate, "RFC 5280 §6.1.3 (a)", "a certificate's signature is wrong"},
    {Errc::certificate_algorithm_unsupported, "certificate_algorithm_unsupported", protocol,
     Alert::unsupported_certificate, "RFC 5280 §4.1.1.2",
     "a certificate's key or signature algorithm is not supported"},
    {Errc::certificate_key_too_weak, "certificate_key_too_weak", protocol, Alert::bad_certificate,
     "RFC 9325 §4.5", "a certificate's key is too short"},
    {Errc::certificate_profile, "certificate_profile", protocol, Alert::bad_certificate,
     "RFC 5280 §4", "a certificate is not as its issuer should have made it"},
    {Errc::certificate_name_constraint, "certificate_name_constraint", protocol,
     Alert::bad_certificate, "RFC 5280 §4.2.1.10, §6.1.3 (b), (c)",
     "a certificate has a name that one of its CAs may not issue for"},
    {Errc::certificate_policy, "certificate_policy", protocol, Alert::bad_certificate,
     "RFC 5280 §6.1.5 (g), RFC 9618", "a chain is not valid for any policy that is asked for"},
    {Errc::certificate_search_exhausted, "certificate_search_exhausted", protocol,
     Alert::bad_certificate, "",
     "the certificates allow more chains than this end is ready to try"},
    {Errc::certificate_refused, "certificate_refused", protocol, Alert::certificate_unknown, "",
     "the certificate was refused by a check of the caller's"},
    {Errc::certificate_not_pinned, "certificate_not_pinned", protocol, Alert::certificate_unknown,
     "RFC 7469 §2.6", "the certificate does not match any of the pins"},
    // revocation
    {Errc::bad_crl, "bad_crl", protocol, Alert::bad_certificate, "RFC 5280 §5",
     "a certificate revocation list breaks the rules of its format"},
    {Errc::bad_ocsp_response, "bad_ocsp_response", protocol, Alert::bad_certificate_status_response,
     "RFC 6960 §4.2, RFC 6066 §8", "an OCSP response cannot be used"},
    {Errc::certificate_revoked, "certificate_revoked", protocol, Alert::certificate_revoked,
     "RFC 5280 §6.3, RFC 6960 §2.2", "a certificate was revoked by its issuer"},
    {Errc::certificate_status_unknown, "certificate_status_unknown", protocol,
     Alert::certificate_unknown, "RFC 5280 §6.3.3",
     "nothing shows that a certificate was not revoked"},
    {Errc::certificate_status_missing, "certificate_status_missing", protocol,
     Alert::bad_certificate_status_response, "RFC 7633 §4.3.3",
     "a certificate demands a stapled OCSP response, and none came"},
    {Errc::certificate_not_logged, "certificate_not_logged", protocol, Alert::certificate_unknown,
     "RFC 6962 §5.2", "too few of the known logs have promised to publish the certificate"},
    // the peer
    {Errc::peer_alert, "peer_alert", Category::peer_alert, std::nullopt, "RFC 5246 §7.2",
     "the peer ended the connection with an alert"},
    {Errc::close_notify_before_finished, "close_notify_before_finished", Category::peer_alert,
     std::nullopt, "RFC 5246 §7.2.1",
     "the peer closed the connection before the handshake was complete"},
    // the transport
    {Errc::transport_failed, "transport_failed", transport, std::nullopt, "",
     "the transport failed"},
    {Errc::connection_reset, "connection_reset", transport, std::nullopt, "",
     "the connection was reset"},
    {Errc::connection_refused, "connection_refused", transport, std::nullopt, "",
     "the connection was refused"},
    {Errc::host_not_found, "host_not_found", transport, std::nullopt, "",
     "the host's name could not be resolved"},
    {Errc::host_unreachable, "host_unreachable", transport, std::nullopt, "",
     "the host cannot be reached"},
    {Errc::address_in_use, "address_in_use", transport, std::nullopt, "", "the address is in use"},
    {Errc::truncated, "truncated", transport, std::nullopt, "RFC 5246 §7.2.1",
     "the transport ended without the peer's close_notify: data may be missing"},
    {Errc::closed, "closed", transport, std::nullopt, "", "the connection is closed at this end"},
    {Errc::aborted, "aborted", transport, std::nullopt, "RFC 5246 §7.2.2",
     "this end broke the connection off"},
    // time
    {Errc::timed_out, "timed_out", timeout, std::nullopt, "", "the deadline passed"},
    {Errc::handshake_timed_out, "handshake_timed_out", timeout, std::nullopt, "",
     "the handshake took longer than handshake_timeout"},
    // the caller
    {Errc::misuse, "misuse", Category::misuse, std::nullopt, "",
     "the call does not make sense here"},
    {Errc::empty_buffer, "empty_buffer", Category::misuse, std::nullopt, "",
     "reading into an empty buffer, where 0 would look like the end"},
    {Errc::not_waiting_for_that, "not_waiting_for_that", Category::misuse, std::nullopt, "",
     "an answer that nothing waits for"},
    {Errc::handshake_not_complete, "handshake_not_complete", Category::misuse, std::nullopt, "",
     "the handshake is not complete yet"},
    {Errc::not_owner, "not_owner", Category::misuse, std::nullopt, "",
     "this process does not own the connection"},
    {Errc::not_a_stream_socket, "not_a_stream_socket", Category::misuse, std::nullopt, "",
     "the descriptor is not a connected stream socket"},
    // configuration
    {Errc::bad_configuration, "bad_configuration", configuration, std::nullopt, "",
     "a field of the configuration cannot be used"},
    {Errc::no_trust_anchors, "no_trust_anchors", configuration, std::nullopt, "",
     "no certificate is trusted"},
    {Errc::no_identity, "no_identity", configuration, std::nullopt, "",
     "a server needs a certificate and its key"},
    {Errc::file_unreadable, "file_unreadable", configuration, std::nullopt, "",
     "a file cannot be read or written"},
    {Errc::bad_pem, "bad_pem", configuration, std::nullopt, "RFC 7468",
     "a text is not the PEM that was expected"},
    {Errc::bad_private_key, "bad_private_key", configuration, std::nullopt, "RFC 5958",
     "a private key cannot be read or is inconsistent"},
    {Errc::file_format_unsupported, "file_format_unsupported", configuration, std::nullopt, "",
     "the format of a file is not supported"},
    {Errc::key_encrypted, "key_encrypted", configuration, std::nullopt, "RFC 5958 §3",
     "a private key is encrypted, and there is no passphrase for it"},
    {Errc::wrong_passphrase, "wrong_passphrase", configuration, std::nullopt, "RFC 8018 §6.2",
     "the passphrase is not the one that the private key was encrypted with"},
    {Errc::bad_certification_request, "bad_certification_request", configuration, std::nullopt,
     "RFC 2986 §4", "the certification request cannot be used"},
    {Errc::key_does_not_match_certificate, "key_does_not_match_certificate", configuration,
     std::nullopt, "", "the private key is not the certificate's"},
    {Errc::key_too_small, "key_too_small", configuration, std::nullopt, "RFC 8017 §9",
     "the RSA key is too short for this signature"},
    {Errc::key_unsupported, "key_unsupported", configuration, std::nullopt, "",
     "the key's algorithm is not supported"},
    {Errc::bad_host_name, "bad_host_name", configuration, std::nullopt, "RFC 9525 §6.1",
     "the name is neither a DNS name nor an IP address"},
    {Errc::algorithm_unavailable, "algorithm_unavailable", configuration, std::nullopt, "",
     "no crypto backend has the algorithm on this machine"},
    {Errc::field_too_long, "field_too_long", internal, Alert::internal_error, "RFC 5246 §4.3",
     "a field of a message is longer than its length can say"},
    // ourselves
    {Errc::out_of_memory, "out_of_memory", Category::internal, Alert::internal_error,
     "RFC 5246 §7.2.2", "memory ran out"},
    {Errc::randomness_failed, "randomness_failed", Category::internal, Alert::internal_error,
     "RFC 5246 §7.2.2", "the source of randomness failed"},
    {Errc::crypto_failed, "crypto_failed", Category::internal, Alert::internal_error,
     "RFC 5246 §7.2.2", "a crypto library failed"},
    {Errc::signature_refused, "signature_refused", Category::internal, Alert::internal_error,
     "RFC 5246 §7.2.2", "the private key that lives elsewhere did not sign"},
    {Errc::callback_threw, "callback_threw", Category::internal, Alert::internal_error,
     "RFC 5246 §7.2.2", "a callback of the application threw an exception"},
    {Errc::internal_error, "internal_error", Category::internal, Alert::internal_error,
     "RFC 5246 §7.2.2", "an internal error"},
};

constexpr std::size_t number_of(Errc code) { return static_cast<std::size_t>(code); }

constexpr std::size_t kNumbers = number_of(Errc::count_);
constexpr auto kNoRow = static_cast<std::uint16_t>(std::size(kRules));

/// The place in kRules of each number.
constexpr auto kRowOf = [] {
  std::array<std::uint16_t, kNumbers> rows = {};
  rows.fill(kNoRow);
  for (std::uint16_t i = 0; i < kNoRow; ++i) rows[number_of(kRules[i].code)] = i;
  return rows;
}();
/// Numbers of rules that ended. They are not used again.
constexpr std::size_t kRetired[] = {47};
static_assert(std::size(kRules) + std::size(kRetired) == kNumbers - 1 && kRowOf[0] == kNoRow &&
                  std::ranges::count(kRowOf, kNoRow) == 1 + std::ssize(kRetired) &&
                  std::ranges::all_of(kRetired, [](auto n) { return kRowOf[n] == kNoRow; }),
              "one row per rule, a number for each, and no gaps below count_ but retired numbers");

std::errc condition_of(Errc code) {
  switch (code) {
    case Errc::timed_out:
    case Errc::handshake_timed_out: return std::errc::timed_out;
    case Errc::connection_reset: return std::errc::connection_reset;
    case Errc::connection_refused: return std::errc::connection_refused;
    case Errc::host_unreachable: return std::errc::host_unreachable;
    case Errc::address_in_use: return std::errc::address_in_use;
    case Errc::closed: return std::errc::not_connected;
    case Errc::out_of_memory: return std::errc::not_enough_memory;
    case Errc::misuse:
    case Errc::empty_buffer: return std::errc::invalid_argument;
    default: return std::errc{};
  }
}

class ErrorCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls12"; }
  std::string message(int value) const override {
    return std::string(rule(static_cast<Errc>(value)).text);
  }
  std::error_condition default_error_condition(int value) const noexcept override {
    const std::errc condition = condition_of(static_cast<Errc>(value));
    return condition == std::errc{} ? std::error_condition(value, *this)
                                    : std::make_error_condition(condition);
  }
};

}  // namespace

const Rule& rule(Errc code) {
  const bool known = number_of(code) < kNumbers && kRowOf[number_of(code)] != kNoRow;
  return kRules[kRowOf[number_of(known ? code : Errc::internal_error)]];
}

void Error::set_detail(std::string_view about) {
  std::size_t size = 0;
  for (EscapeRoom room; !about.empty();) {
    const std::string_view next = take_printable(about, room);
    if (size + next.size() >= detail.size()) break;
    std::ranges::copy(next, detail.data() + size);
    size += next.size();
  }
  detail[size] = '\0';
}

std::string Error::message() const {
  const Rule& r = rule(code);
  std::string text(r.text);
  if (!about().empty()) text.append(": ").append(about());
  if (system_error != 0)
    text.append(" (").append(std::generic_category().message(system_error)).append(")");
  if (advice != nullptr) text.append("; ").append(advice);
  if (alert)
    text.append(r.category == Category::peer_alert ? " [received alert " : " [sent alert ")
        .append(name(*alert))
        .append("]");
  if (warning) text.append(" [received warning alert ").append(name(*warning)).append("]");
  if (due != nullptr) text.append(" [due: ").append(due).append("]");
  if (phase != Phase::none) text.append(" [while: ").append(name(phase)).append("]");
  if (!r.source.empty()) text.append(" [").append(r.source).append("]");
  return text;
}

std::string_view name(Category category) {
  constexpr std::string_view kNames[] = {"protocol", "peer_alert",    "transport", "timeout",
                                         "misuse",   "configuration", "internal"};
  return kNames[static_cast<std::size_t>(category)];
}

std::string_view name(Phase phase) {
  constexpr std::string_view kNames[] = {"none",      "configure", "resolve", "connect",
                                         "handshake", "read",      "write",   "close"};
  return kNames[static_cast<std::size_t>(phase)];
}

const std::error_category& error_category() {
  static const ErrorCategory category;
  return category;
}

std::error_code make_error_code(Errc code) { return {static_cast<int>(code), error_category()}; }

}  // namespace tls12
