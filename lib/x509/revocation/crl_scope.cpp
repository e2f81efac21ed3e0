#include "x509/revocation/crl_scope.hpp"

#include <algorithm>

#include "x509/name/distinguished_name.hpp"

namespace tls12::x509 {
namespace {

/// (b) (1).
bool is_of_issuer(const ParsedCrl& crl, const DistributionPoint& point,
                  const ParsedCertificate& certificate, Budget& budget) {
  if (point.crl_issuer.empty())
    return crl.issuer_hash == certificate.issuer_hash &&
           same_name(crl.issuer, certificate.issuer, budget);
  return crl.is_indirect() && has_directory_name(point.crl_issuer, crl.issuer, budget);
}

/// (b) (2) (i).
bool is_of_point(const ParsedCrl& crl, const DistributionPoint& point, Budget& budget) {
  const auto& name = crl.issuing_distribution_point->name;
  if (!name) return true;
  const PointNames names(*name, crl.issuer);
  if (!point.name) return have_common_name(names.list(), point.crl_issuer, budget);
  return have_common_name(names.list(), PointNames(*point.name, crl.issuer).list(), budget);
}

/// (b) (2) (ii) to (iv). A certificate below version 3 cannot say which kind it is (§5.2.5).
bool is_of_kind(const IssuingDistributionPoint& point, const ParsedCertificate& certificate) {
  if (point.only_contains_attribute_certs) return false;
  if (!point.only_contains_user_certs && !point.only_contains_ca_certs) return true;
  const bool is_ca =
      certificate.extensions.basic_constraints && certificate.extensions.basic_constraints->is_ca;
  return certificate.version == 3 && is_ca == point.only_contains_ca_certs;
}

/// Numbers without leading zeros.
bool is_less(Bytes a, Bytes b) {
  return a.size() != b.size() ? a.size() < b.size() : std::ranges::lexicographical_compare(a, b);
}

bool same(const std::optional<Bytes>& a, const std::optional<Bytes>& b) {
  return a.has_value() == b.has_value() && (!a || std::ranges::equal(*a, *b));
}

bool same_key_identifier(const std::optional<AuthorityKeyIdentifier>& a,
                         const std::optional<AuthorityKeyIdentifier>& b) {
  if (!a || !b) return !a && !b;
  return same(a->key_identifier, b->key_identifier) && same(a->issuer, b->issuer) &&
         same(a->serial, b->serial);
}

}  // namespace

std::optional<ReasonMask> interim_reasons_mask(const ParsedCrl& crl, const DistributionPoint& point,
                                               const ParsedCertificate& certificate,
                                               Budget& budget) {
  if (!is_of_issuer(crl, point, certificate, budget)) return std::nullopt;
  ReasonMask reasons = point.reasons.value_or(kAllReasons);
  if (!crl.issuing_distribution_point) return reasons;
  if (!is_of_point(crl, point, budget) || !is_of_kind(*crl.issuing_distribution_point, certificate))
    return std::nullopt;
  reasons &= crl.issuing_distribution_point->only_some_reasons.value_or(kAllReasons);
  return reasons;
}

bool can_update(const ParsedCrl& delta, const ParsedCrl& complete) {
  return delta.issuer_hash == complete.issuer_hash && same_name(delta.issuer, complete.issuer) &&
         std::ranges::equal(delta.issuing_distribution_point_encoding,
                            complete.issuing_distribution_point_encoding) &&
         same_key_identifier(delta.extensions.authority_key_identifier,
                             complete.extensions.authority_key_identifier) &&
         complete.crl_number && delta.crl_number &&
         !is_less(*complete.crl_number, *delta.base_crl_number) &&
         is_less(*complete.crl_number, *delta.crl_number);
}

}  // namespace tls12::x509
