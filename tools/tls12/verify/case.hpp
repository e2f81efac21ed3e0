// One case of `tls12 verify`, alone or in a batch, and its verdict.
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
struct RequiredName {
  std::string text = {};
  PeerName::Kind kind = PeerName::Kind::automatic;
};
/// `text` with an @ is an e-mail address, otherwise an IP address or a DNS name.
RequiredName required_name(std::string text);

/// One certificate and all that its verdict depends on. The DER is as it was read, not yet parsed.
struct Case {
  std::vector<Der> trusted = {};
  std::vector<Der> untrusted = {};
  Der leaf = {};
  std::vector<Der> crls = {};
  Der ocsp = {};
  std::vector<RequiredName> names = {};  ///< all of them; none: any name will do
  std::optional<WallTime> time = {};     ///< nothing: now
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

/// One line: "valid: CN=a, issued by CN=b", or the failure.
std::string format_verdict(const Verdict& verdict);
/// The chain and its policies, or the failure, member by member.
nlohmann::ordered_json verdict_json(const Verdict& verdict);

}  // namespace tls12::tool
