#include "expectations.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace tls12::bogo {
namespace {

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto at = [&](std::size_t j) {
      return j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U;
    };
    const unsigned group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    for (int k = 0; k < 4; ++k)
      text += i + static_cast<std::size_t>(k) <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63]
                                                              : '=';
  }
  return text;
}

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    for (const int shift : {4, 0})
      text += "0123456789abcdef"[static_cast<unsigned char>(c) >> shift & 15];
  return text;
}

std::string authorities_of(const Seen& seen) {
  std::string list;
  for (const auto& name : seen.certificate_authorities)
    list += (list.empty() ? "" : ",") + hex_of(name);
  return list.empty() ? "<EMPTY>" : list;
}

bool same_chain(const std::string& file, const std::vector<Certificate>& shown) {
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto expected = Certificate::all_from_pem(text);
  return expected &&
         std::ranges::equal(*expected, shown, [](const Certificate& a, const Certificate& b) {
           return std::ranges::equal(a.der(), b.der());
         });
}

bool same_schemes(const std::vector<unsigned>& expected, const std::vector<SignatureScheme>& seen) {
  return std::ranges::equal(expected, seen, {}, {},
                            [](SignatureScheme scheme) { return static_cast<unsigned>(scheme); });
}

/// The number of the credential that we show: the default one is -1.
std::string selected(const Flags& flags, const ConnectionState& state,
                     const Credentials& credentials) {
  if (!state.identity) return "none";
  const std::size_t index = credentials.index_of(*state.identity);
  return index == flags.credentials.size() ? "-1" : std::to_string(index);
}

/// Says the first thing that is not as it should be.
class Checker {
 public:
  void operator()(bool holds, const char* what) {
    if (!holds && unmet_.empty()) unmet_ = what;
  }
  std::string result() const { return unmet_; }

 private:
  std::string unmet_;
};

}  // namespace

std::string unmet(const Flags& flags, bool resuming, const ConnectionState& state, const Seen& seen,
                  const Shared& shared, const Credentials& credentials) {
  Checker check;
  check(state.resumed == (resuming && !flags.expect_session_miss), "resumption");
  const auto scheme = flags.server ? state.client_signature_scheme : state.signature_scheme;
  if (flags.expect_peer_signature_algorithm != 0)
    check(scheme && static_cast<unsigned>(*scheme) == flags.expect_peer_signature_algorithm,
          "the peer's signature algorithm");
  if (flags.expect_curve_id != 0)
    check(state.group && static_cast<unsigned>(*state.group) == flags.expect_curve_id, "the curve");
  if (!flags.server) check(state.application_protocol == flags.expect_alpn.value_or(""), "ALPN");
  if (flags.expect_advertised_alpn)
    check(seen.advertised_protocols == flags.expect_advertised_alpn, "ALPN as advertised");
  if (flags.expect_server_name)
    check(state.server_name == *flags.expect_server_name, "server_name");
  if (flags.expect_extended_master_secret)
    check(state.extended_master_secret, "extended_master_secret");
  if (flags.expect_secure_renegotiation) check(state.secure_renegotiation, "secure renegotiation");
  if (flags.expect_no_secure_renegotiation)
    check(!state.secure_renegotiation, "no secure renegotiation");
  if (flags.expect_verify_result && !state.peer_certificates.empty())
    check(shared.verdict == !flags.verify_fail, "the verdict on the certificate");
  if (!flags.expect_peer_verify_pref.empty())
    check(same_schemes(flags.expect_peer_verify_pref, seen.peer_schemes),
          "the peer's signature_algorithms");
  if (flags.expect_certificate_types)
    check(base64_of(seen.certificate_types) == *flags.expect_certificate_types,
          "certificate_types");
  if (flags.expect_client_ca_list)
    check(authorities_of(seen) == *flags.expect_client_ca_list, "certificate_authorities");
  if (flags.expect_peer_cert_file)
    check(same_chain(*flags.expect_peer_cert_file, state.peer_certificates),
          "the peer's certificates");
  if (flags.expect_selected_credential)
    check(selected(flags, state, credentials) == *flags.expect_selected_credential,
          "the credential of ours");
  return check.result();
}

std::string unmet_at_the_end(const Flags& flags, const ConnectionState& state, const Seen& seen) {
  Checker check;
  check(state.renegotiations == flags.expect_total_renegotiations, "the number of renegotiations");
  if (flags.expect_session_id)
    check(seen.sessions_kept > 0 || state.resumed, "a session kept by its ID");
  if (flags.expect_no_session_id) check(seen.sessions_kept == 0, "no session kept by its ID");
  if (flags.expect_no_session) check(seen.sessions_kept == 0, "no session kept");
  if (!flags.server && state.resumed)
    check((seen.new_tickets > 0) == flags.expect_ticket_renewal, "the ticket's renewal");
  return check.result();
}

}  // namespace tls12::bogo
