// Breaks of what holds for a whole path: policies, revocation, and the graph it is found in.
#include "mutations.hpp"

namespace tls12::differential {
namespace {

namespace oid = x509::oid;
using x509::KeyUsage;

constexpr Oid kPolicyA = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 1),
              kPolicyB = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 2);
constexpr Oid kAnyPolicy = x509::make_oid(2, 5, 29, 32, 0);
constexpr Oid kUnknown = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 9);

Der sequence_of(Bytes content) {
  return encode([&](Writer& writer) { writer.sequence([&] { writer.raw(content); }); });
}

bool policy_of_all(Scene& s, const Der& value) {
  for (std::size_t i = 0; i + 1 < s.chain.size(); ++i)
    put(s.chain[i].plan, {oid::kCertificatePolicies, false, value});
  return s.has_intermediates();
}

bool revoked(Scene& s, const Der& extensions = {}) {
  s.add_crls();
  s.refer_to(s.leaf().serial, 0, extensions);
  return true;
}

constexpr Change kBreaks[] = {
    // policies
    {"no policy where one is required",
     [](Scene& s) {
       return s.has_intermediates() &&
              set(s.intermediate(), oid::kPolicyConstraints, true, policy_constraints(0, -1));
     }},
    {"another policy where one is required",
     [](Scene& s) {
       if (!policy_of_all(s, policies({kPolicyA}))) return false;
       put(s.intermediate(), {oid::kPolicyConstraints, true, policy_constraints(0, -1)});
       return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyB}));
     }},
    {"policy required further down",
     [](Scene& s) {
       return s.has_intermediates() &&
              set(s.intermediate(), oid::kPolicyConstraints, true, policy_constraints(7, -1));
     }},
    {"policies without a requirement",
     [](Scene& s) {
       if (!policy_of_all(s, policies({kPolicyA}))) return false;
       return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyB}));
     }},
    {"policy twice",
     [](Scene& s) {
       return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyA, kPolicyA}));
     }},
    {"policies of none",
     [](Scene& s) { return set(s.leaf(), oid::kCertificatePolicies, false, from_hex("3000")); }},
    {"policies critical",
     [](Scene& s) { return set(s.leaf(), oid::kCertificatePolicies, true, policies({kPolicyA})); }},
    {"any policy inhibited",
     [](Scene& s) {
       if (!policy_of_all(s, policies({kAnyPolicy}))) return false;
       put(s.chain[s.chain.size() - 2].plan,
           {oid::kPolicyConstraints, true, policy_constraints(0, -1)});
       return set(s.chain[s.chain.size() - 2].plan, oid::kInhibitAnyPolicy, true, small(0));
     }},
    {"mapping inhibited",
     [](Scene& s) {
       if (s.intermediates() < 2 || !policy_of_all(s, policies({kPolicyA}))) return false;
       put(s.chain[s.chain.size() - 2].plan,
           {oid::kPolicyConstraints, true, policy_constraints(0, 0)});
       put(s.chain[1].plan, {oid::kPolicyMappings, true, mappings({{kPolicyA, kPolicyB}})});
       return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyB}));
     }},
    {"mapping from any policy",
     [](Scene& s) {
       return policy_of_all(s, policies({kPolicyA})) &&
              set(s.intermediate(), oid::kPolicyMappings, true, mappings({{kAnyPolicy, kPolicyB}}));
     }},
    {"mapping not critical",
     [](Scene& s) {
       return policy_of_all(s, policies({kPolicyA})) &&
              set(s.intermediate(), oid::kPolicyMappings, false, mappings({{kPolicyA, kPolicyA}}));
     }},
    {"policy constraints of nothing",
     [](Scene& s) {
       return s.has_intermediates() &&
              set(s.intermediate(), oid::kPolicyConstraints, true, from_hex("3000"));
     }},
    {"policy constraints not critical",
     [](Scene& s) {
       if (!policy_of_all(s, policies({kPolicyA}))) return false;
       return set(s.intermediate(), oid::kPolicyConstraints, false, policy_constraints(0, -1));
     }},
    {"any policy inhibited, not critical",
     [](Scene& s) {
       return s.has_intermediates() &&
              set(s.intermediate(), oid::kInhibitAnyPolicy, false, small(3));
     }},
    // revocation
    {"leaf revoked", [](Scene& s) { return revoked(s); }},
    {"intermediate revoked",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       s.add_crls();
       const std::size_t place = s.some_intermediate();
       s.refer_to(s.chain[place].plan.serial, place);
       return true;
     }},
    {"another one revoked",
     [](Scene& s) { return s.add_crls(), s.refer_to(from_hex("020142"), 0), true; }},
    {"revoked: removed from the list",
     [](Scene& s) {
       return revoked(s, sequence_of(sequence_of(from_hex("0603551d1504030a0108"))));
     }},
    {"revoked: on hold",
     [](Scene& s) {
       return revoked(s, sequence_of(sequence_of(from_hex("0603551d1504030a0106"))));
     }},
    {"revoked: unknown critical entry extension",
     [](Scene& s) {
       return revoked(s, sequence_of(sequence_of(from_hex("06032a03040101ff04020500"))));
     }},
    {"revoked by a list that is too old",
     [](Scene& s) {
       revoked(s);
       s.crls[0].plan.next_update = days(-1);
       s.crls[0].plan.this_update = days(-9);
       return true;
     }},
    {"list too old",
     [](Scene& s) {
       return s.add_crls(), s.crls[0].plan.next_update = days(-1),
                            s.crls[0].plan.this_update = days(-9), true;
     }},
    {"list of the future",
     [](Scene& s) { return s.add_crls(), s.crls[0].plan.this_update = days(1), true; }},
    {"revoked by a list without nextUpdate",
     [](Scene& s) { return revoked(s), s.crls[0].plan.next_update.clear(), true; }},
    {"revoked by a list with a wrong signature",
     [](Scene& s) { return revoked(s), s.crls[0].plan.wrong_signature = true; }},
    {"revoked by an issuer that must not",
     [](Scene& s) {
       return revoked(s) &&
              set(s.chain[1].plan, oid::kKeyUsage, true, key_usage({KeyUsage::key_cert_sign}));
     }},
    {"revoked by a list of unknown scope",
     [](Scene& s) {
       return revoked(s), s.crls[0].plan.extensions.push_back({kUnknown, true, from_hex("0500")}),
              true;
     }},
    {"revoked by a list for CAs",
     [](Scene& s) {
       revoked(s);
       s.crls[0].plan.extensions.push_back(
           {oid::kIssuingDistributionPoint, true, from_hex("30038201ff")});
       return true;
     }},
    {"revoked by a list for end entities",
     [](Scene& s) {
       return revoked(s),
              s.crls[0].plan.extensions.push_back(
                  {oid::kIssuingDistributionPoint, true, from_hex("30038101ff")}),
              true;
     }},
    {"no list for the leaf",
     [](Scene& s) { return s.add_crls(), s.crls.erase(s.crls.begin()), !s.crls.empty(); }},
    // the graph
    {"issuer missing",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       s.chain.erase(s.chain.begin() + static_cast<std::ptrdiff_t>(s.some_intermediate()));
       --s.trusted_from;
       return true;
     }},
    {"root not trusted",
     [](Scene& s) {
       s.shows_root = true;
       s.chain.push_back(s.make_ca(common_name("Root of others"),
                                   s.keys.any(s.rng, {s.chain.back().plan.key}), nullptr));
       s.trusted_from = s.chain.size() - 1;
       return true;
     }},
    {"leaf is trusted", [](Scene& s) { return s.trusted_from = 0, true; }},
    {"expired, and crossed",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.cross_sign(place, true);
       s.chain[place].plan.not_after = days(-1);
       return true;
     }},
    {"signature broken, and crossed",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.cross_sign(place, true);
       return s.chain[place].plan.wrong_signature = true;
     }},
    {"constrained, and crossed",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.cross_sign(place, true);
       return set(s.chain[place].plan, oid::kNameConstraints, true,
                  subtrees({dns("elsewhere.org")}, {}));
     }},
};

}  // namespace

std::span<const Change> path_breaks() { return kBreaks; }

}  // namespace tls12::differential
