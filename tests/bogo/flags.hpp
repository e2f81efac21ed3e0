// What the runner says on the command line.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tls12::bogo {

/// A certificate chain and key of the shim's own. The flags after -new-x509-credential are about
/// that one.
struct CredentialFlags {
  std::string cert_file = {}, key_file = {};
  std::string ocsp_response = {}, signed_cert_timestamps = {};  ///< in base64
  std::vector<unsigned> signing_prefs = {};
};

/// One member a flag, under the runner's name for it.
struct Flags {
  // The connection.
  unsigned port = 0, resume_count = 0;
  std::string shim_id = {};
  bool ipv6 = false, server = false, async = false, implicit_handshake = false;
  bool over_conn = false;  ///< of run.py: over Conn instead of Engine
  // Who we are, and whom we believe.
  CredentialFlags default_credential = {};
  std::vector<CredentialFlags> credentials = {};  ///< preferred to the default one
  std::string trust_cert = {};
  bool verify_peer = false, verify_fail = false, require_any_client_certificate = false,
       use_custom_verify_callback = false, reverify_on_resume = false;
  std::optional<std::string> use_client_ca_list = {};
  // What we speak.
  std::vector<unsigned> curves = {}, verify_prefs = {};
  std::optional<std::string> cipher = {}, host_name = {}, advertise_alpn = {}, select_alpn = {};
  unsigned min_version = 0, max_version = 0, max_cert_list = 0, max_send_fragment = 0;
  bool no_tls1 = false, no_tls11 = false, no_tls12 = false, no_tls13 = false, fallback_scsv = false,
       no_ticket = false;
  bool decline_alpn = false, reject_alpn = false;
  bool renegotiate_once = false, renegotiate_freely = false, renegotiate_ignore = false,
       renegotiate_explicit = false;
  bool forbid_renegotiation_after_handshake = false;
  // What we do.
  bool send_alert = false, shim_writes_first = false, shim_shuts_down = false,
       check_close_notify = false, tls_unique = false;
  bool use_export_context = false;
  unsigned export_keying_material = 0, read_size = 512;
  std::string export_label = {}, export_context = {};
  // What we are to find.
  bool expect_no_hrr = false, expect_session_miss = false, expect_no_session = false,
       expect_session_id = false, expect_no_session_id = false;
  bool expect_ticket_renewal = false, expect_extended_master_secret = false,
       expect_secure_renegotiation = false, expect_no_secure_renegotiation = false;
  bool expect_verify_result = false;
  unsigned expect_peer_signature_algorithm = 0, expect_curve_id = 0,
           expect_total_renegotiations = 0;
  std::vector<unsigned> expect_peer_verify_pref = {};
  std::optional<std::string> expect_alpn = {}, expect_advertised_alpn = {}, expect_server_name = {},
                             expect_peer_cert_file = {}, expect_certificate_types = {},
                             expect_client_ca_list = {}, expect_selected_credential = {};
};

/// The flags that count for the first connection of a test, or for those that resume it: prefixes
/// say so of single ones. The error is the flag that this shim does not have.
std::expected<Flags, std::string> parse_flags(std::span<const char* const> arguments,
                                              bool resuming);

}  // namespace tls12::bogo
