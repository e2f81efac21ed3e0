#include "errors.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

namespace tls12::bogo {
namespace {

struct Row {
  std::string_view expected;   // BoringSSL's name of an error
  Errc code;                   // the rule that this library names for it
  std::optional<Alert> alert;  // sent or, for Errc::peer_alert, received; nothing: none was
};

// BoringSSL has one name for several of our rules, and several names for one of them. A rule or
// alert that is not here is not accepted.
constexpr Row kRows[] = {
    {":APPLICATION_DATA_INSTEAD_OF_HANDSHAKE:", Errc::application_data_before_finished,
     Alert::unexpected_message},
    {":BAD_ALERT:", Errc::bad_alert, Alert::decode_error},
    {":BAD_CHANGE_CIPHER_SPEC:", Errc::bad_change_cipher_spec, Alert::unexpected_message},
    {":BAD_ECC_CERT:", Errc::curve_not_offered, Alert::unsupported_certificate},
    {":BAD_ECPOINT:", Errc::bad_key_share, Alert::illegal_parameter},
    {":BAD_HELLO_REQUEST:", Errc::message_trailing_data, Alert::decode_error},
    {":BAD_HELLO_REQUEST:", Errc::unexpected_message, Alert::unexpected_message},
    {":BAD_SIGNATURE:", Errc::bad_signature, Alert::decrypt_error},
    {":CERTIFICATE_VERIFY_FAILED:", Errc::certificate_refused, Alert::certificate_unknown},
    {":CERTIFICATE_VERIFY_FAILED:", Errc::certificate_refused, Alert::handshake_failure},
    {":DATA_LENGTH_TOO_LONG:", Errc::record_overflow, Alert::record_overflow},
    {":DECODE_ERROR:", Errc::certificate_list_empty, Alert::decode_error},
    {":DECODE_ERROR:", Errc::length_out_of_range, Alert::decode_error},
    {":DECODE_ERROR:", Errc::message_trailing_data, Alert::decode_error},
    {":DECODE_ERROR:", Errc::vector_empty, Alert::decode_error},
    {":DECRYPTION_FAILED_OR_BAD_RECORD_MAC:", Errc::bad_record_mac, Alert::bad_record_mac},
    {":DIGEST_CHECK_FAILED:", Errc::bad_finished, Alert::decrypt_error},
    {":ENCRYPTED_LENGTH_TOO_LONG:", Errc::record_overflow, Alert::record_overflow},
    {":ERROR_PARSING_EXTENSION:", Errc::point_format_missing, Alert::illegal_parameter},
    {":EXCESSIVE_MESSAGE_SIZE:", Errc::handshake_message_too_large, Alert::illegal_parameter},
    {":EXCESS_HANDSHAKE_DATA:", Errc::unexpected_message, Alert::unexpected_message},
    {":HANDSHAKE_FAILURE_ON_CLIENT_HELLO:", Errc::peer_alert, Alert::handshake_failure},
    {":HTTPS_PROXY_REQUEST:", Errc::plain_http, Alert::unexpected_message},
    {":HTTP_REQUEST:", Errc::plain_http, Alert::unexpected_message},
    {":INVALID_ALPN_PROTOCOL:", Errc::application_protocol_not_offered, Alert::illegal_parameter},
    {":INVALID_COMPRESSION_LIST:", Errc::null_compression_missing, Alert::illegal_parameter},
    {":KEY_USAGE_BIT_INCORRECT:", Errc::certificate_key_usage, Alert::bad_certificate},
    {":NO_APPLICATION_PROTOCOL:", Errc::no_common_application_protocol,
     Alert::no_application_protocol},
    {":NO_RENEGOTIATION:", Errc::renegotiation_refused, Alert::no_renegotiation},
    {":NO_RENEGOTIATION:", Errc::renegotiation_refused, std::nullopt},  // after our close_notify
    {":NO_SHARED_CIPHER:", Errc::no_common_group, Alert::handshake_failure},
    {":NO_SHARED_CIPHER:", Errc::no_common_signature_scheme, Alert::handshake_failure},
    {":NO_SHARED_CIPHER:", Errc::no_common_suite, Alert::handshake_failure},
    {":OLD_SESSION_CIPHER_NOT_RETURNED:", Errc::session_suite_changed, Alert::illegal_parameter},
    {":PARSE_TLSEXT:", Errc::length_out_of_range, Alert::decode_error},
    {":PARSE_TLSEXT:", Errc::vector_empty, Alert::decode_error},
    {":PEER_DID_NOT_RETURN_A_CERTIFICATE:", Errc::client_certificate_missing,
     Alert::handshake_failure},
    {":RENEGOTIATION_EMS_MISMATCH:", Errc::renegotiation_extended_master_secret_changed,
     Alert::handshake_failure},
    {":RENEGOTIATION_MISMATCH:", Errc::renegotiation_info_wrong, Alert::handshake_failure},
    {":RESUMED_EMS_SESSION_WITHOUT_EMS_EXTENSION:", Errc::session_extended_master_secret_changed,
     Alert::handshake_failure},
    {":RESUMED_NON_EMS_SESSION_WITH_EMS_EXTENSION:", Errc::session_extended_master_secret_changed,
     Alert::handshake_failure},
    {":SERVER_CERT_CHANGED:", Errc::renegotiation_peer_changed, Alert::illegal_parameter},
    {":SSLV3_ALERT_DECOMPRESSION_FAILURE:", Errc::peer_alert, Alert::decompression_failure},
    {":TLSV1_ALERT_RECORD_OVERFLOW:", Errc::peer_alert, Alert::record_overflow},
    {":TOO_MANY_EMPTY_FRAGMENTS:", Errc::too_many_empty_records, Alert::unexpected_message},
    {":TOO_MANY_WARNING_ALERTS:", Errc::too_many_warnings, Alert::unexpected_message},
    {":UNEXPECTED_EXTENSION:", Errc::extension_not_offered, Alert::unsupported_extension},
    {":UNEXPECTED_MESSAGE:", Errc::unexpected_message, Alert::unexpected_message},
    {":UNEXPECTED_RECORD:", Errc::application_data_before_finished, Alert::unexpected_message},
    {":UNEXPECTED_RECORD:", Errc::key_change_inside_message, Alert::unexpected_message},
    {":UNEXPECTED_RECORD:", Errc::record_type_unknown, Alert::unexpected_message},
    {":UNEXPECTED_RECORD:", Errc::unexpected_change_cipher_spec, Alert::unexpected_message},
    {":UNEXPECTED_RECORD:", Errc::unexpected_message, Alert::unexpected_message},
    {":UNKNOWN_ALERT_TYPE:", Errc::unknown_enum_value, Alert::illegal_parameter},
    {":UNSUPPORTED_COMPRESSION_ALGORITHM:", Errc::compression_not_offered,
     Alert::illegal_parameter},
    {":UNSUPPORTED_PROTOCOL:", Errc::version_not_offered, Alert::protocol_version},
    {":UNSUPPORTED_PROTOCOL:", Errc::version_not_supported, Alert::protocol_version},
    {":WRONG_CERTIFICATE_TYPE:", Errc::certificate_wrong_type, Alert::unsupported_certificate},
    {":WRONG_CIPHER_RETURNED:", Errc::suite_not_offered, Alert::illegal_parameter},
    {":WRONG_CURVE:", Errc::group_not_offered, Alert::illegal_parameter},
    {":WRONG_CURVE:", Errc::no_common_group, Alert::handshake_failure},
    {":WRONG_SIGNATURE_TYPE:", Errc::signature_scheme_not_offered, Alert::illegal_parameter},
    {":WRONG_SIGNATURE_TYPE:", Errc::signature_scheme_wrong_for_key, Alert::illegal_parameter},
    {":WRONG_VERSION_NUMBER:", Errc::not_tls, Alert::protocol_version},
    {":WRONG_VERSION_NUMBER:", Errc::record_version_wrong, Alert::protocol_version},
    {"Unexpected SSL_shutdown result: -1 != 1", Errc::truncated, std::nullopt},
};

}  // namespace

int failed(const Error& error) {
  std::fprintf(stderr, "%s: %s\n", std::string(rule(error.code).name).c_str(),
               error.message().c_str());
  for (const Row& row : kRows)
    if (row.code == error.code && row.alert == error.alert) (void)failed(row.expected);
  return EXIT_FAILURE;
}

int failed(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  return EXIT_FAILURE;
}

}  // namespace tls12::bogo
