#include "verify/case.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/output/certificate_json.hpp"

namespace tls12::tool {
namespace {

VerifyFailure unreadable(const char* object, const Error& error) {
  const Rule& broken = rule(error.code);
  std::string reason = std::string(object) + " cannot be read: " + std::string(broken.text);
  if (!error.about().empty()) reason.append(": ").append(error.about());
  return {.error = error, .reason = std::move(reason), .section = broken.source};
}

/// The leaf, then the rest.
struct Presented {
  std::vector<Certificate> certificates = {};
  std::vector<UnusableCertificate> unusable = {};
};
std::expected<Presented, VerifyFailure> presented_in(const Case& input) {
  auto leaf = Certificate::from_der(input.leaf);
  if (!leaf) return std::unexpected(unreadable("the certificate", leaf.error()));
  Presented presented{.certificates = {std::move(*leaf)}};
  std::size_t place = 0;
  for (const Der& der : input.untrusted) {
    ++place;
    if (auto one = Certificate::from_der(der))
      presented.certificates.push_back(std::move(*one));
    else
      presented.unusable.push_back({place, one.error()});
  }
  return presented;
}

std::expected<TrustStore, VerifyFailure> trust_in(const Case& input) {
  std::vector<Certificate> anchors;
  std::optional<Error> first_error;
  for (const Der& der : input.trusted) {
    auto one = Certificate::from_der(der);
    if (one)
      anchors.push_back(std::move(*one));
    else if (!first_error)
      first_error = one.error();
  }
  if (anchors.empty() && first_error)
    return std::unexpected(unreadable("the trusted certificate", *first_error));
  return TrustStore::of(std::move(anchors));
}

std::expected<VerifyPolicy, VerifyFailure> policy_of(const Case& input) {
  VerifyPolicy policy = input.policy;
  for (const Der& der : input.crls) {
    auto crl = Crl::from_der(der, input.max_crl_size);
    if (!crl) return std::unexpected(unreadable("a CRL", crl.error()));
    policy.revocation.crls.push_back(std::move(*crl));
  }
  if (input.revocation) policy.revocation.mode = *input.revocation;
  policy.max_path_length = input.max_intermediates;
  policy.max_depth = std::max(policy.max_depth, input.max_intermediates.value_or(0) + 2);
  return policy;
}

}  // namespace

RequiredName required_name(std::string text) {
  const auto kind =
      text.find('@') != std::string::npos ? PeerName::Kind::email : PeerName::Kind::automatic;
  return {std::move(text), kind};
}

Verdict verify_case(const Case& input) {
  const auto presented = presented_in(input);
  if (!presented) return std::unexpected(presented.error());
  const auto trust = trust_in(input);
  if (!trust) return std::unexpected(trust.error());
  const auto policy = policy_of(input);
  if (!policy) return std::unexpected(policy.error());
  const auto ask = [&](const RequiredName& name) {
    return verify({.presented = presented->certificates,
                   .trust = *trust,
                   .peer_name = {.text = name.text, .kind = name.kind},
                   .purpose = input.purpose,
                   .now = input.time.value_or(wall_time()),
                   .policy = *policy,
                   .stapled_ocsp = input.ocsp,
                   .unusable = presented->unusable});
  };
  if (input.names.empty()) return ask({.kind = PeerName::Kind::any});
  Verdict verdict = ask(input.names.front());
  for (std::size_t i = 1; verdict && i < input.names.size(); ++i) verdict = ask(input.names[i]);
  return verdict;
}

std::string format_verdict(const Verdict& verdict) {
  if (!verdict) return "invalid: " + verdict.error().message();
  std::string text;
  for (const Certificate& one : verdict->certificates)
    text += (text.empty() ? "valid: " : ", issued by ") + one.subject();
  return text;
}

nlohmann::ordered_json verdict_json(const Verdict& verdict) {
  if (!verdict) {
    const VerifyFailure& failure = verdict.error();
    return {{"verdict", "invalid"},
            {"reason", failure.message()},
            {"depth", failure.depth},
            {"subject", failure.subject},
            {"rule", rule(failure.error.code).name},
            {"section", failure.section},
            {"words", failure.reason}};
  }
  auto chain = nlohmann::ordered_json::array();
  for (const Certificate& one : verdict->certificates) chain.push_back(certificate_json(one));
  return {{"verdict", "valid"},
          {"reason", ""},
          {"chain", std::move(chain)},
          {"policies", verdict->policies}};
}

}  // namespace tls12::tool
