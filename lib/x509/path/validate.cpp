#include "x509/path/validate.hpp"

#include <algorithm>

#include "x509/name/distinguished_name.hpp"
#include "x509/path/name_constraints.hpp"
#include "x509/path/policy_graph.hpp"

namespace tls12::x509 {
namespace {

/// The procedure of §6.1, a function each subsection. Certificates are numbered as there: 1 was
/// issued by the anchor, n is the end entity; 0 is the anchor.
class Validation {
 public:
  Validation(Path path, Purpose purpose, Verification& verification)
      : path_(path),
        purpose_(purpose),
        verification_(verification),
        n_(path.size() - 1),
        policy_graph_(verification.policy, n_),
        name_constraints_(verification.budget) {}

  std::expected<std::vector<std::string>, PathRefusal> run() {
    if (n_ == 0) {
      if (auto c =
              check_end_entity(certificate(0), purpose_, verification_.policy, verification_.now);
          !c)
        return failed(0, c.error());
      const auto& policies = verification_.policy.user_initial_policy_set;
      return policies.empty() ? std::vector<std::string>{"2.5.29.32.0"} : policies;
    }
    if (auto c = initialize(); !c) return failed(0, c.error());
    for (std::size_t i = 1; i <= n_; ++i) {
      if (auto c = process(i); !c) return failed(i, c.error());
      if (i == n_) break;
      if (auto c = prepare_for_next(i); !c) return failed(i, c.error());
    }
    auto policies = wrap_up();
    if (!policies) return failed(n_, policies.error());
    return std::move(*policies);
  }

 private:
  // §6.1.2, for an anchor that is a certificate (RFC 5937 §3.2). (a) and (d) to (f) are the policy
  // graph's constructor.
  Check initialize() {
    const ParsedCertificate& anchor = certificate(0);
    if (auto c = check_issuer(anchor, true, purpose_, verification_.policy, verification_.now); !c)
      return c;
    // (b), (c): permitted_subtrees, excluded_subtrees
    if (const auto& constraints = anchor.extensions.name_constraints)
      if (auto c = as_check(name_constraints_.add(*constraints), "RFC 5280 §6.1.2 (b), (c)"); !c)
        return c;
    // (g) to (j): working_public_key with its algorithm and parameters, working_issuer_name
    working_issuer_ = 0;
    // (k)
    max_path_length_ = verification_.policy.max_path_length.value_or(n_);
    limit_path_length(0);
    return {};
  }

  // §6.1.3
  Check process(std::size_t i) {
    const ParsedCertificate& subject = certificate(i);
    // (a) (1)
    if (auto c = check_signature_method(subject, verification_.policy); !c) return c;
    if (auto c = verification_.signed_by(whole(i), whole(working_issuer_)); !c) return c;
    // (a) (2)
    if (auto c = check_validity(subject, verification_.now); !c) return c;
    // (a) (4)
    const ParsedCertificate& issuer = certificate(working_issuer_);
    if (!same_name(subject.issuer, issuer.subject, verification_.budget))
      return refuse(Errc::certificate_unknown_issuer, "RFC 5280 §6.1.3 (a) (4)",
                    [&issuer] { return "its issuer has another name: " + describe(issuer); });
    // (b), (c)
    if (i == n_ || !is_self_issued(subject)) {
      const bool common_name_counts = i == n_ && verification_.policy.common_name_fallback;
      if (auto c = as_check(name_constraints_.check(subject, common_name_counts),
                            "RFC 5280 §6.1.3 (b), (c)");
          !c)
        return c;
    }
    // (d) to (f)
    return as_check(policy_graph_.process(subject.extensions, is_self_issued(subject)),
                    "RFC 5280 §6.1.3 (d), (f)");
  }

  // §6.1.4
  Check prepare_for_next(std::size_t i) {
    const ParsedCertificate& issuer = certificate(i);
    const bool self_issued = is_self_issued(issuer);
    // (a), (b), (h) to (j)
    if (auto c = as_check(policy_graph_.prepare(issuer.extensions, self_issued),
                          "RFC 5280 §6.1.4 (a), (b)");
        !c)
      return c;
    // (c) to (f)
    if (auto c = check_key(issuer, verification_.policy); !c) return c;
    working_issuer_ = i;
    // (g)
    if (const auto& constraints = issuer.extensions.name_constraints)
      if (auto c = as_check(name_constraints_.add(*constraints), "RFC 5280 §6.1.4 (g)"); !c)
        return c;
    // (k)
    if (auto c = check_is_ca(issuer, false); !c) return c;
    // (l)
    if (!self_issued) {
      if (max_path_length_ == 0) {
        const ParsedCertificate* limiter =
            path_length_limiter_ ? &certificate(*path_length_limiter_) : nullptr;
        return refuse(Errc::certificate_path_too_long, "RFC 5280 §6.1.4 (l)", [limiter] {
          return "it is one CA more than " +
                 (limiter != nullptr ? "the pathLenConstraint of " + describe(*limiter)
                                     : "the caller") +
                 " allows";
        });
      }
      --max_path_length_;
    }
    // (m)
    limit_path_length(i);
    // (n)
    if (auto c = check_signs_certificates(issuer); !c) return c;
    // (o)
    if (auto c = check_understood(issuer); !c) return c;
    return check_extended_key_usage(issuer, purpose_);
  }

  // §6.1.5
  std::expected<std::vector<std::string>, Refusal> wrap_up() {
    const ParsedCertificate& end_entity = certificate(n_);
    // (c) to (f)
    if (auto c = check_end_entity(end_entity, purpose_, verification_.policy, verification_.now);
        !c)
      return std::unexpected(std::move(c.error()));
    // (a), (b), (g)
    auto policies = policy_graph_.wrap_up(end_entity.extensions);
    if (!policies)
      return refuse(policies.error().code, "RFC 5280 §6.1.5 (g)",
                    std::string(policies.error().about()));
    return std::move(*policies);
  }

  void limit_path_length(std::size_t i) {
    const auto& constraints = certificate(i).extensions.basic_constraints;
    if (!constraints || !constraints->path_length || *constraints->path_length >= max_path_length_)
      return;
    max_path_length_ = static_cast<std::size_t>(*constraints->path_length);
    path_length_limiter_ = i;
  }

  const Certificate& whole(std::size_t i) const { return *path_[n_ - i]; }
  const ParsedCertificate& certificate(std::size_t i) const { return internals(whole(i)); }
  std::unexpected<PathRefusal> failed(std::size_t i, const Refusal& refusal) const {
    return std::unexpected(PathRefusal{n_ - i, refusal});
  }

  const Path path_;
  const Purpose purpose_;
  Verification& verification_;
  const std::size_t n_;
  PolicyGraph
      policy_graph_;  // valid_policy_tree, explicit_policy, inhibit_anyPolicy, policy_mapping
  NameConstraintState name_constraints_;  // permitted_subtrees, excluded_subtrees
  std::size_t working_issuer_ =
      0;  // whose key and name are working_public_key and working_issuer_name
  std::size_t max_path_length_ = 0;
  std::optional<std::size_t> path_length_limiter_ = {};
};

}  // namespace

std::expected<std::vector<std::string>, PathRefusal> validate(Path path, Purpose purpose,
                                                              Verification& verification) {
  return Validation(path, purpose, verification).run();
}

}  // namespace tls12::x509
