// Pairs of fields of which one would switch off a check that the other asks for: build() refuses
// them and names both. What is near such a pair, and loses no check, is built.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr auto kX509 = CertificateType::x509, kRaw = CertificateType::raw_public_key;

template <class Config>
struct Row {
  /// What the error says: both fields; empty: the configuration is built.
  std::vector<std::string_view> names;
  std::function<void(Config&)> make;
};
using ClientRow = Row<ClientConfig>;
using ServerRow = Row<ServerConfig>;

Pin pin(Pin::Kind kind = Pin::Kind::public_key) {
  return Pin::of(development_identity(KeyKind::ed25519).leaf.chain().front(), kind).value();
}
TransparencyLog log() {
  const auto key = PrivateKey::generate(KeyKind::ec_secp256r1).value();
  return TransparencyLog::from_key(key.public_key_info()).value();
}
std::optional<std::string> accept(const VerifiedChain&) { return std::nullopt; }
bool accept_failure(const VerifyFailure&, std::span<const Certificate>) { return true; }
bool accept_key(Bytes) { return true; }

/// A rule of VerifyPolicy that asks for more than its default.
struct Rule {
  std::string_view field;
  void (*set)(VerifyPolicy&);
};
const Rule kRules[] = {
    {"verify.check", [](auto& p) { p.check = accept; }},
    {"verify.pins", [](auto& p) { p.pins = {pin()}; }},
    {"verify.revocation.mode", [](auto& p) { p.revocation.mode = RevocationMode::require; }},
    {"verify.revocation.crls",
     [](auto& p) { p.revocation.crls = {Crl::from_file(X509_DATA "/crl_complete.pem").value()}; }},
    {"verify.revocation.find_crls",
     [](auto& p) { p.revocation.find_crls = [](auto&) { return std::vector<Crl>(); }; }},
    {"verify.transparency.required",
     [](auto& p) { p.transparency = {.logs = {log()}, .required = 1}; }},
    {"verify.strict_profile", [](auto& p) { p.strict_profile = true; }},
    {"verify.min_rsa_bits", [](auto& p) { p.min_rsa_bits = 3072; }},
    {"verify.max_path_length", [](auto& p) { p.max_path_length = 1; }},
    {"verify.user_initial_policy_set", [](auto& p) { p.user_initial_policy_set = {"1.2.3"}; }},
    {"verify.initial_explicit_policy", [](auto& p) { p.initial_explicit_policy = true; }},
};

std::vector<ClientRow> client_rows() {
  std::vector<ClientRow> rows = {
      {{"accept_raw_public_key", "dangerous.accept_any_certificate"},
       [](auto& c) {
         c.dangerous.accept_any_certificate = true;
         c.server_certificate_types = {kRaw, kX509};
         c.accept_raw_public_key = accept_key;
       }},
      {{"accept_raw_public_key", "server_certificate_types"},
       [](auto& c) { c.accept_raw_public_key = accept_key; }},
      {{"accept_raw_public_key", "server_certificate_types"},
       [](auto& c) {
         c.accept_raw_public_key = accept_key;
         c.server_certificate_types = {kX509};
       }},
      {{"server_certificate_types", "accept_raw_public_key"},
       [](auto& c) { c.server_certificate_types = {kRaw}; }},
      {{"server_certificate_types", "pin of a public key"},
       [](auto& c) {
         c.server_certificate_types = {kRaw};
         c.verify.pins = {pin(Pin::Kind::certificate)};
       }},
      {{"verify.pins_suffice", "verify.pins"}, [](auto& c) { c.verify.pins_suffice = true; }},
      {{"verify.transparency.logs", "verify.transparency.required"},
       [](auto& c) { c.verify.transparency.logs = {log()}; }},
      {{"common.require_application_protocol", "common.application_protocols"},
       [](auto& c) { c.common.require_application_protocol = true; }},
      {{"verify.check", "find_psk"}, [](auto& c) { c.verify.check = accept; }},
      {{"verify.pins", "find_psk"}, [](auto& c) { c.verify.pins = {pin()}; }},
      {{"verdict_elsewhere", "find_psk"}, [](auto& c) { c.verdict_elsewhere = true; }},
      {{"verdict_on_resumption", "verdict_elsewhere"},
       [](auto& c) { c.verdict_on_resumption = true; }},
      {{"accept_raw_public_key", "find_psk"},
       [](auto& c) {
         c.server_certificate_types = {kRaw};
         c.accept_raw_public_key = accept_key;
       }},
      // Neighbours.
      {{}, [](auto&) {}},
      {{}, [](auto& c) { c.dangerous.accept_any_certificate = true; }},
      {{},
       [](auto& c) {
         c.dangerous.accept_any_certificate = true;
         c.trust = {};
         c.verify = VerifyPolicy::legacy();
         c.verify.signature_schemes = {SignatureScheme::ed25519};
         c.verdict_elsewhere = c.verdict_on_resumption = true;
       }},
      {{},
       [](auto& c) {
         c.trust = {};
         c.verify.dangerous.accept_anyway = accept_failure;
       }},
      {{},
       [](auto& c) {
         c.trust = {};
         c.verify.pins = {pin()};
         c.verify.pins_suffice = true;
         c.verify.check = accept;
       }},
      {{},
       [](auto& c) {
         c.trust = {};
         c.verify.pins = {pin()};
         c.server_certificate_types = {kRaw};
       }},
      {{},
       [](auto& c) {
         c.server_certificate_types = {kRaw, kX509};
         c.accept_raw_public_key = accept_key;
         c.verify = VerifyPolicy::strict();
         c.verify.check = accept;
       }},
      {{}, [](auto& c) { c.verify.revocation.mode = RevocationMode::off; }},
      {{},
       [](auto& c) {
         c.common.application_protocols = {"h2"};
         c.common.require_application_protocol = true;
       }},
  };
  for (auto& row : rows)
    if (std::ranges::count(row.names, "find_psk") != 0)
      row.make = [make = row.make](ClientConfig& c) {
        make(c);
        CHECK(c.build().has_value());  // alone
        c.find_psk = [](auto) { return std::optional<PreSharedKey>(); };
      };
  for (const Rule& rule : kRules) {
    rows.push_back({{}, [&rule](auto& c) { rule.set(c.verify); }});
    rows.push_back({{rule.field, "dangerous.accept_any_certificate"}, [&rule](auto& c) {
                      rule.set(c.verify);
                      c.dangerous.accept_any_certificate = true;
                    }});
    if (rule.field != "verify.pins")
      rows.push_back({{rule.field, "server_certificate_types"}, [&rule](auto& c) {
                        rule.set(c.verify);
                        c.server_certificate_types = {kRaw};
                        c.accept_raw_public_key = accept_key;
                      }});
    if (rule.field != "verify.pins" && rule.field != "verify.check")
      rows.push_back({{rule.field, "verify.pins_suffice"}, [&rule](auto& c) {
                        rule.set(c.verify);
                        c.verify.pins = {pin()};
                        c.verify.pins_suffice = true;
                      }});
    if (rule.field.starts_with("verify.revocation.") && !rule.field.ends_with("mode"))
      rows.push_back({{rule.field, "verify.revocation.mode"}, [&rule](auto& c) {
                        rule.set(c.verify);
                        c.verify.revocation.mode = RevocationMode::off;
                      }});
  }
  return rows;
}

std::vector<ServerRow> server_rows() {
  using enum ClientAuthentication;
  const auto verifying = [](auto& s) {
    s.client_authentication = require_and_verify;
    s.client_trust = client_config().trust;
  };
  std::vector<ServerRow> rows = {
      {{"client_trust", "client_authentication"},
       [](auto& s) { s.client_trust = client_config().trust; }},
      {{"client_certificate_types", "client_authentication"},
       [](auto& s) { s.client_certificate_types = {kX509}; }},
      {{"accept_raw_public_key", "client_authentication"},
       [](auto& s) { s.accept_raw_public_key = accept_key; }},
      {{"verdict_elsewhere", "client_authentication"}, [](auto& s) { s.verdict_elsewhere = true; }},
      {{"verdict_on_resumption", "verdict_elsewhere"},
       [](auto& s) { s.verdict_on_resumption = true; }},
      {{"accept_raw_public_key", "client_certificate_types"},
       [](auto& s) {
         s.client_authentication = request;
         s.accept_raw_public_key = accept_key;
       }},
      {{"client_certificate_types", "accept_raw_public_key"},
       [=](auto& s) {
         verifying(s);
         s.client_certificate_types = {kRaw};
       }},
      {{"client_authentication require_any", "find_psk", "RFC 4279"},
       [](auto& s) {
         s.client_authentication = require_any;
         s.find_psk = [](auto) { return std::nullopt; };
       }},
      {{"client_authentication require_and_verify", "find_psk", "RFC 4279"},
       [=](auto& s) {
         verifying(s);
         s.find_psk = [](auto) { return std::nullopt; };
       }},
      {{"common.require_application_protocol", "common.application_protocols"},
       [](auto& s) { s.common.require_application_protocol = true; }},
      {{"client_trust"}, [](auto& s) { s.client_authentication = require_and_verify; }},
      // Neighbours.
      {{}, [](auto&) {}},
      {{},
       [=](auto& s) {
         verifying(s);
         s.client_authentication = verify_if_given;
         s.verify.check = accept;
         s.verdict_elsewhere = s.verdict_on_resumption = true;
         s.find_psk = [](auto) { return std::nullopt; };
       }},
      {{},
       [=](auto& s) {
         verifying(s);
         s.client_authentication = request;  // client_trust names the authorities
       }},
      {{},
       [](auto& s) {
         s.client_authentication = require_and_verify;
         s.verify.pins = {pin()};
         s.verify.pins_suffice = true;
       }},
      {{},
       [](auto& s) {
         s.client_authentication = require_any;
         s.client_certificate_types = {kRaw};
         s.verify.pins = {pin()};
       }},
      {{},
       [](auto& s) {
         s.client_authentication = request;
         s.client_certificate_types = {kRaw, kX509};
         s.accept_raw_public_key = accept_key;
         s.verdict_elsewhere = true;
       }},
  };
  for (const Rule& rule : kRules) {
    rows.push_back({{}, [&rule, verifying](auto& s) {
                      verifying(s);
                      rule.set(s.verify);
                    }});
    for (const ClientAuthentication asked : {none, request, require_any})
      rows.push_back({{rule.field, "client_authentication"}, [&rule, asked](auto& s) {
                        s.client_authentication = asked;
                        rule.set(s.verify);
                      }});
  }
  return rows;
}

template <class Config>
void check(const std::vector<Row<Config>>& rows, const Config& usual) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    Config config = usual;
    rows[i].make(config);
    const auto built = config.build();
    const std::string said = built ? "" : std::string(built.error().about());
    CAPTURE(said);
    CHECK(built.has_value() == rows[i].names.empty());
    for (const std::string_view field : rows[i].names) {
      CAPTURE(std::string(field));
      CHECK(said.find(field) != said.npos);
    }
  }
}

}  // namespace

TEST_CASE("a client's fields that switch off each other's checks are refused, and both are named") {
  check(client_rows(), client_config());
}

TEST_CASE("a server's fields that switch off each other's checks are refused, and both are named") {
  check(server_rows(), server_config());
}
