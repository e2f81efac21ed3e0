#include "support.hpp"

namespace tls12::x509 {
namespace {

using test::Folder;
using test::run;

struct Chain {
  Identity root, intermediate, leaf;
};

Identity identity_of(const CertificateRecipe& recipe, KeyKind kind, const Identity* issuer) {
  auto key = PrivateKey::generate(kind);
  REQUIRE(key.has_value());
  auto certificate = issue_certificate(recipe, *key, issuer);
  REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
  auto identity = Identity::from({*certificate}, *key);
  REQUIRE(identity.has_value());
  return *identity;
}

Chain chain_of(KeyKind kind) {
  Identity root = identity_of({.common_name = "Root", .is_ca = true}, kind, nullptr);
  Identity intermediate = identity_of({.common_name = "Intermediate", .is_ca = true, .path_length = 0}, kind, &root);
  Identity leaf =
      identity_of({.common_name = "localhost", .names = {"localhost", "*.example.org", "127.0.0.1", "2001:db8::1"}, .for_clients = true}, kind, &intermediate);
  return {std::move(root), std::move(intermediate), std::move(leaf)};
}

TEST_CASE("chains of every kind of key pass OpenSSL's strict checks, GnuTLS's, and ours") {
  const bool openssl = test::have("openssl"), certtool = test::have("certtool");
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1, KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    CAPTURE(static_cast<int>(kind));
    const Chain chain = chain_of(kind);
    const Certificate presented[] = {chain.leaf.chain()[0], chain.intermediate.chain()[0]};
    const auto ours =
        tls12::verify({.presented = presented, .trust = TrustStore::of({chain.root.chain()[0]}), .peer_name = {"a.example.org"}, .now = wall_time()});
    CHECK_MESSAGE(ours.has_value(), ours.error().message());
    const Folder folder;
    const std::string root = folder.write("root.pem", chain.root.chain()[0].to_pem()), leaf = folder.write("leaf.pem", presented[0].to_pem()),
                      intermediate = folder.write("intermediate.pem", presented[1].to_pem()),
                      both = folder.write("both.pem", presented[0].to_pem() + presented[1].to_pem());
    std::string output;
    if (openssl) {
      for (const char* purpose : {"sslserver -verify_hostname localhost", "sslclient", "sslserver -verify_ip 2001:db8::1"})
        CHECK_MESSAGE(
            run("openssl verify -x509_strict -purpose " + std::string(purpose) + " -CAfile " + root + " -untrusted " + intermediate + " " + leaf, &output) == 0,
            output);
    }
    if (certtool) {
      CHECK_MESSAGE(run("certtool --verify --verify-hostname localhost --verify-purpose 1.3.6.1.5.5.7.3.1 --load-ca-certificate " + root + " --infile " + both,
                        &output) == 0,
                    output);
      CHECK(output.find("Verified. The certificate is trusted.") != std::string::npos);
    }
  }
}

TEST_CASE("an issued certificate says what the recipe says") {
  const Identity root = identity_of({.common_name = "Root", .is_ca = true, .path_length = 3}, KeyKind::ec_secp256r1, nullptr);
  const Certificate ca = root.chain()[0];
  CHECK(ca.subject() == "CN=Root");
  CHECK(ca.issuer() == "CN=Root");
  CHECK(ca.parsed().extensions.basic_constraints->path_length == 3);
  CHECK(ca.parsed().extensions.allows(KeyUsage::key_cert_sign));
  CHECK_FALSE(ca.parsed().extensions.allows(KeyUsage::digital_signature));
  CertificateRecipe recipe{.common_name = "x", .names = {"Example.ORG", "192.0.2.1"}, .for_servers = false, .for_clients = true};
  recipe.not_before = test::data_time();
  recipe.not_after = std::chrono::sys_days(std::chrono::year(2051) / 1 / 1);
  const Identity leaf = identity_of(recipe, KeyKind::ec_secp256r1, &root);
  const Certificate& certificate = leaf.chain()[0];
  CHECK(certificate.names() == std::vector<std::string>{"example.org", "192.0.2.1"});
  CHECK(certificate.not_before() == recipe.not_before);
  CHECK(certificate.not_after() == recipe.not_after);
  CHECK(certificate.issuer() == "CN=Root");
  CHECK(certificate.parsed().extensions.allows(oid::kClientAuth));
  CHECK_FALSE(certificate.parsed().extensions.allows(oid::kServerAuth));
  CHECK(std::ranges::equal(*certificate.parsed().extensions.authority_key_identifier->key_identifier, *ca.parsed().extensions.subject_key_identifier));
  CHECK(certificate.parsed().serial.size() == 16);
  CHECK(certificate.parsed().serial[0] < 0x80);
  CHECK_FALSE(std::ranges::equal(certificate.parsed().serial, ca.parsed().serial));
}

TEST_CASE("recipes that make no certificate are refused") {
  const auto refusal = [](const CertificateRecipe& recipe) { return issue_certificate(recipe, test::key(0)).error(); };
  CHECK(refusal({.names = {"not a name"}}) == Errc::misuse);
  CHECK(refusal({.names = {"*.org"}}) == Errc::misuse);
  CHECK(refusal({.names = {""}}) == Errc::misuse);
  CHECK(refusal({.common_name = ""}) == Errc::misuse);
  CHECK(refusal({.common_name = "", .names = {"example.org"}}) == Errc::misuse);  // RFC 5280 §4.1.2.4: its issuer would have no name
  CHECK(refusal({.common_name = std::string(65, 'x')}) == Errc::misuse);
  CHECK(refusal({.path_length = 1}) == Errc::misuse);
  CHECK(refusal({.not_before = test::data_time(), .not_after = test::data_time() - test::kDay}) == Errc::misuse);
  CHECK(issue_certificate({}, PrivateKey::elsewhere(KeyKind::rsa)).error() == Errc::misuse);
}

TEST_CASE("RFC 5280 4.2.1.6: without a subject the subjectAltName is critical") {
  const Identity root = identity_of({.common_name = "Root", .is_ca = true}, KeyKind::ec_secp256r1, nullptr);
  const auto certificate = issue_certificate({.common_name = "", .names = {"example.org"}}, test::key(0), &root);
  REQUIRE(certificate.has_value());
  CHECK(certificate->subject().empty());
  const auto san = test::hex("0603551d11 0101ff");
  CHECK_FALSE(std::ranges::search(certificate->der(), san).empty());
}

TEST_CASE("a development identity verifies for its names against its CA, and for no other") {
  for (const KeyKind kind : {KeyKind::ec_secp256r1, KeyKind::rsa, KeyKind::ed25519}) {
    const auto made = make_development_identity({"localhost", "127.0.0.1"}, kind);
    REQUIRE_MESSAGE(made.has_value(), made.error().message());
    CHECK(made->leaf.key().kind() == kind);
    const TrustStore trust = TrustStore::of({made->ca.chain()[0]});
    const auto verify = [&](std::string_view name) {
      return tls12::verify({.presented = made->leaf.chain(), .trust = trust, .peer_name = {name}, .now = wall_time()});
    };
    CHECK(verify("localhost").has_value());
    CHECK(verify("127.0.0.1").has_value());
    CHECK(verify("example.org").error().error == Errc::certificate_name_mismatch);
  }
}

}  // namespace
}  // namespace tls12::x509
