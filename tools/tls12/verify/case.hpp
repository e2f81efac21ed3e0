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
Verdict verify_case(const Case& input);

/// One line: "valid: CN=a, issued by CN=b", or what failed.
std::string format_verdict(const Verdict& verdict);
/// The chain and its policies, or the failure, member by member.
nlohmann::ordered_json verdict_json(const Verdict& verdict);

}  // namespace tls12::tool
