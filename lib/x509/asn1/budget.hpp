// What one verdict may still cost: shared by path building, name constraints, policies and
// revocation, so that no part of a hostile chain is free.
#pragma once

#include <algorithm>
#include <string>

#include "base/work.hpp"
#include "tls12/verify.hpp"

namespace tls12::x509 {

/// So many of one thing, and no more.
struct Allowance {
  std::size_t left;
  bool exceeded = false;  ///< more was wanted than there was
  /// Pays for `amount`. False when that is more than is left: then the verdict is
  /// Errc::certificate_search_exhausted.
  bool take(std::size_t amount = 1) {
    if (amount > left) return exceeded = true, false;
    left -= amount;
    return true;
  }
};

/// A verdict's share of the work that its connection may do.
class Budget {
 public:
  Budget(const VerifyPolicy& policy, Work& work)
      : signature_checks{policy.max_signature_checks},
        steps_{policy.max_work},
        max_checks_(policy.max_signature_checks),
        max_work_(policy.max_work),
        work_(&work) {}

  Allowance signature_checks;

  /// Pays for steps of the connection's work. False: the search ends, exhausted or interrupted.
  bool take(std::size_t steps = 1) {
    return !work_->pause() && steps_.take(steps) && work_->take(steps);
  }
  /// The same for the check of one signature. Where its result is known from before, it only
  /// counts.
  bool take_signature_check(std::size_t steps, bool is_known) {
    if (!signature_checks.take()) return false;
    signature_steps_ += steps;
    if (!is_known) return take(steps);
    return steps_.take(steps) && work_->take_known(steps);
  }
  /// Whether the search is to end: nothing that it finds from then on counts.
  bool stopped() const { return signature_checks.exceeded || steps_.exceeded || work_->stopped(); }

  /// The limit that stopped(), in words: "more than the 64 signature checks of
  /// VerifyPolicy::max_signature_checks".
  std::string exceeded_limit() const {
    if (signature_checks.exceeded)
      return "more than the " + std::to_string(max_checks_) +
             " signature checks of VerifyPolicy::max_signature_checks";
    if (steps_.exceeded)
      return "more than the " + std::to_string(max_work_) + " steps of VerifyPolicy::max_work";
    return "more than the steps of work that Limits::work leaves";
  }

  std::size_t used() const { return max_work_ - steps_.left; }
  /// What another attempt does again.
  std::size_t repeatable() const { return used() - std::min(used(), signature_steps_); }
  Work& work() const { return *work_; }

 private:
  Allowance steps_;
  std::size_t max_checks_, max_work_, signature_steps_ = 0;
  Work* work_;
};

/// What the parts of a certificate cost, in steps for so many octets.
inline constexpr std::size_t kOctetsRead = 64;       ///< read once, whatever they are
inline constexpr std::size_t kOctetsValidated = 16;  ///< read, sorted, compared and written as text
inline constexpr std::size_t kOctetsFolded = 16;     ///< of names that are spelled otherwise
inline constexpr std::size_t kOctetsEqual = 4096;    ///< compared octet by octet

}  // namespace tls12::x509
