// Errors are values. An `Error` names the rule that was broken; one row a rule
// (lib/base/error_table.cpp) gives its category, its alert, its source and the words for a user. No
// function of this library throws across its API.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "tls12/api.hpp"
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
enum class Phase : std::uint8_t {
  none,
  configure,
  resolve,
  connect,
  handshake,
  read,
  write,
  close
};

/// One value per rule; its row is in lib/base/error_table.cpp. The numbers are stable: programs may
/// store and compare them. A number is neither changed nor used again. A new rule stands in its
/// group and takes count_'s number.
/// No rule is 0, which std::error_code takes for success.
enum class Errc : std::uint16_t {
  // the wire: syntax
  message_truncated = 1,
  message_trailing_data = 2,
  length_out_of_range = 3,
  vector_empty = 4,
  vector_odd_size = 5,
  duplicate_extension = 6,
  unknown_enum_value = 7,
  handshake_message_too_large = 8,
  // the record layer
  record_type_unknown = 9,
  record_version_wrong = 10,
  record_overflow = 11,
  record_empty = 12,
  bad_record_mac = 13,
  too_many_empty_records = 14,
  too_many_warnings = 15,
  too_many_hello_requests = 16,
  too_much_work = 17,
  sequence_exhausted = 18,
  record_limit_reached = 19,
  plain_http = 20,
  not_tls = 21,
  // the order of things
  unexpected_message = 22,
  unexpected_change_cipher_spec = 23,
  key_change_inside_message = 24,
  application_data_before_finished = 25,
  bad_change_cipher_spec = 26,
  bad_alert = 27,
  renegotiation_refused = 28,
  // the hellos
  version_not_supported = 29,
  version_not_offered = 30,
  no_common_suite = 31,
  no_common_group = 32,
  no_common_finite_field = 141,
  no_common_signature_scheme = 33,
  signature_algorithms_absent = 34,
  suite_not_offered = 35,
  compression_not_offered = 36,
  null_compression_missing = 37,
  extension_not_offered = 38,
  server_name_malformed = 39,
  unrecognized_name = 40,
  no_common_application_protocol = 41,
  application_protocol_not_offered = 42,
  point_format_missing = 43,
  renegotiation_info_not_empty = 44,
  secure_renegotiation_missing = 45,
  extended_master_secret_missing = 46,
  // 47 was session_id_not_ours.
  session_suite_changed = 48,
  session_extended_master_secret_changed = 49,
  inappropriate_fallback = 50,
  encrypt_then_mac_without_cbc = 51,
  fragment_limit_wrong = 52,
  certificate_type_not_offered = 53,
  renegotiation_info_wrong = 54,
  renegotiation_peer_changed = 55,
  renegotiation_extended_master_secret_changed = 56,
  renegotiation_encrypt_then_mac_lost = 57,
  encrypt_then_mac_missing = 58,
  // certificates and keys in the handshake
  certificate_list_empty = 59,
  client_certificate_missing = 60,
  raw_public_key_refused = 61,
  unknown_psk_identity = 62,
  psk_unavailable = 63,
  certificate_wrong_type = 64,
  curve_not_offered = 65,
  group_not_offered = 66,
  signature_scheme_not_offered = 67,
  signature_scheme_wrong_for_key = 68,
  bad_key_share = 69,
  bad_dh_public_value = 142,
  bad_dh_parameters = 70,
  dh_prime_too_short = 71,
  bad_signature = 72,
  bad_finished = 73,
  // path validation
  bad_der = 74,
  bad_certificate = 75,
  certificate_unknown_issuer = 76,
  certificate_expired = 77,
  certificate_not_yet_valid = 78,
  certificate_name_mismatch = 79,
  certificate_not_a_ca = 80,
  certificate_path_too_long = 81,
  certificate_key_usage = 82,
  certificate_extended_key_usage = 83,
  certificate_critical_extension = 84,
  certificate_signature_wrong = 85,
  certificate_algorithm_unsupported = 86,
  certificate_key_too_weak = 87,
  certificate_profile = 88,
  certificate_name_constraint = 89,
  certificate_policy = 90,
  certificate_search_exhausted = 91,
  certificate_refused = 92,
  certificate_not_pinned = 93,
  // revocation
  bad_crl = 94,
  bad_ocsp_response = 95,
  certificate_revoked = 96,
  certificate_status_unknown = 97,
  certificate_status_missing = 98,
  certificate_not_logged = 99,
  // the peer
  peer_alert = 100,
  close_notify_before_finished = 101,
  // the transport
  transport_failed = 102,
  connection_reset = 103,
  connection_refused = 104,
  host_not_found = 105,
  host_unreachable = 106,
  address_in_use = 107,
  truncated = 108,
  closed = 109,
  aborted = 110,
  // time
  timed_out = 111,
  handshake_timed_out = 112,
  // the caller
  misuse = 113,
  empty_buffer = 114,
  not_waiting_for_that = 115,
  handshake_not_complete = 116,
  not_owner = 117,
  not_a_stream_socket = 118,
  // configuration
  bad_configuration = 119,
  no_trust_anchors = 120,
  no_identity = 121,
  file_unreadable = 122,
  bad_pem = 123,
  bad_private_key = 124,
  file_format_unsupported = 138,
  key_encrypted = 139,
  wrong_passphrase = 140,
  bad_certification_request = 125,
  key_does_not_match_certificate = 126,
  key_too_small = 127,
  key_unsupported = 128,
  bad_host_name = 129,
  algorithm_unavailable = 130,
  field_too_long = 131,
  // ourselves
  out_of_memory = 132,
  randomness_failed = 133,
  crypto_failed = 134,
  signature_refused = 135,
  callback_threw = 136,
  internal_error = 137,
  count_ = 143,  ///< not a rule: one past the largest number
};

/// One row of the error table.
struct Rule {
  Errc code;
  std::string_view name;  ///< the enumerator, as text
  Category category;
  std::optional<Alert> alert;  ///< what the peer is told, fatal, when we find this fault
  std::string_view source;     ///< the RFC and section that says so; empty where no RFC does
  std::string_view text;       ///< one sentence for a user
};

/// The row of `code`.
TLS12_API const Rule& rule(Errc code);

/// What went wrong: small, trivially copyable, owns no heap.
struct TLS12_API Error {
  Errc code = Errc::internal_error;
  Phase phase = Phase::none;
  std::optional<Alert> alert =
      {};  ///< the alert that was sent to the peer or, for Errc::peer_alert, that came from it
  /// The peer's last warning alert, if the connection ended after it for no other known reason.
  std::optional<Alert> warning = {};
  const char* due =
      nullptr;  ///< a static text: the row of the handshake that was to come, if that matters
  const char* advice = nullptr;  ///< a static text: what to do about it, if that is known
  int system_error = 0;          ///< errno, where the system said one
  std::array<char, 112> detail =
      {};  ///< the thing it is about (a file, a field, a name), cut to fit; ends with a NUL

  Error() = default;
  Error(Errc c) : code(c), alert(rule(c).alert) {}
  Error(Errc c, std::string_view about) : Error(c) { set_detail(about); }

  Category category() const { return rule(code).category; }
  /// Printable (tls12/text.hpp): it may quote the peer.
  std::string_view about() const { return detail.data(); }
  /// Keeps `about` as printable(about), and cuts it between characters.
  void set_detail(std::string_view about);
  Error in(Phase p) const {
    Error e = *this;
    e.phase = p;
    return e;
  }
  /// One printable line: the rule's words, what it is about, advice, phase, alert or warning, row
  /// due, source.
  std::string message() const;
  /// The rule alone, for interfaces that take a std::error_code. It compares equal to a std::errc
  /// where one fits.
  operator std::error_code() const;
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Errc::bad_pem, path);`
inline std::unexpected<Error> fail(Errc code) { return std::unexpected(Error(code)); }
inline std::unexpected<Error> fail(Errc code, std::string_view about) {
  return std::unexpected(Error(code, about));
}
inline std::unexpected<Error> fail(const Error& error) { return std::unexpected(error); }

TLS12_API std::string_view name(Category);
TLS12_API std::string_view name(Phase);

/// For std::error_code: values are Errc, `default_error_condition` maps to std::errc where one fits
/// (timed_out, connection_reset, …).
TLS12_API const std::error_category& error_category();
TLS12_API std::error_code make_error_code(Errc code);
inline std::error_code make_error_code(const Error& error) { return make_error_code(error.code); }
inline Error::operator std::error_code() const { return make_error_code(code); }

}  // namespace tls12

template <>
struct std::is_error_code_enum<tls12::Errc> : std::true_type {};
