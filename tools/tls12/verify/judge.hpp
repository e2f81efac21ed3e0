// What `tls12 verify` asks of one certificate, alone or in a batch: a case, and its verdict.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/files/encoded.hpp"
#include "tls12/verify.hpp"

namespace tls12::tool {

/// The largest --max-depth.
inline constexpr std::size_t kMostIntermediates = 100;

/// A name the certificate must have.
struct WantedName {
  std::string text = {};
  PeerName::Kind kind = PeerName::Kind::automatic;
};
/// `text` with an @ is an e-mail address, otherwise an IP address or a DNS name.
WantedName wanted_name(std::string text);

/// One certificate and all that its verdict depends on. Everything is DER that nobody has looked
/// at.
struct Case {
  std::vector<Der> trusted = {};
  std::vector<Der> untrusted = {};
  Der leaf = {};
  std::vector<Der> crls = {};
  Der ocsp = {};
  std::vector<WantedName> names = {};  ///< all of them; none: any name will do
  std::optional<WallTime> time = {};   ///< nothing: now
  Purpose purpose = Purpose::server;
  std::optional<std::size_t> max_intermediates = {};
  std::optional<RevocationMode> revocation = {};  ///< nothing: the policy's
  VerifyPolicy policy = {};
  std::size_t max_crl_size = kMaxCrlSize;
};

using Verdict = std::expected<VerifiedChain, VerifyFailure>;

/// Untrusted certificates that cannot be read are left to the policy (VerifyRequest::unusable).
/// Trusted ones are skipped beside others; a leaf, a CRL or a last anchor is not.
Verdict judge(const Case& what);

/// One line: "valid: CN=a, issued by CN=b", or what failed.
std::string in_words(const Verdict& verdict);
/// The chain and its policies, or the failure, member by member.
nlohmann::ordered_json in_json(const Verdict& verdict);

/// RFC 3339 §5.6, or seconds since 1970. Nothing when it is neither, or no time of the calendar.
std::optional<WallTime> parse_time(const std::string& text);

/// The words of options and of JSON: "server", "serverAuth", …; nothing when it is none.
std::optional<Purpose> parse_purpose(std::string_view text);

}  // namespace tls12::tool
