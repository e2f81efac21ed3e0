// NIST's Public Key Interoperability Test Suite, as far as it needs no CRLs.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "support.hpp"

namespace tls12::x509 {
namespace {

std::optional<Certificate> load(const std::string& folder, const std::string& name) {
  std::ifstream file(folder + "/certs/" + name + ".crt", std::ios::binary);
  REQUIRE_MESSAGE(file.good(), name);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  auto certificate = content.starts_with('\x30') ? Certificate::from_der(bytes_of(content)) : Certificate::from_pem(content);
  return certificate ? std::optional(std::move(*certificate)) : std::nullopt;
}

/// RFC 5280 §6.1.1 (c), (e) to (g).
VerifyPolicy policy_of(const nlohmann::json& test) {
  VerifyPolicy policy = {.max_depth = 30};
  const auto inputs = test.find("policy");
  if (inputs == test.end() || inputs->is_null()) return policy;
  policy.user_initial_policy_set = inputs->value("initial", std::vector<std::string>{});
  policy.initial_explicit_policy = inputs->value("explicit", false);
  policy.initial_policy_mapping_inhibit = inputs->value("inhibit_mapping", false);
  policy.initial_any_policy_inhibit = inputs->value("inhibit_any", false);
  return policy;
}

std::expected<VerifiedChain, VerifyFailure> judge(const std::string& folder, const nlohmann::json& test, WallTime now) {
  const auto leaf = load(folder, test["leaf"]), anchor = load(folder, test["trust_anchor"]);
  REQUIRE(anchor.has_value());
  if (!leaf) return std::unexpected(VerifyFailure{.error = Errc::bad_certificate});
  std::vector<Certificate> presented = {*leaf};
  for (const auto& name : test["intermediates"])
    if (auto certificate = load(folder, name)) presented.push_back(std::move(*certificate));
  const VerifyPolicy policy = policy_of(test);
  return verify({.presented = presented, .trust = TrustStore::of({*anchor}), .purpose = Purpose::any, .now = now, .policy = policy});
}

TEST_CASE("NIST PKITS: no verdict is other than expected, but for CRLs, and for DSA, which is not supported") {
  const char* vectors = std::getenv("TLS12_VECTORS");
  const std::string folder = std::string(vectors != nullptr ? vectors : "") + "/pkits";
  std::ifstream file(folder + "/index.json");
  if (!file) {
    MESSAGE("skipped: there are no PKITS vectors");
    return;
  }
  const auto index = nlohmann::json::parse(file);
  const WallTime now{std::chrono::seconds(index["time"].get<std::int64_t>())};
  int decided = 0, skipped = 0;
  for (const auto& test : index["tests"]) {
    INFO(test["id"].get<std::string>(), " ", test["title"].get<std::string>());
    const auto needs = test["needs"].get<std::set<std::string>>();
    const bool expected = test["expected"] == "valid";
    // A right chain stays right without its CRLs.
    if (needs.contains("crl") && !expected) {
      ++skipped;
      continue;
    }
    const auto verdict = judge(folder, test, now);
    INFO((verdict ? "valid" : verdict.error().message()));
    CHECK(verdict.has_value() == (expected && !needs.contains("dsa")));
    ++decided;
  }
  MESSAGE(decided << " decided, " << skipped << " skipped");
  CHECK(decided > 200);
}

}  // namespace
}  // namespace tls12::x509
