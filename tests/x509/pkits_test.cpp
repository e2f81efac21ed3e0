// NIST's Public Key Interoperability Test Suite, as far as it needs neither CRLs nor the policies and name constraints that are refused as not understood.
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

bool is_valid(const std::string& folder, const nlohmann::json& test, WallTime now) {
  const auto leaf = load(folder, test["leaf"]), anchor = load(folder, test["trust_anchor"]);
  REQUIRE(anchor.has_value());
  if (!leaf) return false;
  std::vector<Certificate> presented = {*leaf};
  for (const auto& name : test["intermediates"])
    if (auto certificate = load(folder, name)) presented.push_back(std::move(*certificate));
  return verify_path({.presented = presented, .trust = TrustStore::of({*anchor}), .now = now, .provider = *default_provider()}).has_value();
}

TEST_CASE("NIST PKITS: no verdict is other than expected, but for CRLs, policies and name constraints, which never make a chain right that is wrong") {
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
    auto needs = test["needs"].get<std::set<std::string>>();
    const bool expected = test["expected"] == "valid";
    // A right chain stays right without its CRLs; a wrong one is wrong without being understood, unless CRLs or the user's policies make it so.
    if (expected) needs.erase("crl");
    const bool decides = expected ? needs.empty() : !needs.contains("crl") && !needs.contains("policy-inputs");
    if (decides) CHECK(is_valid(folder, test, now) == expected);
    ++(decides ? decided : skipped);
  }
  MESSAGE(decided << " decided, " << skipped << " skipped");
  CHECK(decided > 100);
}

}  // namespace
}  // namespace tls12::x509
