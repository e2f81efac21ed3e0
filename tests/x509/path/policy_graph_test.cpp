#include "x509/path/policy_graph.hpp"

#include <map>
#include <optional>
#include <set>

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

constexpr Oid kGold = make_oid(2, 16, 1), kSilver = make_oid(2, 16, 2), kRed = make_oid(2, 16, 3),
              kBlue = make_oid(2, 16, 4), kWhite = make_oid(2, 16, 5);
const std::string kAny = "2.5.29.32.0", kGoldText = "2.16.1", kSilverText = "2.16.2",
                  kRedText = "2.16.3", kBlueText = "2.16.4", kWhiteText = "2.16.5";
using Policies = std::vector<std::string>;

/// What a certificate says about policies.
struct Said {
  std::optional<std::vector<Oid>> policies = std::vector<Oid>{};  ///< none: no extension
  std::vector<std::pair<Oid, Oid>> mappings = {};  ///< from the issuer's to the subject's
  std::optional<std::uint64_t> require_explicit_policy = {}, inhibit_policy_mapping = {},
                               inhibit_any_policy = {};
  bool is_self_issued = false;
};

/// Extensions that say it, and their encoding.
struct Encoded {
  SecretVector policies, mappings;
  Extensions extensions;

  explicit Encoded(const Said& said) {
    der::Writer policy_writer, mapping_writer;
    if (said.policies)
      for (const Oid& policy : *said.policies)
        policy_writer.sequence([&] { policy_writer.object_identifier(policy.bytes()); });
    for (const auto& [issuer, subject] : said.mappings)
      mapping_writer.sequence([&] {
        mapping_writer.object_identifier(issuer.bytes());
        mapping_writer.object_identifier(subject.bytes());
      });
    policies = policy_writer.take();
    mappings = mapping_writer.take();
    if (said.policies) extensions.policies = policies;
    if (!said.mappings.empty()) extensions.policy_mappings = mappings;
    if (said.require_explicit_policy || said.inhibit_policy_mapping)
      extensions.policy_constraints = {said.require_explicit_policy, said.inhibit_policy_mapping};
    extensions.inhibit_any_policy = said.inhibit_any_policy;
  }
};

Result<Policies> run(const std::vector<Said>& path, const VerifyPolicy& policy = {}) {
  std::vector<Encoded> encoded(path.begin(), path.end());
  PolicyGraph graph(policy, path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (auto processed = graph.process(encoded[i].extensions, path[i].is_self_issued); !processed)
      return fail(processed.error());
    if (i + 1 == path.size()) break;
    if (auto prepared = graph.prepare(encoded[i].extensions, path[i].is_self_issued); !prepared)
      return fail(prepared.error());
  }
  return graph.wrap_up(encoded.back().extensions);
}
/// The policies, in no order; {"refused"} where the path is refused for its policies.
std::set<std::string> policies_of(const std::vector<Said>& path, const VerifyPolicy& policy = {}) {
  const auto result = run(path, policy);
  if (result) return {result->begin(), result->end()};
  CHECK(result.error() == Errc::certificate_policy);
  return {"refused"};
}
using Set = std::set<std::string>;
const Set kRefused = {"refused"};

Said says(std::vector<Oid> policies) { return {.policies = std::move(policies)}; }
const Said kSaysNothing = {.policies = std::nullopt};
VerifyPolicy wanting(std::vector<std::string> policies) {
  return {.user_initial_policy_set = std::move(policies)};
}
const VerifyPolicy kExplicit = {.initial_explicit_policy = true};

TEST_CASE("a path is valid for the policies that all its certificates have") {
  CHECK(policies_of({says({kGold, kSilver}), says({kGold, kSilver}), says({kGold})}) ==
        Set{kGoldText});
  CHECK(policies_of({says({kGold, kSilver}), says({kSilver, kRed}), says({kRed, kGold})}) == Set{});
  CHECK(policies_of({says({kGold}), kSaysNothing, says({kGold})}) == Set{});
  CHECK(policies_of({kSaysNothing}) == Set{});
}

TEST_CASE("RFC 5280 6.1.3 (d): anyPolicy in a certificate stands for whatever its issuers have") {
  CHECK(policies_of({says({kGold, kSilver}), says({oid::kAnyPolicy}), says({kGold})}) ==
        Set{kGoldText});
  CHECK(policies_of({says({oid::kAnyPolicy}), says({oid::kAnyPolicy}), says({kGold})}) ==
        Set{kGoldText});
  CHECK(policies_of({says({oid::kAnyPolicy}), says({oid::kAnyPolicy})}) == Set{kAny});
  CHECK(policies_of({says({kGold}), says({oid::kAnyPolicy})}) == Set{kGoldText});
  CHECK(policies_of({says({oid::kAnyPolicy, kGold}), says({oid::kAnyPolicy, kSilver})}) ==
        Set{kAny, kGoldText, kSilverText});
}

TEST_CASE(
    "RFC 9618 3.1: the example; what is mapped goes by the name that the first certificate gave "
    "it") {
  constexpr Oid oid1 = make_oid(1, 2, 1), oid2 = make_oid(1, 2, 2), oid3 = make_oid(1, 2, 3),
                oid4 = make_oid(1, 2, 4), oid5 = make_oid(1, 2, 5), oid6 = make_oid(1, 2, 6);
  const Said intermediate = {.policies = std::vector{oid1, oid2, oid5},
                             .mappings = {{oid1, oid3}, {oid1, oid4}}};
  CHECK(policies_of({intermediate, says({oid2, oid3, oid6})}) == Set{"1.2.1", "1.2.2"});
}

TEST_CASE(
    "RFC 9618 5.3 (d) (1) (i): a policy that two policies of the issuer are mapped to is the child "
    "of both; the example") {
  const Said ca = {.policies = std::vector{kRed, kBlue},
                   .mappings = {{kRed, kGold}, {kRed, kWhite}, {kBlue, kGold}, {kBlue, kSilver}}};
  CHECK(policies_of({ca, says({kGold, make_oid(1, 2, 3)})}) == Set{kRedText, kBlueText});
  CHECK(policies_of({ca, says({kSilver})}) == Set{kBlueText});
  CHECK(policies_of({ca, says({kRed})}) == Set{});  // what is mapped is not expected any more
}

TEST_CASE("RFC 9618 5.3 (d) (2): anyPolicy fills in what is expected and not said; the example") {
  const Said ca = {.policies = std::vector{kRed, kBlue},
                   .mappings = {{kRed, kGold}, {kRed, kSilver}, {kBlue, kGold}}};
  CHECK(policies_of({ca, says({oid::kAnyPolicy})}) == Set{kRedText, kBlueText});
  CHECK(policies_of({ca, says({oid::kAnyPolicy}), says({kSilver})}) == Set{kRedText});
  CHECK(policies_of({ca, says({oid::kAnyPolicy, kSilver}), says({kGold})}) ==
        Set{kRedText, kBlueText});
}

TEST_CASE(
    "RFC 5280 6.1.4 (b): a policy that only anyPolicy stands for can be mapped, and keeps its own "
    "name") {
  const Said ca = {.policies = std::vector{oid::kAnyPolicy}, .mappings = {{kGold, kSilver}}};
  CHECK(policies_of({ca, says({kSilver})}) == Set{kGoldText});
  CHECK(policies_of({ca, says({kGold})}) == Set{kGoldText});  // from anyPolicy itself
  CHECK(policies_of({ca, says({kRed})}) == Set{kRedText});
}

TEST_CASE("RFC 5280 6.1.4 (b): mappings go on from certificate to certificate") {
  const Said first = {.policies = std::vector{kGold}, .mappings = {{kGold, kSilver}}},
             second = {.policies = std::vector{kSilver}, .mappings = {{kSilver, kRed}}};
  CHECK(policies_of({first, second, says({kRed})}) == Set{kGoldText});
  CHECK(policies_of({first, second, says({kSilver})}) == Set{});
  CHECK(policies_of({first, second, says({kRed})}, wanting({kGoldText})) == Set{kGoldText});
}

TEST_CASE("RFC 5280 6.1.4 (a): anyPolicy is not mapped, in either direction") {
  CHECK(policies_of({{.policies = std::vector{kGold}, .mappings = {{oid::kAnyPolicy, kGold}}},
                     says({kGold})}) == kRefused);
  CHECK(policies_of({{.policies = std::vector{kGold}, .mappings = {{kGold, oid::kAnyPolicy}}},
                     says({kGold})}) == kRefused);
}

TEST_CASE(
    "RFC 9618 5.4 (b) (3): where mapping is inhibited, the policy that would be mapped is lost") {
  const Said ca = {.policies = std::vector{kGold, kRed}, .mappings = {{kGold, kSilver}}};
  const VerifyPolicy inhibited = {.initial_policy_mapping_inhibit = true};
  CHECK(policies_of({ca, says({kSilver, kRed})}, inhibited) == Set{kRedText});
  CHECK(policies_of({ca, says({kGold, kRed})}, inhibited) == Set{kRedText});
  const Said inhibiting = {.policies = std::vector{oid::kAnyPolicy}, .inhibit_policy_mapping = 0},
             later = {.policies = std::vector{oid::kAnyPolicy}, .inhibit_policy_mapping = 1};
  CHECK(policies_of({inhibiting, ca, says({kSilver})}) == Set{});
  CHECK(policies_of({later, ca, says({kSilver})}) == Set{kGoldText});
  CHECK(policies_of({later, says({oid::kAnyPolicy}), ca, says({kSilver})}) == Set{});
}

TEST_CASE("RFC 5280 6.1.4 (h): a self-issued certificate does not count") {
  const Said later = {.policies = std::vector{oid::kAnyPolicy}, .inhibit_policy_mapping = 1};
  const Said ca = {.policies = std::vector{kGold}, .mappings = {{kGold, kSilver}}};
  const Said self_issued = {.policies = std::vector{oid::kAnyPolicy}, .is_self_issued = true};
  CHECK(policies_of({later, self_issued, ca, says({kSilver})}) == Set{kGoldText});
}

TEST_CASE(
    "RFC 5280 6.1.3 (d) (2): where anyPolicy is inhibited, it stands for nothing, but in a "
    "self-issued certificate that is not the last") {
  const Said any = says({oid::kAnyPolicy});
  const VerifyPolicy inhibited = {.initial_any_policy_inhibit = true};
  CHECK(policies_of({says({kGold}), any}, inhibited) == Set{});
  CHECK(policies_of({says({kGold, oid::kAnyPolicy}), says({kGold})}, inhibited) == Set{kGoldText});
  const Said inhibiting = {.policies = std::vector{kGold}, .inhibit_any_policy = 0},
             later = {.policies = std::vector{kGold}, .inhibit_any_policy = 1};
  CHECK(policies_of({inhibiting, any}) == Set{});
  CHECK(policies_of({later, any}) == Set{kGoldText});
  CHECK(policies_of({later, any, any}) == Set{});
  const Said self_issued = {.policies = std::vector{oid::kAnyPolicy}, .is_self_issued = true};
  CHECK(policies_of({inhibiting, self_issued, says({kGold})}) == Set{kGoldText});
  CHECK(policies_of({inhibiting, self_issued}) == Set{});
}

TEST_CASE("RFC 5280 6.1.4 (i), (j): counters are lowered, never raised") {
  const Said low = {
      .policies = std::vector{kGold}, .require_explicit_policy = 0, .inhibit_any_policy = 0};
  const Said high = {
      .policies = std::vector{kGold}, .require_explicit_policy = 9, .inhibit_any_policy = 9};
  CHECK(policies_of({low, high, says({oid::kAnyPolicy})}) == kRefused);
  CHECK(policies_of({low, high, says({kGold})}) == Set{kGoldText});
}

TEST_CASE("RFC 5280 6.1.3 (f), 6.1.5: where a policy is required, a path without any is refused") {
  CHECK(policies_of({says({kGold}), says({kSilver})}, kExplicit) == kRefused);
  CHECK(policies_of({kSaysNothing}, kExplicit) == kRefused);
  CHECK(policies_of({says({kGold}), says({kGold})}, kExplicit) == Set{kGoldText});
  CHECK(policies_of({says({oid::kAnyPolicy}), says({oid::kAnyPolicy})}, kExplicit) == Set{kAny});
  for (std::uint64_t skip = 0; skip < 4; ++skip) {
    CAPTURE(skip);
    // Two certificates come after the one that asks for it; the last one's own step of §6.1.5 (a)
    // counts as well.
    const Said requiring = {.policies = std::vector{kGold}, .require_explicit_policy = skip};
    CHECK(policies_of({requiring, says({kGold}), says({kSilver})}) ==
          (skip < 3 ? kRefused : Set{}));
  }
}

TEST_CASE(
    "RFC 5280 6.1.3 (f): a path is refused at the certificate that leaves it without the policy "
    "that it needs") {
  const Encoded gold(says({kGold})), silver(says({kSilver}));
  PolicyGraph graph(kExplicit, 3);
  CHECK(graph.process(gold.extensions, false));
  CHECK(graph.prepare(gold.extensions, false));
  CHECK_FALSE(graph.process(silver.extensions, false));
}

TEST_CASE("RFC 5280 6.1.5 (b): the last certificate can require a policy of itself") {
  const Said last = {.policies = std::vector{kSilver}, .require_explicit_policy = 0},
             wants_more = {.policies = std::vector{kSilver}, .require_explicit_policy = 1};
  CHECK(policies_of({says({kGold}), says({kGold}), last}) == kRefused);
  CHECK(policies_of({says({kGold}), says({kGold}), wants_more}) == Set{});
}

TEST_CASE(
    "RFC 9618 5.5 (g) (6): of the policies, those that the user wants; anyPolicy gives all of "
    "them") {
  const std::vector<Said> gold_silver = {says({kGold, kSilver}), says({kGold, kSilver})},
                          any = {says({oid::kAnyPolicy}), says({oid::kAnyPolicy})};
  CHECK(policies_of(gold_silver, wanting({kGoldText, kRedText})) == Set{kGoldText});
  CHECK(policies_of(gold_silver, wanting({kRedText})) == Set{});
  CHECK(policies_of(gold_silver, wanting({kAny})) == Set{kGoldText, kSilverText});
  CHECK(policies_of(any, wanting({kGoldText, kRedText})) == Set{kGoldText, kRedText});
  CHECK(policies_of({says({oid::kAnyPolicy}), says({oid::kAnyPolicy, kGold})},
                    wanting({kGoldText, kRedText})) == Set{kGoldText, kRedText});
  auto strict = wanting({kRedText});
  strict.initial_explicit_policy = true;
  CHECK(policies_of(gold_silver, strict) == kRefused);
  CHECK(policies_of(any, strict) == Set{kRedText});
}

TEST_CASE("RFC 5280 4.2.1.4: no policy comes twice") {
  const auto result = run({says({kGold, kSilver, kGold})});
  REQUIRE_FALSE(result);
  CHECK(result.error() == Errc::bad_certificate);
}

/// RFC 5280's valid_policy_tree, which RFC 9618 says has the same result, as a plain list of its
/// paths from anyPolicy down: all that can be told apart.
Set policies_by_the_tree(const std::vector<Said>& path) {
  struct Leaf {
    std::string root, policy;  // the first policy below anyPolicy, and the last
    std::set<std::string> expected;
  };
  std::vector<Leaf> leaves = {{kAny, kAny, {kAny}}};
  for (std::size_t i = 0; i < path.size(); ++i) {
    Set said;
    for (const Oid& policy : *path[i].policies) said.insert(dotted(policy.bytes()));
    const bool any = said.erase(kAny) != 0;
    std::vector<Leaf> next;
    const auto child = [](const Leaf& parent, const std::string& policy) {
      return Leaf{parent.policy == kAny ? policy : parent.root, policy, {policy}};
    };
    for (const std::string& policy : said) {
      const std::size_t before = next.size();
      for (const Leaf& leaf : leaves)
        if (leaf.expected.contains(policy)) next.push_back(child(leaf, policy));
      if (next.size() != before) continue;
      for (const Leaf& leaf : leaves)
        if (leaf.policy == kAny) next.push_back(child(leaf, policy));
    }
    if (any)
      for (const Leaf& leaf : leaves)
        for (const std::string& policy : leaf.expected)
          if (!said.contains(policy)) next.push_back(child(leaf, policy));
    std::map<std::string, Set> mapped;
    for (const auto& [issuer, subject] : path[i].mappings)
      mapped[dotted(issuer.bytes())].insert(dotted(subject.bytes()));
    for (const auto& [issuer, subjects] : mapped) {
      bool found = false, any_policy = false;
      for (Leaf& leaf : next) {
        any_policy |= leaf.policy == kAny;
        if (leaf.policy != issuer) continue;
        found = true;
        leaf.expected = subjects;
      }
      if (!found && any_policy) next.push_back({issuer, issuer, subjects});
    }
    leaves = std::move(next);
  }
  Set roots;
  for (const Leaf& leaf : leaves) roots.insert(leaf.root);
  return roots;
}

TEST_CASE("the graph has the results of RFC 5280's tree, on random paths") {
  const std::vector<Oid> all = {kGold, kSilver, kRed, kBlue, oid::kAnyPolicy};
  std::uint32_t state = 1;
  const auto random = [&](std::uint32_t bound) {
    return ((state = state * 1664525 + 1013904223) >> 16) % bound;
  };
  int with_policies = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<Said> path(2 + random(3));
    for (std::size_t i = 0; i < path.size(); ++i) {
      for (const Oid& policy : all)
        if (random(3) != 0) path[i].policies->push_back(policy);
      if (i + 1 == path.size()) break;
      for (std::uint32_t count = random(4); count > 0; --count)
        path[i].mappings.emplace_back(all[random(4)], all[random(4)]);
    }
    const Set expected = policies_by_the_tree(path);
    with_policies += expected.empty() ? 0 : 1;
    REQUIRE(policies_of(path) == expected);
  }
  CHECK(with_policies > 1000);
}

TEST_CASE("RFC 9618 3.2: what makes the tree grow exponentially costs the graph little") {
  std::vector<Oid> policies;
  std::vector<std::pair<Oid, Oid>> mappings;
  for (std::uint8_t i = 0; i < 30; ++i) {
    Oid policy = make_oid(1, 2, 3, 1);
    policy.octets[static_cast<std::size_t>(policy.size - 1)] = i;
    policies.push_back(policy);
  }
  for (const Oid& from : policies)
    for (const Oid& to : policies) mappings.emplace_back(from, to);
  const std::vector<Said> path(
      40, {.policies = policies, .mappings = mappings});  // the tree would have 30^40 leaves
  CHECK(policies_of(path).size() == 30);
}

}  // namespace
}  // namespace tls12::x509
