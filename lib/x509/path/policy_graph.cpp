#include "x509/path/policy_graph.hpp"

#include <algorithm>
#include <utility>

namespace tls12::x509 {
namespace {

using der::Reader;

/// Any total order does.
constexpr auto kByOctets = [](Bytes a, Bytes b) {
  return std::ranges::lexicographical_compare(a, b);
};
constexpr auto kSame = [](Bytes a, Bytes b) { return std::ranges::equal(a, b); };

void decrement(std::uint64_t& counter) {
  if (counter != 0) --counter;
}
void lower(std::uint64_t& counter, std::optional<std::uint64_t> bound) {
  if (bound) counter = std::min(counter, *bound);
}

}  // namespace

std::vector<Bytes> read_policies(Bytes list) {
  std::vector<Bytes> policies;
  der::Fault fault;
  for (Reader reader(list, fault); !reader.at_end();)
    policies.push_back(reader.enter_sequence().object_identifier());
  std::ranges::sort(policies, kByOctets);
  return policies;
}

PolicyGraph::Node* PolicyGraph::Level::find(Bytes policy) {
  const auto node = std::ranges::lower_bound(nodes, policy, kByOctets, &Node::valid_policy);
  return node != nodes.end() && kSame(node->valid_policy, policy) ? &*node : nullptr;
}

void PolicyGraph::Level::sort_nodes() { std::ranges::sort(nodes, kByOctets, &Node::valid_policy); }

PolicyGraph::PolicyGraph(const VerifyPolicy& policy, std::size_t n)
    : policy_(policy),
      n_(n),
      valid_policy_graph_{{.has_any_policy = true}},
      explicit_policy_(policy.initial_explicit_policy ? 0 : n + 1),
      inhibit_any_policy_(policy.initial_any_policy_inhibit ? 0 : n + 1),
      policy_mapping_(policy.initial_policy_mapping_inhibit ? 0 : n + 1) {
  valid_policy_graph_.reserve(n + 1);
}

Result<void> PolicyGraph::process(const Extensions& extensions, bool is_self_issued) {
  const std::size_t i = valid_policy_graph_.size();
  Level level;
  if (extensions.policies) {
    std::vector<Bytes> policies = read_policies(*extensions.policies);
    if (std::ranges::adjacent_find(policies, kSame) != policies.end())
      return fail(Errc::bad_certificate, "a policy that comes twice");
    const bool has_any_policy =
        std::erase_if(policies, [](Bytes policy) { return is(policy, oid::kAnyPolicy); }) != 0;
    level = children_of(
        valid_policy_graph_.back(), policies,
        has_any_policy && (inhibit_any_policy_ > 0 || (i < n_ && is_self_issued)));  // (d)
  }
  valid_policy_graph_.push_back(std::move(level));  // (e): a null one where there are no policies
  if (explicit_policy_ == 0 && valid_policy_graph_.back().is_null())
    return fail(Errc::certificate_policy, "no policy is left that the chain is valid for");  // (f)
  return {};
}

/// RFC 9618 §5.3 (d): (1) for `policies`, which are in order, and (2) if anyPolicy counts. Nodes
/// that get no children are not deleted (3): nothing looks at them again but the end, which follows
/// parents upwards.
PolicyGraph::Level PolicyGraph::children_of(const Level& parents,
                                            const std::vector<Bytes>& policies,
                                            bool any_policy_counts) {
  Level level;
  const auto& expected = parents.expected_policies;
  const auto add_child = [&](Bytes policy, auto first, auto last) {
    level.nodes.push_back({.valid_policy = policy,
                           .first_parent = static_cast<std::size_t>(first - expected.begin()),
                           .parent_count = static_cast<std::size_t>(last - first)});
  };
  for (const Bytes policy : policies) {
    const auto [first, last] =
        std::ranges::equal_range(expected, policy, kByOctets, &Expectation::policy);
    if (first != last || parents.has_any_policy) add_child(policy, first, last);
  }
  if (!any_policy_counts) return level;
  for (auto first = expected.begin(); first != expected.end();) {
    const auto last = std::ranges::find_if_not(first, expected.end(), [&](const Expectation& e) {
      return kSame(e.policy, first->policy);
    });
    if (!std::ranges::binary_search(policies, first->policy, kByOctets))
      add_child(first->policy, first, last);
    first = last;
  }
  level.has_any_policy = parents.has_any_policy;
  level.sort_nodes();
  return level;
}

Result<void> PolicyGraph::prepare(const Extensions& extensions, bool is_self_issued) {
  Level& level = valid_policy_graph_.back();
  std::vector<Mapping> mappings;
  if (extensions.policy_mappings) {
    der::Fault fault;
    for (Reader list(*extensions.policy_mappings, fault); !list.at_end();) {
      Reader pair = list.enter_sequence();
      const Bytes issuer = pair.object_identifier(), subject = pair.object_identifier();
      if (is(issuer, oid::kAnyPolicy) || is(subject, oid::kAnyPolicy))
        return fail(Errc::certificate_policy, "anyPolicy is mapped");  // (a)
      mappings.push_back({issuer, subject});
    }
  }
  if (policy_mapping_ > 0) {  // (b)
    map(level, mappings);
  } else {
    forbid(level, mappings);
  }
  expect(level, mappings);

  if (!is_self_issued)  // (h)
    for (auto* counter : {&explicit_policy_, &policy_mapping_, &inhibit_any_policy_})
      decrement(*counter);
  if (extensions.policy_constraints) {  // (i)
    lower(explicit_policy_, extensions.policy_constraints->require_explicit_policy);
    lower(policy_mapping_, extensions.policy_constraints->inhibit_policy_mapping);
  }
  lower(inhibit_any_policy_, extensions.inhibit_any_policy);  // (j)
  return {};
}

/// RFC 9618 §5.4 (b) (1), (2): the nodes to map are there.
void PolicyGraph::map(Level& level, const std::vector<Mapping>& mappings) {
  std::vector<Bytes> from_any_policy;
  for (const Mapping& mapping : mappings) {
    if (Node* node = level.find(mapping.issuer_domain_policy)) {
      node->is_mapped = true;
    } else if (level.has_any_policy) {
      from_any_policy.push_back(mapping.issuer_domain_policy);
    }
  }
  std::ranges::sort(from_any_policy, kByOctets);
  const auto repeated = std::ranges::unique(from_any_policy, kSame);
  from_any_policy.erase(repeated.begin(), repeated.end());
  for (const Bytes policy : from_any_policy)
    level.nodes.push_back({.valid_policy = policy, .is_mapped = true});
  level.sort_nodes();
}

/// RFC 9618 §5.4 (b) (3): where mapping is inhibited, what would be mapped is lost.
void PolicyGraph::forbid(Level& level, const std::vector<Mapping>& mappings) {
  for (const Mapping& mapping : mappings)
    if (Node* node = level.find(mapping.issuer_domain_policy)) node->is_mapped = true;
  std::erase_if(level.nodes, [](const Node& node) { return node.is_mapped; });
}

/// Each node's expected_policy_set: what it is mapped to, or else its own policy.
void PolicyGraph::expect(Level& level, const std::vector<Mapping>& mappings) {
  for (std::size_t i = 0; i < level.nodes.size(); ++i)
    if (!level.nodes[i].is_mapped)
      level.expected_policies.push_back({level.nodes[i].valid_policy, i});
  for (const Mapping& mapping : mappings)
    if (const Node* node = level.find(mapping.issuer_domain_policy))
      level.expected_policies.push_back(
          {mapping.subject_domain_policy, static_cast<std::size_t>(node - level.nodes.data())});
  std::ranges::sort(level.expected_policies, kByOctets, &Expectation::policy);
}

Result<std::vector<std::string>> PolicyGraph::wrap_up(const Extensions& extensions) {
  decrement(explicit_policy_);  // (a)
  if (extensions.policy_constraints && extensions.policy_constraints->require_explicit_policy == 0)
    explicit_policy_ = 0;  // (b)

  // (g) (5), (6)
  const std::string any_policy = dotted(oid::kAnyPolicy.bytes());
  const auto& user_initial_policy_set = policy_.user_initial_policy_set;
  std::vector<std::string> user_constrained_policy_set = authority_constrained_policy_set();
  if (!user_initial_policy_set.empty() &&
      std::ranges::find(user_initial_policy_set, any_policy) == user_initial_policy_set.end()) {
    const auto authority_constrained = std::exchange(user_constrained_policy_set, {});
    const bool all = std::ranges::binary_search(authority_constrained, any_policy);
    for (const std::string& policy : user_initial_policy_set)
      if (all || std::ranges::binary_search(authority_constrained, policy))
        user_constrained_policy_set.push_back(policy);
  }
  if (explicit_policy_ == 0 && user_constrained_policy_set.empty())
    return fail(Errc::certificate_policy,
                "the chain is valid for none of the policies that are asked for");
  return user_constrained_policy_set;
}

/// RFC 9618 §5.5 (g) (1) to (4), in order: the policies of the children of anyPolicy that have a
/// descendant in the last level.
std::vector<std::string> PolicyGraph::authority_constrained_policy_set() {
  std::vector<std::string> policies;
  if (valid_policy_graph_.back().has_any_policy)
    policies.push_back(dotted(oid::kAnyPolicy.bytes()));
  for (Node& node : valid_policy_graph_.back().nodes) node.has_descendant = true;
  for (std::size_t depth = valid_policy_graph_.size() - 1; depth > 0; --depth) {
    Level& parents = valid_policy_graph_[depth - 1];
    for (const Node& node : valid_policy_graph_[depth].nodes) {
      if (!node.has_descendant) continue;
      if (node.parent_count == 0) policies.push_back(dotted(node.valid_policy));
      for (std::size_t i = 0; i < node.parent_count; ++i)
        parents.nodes[parents.expected_policies[node.first_parent + i].node].has_descendant = true;
    }
  }
  std::ranges::sort(policies);
  const auto repeated = std::ranges::unique(policies);
  policies.erase(repeated.begin(), repeated.end());
  return policies;
}

}  // namespace tls12::x509
