// What one verdict may still cost: shared by path building, name constraints and revocation, so that no part of a hostile chain is free.
#pragma once

#include "tls12/verify.hpp"

namespace tls12::x509 {

/// So many of one thing, and no more.
struct Allowance {
  std::size_t left;
  bool exceeded = false;  ///< more was wanted than there was
  /// Pays for `amount`. False when that is more than is left: then the verdict is Errc::certificate_search_exhausted.
  bool take(std::size_t amount = 1) {
    if (amount > left) return exceeded = true, false;
    left -= amount;
    return true;
  }
};

struct Budget {
  explicit Budget(const VerifyPolicy& policy)
      : signature_checks{policy.max_signature_checks}, candidates{policy.max_candidates}, name_comparisons{policy.max_name_comparisons} {}

  Allowance signature_checks, candidates, name_comparisons;

  bool exceeded() const { return signature_checks.exceeded || candidates.exceeded || name_comparisons.exceeded; }
};

}  // namespace tls12::x509
