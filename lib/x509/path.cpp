// What is checked, in this order (RFC 5280 §6.1):
//   of the end entity: its extensions, validity, key, key usage, purpose, name;
//   then, upwards from it, of each candidate for the issuer of the last certificate found: name chaining, validity, cA, pathLenConstraint,
//   keyCertSign, extensions, purpose, key, and at last the signature;
// until a candidate is a trust anchor. Anchors are held to the same checks, their own signatures apart.
#include "x509/path.hpp"

#include <algorithm>
#include <array>

#include "x509/checks.hpp"
#include "x509/guard.hpp"
#include "x509/name.hpp"

namespace tls12::x509 {
namespace {

/// Certificates in a chain, leaf and anchor included. Those of the public web have two to five.
constexpr std::size_t kMaxChain = 10;
/// Signatures verified for one peer, however many certificates it presents; a chain of ten needs nine.
constexpr std::size_t kMaxSignatureChecks = 32;
/// Candidates looked at for one peer. Each costs a few comparisons.
constexpr std::size_t kMaxCandidates = 1024;

bool same_certificate(const Certificate& a, const Certificate& b) { return std::ranges::equal(a.der(), b.der()); }

/// A depth-first search with an explicit budget: trying everything could take for ever in a graph that an attacker drew.
class Search {
 public:
  explicit Search(const PathRequest& request) : request_(request), anchors_(request.trust.anchors()) {
    chain_.reserve(kMaxChain);
    chain_.push_back(&request.presented.front());
    for (const Certificate& certificate : request.presented.subspan(1))
      if (std::ranges::none_of(pool_, [&](const Certificate* other) { return same_certificate(*other, certificate); })) pool_.push_back(&certificate);
  }

  Result<std::vector<Certificate>> run() {
    if (!is_anchor(*chain_[0]) && !extend(0)) return fail(failure());
    std::vector<Certificate> chain;
    for (const Certificate* certificate : chain_) chain.push_back(*certificate);
    return chain;
  }

 private:
  struct Checked {
    const ParsedCertificate *certificate, *issuer;
    bool right;
  };

  bool is_anchor(const Certificate& certificate) const {
    return std::ranges::any_of(anchors_.with_subject(certificate.parsed().subject_hash),
                               [&](const Certificate& a) { return same_certificate(a, certificate); });
  }

  /// Adds issuers until one is an anchor. `intermediates` are those in the chain that count for pathLenConstraint.
  bool extend(std::size_t intermediates) {
    const ParsedCertificate& tip = chain_.back()->parsed();
    if (auto method = check_signature_method(tip); !method) return remember(method.error());
    const auto anchors = anchors_.with_subject(tip.issuer_hash);
    // Where the key identifiers agree comes first (RFC 5280 §4.2.1.1: they are hints, not checks).
    for (const bool by_key : {true, false}) {
      for (const Certificate& anchor : anchors)
        if (fits(tip, anchor, by_key) && accept(anchor, intermediates, true)) {
          chain_.push_back(&anchor);
          return true;
        }
      for (const Certificate* candidate : pool_)
        if (fits(tip, *candidate, by_key) && !in_chain(*candidate) && descend(*candidate, intermediates)) return true;
    }
    if (!unknown_) unknown_ = Error(Errc::certificate_unknown_issuer, describe(tip) + " (issuer: " + text_of_name(tip.issuer) + ")");
    return false;
  }

  bool descend(const Certificate& candidate, std::size_t intermediates) {
    if (chain_.size() + 1 >= kMaxChain) return remember(Error(Errc::certificate_path_too_long, describe(chain_.front()->parsed())));
    if (!accept(candidate, intermediates, false)) return false;
    chain_.push_back(&candidate);
    // RFC 5280 §6.1.4 (l): a self-issued certificate does not count.
    if (extend(intermediates + (is_self_issued(candidate.parsed()) ? 0 : 1))) return true;
    chain_.pop_back();
    return false;
  }

  static bool key_identifiers_agree(const ParsedCertificate& certificate, const ParsedCertificate& issuer) {
    const auto& wanted = certificate.extensions.authority_key_identifier;
    const auto& found = issuer.extensions.subject_key_identifier;
    return !wanted || !wanted->key_identifier || !found || std::ranges::equal(*wanted->key_identifier, *found);
  }

  /// RFC 5280 §6.1.3 (a) (4): names chain. Each candidate is looked at in the round that its key identifier puts it in.
  bool fits(const ParsedCertificate& tip, const Certificate& candidate, bool by_key) {
    const ParsedCertificate& issuer = candidate.parsed();
    return !exhausted() && issuer.subject_hash == tip.issuer_hash && key_identifiers_agree(tip, issuer) == by_key && same_name(issuer.subject, tip.issuer);
  }

  bool in_chain(const Certificate& candidate) const {
    return std::ranges::any_of(chain_, [&](const Certificate* c) { return same_certificate(*c, candidate); });
  }

  /// Everything about `candidate` as the issuer of the last certificate; what is cheap comes first.
  bool accept(const Certificate& candidate, std::size_t intermediates, bool anchor) {
    const ParsedCertificate& issuer = candidate.parsed();
    ++candidates_;
    if (auto c = check_validity(issuer, request_.now); !c) return remember(c.error());
    if (auto c = check_ca(issuer, intermediates, anchor); !c) return remember(c.error());
    if (auto c = check_understood(issuer); !c) return remember(c.error());
    if (auto c = check_purpose(issuer, request_.purpose); !c) return remember(c.error());
    if (auto c = check_key(issuer); !c) return remember(c.error());
    return signed_by(chain_.back()->parsed(), issuer);
  }

  /// The signature, checked once for each pair.
  bool signed_by(const ParsedCertificate& certificate, const ParsedCertificate& issuer) {
    for (std::size_t i = 0; i < checks_; ++i)
      if (checked_[i].certificate == &certificate && checked_[i].issuer == &issuer) return checked_[i].right;
    if (exhausted()) return false;
    const auto verdict = check_signature(certificate, issuer, request_.provider);
    checked_[checks_++] = {&certificate, &issuer, verdict.has_value()};
    // Another CA with the same name and another key is no issuer; its key says nothing about the signature.
    if (!verdict && key_identifiers_agree(certificate, issuer)) remember(verdict.error());
    return verdict.has_value();
  }

  bool exhausted() const { return checks_ == kMaxSignatureChecks || candidates_ >= kMaxCandidates; }

  /// Keeps the first reason why a chain ended. For conditions: always false.
  bool remember(const Error& error) {
    if (!reason_) reason_ = error;
    return false;
  }

  Error failure() const {
    if (exhausted()) return Error(Errc::certificate_path_too_long, describe(chain_.front()->parsed()) + ": too many ways to try");
    if (reason_) return *reason_;
    return unknown_ ? *unknown_ : Error(Errc::certificate_unknown_issuer);
  }

  const PathRequest& request_;
  const TrustAnchors anchors_;  ///< one snapshot for the whole search
  std::vector<const Certificate*> chain_, pool_;
  std::array<Checked, kMaxSignatureChecks> checked_ = {};
  std::size_t checks_ = 0, candidates_ = 0;
  std::optional<Error> reason_ = {}, unknown_ = {};
};

Result<void> check_end_entity(const PathRequest& request) {
  const ParsedCertificate& leaf = request.presented.front().parsed();
  if (auto c = check_understood(leaf); !c) return c;
  if (auto c = check_validity(leaf, request.now); !c) return c;
  if (auto c = check_key(leaf); !c) return c;
  if (auto c = check_end_entity_usage(leaf); !c) return c;
  if (auto c = check_purpose(leaf, request.purpose); !c) return c;
  if (request.peer_name.empty()) return {};
  const auto name = ReferenceName::parse(request.peer_name);
  if (!name) return fail(name.error());
  return check_name(leaf, *name);
}

}  // namespace

Result<std::vector<Certificate>> verify_path(const PathRequest& request) {
  return guarded([&]() -> Result<std::vector<Certificate>> {
    if (request.presented.empty()) return fail(Errc::certificate_list_empty);
    if (auto c = check_end_entity(request); !c) return fail(c.error());
    return Search(request).run();
  });
}

}  // namespace tls12::x509
