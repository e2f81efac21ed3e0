// What ties a session to a configuration: all that a stricter one would ask, and nothing that a
// verdict may cost.
#include "session/binding.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::session;
using namespace std::chrono_literals;

namespace {

const TrustStore& trust() {
  static const TrustStore store =
      TrustStore::of({test::development_identity(KeyKind::ed25519).ca.chain().front()});
  return store;
}
/// A configuration's, made anew.
Binding binding_of(const VerifyPolicy& policy, std::string_view server_name = "example.org",
                   std::uint8_t asked = 0, const TrustStore& anchors = trust()) {
  return Bindings().of(server_name, *default_provider(), asked, anchors, policy);
}
TransparencyLog log() {
  return TransparencyLog::from_key(
             PrivateKey::generate(KeyKind::ec_secp256r1).value().public_key_info())
      .value();
}

struct Change {
  const char* field;
  std::function<void(VerifyPolicy&)> make;
};
const Change kBinding[] = {
    {"min_rsa_bits", [](auto& p) { p.min_rsa_bits = 3072; }},
    {"allow_sha1", [](auto& p) { p.allow_sha1 = true; }},
    {"signature_schemes", [](auto& p) { p.signature_schemes = {SignatureScheme::ed25519}; }},
    {"another of signature_schemes",
     [](auto& p) { p.signature_schemes = {SignatureScheme::ecdsa_secp256r1_sha256}; }},
    {"strict_profile", [](auto& p) { p.strict_profile = true; }},
    {"common_name_fallback", [](auto& p) { p.common_name_fallback = true; }},
    {"max_path_length", [](auto& p) { p.max_path_length = 0; }},
    {"another max_path_length", [](auto& p) { p.max_path_length = 1; }},
    {"user_initial_policy_set", [](auto& p) { p.user_initial_policy_set = {"2.5.29.32.0"}; }},
    {"another of user_initial_policy_set",
     [](auto& p) { p.user_initial_policy_set = {"2.5.29.32.1"}; }},
    {"two in user_initial_policy_set",
     [](auto& p) { p.user_initial_policy_set = {"2.5.29", "32.0"}; }},
    {"initial_policy_mapping_inhibit", [](auto& p) { p.initial_policy_mapping_inhibit = true; }},
    {"initial_explicit_policy", [](auto& p) { p.initial_explicit_policy = true; }},
    {"initial_any_policy_inhibit", [](auto& p) { p.initial_any_policy_inhibit = true; }},
    {"check", [](auto& p) { p.check = [](const VerifiedChain&) { return std::nullopt; }; }},
    {"accept_anyway",
     [](auto& p) {
       p.dangerous.accept_anyway = [](const VerifyFailure&, std::span<const Certificate>) {
         return false;
       };
     }},
    {"revocation.mode", [](auto& p) { p.revocation.mode = RevocationMode::require; }},
    {"revocation.crls",
     [](auto& p) { p.revocation.crls = {Crl::from_file(X509_DATA "/crl_complete.pem").value()}; }},
    {"another of revocation.crls",
     [](auto& p) { p.revocation.crls = {Crl::from_file(X509_DATA "/crl_point.pem").value()}; }},
    {"revocation.find_crls",
     [](auto& p) {
       p.revocation.find_crls = [](const Certificate&) { return std::vector<Crl>(); };
     }},
    {"revocation.clock_skew", [](auto& p) { p.revocation.clock_skew = 1s; }},
    {"revocation.max_age_without_next_update",
     [](auto& p) { p.revocation.max_age_without_next_update = 1h; }},
    {"revocation.end_entity_only", [](auto& p) { p.revocation.end_entity_only = true; }},
    {"revocation.unusable_crl_fails", [](auto& p) { p.revocation.unusable_crl_fails = true; }},
    {"transparency.required", [](auto& p) { p.transparency.required = 1; }},
    {"transparency.logs", [](auto& p) { p.transparency.logs = {log()}; }},
    {"pins", [](auto& p) { p.pins = {Pin{}}; }},
    {"pins of another kind", [](auto& p) { p.pins = {Pin{.kind = Pin::Kind::certificate}}; }},
    {"another of pins", [](auto& p) { p.pins = {Pin{.sha256 = {1}}}; }},
    {"pins_suffice", [](auto& p) { p.pins_suffice = true; }},
    {"another of transparency.logs", [](auto& p) { p.transparency.logs = {log()}; }},
};
const Change kFree[] = {
    {"nothing", [](auto&) {}},
    {"name", [](auto& p) { p.name = "mine"; }},
    {"max_depth", [](auto& p) { p.max_depth = 3; }},
    {"max_signature_checks", [](auto& p) { p.max_signature_checks = 3; }},
    {"max_work", [](auto& p) { p.max_work = 3; }},
};

}  // namespace

TEST_CASE(
    "each thing that can make a policy stricter is bound, and two of them are never the same; what "
    "a verdict may cost is not") {
  std::vector<Binding> seen = {binding_of({})};
  for (const Change& change : kBinding) {
    CAPTURE(change.field);
    VerifyPolicy policy;
    change.make(policy);
    seen.push_back(binding_of(policy));
    CHECK(std::ranges::count(seen, seen.back()) == 1);
  }
  for (const Change& change : kFree) {
    CAPTURE(change.field);
    VerifyPolicy policy;
    change.make(policy);
    CHECK(binding_of(policy) == seen.front());
  }
}

TEST_CASE("the server's name, what is asked of the peer, and each anchor are bound") {
  const Binding usual = binding_of({});
  CHECK(binding_of({}, "example.com") != usual);
  CHECK(binding_of({}, "") != usual);
  CHECK(binding_of({}, "example.org", 1) != usual);
  const auto another = test::development_identity(KeyKind::rsa).ca.chain().front();
  CHECK(binding_of({}, "example.org", 0, TrustStore::of({another})) != usual);
  CHECK(binding_of({}, "example.org", 0, TrustStore::of({trust().anchors()[0], another})) != usual);
}

TEST_CASE(
    "a trust store that is read again changes the bindings of the configuration that has it") {
  const Bindings bindings;
  const auto of = [&](const TrustStore& anchors) {
    return bindings.of("example.org", *default_provider(), 0, anchors, {});
  };
  const Binding before = of(trust());
  CHECK(of(trust()) == before);
  const TrustStore reloaded =
      TrustStore::of({test::development_identity(KeyKind::rsa).ca.chain().front()});
  CHECK(of(reloaded) != before);
  CHECK(of(trust()) == before);
}
