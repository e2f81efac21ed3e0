// The policies that a path is valid for: RFC 5280 §6.1 with RFC 9618's policy graph, in their order
// and by their names. Qualifiers are left out, as RFC 9618 §4.2 allows. Time and memory grow with
// the policies and mappings that the certificates have, not with the ways to combine them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tls12/verify.hpp"
#include "x509/certificate/extensions.hpp"

namespace tls12::x509 {

/// The policies of a certificatePolicies extension's value, sorted by their octets.
std::vector<Bytes> read_policies(Bytes list);

/// One path's valid_policy_graph and counters. Certificates come from number 1, which the anchor
/// issued, to number n, the last:
/// process() and prepare() for each of them but the last, process() and wrap_up() for that.
class PolicyGraph {
 public:
  /// RFC 5280 §6.1.2 (a), (d) to (f), for a path of `n` certificates without its anchor. `policy`
  /// outlives this.
  PolicyGraph(const VerifyPolicy& policy, std::size_t n);

  /// §6.1.3 (d) to (f). Errors: Errc::certificate_policy; Errc::bad_certificate, a policy that
  /// comes twice (§4.2.1.4).
  Result<void> process(const Extensions& extensions, bool is_self_issued);
  /// §6.1.4 (a), (b), (h) to (j). Errors: Errc::certificate_policy, a mapping from or to anyPolicy.
  Result<void> prepare(const Extensions& extensions, bool is_self_issued);
  /// §6.1.5 (a), (b), (g): the user_constrained_policy_set, dotted. Errors:
  /// Errc::certificate_policy.
  Result<std::vector<std::string>> wrap_up(const Extensions& extensions);

 private:
  /// A policy is a view into its certificate.
  struct Node {
    Bytes valid_policy;
    /// Its parents: these expectations of the level above. None: its only parent is anyPolicy.
    std::size_t first_parent = 0, parent_count = 0;
    bool is_mapped = false;
    bool has_descendant = false;  ///< in the last level; known once that is
  };
  /// `policy` is in the expected_policy_set of a node, which is named by its place in its level.
  struct Expectation {
    Bytes policy;
    std::size_t node;
  };
  /// The nodes of one depth, in order of valid_policy. The node of anyPolicy, which expects itself
  /// and has itself as its only parent, is a flag.
  struct Level {
    std::vector<Node> nodes = {};
    bool has_any_policy = false;
    std::vector<Expectation> expected_policies = {};  ///< in order of policy

    bool is_null() const { return nodes.empty() && !has_any_policy; }
    Node* find(Bytes policy);
    void sort_nodes();
  };
  struct Mapping {
    Bytes issuer_domain_policy, subject_domain_policy;
  };

  static Level children_of(const Level& parents, const std::vector<Bytes>& policies,
                           bool any_policy_counts);
  static void map(Level& level, const std::vector<Mapping>& mappings);
  static void forbid(Level& level, const std::vector<Mapping>& mappings);
  static void expect(Level& level, const std::vector<Mapping>& mappings);
  std::vector<std::string> authority_constrained_policy_set();

  const VerifyPolicy& policy_;
  std::size_t n_;
  std::vector<Level> valid_policy_graph_;  ///< by depth
  std::uint64_t explicit_policy_, inhibit_any_policy_, policy_mapping_;
};

}  // namespace tls12::x509
