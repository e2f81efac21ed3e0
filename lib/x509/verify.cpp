// tls12::verify: the end entity's own rules, the search for a chain that every rule allows, and the
// verdict in words.
#include "tls12/verify.hpp"

#include "base/caught.hpp"
#include "tls12/text.hpp"
#include "x509/certificate/pin.hpp"
#include "x509/path/build.hpp"
#include "x509/path/certificate_checks.hpp"
#include "x509/path/profile.hpp"
#include "x509/revocation/revocation.hpp"
#include "x509/revocation/sct.hpp"
#include "x509/verify.hpp"

namespace tls12 {
namespace {

using x509::Check;
using x509::Verification;

using Verdict = std::expected<VerifiedChain, VerifyFailure>;

/// A few multiplications in the field: 15 us for the largest curve.
constexpr std::size_t kStepsToCheckPoint = 15;

VerifyFailure failure(Errc code, std::string_view reason = {}) {
  return {.error = Error(code, reason),
          .reason = std::string(reason.empty() ? rule(code).text : reason),
          .section = rule(code).source};
}

/// "certificate 2 of those that came cannot be used: a field is missing".
std::string in_words(std::span<const UnusableCertificate> unusable) {
  const auto& [place, error] = unusable.front();
  std::string text =
      "certificate " + std::to_string(place + 1) + " of those that came cannot be used: ";
  text.append(error.about().empty() ? rule(error.code).text : error.about());
  if (unusable.size() > 1)
    text.append(", and ").append(std::to_string(unusable.size() - 1)).append(" more");
  return text;
}

/// A chain may be missing because of them. An Error has little room, so this error also says that
/// the chain is missing.
VerifyFailure with_unusable(VerifyFailure failure, std::span<const UnusableCertificate> unusable) {
  if (unusable.empty()) return failure;
  const std::string why = in_words(unusable);
  failure.reason.append("; ").append(why);
  if (failure.error == Errc::certificate_unknown_issuer)
    failure.error.set_detail(failure.subject + ": " + why);
  return failure;
}

Check exhausted(const x509::Budget& budget) {
  return x509::refuse(Errc::certificate_search_exhausted, {},
                      "reading it takes " + budget.exceeded_limit());
}

/// What is asked of the certificate that TLS uses, beyond what its chain is asked.
Check check_leaf(const VerifyRequest& request, const std::optional<x509::ReferenceName>& name) {
  const Certificate& leaf = request.presented.front();
  if (auto c =
          x509::check_end_entity(internals(leaf), request.purpose, request.policy, request.now);
      !c)
    return c;
  if (auto c = x509::check_point(internals(leaf), request.provider); !c) return c;
  if (auto c = x509::check_end_entity_usage(internals(leaf), request.purpose); !c) return c;
  return name ? x509::check_name(leaf, *name, request.policy) : Check();
}

using Accepted = std::expected<void, VerifyFailure>;

/// VerifyPolicy::strict_profile.
Accepted check_profiles(const VerifyRequest& request, const VerifiedChain& chain,
                        Verification& verification) {
  if (!request.policy.strict_profile) return {};
  using x509::ChainPosition;
  for (std::size_t depth = 0; depth < chain.certificates.size(); ++depth) {
    const x509::ParsedCertificate& certificate = internals(chain.certificates[depth]);
    const auto position = depth == 0                               ? ChainPosition::end_entity
                          : depth + 1 == chain.certificates.size() ? ChainPosition::anchor
                                                                   : ChainPosition::intermediate;
    if (const auto& deviation = certificate.deviation)
      return std::unexpected(
          x509::failure_of(certificate, depth,
                           x509::refusal(Errc::certificate_profile, deviation.section,
                                         std::string("it has ") + deviation.what)));
    if (const auto* broken =
            x509::check_profile({certificate, position, request.purpose, verification}))
      return std::unexpected(x509::failure_of(
          certificate, depth,
          x509::refusal(Errc::certificate_profile, broken->section, std::string(broken->text))));
  }
  return {};
}

/// VerifyPolicy::check.
Accepted ask_caller(const VerifyRequest& request, const VerifiedChain& chain) {
  if (!request.policy.check) return {};
  auto reason = request.policy.check(chain);
  if (!reason) return {};
  return std::unexpected(
      x509::failure_of(internals(chain.certificates.front()), 0,
                       x509::refusal(Errc::certificate_refused, {}, std::move(*reason))));
}

/// VerifyPolicy::pins.
VerifyFailure not_pinned(const Certificate& leaf) {
  const tls12::Rule& broken = rule(Errc::certificate_not_pinned);
  return x509::failure_of(internals(leaf), 0,
                          x509::refusal(broken.code, broken.source, std::string(broken.text)));
}

/// VerifyPolicy::pins_suffice.
Verdict believe_pinned(const VerifyRequest& request, const Certificate& leaf) {
  VerifiedChain chain{.certificates = {leaf}};
  if (auto asked = ask_caller(request, chain); !asked) return std::unexpected(asked.error());
  return chain;
}

Verdict judge(const VerifyRequest& request, Verification& verification) {
  if (request.presented.empty()) return std::unexpected(failure(Errc::certificate_list_empty));
  std::optional<x509::ReferenceName> name;
  const bool any_name = request.peer_name.kind == PeerName::Kind::any;
  if (any_name && !request.peer_name.text.empty())
    return std::unexpected(failure(Errc::bad_host_name, "a name is given where any is accepted"));
  if (!any_name) {
    auto parsed = x509::ReferenceName::parse(request.peer_name.text, request.peer_name.kind);
    if (!parsed) return std::unexpected(failure(Errc::bad_host_name, parsed.error().about()));
    name = std::move(*parsed);
  }
  const Certificate& leaf = request.presented.front();
  const VerifyPolicy& policy = request.policy;
  if (!policy.pins.empty()) {
    if (!x509::is_pinned(leaf, policy.pins, request.provider))
      return std::unexpected(not_pinned(leaf));
    if (policy.pins_suffice) return believe_pinned(request, leaf);
  }
  const bool is_paid =
      verification.budget.take(1 + leaf.der().size() / x509::kOctetsRead + kStepsToCheckPoint);
  if (auto c = is_paid ? check_leaf(request, name) : exhausted(verification.budget); !c)
    return std::unexpected(x509::failure_of(internals(leaf), 0, c.error()));
  if (policy.strict_profile && !request.unusable.empty())
    return std::unexpected(
        failure(request.unusable.front().error.code, in_words(request.unusable)));
  auto found = x509::find_chain(
      verification, leaf, request.purpose, [&](const VerifiedChain& chain) -> Accepted {
        if (auto c = check_profiles(request, chain, verification); !c) return c;
        // §6.1.3 (a) (3)
        if (auto c = x509::check_revocation({chain.certificates, verification, request.stapled_ocsp,
                                             request.staple_was_requested});
            !c)
          return c;
        if (auto c = x509::check_timestamps(request, chain, verification); !c) return c;
        return ask_caller(request, chain);
      });
  if (!found) return std::unexpected(with_unusable(std::move(found.error()), request.unusable));
  return found;
}

}  // namespace

std::string VerifyFailure::message() const {
  std::string text;
  if (!subject.empty())
    text.append(subject)
        .append(depth == 0 ? "" : " (" + std::to_string(depth) + " above the end entity)")
        .append(": ");
  text.append(reason.empty() ? rule(error.code).text : reason);
  if (!section.empty()) text.append(" [").append(section).append("]");
  return printable(text);
}

Verdict verify(const VerifyRequest& request) {
  Work work(request.policy.max_work);
  x509::KnownSignatures known;
  return *x509::verify(request, work, known);
}

std::optional<Verdict> x509::verify(const VerifyRequest& request, Work& work,
                                    KnownSignatures& known) {
  try {
    Verification verification(request, work, known);
    work.resume(known.steps);
    auto verdict = judge(request, verification);
    known.steps = verification.budget.repeatable();
    if (work.interrupted()) return work.give_back(verification.budget.used()), std::nullopt;
    const auto& accept_anyway = request.policy.dangerous.accept_anyway;
    if (verdict || request.presented.empty() || !accept_anyway ||
        !accept_anyway(verdict.error(), request.presented))
      return verdict;
    return VerifiedChain{.certificates = {request.presented.begin(), request.presented.end()}};
  } catch (...) { return std::unexpected(VerifyFailure{.error = caught()}); }
}

}  // namespace tls12
