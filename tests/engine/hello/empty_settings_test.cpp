// A setting that is empty where it must not be: build() says so, and nothing is switched off by it.
#include <doctest/doctest.h>

#include <functional>

#include "support/engine_pair.hpp"

namespace tls12::test {
namespace {

struct Row {
  const char* what;
  std::function<void(ClientConfig&)> client = {};
  std::function<void(ServerConfig&)> server = {};
  Errc code = Errc::bad_configuration;
};

TEST_CASE("an empty setting that must not be empty is an error of build()") {
  const Row rows[] = {
      {"no trust anchor", [](auto& c) { c.trust = {}; }, {}, Errc::no_trust_anchors},
      {"a list of no trust anchors",
       [](auto& c) { c.trust = TrustStore::of({}); },
       {},
       Errc::no_trust_anchors},
      {"a union of no trust stores",
       [](auto& c) { c.trust = TrustStore::any_of({}); },
       {},
       Errc::no_trust_anchors},
      {"an empty PEM text", [](auto& c) { c.trust = TrustStore::from_pem(""); }, {}, Errc::bad_pem},
      {"an empty file name",
       [](auto& c) { c.trust = TrustStore::from_file(""); },
       {},
       Errc::file_unreadable},
      {"an empty directory name",
       [](auto& c) { c.trust = TrustStore::from_directory(""); },
       {},
       Errc::file_unreadable},
      {"an empty application protocol",
       [](auto& c) { c.common.application_protocols = {"h2", ""}; }},
      {"raw public keys that nothing checks",
       [](auto& c) { c.server_certificate_types = {CertificateType::raw_public_key}; }},
      {"no identity", {}, [](auto& s) { s.identities = {}; }, Errc::no_identity},
      {"no trust anchor for required clients",
       {},
       [](auto& s) { s.client_authentication = ClientAuthentication::require_and_verify; },
       Errc::no_trust_anchors},
      {"no trust anchor for clients that may come",
       {},
       [](auto& s) { s.client_authentication = ClientAuthentication::verify_if_given; },
       Errc::no_trust_anchors},
      {"an empty application protocol of a server",
       {},
       [](auto& s) { s.common.application_protocols = {""}; }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    ClientConfig client = client_config();
    ServerConfig server = server_config();
    if (row.client) row.client(client);
    if (row.server) row.server(server);
    const auto client_context = client.build();
    const auto server_context = server.build();
    REQUIRE(client_context.has_value() == !row.client);
    REQUIRE(server_context.has_value() == !row.server);
    CHECK((row.client ? client_context.error() : server_context.error()).code == row.code);
  }
}

TEST_CASE("a name that is empty or blank makes no client") {
  using namespace std::literals;
  const ClientContext context = client_config().build().value();
  for (const std::string_view name :
       {""sv, "."sv, ".."sv, " "sv, "\t"sv, "\n"sv, "\0"sv, "example.org "sv, "example.org\0"sv}) {
    CAPTURE(name);
    const Engine engine = Engine::client(context, name, kNow);
    REQUIRE(engine.error());
    CHECK(engine.error()->code == Errc::bad_host_name);
    CHECK(engine.output().empty());
  }
}

}  // namespace
}  // namespace tls12::test
