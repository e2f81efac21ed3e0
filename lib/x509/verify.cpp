// tls12::verify: a request, the search for a chain, and the verdict in words.
#include "tls12/verify.hpp"

#include "x509/parsed_certificate.hpp"
#include "x509/path.hpp"

namespace tls12 {

const VerifyPolicy& VerifyPolicy::standard() {
  static const VerifyPolicy policy;
  return policy;
}

const VerifyPolicy& VerifyPolicy::strict() {
  static const VerifyPolicy policy = {.name = "strict", .strict_profile = true};
  return policy;
}

const VerifyPolicy& VerifyPolicy::legacy() {
  static const VerifyPolicy policy = {.name = "legacy", .min_rsa_bits = 1024, .allow_sha1 = true, .common_name_fallback = true};
  return policy;
}

std::string VerifyFailure::message() const {
  std::string text = reason.empty() ? std::string(rule(error.code).text) : reason;
  if (!subject.empty()) text.append(" (certificate ").append(std::to_string(depth)).append(", ").append(subject).append(")");
  if (!section.empty()) text.append(" [").append(section).append("]");
  return text;
}

std::expected<VerifiedChain, VerifyFailure> verify(const VerifyRequest& request) {
  auto chain = x509::verify_path({.presented = request.presented,
                                  .trust = request.trust,
                                  .peer_name = request.peer_name.text,
                                  .purpose = request.purpose,
                                  .now = request.now,
                                  .provider = request.provider});
  if (chain) return VerifiedChain{.certificates = std::move(*chain)};
  const Error& error = chain.error();
  return std::unexpected(VerifyFailure{.error = error, .reason = std::string(error.about()), .section = rule(error.code).source});
}

}  // namespace tls12
