// NIST's Public Key Interoperability Test Suite: all of its cases, with their CRLs and policy
// inputs.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "support/vectors.hpp"
#include "tls12/verify.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

/// Where the verdict is another than the suite of 2011 expects.
struct Difference {
  std::string_view id, reason;
};
constexpr Difference kDifferences[] = {
    {"4.1.4", "the keys are DSA's, which this stack does not have"},
    {"4.1.5", "likewise, with parameters that the issuer's key has"},
};

/// What a section of the suite is about: a chain that is wrong is wrong for one of these rules, and
/// for no other.
struct Section {
  std::string_view id;
  std::vector<Errc> rules;
};
const Section kSections[] = {
    // The signature that 4.1.2 and 4.1.6 break is no whole number of octets any more: neither is a
    // certificate.
    {"4.1.",
     {Errc::certificate_signature_wrong, Errc::bad_der, Errc::certificate_unknown_issuer,
      Errc::certificate_algorithm_unsupported}},
    {"4.2.", {Errc::certificate_expired, Errc::certificate_not_yet_valid}},
    {"4.3.", {Errc::certificate_unknown_issuer}},
    {"4.4.", {Errc::certificate_revoked, Errc::certificate_status_unknown}},
    {"4.5.", {Errc::certificate_revoked, Errc::certificate_not_a_ca}},
    {"4.6.", {Errc::certificate_not_a_ca, Errc::certificate_path_too_long}},
    {"4.7.", {Errc::certificate_key_usage, Errc::certificate_status_unknown}},
    {"4.8.", {Errc::certificate_policy}},
    {"4.9.", {Errc::certificate_policy}},
    {"4.10.", {Errc::certificate_policy}},
    {"4.11.", {Errc::certificate_policy}},
    {"4.12.", {Errc::certificate_policy}},
    {"4.13.", {Errc::certificate_name_constraint}},
    {"4.14.", {Errc::certificate_revoked, Errc::certificate_status_unknown}},
    {"4.15.", {Errc::certificate_revoked, Errc::certificate_status_unknown}},
    {"4.16.", {Errc::certificate_critical_extension}},
};

/// The suite's files.
class Suite {
 public:
  explicit Suite(std::string folder) : folder_(std::move(folder)) {}
  /// Without the vectors the test is skipped, and says so.
  static std::optional<Suite> find() {
    if (const auto folder = tls12::test::vectors_folder("pkits")) return Suite(*folder);
    std::puts("skipped: 1 run of PKITS: its vectors are absent");
    return std::nullopt;
  }

  nlohmann::json index() const { return nlohmann::json::parse(read("index.json")); }
  Result<Certificate> certificate(const std::string& name) const {
    return Certificate::from_der(bytes_of(read("certs/" + name + ".crt")));
  }
  Result<Crl> crl(const std::string& name) const {
    return Crl::from_der(bytes_of(read("crls/" + name + ".crl")));
  }

 private:
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name, std::ios::binary);
    REQUIRE_MESSAGE(file.good(), name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
};

/// The verdict of a policy, with the case's inputs and CRLs for the whole chain.
std::expected<VerifiedChain, VerifyFailure> judge(const Suite& suite, const nlohmann::json& test,
                                                  WallTime now,
                                                  VerifyPolicy policy = VerifyPolicy::standard()) {
  const auto leaf = suite.certificate(test["leaf"]),
             anchor = suite.certificate(test["trust_anchor"]);
  REQUIRE(anchor.has_value());
  if (!leaf) return std::unexpected(VerifyFailure{.error = leaf.error()});
  std::vector<Certificate> presented = {*leaf};
  for (const auto& name : test["intermediates"])
    if (auto intermediate = suite.certificate(name)) presented.push_back(std::move(*intermediate));

  policy.revocation.mode = RevocationMode::require;
  for (const auto& name : test["crls"])
    if (auto crl = suite.crl(name)) policy.revocation.crls.push_back(std::move(*crl));
  if (const auto& inputs = test["policy"]; !inputs.is_null()) {
    policy.user_initial_policy_set = inputs["initial"];
    policy.initial_explicit_policy = inputs["explicit"];
    policy.initial_policy_mapping_inhibit = inputs["inhibit_mapping"];
    policy.initial_any_policy_inhibit = inputs["inhibit_any"];
  }
  const auto trust = TrustStore::of({*anchor});
  return verify({.presented = presented,
                 .trust = trust,
                 .peer_name = PeerName::any(),
                 .purpose = Purpose::any,
                 .now = now,
                 .policy = policy});
}

TEST_CASE(
    "NIST PKITS: each of the 249 cases has the verdict that the suite expects, or another for a "
    "reason that is told here") {
  const auto suite = Suite::find();
  if (!suite) return;
  const auto index = suite->index();
  const WallTime now{std::chrono::seconds(index["time"].get<std::int64_t>())};
  CHECK(index["tests"].size() == 249);
  std::size_t different = 0;
  for (const auto& test : index["tests"]) {
    const std::string id = test["id"];
    INFO(id, " ", test["title"].get<std::string>());
    const auto verdict = judge(*suite, test, now);
    const std::string reason = verdict ? "" : verdict.error().message();
    CAPTURE(reason);
    const bool is_different =
        std::ranges::find(kDifferences, id, &Difference::id) != std::end(kDifferences);
    different += is_different ? 1 : 0;
    CHECK(verdict.has_value() == ((test["expected"] == "valid") != is_different));
    if (verdict) continue;
    const auto section =
        std::ranges::find_if(kSections, [&](const Section& s) { return id.starts_with(s.id); });
    REQUIRE(section != std::end(kSections));
    CHECK(std::ranges::count(section->rules, verdict.error().error.code) == 1);
  }
  CHECK(different == std::size(kDifferences));
}

TEST_CASE(
    "NIST PKITS: strict accepts no case that standard refuses, and refuses others by rules for "
    "issuers alone") {
  const auto suite = Suite::find();
  if (!suite) return;
  const auto index = suite->index();
  const WallTime now{std::chrono::seconds(index["time"].get<std::int64_t>())};
  std::size_t both = 0, standard_alone = 0;
  for (const auto& test : index["tests"]) {
    INFO(test["id"].get<std::string>());
    const auto standard = judge(*suite, test, now),
               strict = judge(*suite, test, now, VerifyPolicy::strict());
    if (strict) CHECK(standard.has_value());
    if (standard && !strict) CHECK(strict.error().error == Errc::certificate_profile);
    both += strict ? 1 : 0;
    standard_alone += standard && !strict ? 1 : 0;
  }
  MESSAGE("valid under both: " << both << ", under standard alone: " << standard_alone);
}

}  // namespace
}  // namespace tls12::x509
