#include "x509/path/build.hpp"

#include <algorithm>
#include <optional>

#include "x509/name/distinguished_name.hpp"
#include "x509/path/validate.hpp"

namespace tls12::x509 {
namespace {

/// What key identifiers say of an issuer: the better comes first. They are hints, not checks (RFC
/// 5280 §4.2.1.1).
enum class KeyHint : std::uint8_t { same, none, other };

KeyHint key_hint(const ParsedCertificate& certificate, const ParsedCertificate& issuer) {
  const auto& wanted = certificate.extensions.authority_key_identifier;
  const auto& found = issuer.extensions.subject_key_identifier;
  if (!wanted || !wanted->key_identifier || !found) return KeyHint::none;
  return std::ranges::equal(*wanted->key_identifier, *found) ? KeyHint::same : KeyHint::other;
}

/// How far an attempt came. Of all that failed, the one that came furthest says most about what is
/// wrong.
enum class Stage : std::uint8_t { nothing, no_issuer, too_deep, issuer, chain, acceptance };

/// A depth-first search, with the signature of each link checked before it is followed.
class Builder {
 public:
  Builder(Verification& verification, Purpose purpose, const Acceptance& accept)
      : verification_(verification), purpose_(purpose), accept_(accept) {}

  std::expected<VerifiedChain, VerifyFailure> run(const Certificate& target) {
    path_.reserve(8);
    path_.push_back(&target);
    if ((verification_.is_anchor(target) && complete()) || extend()) return std::move(*found_);
    if (verification_.budget.stopped()) return std::unexpected(exhausted(target));
    return std::unexpected(std::move(failure_));
  }

 private:
  /// Follows every link from the last certificate of the path, the most promising first. True when
  /// a chain was found.
  bool extend() {
    const ParsedCertificate& tip = internals(*path_.back());
    const std::size_t depth = path_.size() - 1;
    if (auto c = check_signature_method(tip, verification_.policy); !c)
      return note(Stage::issuer, depth, tip, depth, c.error());
    if (path_.size() >= verification_.policy.max_depth)
      return note(Stage::too_deep, depth, tip, depth, too_deep());
    if (!verification_.budget.take(1 + tip.der.size() / kOctetsRead)) return false;
    const auto anchors = verification_.anchors_named(tip.issuer_hash);
    const Path untrusted = verification_.untrusted_named(tip.issuer_hash);
    std::size_t namesakes = 0;
    for (const KeyHint hint : {KeyHint::same, KeyHint::none, KeyHint::other}) {
      for (const Certificate& anchor : anchors)
        if (fits(internals(anchor), hint) && ++namesakes && follow(anchor, true, hint)) return true;
      for (const Certificate* candidate : untrusted)
        if (fits(internals(*candidate), hint) && ++namesakes &&
            !is_in_path(internals(*candidate)) && follow(*candidate, false, hint))
          return true;
    }
    return note(Stage::no_issuer, depth, tip, depth, no_issuer(tip, namesakes > 0));
  }

  /// RFC 5280 §6.1.3 (a) (4): names chain. Each candidate is looked at in the round that its key
  /// identifier puts it in.
  bool fits(const ParsedCertificate& candidate, KeyHint hint) {
    const ParsedCertificate& tip = internals(*path_.back());
    Budget& budget = verification_.budget;
    const std::size_t compared = tip.extensions.authority_key_identifier
                                     ? candidate.public_key_info.size() + tip.der.size()
                                     : tip.issuer.size();
    if (budget.stopped() || !budget.take(1 + path_.size() * compared / kOctetsEqual)) return false;
    return key_hint(tip, candidate) == hint && same_name(candidate.subject, tip.issuer, budget);
  }

  /// The same name with the same key again leads nowhere new (RFC 4158 §2.4.2). The names' hashes
  /// will do: who makes some that collide keeps their own certificates out.
  bool is_in_path(const ParsedCertificate& candidate) const {
    return std::ranges::any_of(path_, [&](const Certificate* c) {
      return internals(*c).subject_hash == candidate.subject_hash &&
             std::ranges::equal(internals(*c).public_key_info, candidate.public_key_info);
    });
  }

  bool follow(const Certificate& issuer, bool is_anchor, KeyHint hint) {
    const std::size_t depth = path_.size();
    if (!verification_.budget.take(1 + issuer.der().size() / kOctetsRead)) return false;
    if (auto c = check_issuer(internals(issuer), is_anchor, purpose_, verification_.policy,
                              verification_.now);
        !c)
      return note(Stage::issuer, depth, internals(issuer), depth, c.error());
    if (auto c = verification_.signed_by(*path_.back(), issuer); !c) {
      // Another key of a CA of this name says nothing about the signature.
      return hint != KeyHint::other &&
             note(Stage::issuer, depth, internals(*path_.back()), depth - 1, c.error());
    }
    path_.push_back(&issuer);
    const bool found = is_anchor ? complete() : extend();
    path_.pop_back();
    return found;
  }

  /// The path ends in an anchor: judges it as a whole.
  bool complete() {
    const std::size_t n = path_.size() - 1;
    std::size_t octets = 0;
    for (const Certificate* certificate : path_) octets += certificate->der().size();
    if (!verification_.budget.take(path_.size() + octets / kOctetsValidated)) return false;
    auto policies = validate(path_, purpose_, verification_);
    if (verification_.budget.stopped()) return false;
    // The validator comes from the anchor down: the smaller the depth of what it refuses, the
    // further it came.
    if (!policies) {
      const auto& [depth, refusal] = policies.error();
      return note(Stage::chain, n - depth, internals(*path_[depth]), depth, refusal);
    }
    VerifiedChain chain{.policies = std::move(*policies)};
    chain.certificates.reserve(path_.size());
    for (const Certificate* certificate : path_) chain.certificates.push_back(*certificate);
    if (accept_)
      if (auto accepted = accept_(chain); !accepted || verification_.budget.stopped())
        return !accepted && note(Stage::acceptance, 0, accepted.error());
    found_ = std::move(chain);
    return true;
  }

  /// Keeps the failure of the attempt that came furthest; of equals, the first. For conditions:
  /// always false.
  bool note(Stage stage, std::size_t progress, const VerifyFailure& failure) {
    if (std::pair(stage, progress) <= furthest_) return false;
    furthest_ = {stage, progress};
    failure_ = failure;
    return false;
  }
  bool note(Stage stage, std::size_t progress, const ParsedCertificate& certificate,
            std::size_t depth, const Refusal& refusal) {
    return std::pair(stage, progress) > furthest_ &&
           note(stage, progress, failure_of(certificate, depth, refusal));
  }

  Refusal no_issuer(const ParsedCertificate& tip, bool has_namesake) const {
    return refuse(
               Errc::certificate_unknown_issuer, "RFC 5280 §6.1.3 (a) (4)",
               [this, &tip, has_namesake] {
                 if (is_self_issued(tip))
                   return std::string("it is self-signed, and not one of the trusted certificates");
                 const std::string issuer = text_of_name(tip.issuer);
                 std::string reason = has_namesake
                                          ? "none of the certificates of its issuer, " + issuer +
                                                ", has the key that signed it"
                                          : "no usable certificate of its issuer, " + issuer +
                                                ", came with it, and none is trusted";
                 if (verification_.trusts_nobody())
                   reason += ": there are no trusted certificates at all";
                 return reason;
               })
        .error();
  }

  Refusal too_deep() const {
    return refuse(Errc::certificate_search_exhausted, {},
                  [this] {
                    return "its chain is longer than " +
                           std::to_string(verification_.policy.max_depth) +
                           " certificates, the limit of VerifyPolicy::max_depth";
                  })
        .error();
  }

  VerifyFailure exhausted(const Certificate& target) const {
    const std::string reason = "finding its chain takes " + verification_.budget.exceeded_limit();
    return failure_of(internals(target), 0,
                      refusal(Errc::certificate_search_exhausted, {}, reason));
  }

  Verification& verification_;
  const Purpose purpose_;
  const Acceptance& accept_;
  std::vector<const Certificate*> path_;
  std::optional<VerifiedChain> found_;
  std::pair<Stage, std::size_t> furthest_ = {Stage::nothing, 0};
  VerifyFailure failure_;
};

}  // namespace

std::expected<VerifiedChain, VerifyFailure> find_chain(Verification& verification,
                                                       const Certificate& target, Purpose purpose,
                                                       const Acceptance& accept) {
  return Builder(verification, purpose, accept).run(target);
}

}  // namespace tls12::x509
