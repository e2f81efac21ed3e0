// The policies that a path is valid for: RFC 5280 §6.1 with RFC 9618's policy graph, in their order and by their names. Qualifiers are left
// out, as §4.2 of the latter allows. Time and memory grow with the number of policies and mappings in the certificates, not with the ways to
// combine them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tls12/verify.hpp"
#include "x509/extensions.hpp"

namespace tls12::x509 {

/// One path's valid_policy_graph and counters. Certificates come from the one that the anchor issued, number 1, to the last, number n:
/// process() and prepare() for each but the last, process() and wrap_up() for that.
class PolicyGraph {
 public:
  /// RFC 5280 §6.1.2 (a), (d) to (f), for a path of `n` certificates without its anchor.
  PolicyGraph(const VerifyPolicy& policy, std::size_t n);

  /// §6.1.3 (d) to (f). Errors: Errc::certificate_policy; Errc::bad_certificate, a policy that comes twice (§4.2.1.4).
  Result<void> process(const Extensions& extensions, bool is_self_issued);
  /// §6.1.4 (a), (b), (h) to (j). Errors: Errc::certificate_policy, a mapping to or from anyPolicy.
  Result<void> prepare(const Extensions& extensions, bool is_self_issued);
  /// §6.1.5 (a), (b), (g): the user_constrained_policy_set, dotted. Errors: Errc::certificate_policy.
  Result<std::vector<std::string>> wrap_up(const Extensions& extensions);

 private:
  /// The policies of a node are views into the certificates.
  struct Node {
    Bytes valid_policy;
    /// Where its parents are among the expectations of the level above; none: anyPolicy is its only parent.
    std::size_t first_parent = 0, parent_count = 0;
    bool is_mapped = false;
    bool is_reached = false;  ///< the last level has a descendant
  };
  /// That `policy` is in the expected_policy_set of a node, by its number in its level.
  struct Expectation {
    Bytes policy;
    std::size_t node;
  };
  /// The nodes of one depth, by valid_policy; anyPolicy, which expects itself and descends from itself alone, is a flag.
  struct Level {
    std::vector<Node> nodes = {};
    bool has_any_policy = false;
    std::vector<Expectation> expected = {};  ///< by policy

    bool is_empty() const { return nodes.empty() && !has_any_policy; }
    Node* find(Bytes policy);
    void sort();
  };

  void add_children(std::span<const Bytes> policies, bool any_policy, Level& level) const;
  void map(std::span<const Expectation> mappings);
  std::vector<Bytes> authority_constrained_policy_set();

  const VerifyPolicy& policy_;
  std::size_t n_;
  std::vector<Level> valid_policy_graph_;  ///< by depth; NULL is a last level that is empty
  std::uint64_t explicit_policy_, inhibit_any_policy_, policy_mapping_;
};

}  // namespace tls12::x509
