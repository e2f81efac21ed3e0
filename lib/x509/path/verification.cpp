#include "x509/path/verification.hpp"

#include <algorithm>

#include "crypto/cost.hpp"

namespace tls12::x509 {
namespace {

bool same_certificate(const Certificate& a, const Certificate& b) {
  return std::ranges::equal(a.der(), b.der());
}

std::uint64_t subject_hash(const Certificate* certificate) {
  return internals(*certificate).subject_hash;
}

/// Each once, by the hash of their subjects; among equals, pointers into what was presented, the
/// earlier first.
std::vector<const Certificate*> sorted_once(std::span<const Certificate> certificates) {
  std::vector<const Certificate*> sorted;
  sorted.reserve(certificates.size());
  for (const Certificate& certificate : certificates) sorted.push_back(&certificate);
  const auto encoding = [](const Certificate* certificate) {
    return tls12::text_of(certificate->der());
  };
  std::ranges::sort(sorted, [&](const Certificate* a, const Certificate* b) {
    const int order = encoding(a).compare(encoding(b));
    return order != 0 ? order < 0 : a < b;
  });
  const auto repeated = std::ranges::unique(sorted, {}, encoding);
  sorted.erase(repeated.begin(), repeated.end());
  std::ranges::sort(sorted, {}, [](const Certificate* certificate) {
    return std::pair(subject_hash(certificate), certificate);
  });
  return sorted;
}

/// What makes one signature check another than any other.
std::array<std::uint8_t, 32> digest_of(Bytes message, const SignatureMethod& method,
                                       Bytes signature, const SubjectKey& key,
                                       const Provider& provider) {
  Hash hash(*provider[HashAlgorithm::sha256].implementation);
  const auto add = [&](Bytes part) {
    const std::uint64_t size = part.size();
    hash.update(Bytes(reinterpret_cast<const std::uint8_t*>(&size), sizeof size));
    hash.update(part);
  };
  const std::uint64_t numbers[] = {static_cast<std::uint64_t>(method.kind),
                                   static_cast<std::uint64_t>(method.hash), method.salt_size,
                                   static_cast<std::uint64_t>(key.key.kind)};
  add(Bytes(reinterpret_cast<const std::uint8_t*>(numbers), sizeof numbers));
  for (const Bytes part : {key.key.modulus, key.key.exponent, key.key.point, message, signature})
    add(part);
  std::array<std::uint8_t, 32> digest;
  hash.digest(digest);
  return digest;
}

}  // namespace

Verification::Verification(const VerifyRequest& request, Work& work, KnownSignatures& known)
    : policy(request.policy),
      now(request.now),
      provider(request.provider),
      budget(request.policy, work),
      anchors_(request.trust.anchors()),
      untrusted_(sorted_once(request.presented.empty() ? request.presented
                                                       : request.presented.subspan(1))),
      known_(known) {}

bool Verification::is_anchor(const Certificate& certificate) const {
  return std::ranges::any_of(
      anchors_named(internals(certificate).subject_hash),
      [&](const Certificate& anchor) { return same_certificate(anchor, certificate); });
}

Path Verification::untrusted_named(std::uint64_t hash) const {
  const auto range = std::ranges::equal_range(untrusted_, hash, {}, subject_hash);
  return {range.begin(), range.end()};
}

Check Verification::signed_by(const Certificate& certificate, const Certificate& issuer) {
  const auto wrong = [] {
    return refuse(Errc::certificate_signature_wrong, "RFC 5280 §6.1.3 (a) (1)",
                  "its signature is wrong");
  };
  const auto is_this = [&](const KnownSignatures::Link& link) {
    return &internals(link.certificate) == &internals(certificate) &&
           &internals(link.issuer) == &internals(issuer);
  };
  const auto known = std::ranges::find_if(known_.links, is_this);
  const auto place = static_cast<std::size_t>(known - known_.links.begin());
  const bool is_known = known != known_.links.end();
  if (is_known && place < links_charged_) return known->is_right ? Check() : wrong();
  if (!budget.take_signature_check(
          steps_to_verify(internals(issuer).subject_key.key, internals(certificate).tbs.size()),
          is_known))
    return refuse(Errc::certificate_search_exhausted, {},
                  "its signature would be one check too many");
  links_charged_ = place + 1;
  if (is_known) return known->is_right ? Check() : wrong();
  auto verdict = check_signature(internals(certificate), internals(issuer), provider);
  known_.links.push_back({certificate, issuer, verdict.has_value()});
  return verdict;
}

bool Verification::is_signed(Bytes message, const SignatureMethod& method, Bytes signature,
                             const SubjectKey& key) {
  KnownSignatures::Other check{.digest = digest_of(message, method, signature, key, provider),
                               .is_right = false};
  const auto known =
      std::ranges::find(known_.others, check.digest, &KnownSignatures::Other::digest);
  const bool is_known = known != known_.others.end();
  if (!budget.take_signature_check(steps_to_verify(key.key, message.size()), is_known))
    return false;
  if (is_known) return known->is_right;
  check.is_right = check_signature(message, method, signature, key, provider).has_value();
  known_.others.push_back(check);
  return check.is_right;
}

VerifyFailure failure_of(const ParsedCertificate& certificate, std::size_t depth,
                         const Refusal& refusal) {
  VerifyFailure failure{.error = refusal.code,
                        .depth = depth,
                        .subject = describe(certificate),
                        .reason = refusal.reason(),
                        .section = refusal.section};
  failure.error.set_detail(failure.subject + ": " + failure.reason);
  return failure;
}

}  // namespace tls12::x509
