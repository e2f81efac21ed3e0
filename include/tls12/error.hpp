// Errors are values. An `Error` names the rule that was broken; one row a rule (lib/base/error_table.cpp) gives its
// category, its alert, its source and the words for a user. No function of this library throws across its API.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "tls12/registry.hpp"

namespace tls12 {

enum class Category : std::uint8_t {
  protocol,       ///< the peer broke a rule; the row's alert was sent to it
  peer_alert,     ///< the peer sent a fatal alert
  transport,      ///< the wire failed or ended
  timeout,        ///< a deadline passed
  misuse,         ///< the caller broke a rule of this API
  configuration,  ///< a file, a key, a name or an option cannot be used
  internal,       ///< memory, randomness or a library failed
};

/// What was under way.
enum class Phase : std::uint8_t { none, configure, resolve, connect, handshake, read, write, close };

/// One value a rule. Rows, in this order, are in lib/base/error_table.cpp. None is 0, which std::error_code takes for success.
enum class Errc : std::uint16_t {
  // the wire: syntax
  message_truncated = 1,
  message_trailing_data,
  length_out_of_range,
  vector_empty,
  vector_odd_size,
  duplicate_extension,
  unknown_enum_value,
  handshake_message_too_large,
  // the record layer
  record_type_unknown,
  record_version_wrong,
  record_overflow,
  record_empty,
  bad_record_mac,
  too_many_empty_records,
  too_many_warnings,
  too_many_hello_requests,
  too_much_work,
  sequence_exhausted,
  record_limit_reached,
  plain_http,
  not_tls,
  // the order of things
  unexpected_message,
  unexpected_change_cipher_spec,
  key_change_inside_message,
  application_data_before_finished,
  bad_change_cipher_spec,
  bad_alert,
  renegotiation_refused,
  // the hellos
  version_not_supported,
  version_not_offered,
  no_common_suite,
  no_common_group,
  no_common_signature_scheme,
  signature_algorithms_absent,
  suite_not_offered,
  compression_not_offered,
  null_compression_missing,
  extension_not_offered,
  server_name_malformed,
  unrecognized_name,
  no_common_application_protocol,
  application_protocol_not_offered,
  point_format_missing,
  renegotiation_info_not_empty,
  secure_renegotiation_missing,
  extended_master_secret_missing,
  session_id_not_ours,
  session_suite_changed,
  session_extended_master_secret_changed,
  inappropriate_fallback,
  encrypt_then_mac_without_cbc,
  fragment_limit_wrong,
  certificate_type_not_offered,
  renegotiation_info_wrong,
  renegotiation_peer_changed,
  renegotiation_extended_master_secret_changed,
  renegotiation_encrypt_then_mac_lost,
  encrypt_then_mac_missing,
  // certificates and keys in the handshake
  certificate_list_empty,
  client_certificate_missing,
  raw_public_key_refused,
  unknown_psk_identity,
  psk_unavailable,
  certificate_wrong_type,
  curve_not_offered,
  group_not_offered,
  signature_scheme_not_offered,
  signature_scheme_wrong_for_key,
  bad_key_share,
  bad_dh_parameters,
  dh_prime_too_short,
  bad_signature,
  bad_finished,
  // path validation
  bad_der,
  bad_certificate,
  certificate_unknown_issuer,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_name_mismatch,
  certificate_not_a_ca,
  certificate_path_too_long,
  certificate_key_usage,
  certificate_extended_key_usage,
  certificate_critical_extension,
  certificate_signature_wrong,
  certificate_algorithm_unsupported,
  certificate_key_too_weak,
  certificate_profile,
  certificate_name_constraint,
  certificate_policy,
  certificate_search_exhausted,
  certificate_refused,
  certificate_not_pinned,
  // revocation
  bad_crl,
  bad_ocsp_response,
  certificate_revoked,
  certificate_status_unknown,
  certificate_status_missing,
  certificate_not_logged,
  // the peer
  peer_alert,
  close_notify_before_finished,
  // the transport
  transport_failed,
  connection_reset,
  connection_refused,
  host_not_found,
  host_unreachable,
  address_in_use,
  truncated,
  closed,
  aborted,
  // time
  timed_out,
  handshake_timed_out,
  // the caller
  misuse,
  empty_buffer,
  not_waiting_for_that,
  handshake_not_complete,
  not_owner,
  not_a_stream_socket,
  // configuration
  bad_configuration,
  no_trust_anchors,
  no_identity,
  file_unreadable,
  bad_pem,
  bad_private_key,
  bad_certification_request,
  key_does_not_match_certificate,
  key_too_small,
  key_unsupported,
  bad_host_name,
  algorithm_unavailable,
  field_too_long,
  // ourselves
  out_of_memory,
  randomness_failed,
  crypto_failed,
  signature_refused,
  callback_threw,
  internal_error,
  count_,  ///< not a rule: one past the last
};

/// One row of the error table.
struct Rule {
  Errc code;
  std::string_view name;        ///< the enumerator, as text
  Category category;
  std::optional<Alert> alert;   ///< what the peer is told, fatal, when we find this fault
  std::string_view source;      ///< the RFC and section that says so; empty where no RFC does
  std::string_view text;        ///< one sentence for a user
};

/// The row of `code`.
const Rule& rule(Errc code);

/// What went wrong: small, trivially copyable, owns no heap.
struct Error {
  Errc code = Errc::internal_error;
  Phase phase = Phase::none;
  std::optional<Alert> alert = {};    ///< the alert that was sent to the peer or, for Errc::peer_alert, that came from it
  const char* due = nullptr;          ///< a static text: the row of the handshake that was to come, if that matters
  int system_error = 0;               ///< errno, where the system said one
  std::array<char, 112> detail = {};  ///< the thing it is about (a file, a field, a name), cut to fit; ends with a NUL

  Error() = default;
  Error(Errc c) : code(c), alert(rule(c).alert) {}
  Error(Errc c, std::string_view about) : Error(c) { set_detail(about); }

  Category category() const { return rule(code).category; }
  /// Printable (tls12/text.hpp): it may quote the peer.
  std::string_view about() const { return detail.data(); }
  /// Keeps `about` as printable(about), and cuts it between characters.
  void set_detail(std::string_view about);
  Error in(Phase p) const { Error e = *this; e.phase = p; return e; }
  /// One printable line: the rule's words, what it is about, phase, alert, row due, source.
  std::string message() const;
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Errc::bad_pem, path);`
inline std::unexpected<Error> fail(Errc code) { return std::unexpected(Error(code)); }
inline std::unexpected<Error> fail(Errc code, std::string_view about) { return std::unexpected(Error(code, about)); }
inline std::unexpected<Error> fail(const Error& error) { return std::unexpected(error); }

std::string_view name(Category);
std::string_view name(Phase);

/// For std::error_code: values are Errc, `default_error_condition` maps to std::errc where one fits (timed_out, connection_reset, …).
const std::error_category& error_category();
std::error_code make_error_code(Errc code);
inline std::error_code make_error_code(const Error& error) { return make_error_code(error.code); }

}  // namespace tls12

template <>
struct std::is_error_code_enum<tls12::Errc> : std::true_type {};
