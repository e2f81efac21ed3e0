#include "x509/revocation/crl_check.hpp"

#include <algorithm>
#include <vector>

#include "crypto/cost.hpp"
#include "x509/asn1/der_writer.hpp"
#include "x509/asn1/time.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/path/build.hpp"

namespace tls12::x509 {
namespace {

using der::Reader;

std::string describe(const ParsedCrl& crl) {
  return "the CRL of " + text_of_name(crl.issuer) + " of " + text_of(crl.this_update);
}

/// §6.3.3, its end: for CRLs that no distribution point names, one that goes by the names of the
/// certificate's issuer.
SecretVector names_of_issuer(const ParsedCertificate& certificate) {
  der::Writer names;
  names.element(der::constructed(GeneralName::directory_name), certificate.issuer);
  names.raw(certificate.extensions.issuer_alt_name.value_or(Bytes{}));
  return names.take();
}

/// The key identifier is a hint (RFC 5280 §4.2.1.1): it says which of several keys to try first.
bool key_identifiers_agree(const ParsedCrl& crl, const ParsedCertificate& signer) {
  const auto& wanted = crl.extensions.authority_key_identifier;
  const auto& found = signer.extensions.subject_key_identifier;
  return !wanted || !wanted->key_identifier || !found ||
         std::ranges::equal(*wanted->key_identifier, *found);
}

bool same_authority_key(const ParsedCrl& a, const ParsedCrl& b) {
  const auto& x = a.extensions.authority_key_identifier;
  const auto& y = b.extensions.authority_key_identifier;
  return !x || !y || !x->key_identifier || !y->key_identifier ||
         std::ranges::equal(*x->key_identifier, *y->key_identifier);
}

}  // namespace

/// §6.3.2, and what came closest to a verdict.
struct CrlCheck::State {
  std::span<const Certificate> path;
  const ParsedCertificate& certificate;
  ReasonMask reasons_mask = 0;
  std::optional<Finding> revoked = {};  ///< cert_status; nothing while it is UNREVOKED
  std::string obstacle = {};
  std::vector<const ParsedCrl*> used = {};

  /// Whether a list that adds no reason may still tell more: one by another key of an issuer that
  /// has changed its key, and lists what each key signed.
  bool is_by_another_key(const ParsedCrl& crl) const {
    return std::ranges::none_of(used, [&](const ParsedCrl* other) {
      return same_name(other->issuer, crl.issuer) && same_authority_key(*other, crl);
    });
  }
};

CrlCheck::CrlCheck(Verification& verification) : verification_(verification) {
  add(verification.policy.revocation.crls);
}

void CrlCheck::add(std::span<const Crl> crls) {
  for (const Crl& crl : crls) (crl.is_delta() ? delta_ : complete_).push_back(&internals(crl));
  // Of several that are current, the one with the latest thisUpdate says what is so now (§5.2.4).
  for (auto* list : {&complete_, &delta_})
    std::ranges::sort(*list, std::ranges::greater(), &ParsedCrl::this_update);
}

Finding CrlCheck::check(std::span<const Certificate> path, std::size_t at, bool must_know) {
  const Certificate& certificate = path[at];
  under_check_.push_back(&internals(certificate));
  Finding finding = walk(path, at);
  if (finding.status == CertStatus::unknown && must_know &&
      verification_.policy.revocation.find_crls) {
    found_.push_back(verification_.policy.revocation.find_crls(certificate));
    add(found_.back());
    finding = walk(path, at);
  }
  under_check_.pop_back();
  return finding;
}

Finding CrlCheck::walk(std::span<const Certificate> path, std::size_t at) {
  const ParsedCertificate& certificate = internals(path[at]);
  State state{.path = path.subspan(at + 1), .certificate = certificate};
  const auto process_all = [&](const DistributionPoint& point) {
    for (const ParsedCrl* crl : complete_)
      if (!state.revoked) process(*crl, point, state);
  };
  der::Fault fault;
  for (Reader points(certificate.extensions.crl_distribution_points.value_or(Bytes{}), fault);
       !points.at_end() && !state.revoked;)
    process_all(read_distribution_point(points));
  const SecretVector names = names_of_issuer(certificate);
  process_all({.name = DistributionPointName{.full_name = names}});

  if (state.revoked) return *state.revoked;
  if (state.reasons_mask == kAllReasons) return {CertStatus::good};
  if (state.reasons_mask != 0)
    return {CertStatus::unknown, "the CRLs at hand do not cover every reason for a revocation"};
  if (!state.obstacle.empty())
    return {.status = CertStatus::unknown, .why = state.obstacle, .met_unusable_crl = true};
  return {CertStatus::unknown, "there is no CRL for it, from " + text_of_name(certificate.issuer)};
}

/// One turn of §6.3.3's loop.
void CrlCheck::process(const ParsedCrl& complete, const DistributionPoint& point, State& state) {
  if (!verification_.budget.take(1 + complete.issuer.size() / kOctetsRead)) return;
  // (b), (d), (e)
  const auto interim =
      interim_reasons_mask(complete, point, state.certificate, verification_.budget);
  if (!interim || ((*interim & ~state.reasons_mask) == 0 && !state.is_by_another_key(complete)))
    return;
  const auto refuse = [&](const std::string& why) {
    state.obstacle = describe(complete) + " " + why;
  };
  if (!complete.not_understood.empty())
    return refuse("has a critical extension that is not understood, " +
                  dotted(complete.not_understood));
  if (verification_.policy.strict_profile && complete.deviation)
    return refuse(std::string("has ") + complete.deviation.what + " (" +
                  complete.deviation.section + ")");
  if (auto c = check_signature_method(complete.signature_method, verification_.policy); !c)
    return refuse("cannot be used: " + c.error().reason());
  // (a), (c): a delta that is current makes what it updates current.
  const ParsedCrl* delta = current_delta(complete);
  const auto why_old = [&] {
    return why_not_current(complete.this_update, (delta != nullptr ? *delta : complete).next_update,
                           verification_);
  };
  if (const std::string why = why_old(); !why.empty()) return refuse(why);
  // (f), (g), (h)
  const ParsedCertificate* signer = signer_of(complete, point, state);
  if (signer == nullptr) return refuse("is not signed by anybody who may");
  if (delta != nullptr && !is_signed_by(*delta, *signer)) {
    delta = nullptr;
    if (const std::string why = why_old(); !why.empty()) return refuse(why);
  }
  // (i), (j)
  const ParsedCrl* source = delta;
  auto entry = delta != nullptr ? find_entry(*delta, state.certificate.issuer,
                                             state.certificate.serial, verification_.budget)
                                : std::nullopt;
  if (!entry)
    source = &complete, entry = find_entry(complete, state.certificate.issuer,
                                           state.certificate.serial, verification_.budget);
  // (k)
  if (entry && entry->reason != RevocationReason::remove_from_crl)
    state.revoked = revoked(entry->revocation_date, entry->reason, describe(*source));
  // (l)
  state.reasons_mask |= *interim;
  state.used.push_back(&complete);
}

const ParsedCrl* CrlCheck::current_delta(const ParsedCrl& complete) const {
  const auto found = std::ranges::find_if(delta_, [&](const ParsedCrl* delta) {
    return can_update(*delta, complete) && delta->not_understood.empty() &&
           !(verification_.policy.strict_profile && delta->deviation) &&
           check_signature_method(delta->signature_method, verification_.policy) &&
           why_not_current(delta->this_update, delta->next_update, verification_).empty();
  });
  return found == delta_.end() ? nullptr : *found;
}

/// (f): the certificate of the CRL's issuer, on the path that is valid already or on one of its own
/// that ends in the same trust anchor.
const ParsedCertificate* CrlCheck::signer_of(const ParsedCrl& crl, const DistributionPoint& point,
                                             const State& state) {
  const auto may_sign = [&](const Certificate& candidate, bool by_key) {
    const ParsedCertificate& signer = internals(candidate);
    return signer.subject_hash == crl.issuer_hash &&
           same_name(signer.subject, crl.issuer, verification_.budget) &&
           signer.extensions.allows(KeyUsage::crl_sign) &&
           key_identifiers_agree(crl, signer) == by_key && is_signed_by(crl, signer);
  };
  // Nobody's status rests on what he signed himself, unless his issuer chose him for that, by name.
  // His path is the one that is being judged.
  const auto is_chosen = [&](const Certificate& candidate) {
    return &internals(candidate) == &state.certificate && !point.crl_issuer.empty();
  };
  for (const bool by_key : {true, false}) {
    for (const Certificate& candidate : state.path)
      if (may_sign(candidate, by_key)) return &internals(candidate);
    for (const Certificate* candidate : verification_.untrusted_named(crl.issuer_hash))
      if (may_sign(*candidate, by_key) &&
          (is_chosen(*candidate) || is_trusted_signer(*candidate, state.path.back())))
        return &internals(*candidate);
  }
  return nullptr;
}

/// Validates a path for the signer alone: nothing that a chain for TLS is asked beyond RFC 5280
/// §6.1.
bool CrlCheck::is_trusted_signer(const Certificate& candidate, const Certificate& anchor) {
  if (std::ranges::find(under_check_, &internals(candidate)) != under_check_.end()) return false;
  const auto is_good = [&](const VerifiedChain& chain) -> std::expected<void, VerifyFailure> {
    const auto& path = chain.certificates;
    bool good = std::ranges::equal(path.back().der(), anchor.der());
    for (std::size_t at = path.size() - 1; good && at-- > 0;) {
      const CertStatus status = check(path, at).status;
      good = status == CertStatus::good ||
             (status == CertStatus::unknown &&
              verification_.policy.revocation.mode != RevocationMode::require);
    }
    if (!good) return std::unexpected(VerifyFailure{});
    return {};
  };
  return find_chain(verification_, candidate, Purpose::any, is_good).has_value();
}

/// The budget pays for what is known as well, so that a verdict does not depend on those before it.
bool CrlCheck::is_signed_by(const ParsedCrl& crl, const ParsedCertificate& signer) {
  const bool is_known = crl.known_signer.is(signer.public_key_info);
  const std::size_t hashed = crl.digest.empty() ? crl.tbs.size() : 0;
  if (!verification_.budget.take_signature_check(steps_to_verify(signer.subject_key.key, hashed),
                                                 is_known))
    return false;
  if (is_known) return true;
  if (!check_signature(crl.tbs, crl.signature_method, crl.signature, signer.subject_key,
                       verification_.provider, crl.digest))
    return false;
  crl.known_signer.set(signer.public_key_info);
  return true;
}

}  // namespace tls12::x509
