// Which names a CA may issue for (RFC 5280 §4.2.1.10): the state that a path keeps of it (§6.1.2
// (b), (c)), and the check of each certificate.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "x509/asn1/budget.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {

/// One path's permitted_subtrees and excluded_subtrees, as views into its certificates. From the
/// anchor down: check() a certificate, then add() what it says about those below it.
class NameConstraintState {
 public:
  /// What checks cost is taken from `budget`.
  explicit NameConstraintState(Budget& budget) : budget_(&budget) {}

  /// §6.1.4 (g): what is permitted is intersected, what is excluded is united. `constraints` have
  /// been read by read_extensions().
  /// Errors: Errc::certificate_name_constraint: a constraint that says nothing that could be
  /// checked.
  Result<void> add(const NameConstraints& constraints);

  /// §6.1.3 (b), (c), for a certificate that they are not skipped for (a self-issued one that is
  /// not the last): the subject, each subjectAltName, and where there is none of the kind, what old
  /// programs take for one: the subject's e-mail addresses and, if `common_name_counts` and there
  /// is no subjectAltName at all, its common names that look like DNS names.
  /// Errors: Errc::certificate_name_constraint, which tells the name;
  /// Errc::certificate_search_exhausted.
  Result<void> check(const ParsedCertificate& certificate, bool common_name_counts = false);

 private:
  /// Of one type of name: root names, how many, and of how many octets together.
  struct Subtrees {
    std::vector<std::vector<Bytes>> permitted = {};  ///< a name must be within one of each
    std::vector<Bytes> excluded = {};
    std::size_t count = 0, octets = 0;
  };

  Result<void> add(Bytes subtrees, bool is_permitted);
  Result<void> check(GeneralName::Type type, Bytes name);

  std::array<Subtrees, GeneralName::registered_id + 1> subtrees_ = {};  ///< by type
  Budget* budget_;
};

}  // namespace tls12::x509
