// The status of a certificate by the CRLs at hand: RFC 5280 §6.3.3, step by step.
#pragma once

#include <list>

#include "x509/revocation/crl_scope.hpp"
#include "x509/revocation/revocation.hpp"

namespace tls12::x509 {

/// Whoever signed a CRL has certificates with a status of their own: one object for a whole
/// verdict.
class CrlCheck {
 public:
  explicit CrlCheck(Verification& verification);
  /// The status of path[at], where `path` is valid and leads to the trust anchor. `must_know`:
  /// where the lists at hand do not tell, find_crls is asked.
  Finding check(std::span<const Certificate> path, std::size_t at, bool must_know = true);

 private:
  struct State;

  void add(std::span<const Crl> crls);
  Finding walk(std::span<const Certificate> path, std::size_t at);
  void process(const ParsedCrl& complete, const DistributionPoint& point, State& state);
  const ParsedCrl* current_delta(const ParsedCrl& complete) const;
  const ParsedCertificate* signer_of(const ParsedCrl& crl, const DistributionPoint& point,
                                     const State& state);
  bool is_trusted_signer(const Certificate& candidate, const Certificate& anchor);
  bool is_signed_by(const ParsedCrl& crl, const ParsedCertificate& signer);

  Verification& verification_;
  std::vector<const ParsedCrl*> complete_ = {}, delta_ = {};  ///< the newest first
  std::list<std::vector<Crl>> found_ = {};                    ///< what find_crls gave
  std::vector<const ParsedCertificate*> under_check_ = {};
};

}  // namespace tls12::x509
