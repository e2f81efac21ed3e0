#include "x509/path.hpp"

#include <algorithm>

namespace tls12::x509 {
namespace {

bool same_certificate(const Certificate& a, const Certificate& b) { return std::ranges::equal(a.der(), b.der()); }

std::uint64_t subject_hash(const Certificate* certificate) { return certificate->parsed().subject_hash; }

/// Each once, by the hash of their subjects; among equals, pointers into what was presented, the earlier first.
std::vector<const Certificate*> sorted_once(std::span<const Certificate> certificates) {
  std::vector<const Certificate*> sorted;
  sorted.reserve(certificates.size());
  for (const Certificate& certificate : certificates) sorted.push_back(&certificate);
  const auto encoding = [](const Certificate* certificate) { return tls12::text_of(certificate->der()); };
  std::ranges::sort(sorted, [&](const Certificate* a, const Certificate* b) {
    const int order = encoding(a).compare(encoding(b));
    return order != 0 ? order < 0 : a < b;
  });
  const auto repeated = std::ranges::unique(sorted, {}, encoding);
  sorted.erase(repeated.begin(), repeated.end());
  std::ranges::sort(sorted, {}, [](const Certificate* certificate) { return std::pair(subject_hash(certificate), certificate); });
  return sorted;
}

}  // namespace

Verification::Verification(const VerifyRequest& request)
    : policy(request.policy),
      now(request.now),
      provider(request.provider),
      budget(request.policy),
      anchors_(request.trust.anchors()),
      untrusted_(sorted_once(request.presented.empty() ? request.presented : request.presented.subspan(1))) {}

bool Verification::is_anchor(const Certificate& certificate) const {
  return std::ranges::any_of(anchors_named(certificate.parsed().subject_hash),
                             [&](const Certificate& anchor) { return same_certificate(anchor, certificate); });
}

Path Verification::untrusted_named(std::uint64_t hash) const {
  const auto range = std::ranges::equal_range(untrusted_, hash, {}, subject_hash);
  return {range.begin(), range.end()};
}

Check Verification::signed_by(const Certificate& certificate, const Certificate& issuer) {
  for (const SignatureCheck& known : signatures_) {
    if (&known.certificate.parsed() != &certificate.parsed() || &known.issuer.parsed() != &issuer.parsed()) continue;
    return known.is_right ? Check() : refuse(Errc::certificate_signature_wrong, "RFC 5280 §6.1.3 (a) (1)", "its signature is wrong");
  }
  if (!budget.signature_checks.take()) return refuse(Errc::certificate_search_exhausted, {}, "its signature would be one check too many");
  auto verdict = check_signature(certificate.parsed(), issuer.parsed(), provider);
  signatures_.push_back({certificate, issuer, verdict.has_value()});
  return verdict;
}

VerifyFailure failure_of(const ParsedCertificate& certificate, std::size_t depth, const Refusal& refusal) {
  VerifyFailure failure{.error = refusal.code, .depth = depth, .subject = describe(certificate), .reason = refusal.reason, .section = refusal.section};
  failure.error.set_detail(failure.subject + ": " + failure.reason);
  return failure;
}

}  // namespace tls12::x509
