#include "flags.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <variant>

namespace tls12::bogo {
namespace {

using Member =
    std::variant<std::monostate, bool Flags::*, unsigned Flags::*, std::string Flags::*,
                 std::optional<std::string> Flags::*, std::vector<unsigned> Flags::*,
                 std::string CredentialFlags::*, std::vector<unsigned> CredentialFlags::*>;

struct Row {
  std::string_view name;
  Member member;
};

const Row kRows[] = {
    {"port", &Flags::port},
    {"resume-count", &Flags::resume_count},
    {"shim-id", &Flags::shim_id},
    {"ipv6", &Flags::ipv6},
    {"server", &Flags::server},
    {"async", &Flags::async},
    {"implicit-handshake", &Flags::implicit_handshake},
    {"over-conn", &Flags::over_conn},
    {"new-x509-credential", {}},
    {"cert-file", &CredentialFlags::cert_file},
    {"key-file", &CredentialFlags::key_file},
    {"ocsp-response", &CredentialFlags::ocsp_response},
    {"signed-cert-timestamps", &CredentialFlags::signed_cert_timestamps},
    {"signing-prefs", &CredentialFlags::signing_prefs},
    {"trust-cert", &Flags::trust_cert},
    {"verify-peer", &Flags::verify_peer},
    {"verify-fail", &Flags::verify_fail},
    {"require-any-client-certificate", &Flags::require_any_client_certificate},
    {"use-custom-verify-callback", &Flags::use_custom_verify_callback},
    {"reverify-on-resume", &Flags::reverify_on_resume},
    {"use-client-ca-list", &Flags::use_client_ca_list},
    {"curves", &Flags::curves},
    {"verify-prefs", &Flags::verify_prefs},
    {"cipher", &Flags::cipher},
    {"host-name", &Flags::host_name},
    {"advertise-alpn", &Flags::advertise_alpn},
    {"select-alpn", &Flags::select_alpn},
    {"min-version", &Flags::min_version},
    {"max-version", &Flags::max_version},
    {"max-cert-list", &Flags::max_cert_list},
    {"max-send-fragment", &Flags::max_send_fragment},
    {"no-tls1", &Flags::no_tls1},
    {"no-tls11", &Flags::no_tls11},
    {"no-tls12", &Flags::no_tls12},
    {"no-tls13", &Flags::no_tls13},
    {"fallback-scsv", &Flags::fallback_scsv},
    {"no-ticket", &Flags::no_ticket},
    {"decline-alpn", &Flags::decline_alpn},
    {"reject-alpn", &Flags::reject_alpn},
    {"renegotiate-once", &Flags::renegotiate_once},
    {"renegotiate-freely", &Flags::renegotiate_freely},
    {"renegotiate-ignore", &Flags::renegotiate_ignore},
    {"renegotiate-explicit", &Flags::renegotiate_explicit},
    {"forbid-renegotiation-after-handshake", &Flags::forbid_renegotiation_after_handshake},
    {"send-alert", &Flags::send_alert},
    {"shim-writes-first", &Flags::shim_writes_first},
    {"shim-shuts-down", &Flags::shim_shuts_down},
    {"check-close-notify", &Flags::check_close_notify},
    {"tls-unique", &Flags::tls_unique},
    {"use-export-context", &Flags::use_export_context},
    {"export-keying-material", &Flags::export_keying_material},
    {"read-size", &Flags::read_size},
    {"export-label", &Flags::export_label},
    {"export-context", &Flags::export_context},
    {"expect-no-hrr", &Flags::expect_no_hrr},
    {"expect-session-miss", &Flags::expect_session_miss},
    {"expect-no-session", &Flags::expect_no_session},
    {"expect-session-id", &Flags::expect_session_id},
    {"expect-no-session-id", &Flags::expect_no_session_id},
    {"expect-ticket-renewal", &Flags::expect_ticket_renewal},
    {"expect-extended-master-secret", &Flags::expect_extended_master_secret},
    {"expect-secure-renegotiation", &Flags::expect_secure_renegotiation},
    {"expect-no-secure-renegotiation", &Flags::expect_no_secure_renegotiation},
    {"expect-verify-result", &Flags::expect_verify_result},
    {"expect-peer-signature-algorithm", &Flags::expect_peer_signature_algorithm},
    {"expect-curve-id", &Flags::expect_curve_id},
    {"expect-total-renegotiations", &Flags::expect_total_renegotiations},
    {"expect-peer-verify-pref", &Flags::expect_peer_verify_pref},
    {"expect-alpn", &Flags::expect_alpn},
    {"expect-advertised-alpn", &Flags::expect_advertised_alpn},
    {"expect-server-name", &Flags::expect_server_name},
    {"expect-peer-cert-file", &Flags::expect_peer_cert_file},
    {"expect-certificate-types", &Flags::expect_certificate_types},
    {"expect-client-ca-list", &Flags::expect_client_ca_list},
    {"expect-selected-credential", &Flags::expect_selected_credential},
};

// Which connections a flag is for, by the prefix of its name.
struct Prefix {
  std::string_view text;
  bool first, resuming;
};
constexpr Prefix kPrefixes[] = {{"-on-initial-", true, false},
                                {"-on-resume-", false, true},
                                {"-on-retry-", false, false},
                                {"-", true, true}};

unsigned number(std::string_view text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void put(Flags& flags, std::monostate, std::string_view) { flags.credentials.emplace_back(); }
void put(Flags& flags, bool Flags::* member, std::string_view) { flags.*member = true; }
void put(Flags& flags, unsigned Flags::* member, std::string_view text) {
  flags.*member = number(text);
}
void put(Flags& flags, std::string Flags::* member, std::string_view text) { flags.*member = text; }
void put(Flags& flags, std::optional<std::string> Flags::* member, std::string_view text) {
  flags.*member = std::string(text);
}
void put(Flags& flags, std::vector<unsigned> Flags::* member, std::string_view text) {
  (flags.*member).push_back(number(text));
}

CredentialFlags& latest(Flags& flags) {
  return flags.credentials.empty() ? flags.default_credential : flags.credentials.back();
}
void put(Flags& flags, std::string CredentialFlags::* member, std::string_view text) {
  latest(flags).*member = text;
}
void put(Flags& flags, std::vector<unsigned> CredentialFlags::* member, std::string_view text) {
  (latest(flags).*member).push_back(number(text));
}

bool has_value(const Member& member) {
  return !std::holds_alternative<std::monostate>(member) &&
         !std::holds_alternative<bool Flags::*>(member);
}

}  // namespace

std::expected<Flags, std::string> parse_flags(std::span<const char* const> arguments,
                                              bool resuming) {
  Flags flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto prefix = std::ranges::find_if(
        kPrefixes, [&](const Prefix& p) { return argument.starts_with(p.text); });
    if (prefix == std::end(kPrefixes)) return std::unexpected(std::string(argument));
    const auto row = std::ranges::find(kRows, argument.substr(prefix->text.size()), &Row::name);
    if (row == std::end(kRows)) return std::unexpected(std::string(argument));
    if (has_value(row->member) && i + 1 == arguments.size())
      return std::unexpected(std::string(argument));
    const std::string_view value = has_value(row->member) ? arguments[++i] : std::string_view();
    if (resuming ? prefix->resuming : prefix->first)
      std::visit([&](auto member) { put(flags, member, value); }, row->member);
  }
  return flags;
}

}  // namespace tls12::bogo
