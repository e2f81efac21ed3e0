#include "x509/path/certificate_checks.hpp"
#include "x509/support.hpp"

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
  Identity intermediate =
      identity_of({.common_name = "Intermediate", .is_ca = true, .path_length = 0}, kind, &root);
  Identity leaf = identity_of({.common_name = "localhost",
                               .names = {"localhost", "*.example.org", "127.0.0.1", "2001:db8::1"},
                               .for_clients = true},
                              kind, &intermediate);
  return {std::move(root), std::move(intermediate), std::move(leaf)};
}

TEST_CASE("chains of every kind of key pass OpenSSL's strict checks, GnuTLS's, and ours") {
  const bool openssl = test::have("openssl"), certtool = test::have("certtool");
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                             KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    CAPTURE(static_cast<int>(kind));
    const Chain chain = chain_of(kind);
    const Certificate presented[] = {chain.leaf.chain()[0], chain.intermediate.chain()[0]};
    const auto ours = tls12::verify({.presented = presented,
                                     .trust = TrustStore::of({chain.root.chain()[0]}),
                                     .peer_name = {"a.example.org"},
                                     .now = wall_time()});
    CHECK_MESSAGE(ours.has_value(), ours.error().message());
    const Folder folder;
    const std::string root = folder.write("root.pem", chain.root.chain()[0].to_pem()),
                      leaf = folder.write("leaf.pem", presented[0].to_pem()),
                      intermediate = folder.write("intermediate.pem", presented[1].to_pem()),
                      both =
                          folder.write("both.pem", presented[0].to_pem() + presented[1].to_pem());
    std::string output;
    if (openssl) {
      for (const char* purpose : {"sslserver -verify_hostname localhost", "sslclient",
                                  "sslserver -verify_ip 2001:db8::1"})
        CHECK_MESSAGE(run("openssl verify -x509_strict -purpose " + std::string(purpose) +
                              " -CAfile " + root + " -untrusted " + intermediate + " " + leaf,
                          &output) == 0,
                      output);
    }
    if (certtool) {
      CHECK_MESSAGE(run("certtool --verify --verify-hostname localhost --verify-purpose "
                        "1.3.6.1.5.5.7.3.1 --load-ca-certificate " +
                            root + " --infile " + both,
                        &output) == 0,
                    output);
      CHECK(output.find("Verified. The certificate is trusted.") != std::string::npos);
    }
  }
}

TEST_CASE("an issued certificate says what the recipe says") {
  const Identity root = identity_of({.common_name = "Root", .is_ca = true, .path_length = 3},
                                    KeyKind::ec_secp256r1, nullptr);
  const Certificate ca = root.chain()[0];
  CHECK(ca.subject() == "CN=Root");
  CHECK(ca.issuer() == "CN=Root");
  CHECK(internals(ca).extensions.basic_constraints->path_length == 3);
  CHECK(internals(ca).extensions.allows(KeyUsage::key_cert_sign));
  CHECK_FALSE(internals(ca).extensions.allows(KeyUsage::digital_signature));
  CertificateRecipe recipe{.common_name = "x",
                           .names = {"Example.ORG", "192.0.2.1"},
                           .for_servers = false,
                           .for_clients = true};
  recipe.not_before = test::data_time();
  recipe.not_after = std::chrono::sys_days(std::chrono::year(2051) / 1 / 1);
  const Identity leaf = identity_of(recipe, KeyKind::ec_secp256r1, &root);
  const Certificate& certificate = leaf.chain()[0];
  CHECK(certificate.names() == std::vector<std::string>{"example.org", "192.0.2.1"});
  CHECK(certificate.not_before() == recipe.not_before);
  CHECK(certificate.not_after() == recipe.not_after);
  CHECK(certificate.issuer() == "CN=Root");
  CHECK(internals(certificate).extensions.allows(oid::kClientAuth));
  CHECK_FALSE(internals(certificate).extensions.allows(oid::kServerAuth));
  CHECK(std::ranges::equal(
      *internals(certificate).extensions.authority_key_identifier->key_identifier,
      *internals(ca).extensions.subject_key_identifier));
  CHECK(internals(certificate).serial.size() == 16);
  CHECK(internals(certificate).serial[0] < 0x80);
  CHECK_FALSE(std::ranges::equal(internals(certificate).serial, internals(ca).serial));
}

TEST_CASE("recipes that make no certificate are refused") {
  const auto refusal = [](const CertificateRecipe& recipe) {
    return issue_certificate(recipe, test::key(0)).error();
  };
  CHECK(refusal({.names = {"not a name"}}) == Errc::misuse);
  CHECK(refusal({.names = {"*.org"}}) == Errc::misuse);
  CHECK(refusal({.names = {""}}) == Errc::misuse);
  CHECK(refusal({.common_name = ""}) == Errc::misuse);
  CHECK(refusal({.common_name = "", .names = {"example.org"}}) ==
        Errc::misuse);  // RFC 5280 §4.1.2.4: its issuer would have no name
  CHECK(refusal({.common_name = std::string(65, 'x')}) == Errc::misuse);
  CHECK(refusal({.path_length = 1}) == Errc::misuse);
  CHECK(refusal({.permitted = {"example.org"}}) == Errc::misuse);
  CHECK(refusal({.is_ca = true, .excluded = {"*.example.org"}}) == Errc::misuse);
  CHECK(refusal({.subject = "CN"}) == Errc::misuse);
  CHECK(refusal({.policies = {"1.2.x"}}) == Errc::misuse);
  CHECK(refusal({.crl_urls = {"a b"}}) == Errc::misuse);
  CHECK(refusal({.ocsp_urls = {"example.org"}}) == Errc::misuse);
  CHECK(refusal({.not_before = test::data_time(), .not_after = test::data_time() - test::kDay}) ==
        Errc::misuse);
  CHECK(issue_certificate({}, PrivateKey::elsewhere(KeyKind::rsa)).error() == Errc::misuse);
}

std::vector<std::string> purposes_of(const Certificate& certificate) {
  std::vector<std::string> purposes;
  der::Fault fault;
  for (der::Reader list(internals(certificate).extensions.extended_key_usage.value_or(Bytes{}),
                        fault);
       !list.at_end();)
    purposes.push_back(dotted(list.object_identifier()));
  return purposes;
}

TEST_CASE(
    "RFC 5280 4.2.1.3, 4.2.1.12: what a certificate is for decides its key usage and extended key "
    "usage") {
  const std::string server = "1.3.6.1.5.5.7.3.1", client = "1.3.6.1.5.5.7.3.2",
                    ocsp = "1.3.6.1.5.5.7.3.9";
  const unsigned signs = 1 << 0, enciphers = 1 << 2, certifies = 1 << 5, lists = 1 << 6;
  const PrivateKey rsa = *PrivateKey::from_pem(test::read_data("rsa.key.pem"));
  const auto check = [&](const CertificateRecipe& recipe, unsigned usage, unsigned usage_of_rsa,
                         const std::vector<std::string>& purposes) {
    for (const PrivateKey& key : {test::key(0), rsa}) {
      const auto certificate = issue_certificate(recipe, key);
      REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
      CHECK(internals(*certificate).extensions.key_usage ==
            (key.kind() == KeyKind::rsa ? usage_of_rsa : usage));
      CHECK(purposes_of(*certificate) == purposes);
    }
  };
  check({}, signs, signs | enciphers, {server});
  check({.for_clients = true}, signs, signs | enciphers, {server, client});
  check({.for_servers = false, .for_clients = true}, signs, signs | enciphers, {client});
  check({.for_servers = false}, signs, signs | enciphers, {});
  check({.for_servers = false, .for_ocsp_signing = true}, signs, signs, {ocsp});
  check({.for_servers = false, .for_crl_signing = true}, lists, lists, {});
  check({.for_crl_signing = true}, signs | lists, signs | enciphers | lists, {server});
  check({.is_ca = true, .for_clients = true, .for_ocsp_signing = true}, certifies | lists,
        certifies | lists, {});
}

TEST_CASE("OpenSSL reads every extension that a recipe can ask for") {
  if (!test::have("openssl")) return;
  const Folder folder;
  const auto text_of_extensions = [&](const CertificateRecipe& recipe) {
    const auto certificate = issue_certificate(recipe, test::key(0));
    REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
    std::string output;
    run("openssl x509 -noout -ext "
        "basicConstraints,subjectAltName,nameConstraints,certificatePolicies,crlDistributionPoints,"
        "authorityInfoAccess,tlsfeature,noCheck -in " +
            folder.write("a.pem", certificate->to_pem()),
        &output);
    std::erase(output, '\n');
    for (std::size_t at; (at = output.find("  ")) != output.npos;) output.erase(at, 1);
    return output;
  };
  CHECK(text_of_extensions({.names = {"a.org", "*.a.org", "192.0.2.1", "2001:db8::1", "a@b.org",
                                      "https://a.org/x", "DN:CN=a,O=b"}}) ==
        "X509v3 Basic Constraints: critical CA:FALSEX509v3 Subject Alternative Name: DNS:a.org, "
        "DNS:*.a.org, IP Address:192.0.2.1, IP "
        "Address:2001:DB8:0:0:0:0:0:1, "
        "email:a@b.org, URI:https://a.org/x, DirName:/O=b/CN=a");
  CHECK(text_of_extensions({.is_ca = true,
                            .path_length = 2,
                            .permitted = {"a.org", "192.0.2.0/24", "email:.b.org"},
                            .excluded = {"b.a.org", "C=BE"}}) ==
        "X509v3 Basic Constraints: critical CA:TRUE, pathlen:2X509v3 Name Constraints: critical "
        "Permitted: DNS:a.org IP:192.0.2.0/255.255.255.0 email:.b.org "
        "Excluded: DNS:b.a.org DirName:C = BE");
  CHECK(text_of_extensions({.policies = {"2.23.140.1.2.1", "1.2.3.4"},
                            .crl_urls = {"http://a.org/1.crl", "http://b.org/2.crl"},
                            .ocsp_urls = {"http://a.org/ocsp"},
                            .issuer_urls = {"http://a.org/ca.cer"},
                            .must_staple = true}) ==
        "X509v3 Basic Constraints: critical CA:FALSEX509v3 Certificate Policies: Policy: "
        "2.23.140.1.2.1 Policy: 1.2.3.4X509v3 CRL Distribution Points: Full "
        "Name: "
        "URI:http://a.org/1.crl Full Name: URI:http://b.org/2.crlAuthority Information Access: "
        "OCSP - URI:http://a.org/ocsp CA Issuers - "
        "URI:http://a.org/ca.cerTLS "
        "Feature: status_request");
  CHECK(text_of_extensions({.for_servers = false, .for_ocsp_signing = true}) ==
        "X509v3 Basic Constraints: critical CA:FALSEOCSP No Check: ");
}

TEST_CASE(
    "RFC 5280 4.1.2.2: a serial number is the recipe's, if it is positive and of at most 20 "
    "octets") {
  const auto serial_of = [](const std::string& digits) -> std::string {
    const auto certificate = issue_certificate({.serial = test::hex(digits)}, test::key(0));
    if (!certificate) return certificate.error() == Errc::misuse ? "refused" : "?";
    std::string text;
    for (const std::uint8_t octet : internals(*certificate).serial)
      text += "0123456789abcdef"[octet >> 4], text += "0123456789abcdef"[octet & 15];
    return text;
  };
  CHECK(serial_of("0102") == "0102");
  CHECK(serial_of("0001") == "01");
  CHECK(serial_of("80") == "0080");
  CHECK(serial_of(std::string("7f") + std::string(38, 'f')) ==
        std::string("7f") + std::string(38, 'f'));
  CHECK(serial_of("00") == "refused");
  CHECK(serial_of(std::string(40, 'f')) == "refused");
  CHECK(serial_of(std::string("01") + std::string(40, '0')) == "refused");
}

TEST_CASE("an issuer signs with the hash and the padding that the recipe asks for") {
  const auto method_of = [](const CertificateRecipe& recipe, const char* key) -> std::string {
    const auto certificate = issue_certificate(
        recipe, *PrivateKey::from_pem(test::read_data(std::string(key) + ".key.pem")));
    if (!certificate) return std::string(rule(certificate.error().code).name);
    CHECK(check_signature(internals(*certificate), internals(*certificate), *default_provider())
              .has_value());
    return text_of(internals(*certificate).signature_method);
  };
  CHECK(method_of({}, "rsa") == "RSA with SHA-256");
  CHECK(method_of({.hash = HashAlgorithm::sha512}, "rsa") == "RSA with SHA-512");
  CHECK(method_of({.pss = true}, "rsa") == "RSA-PSS with SHA-256");
  CHECK(method_of({.hash = HashAlgorithm::sha384, .pss = true}, "rsa") == "RSA-PSS with SHA-384");
  CHECK(method_of({}, "rsa_pss_sha384") == "RSA-PSS with SHA-384");
  CHECK(method_of({.hash = HashAlgorithm::sha256}, "rsa_pss_sha384") ==
        "signature_scheme_wrong_for_key");
  CHECK(method_of({.hash = HashAlgorithm::sha512}, "p256") == "ECDSA with SHA-512");
  CHECK(method_of({.hash = HashAlgorithm::sha1}, "p256") == "misuse");
  CHECK(method_of({.pss = true}, "p256") == "misuse");
  CHECK(method_of({.hash = HashAlgorithm::sha256}, "ed25519") == "misuse");
  CHECK(method_of({}, "ed25519") == "Ed25519");
}

TEST_CASE("RFC 5280 4.2.1.9: who is no CA issues nothing, and who allows no CA below issues none") {
  const Identity root = identity_of({.common_name = "Root", .is_ca = true, .path_length = 0},
                                    KeyKind::ec_secp256r1, nullptr);
  const Identity leaf = identity_of({.common_name = "leaf"}, KeyKind::ec_secp256r1, &root);
  CHECK(issue_certificate({}, test::key(0), &leaf).error() == Errc::misuse);
  CHECK(issue_certificate({.is_ca = true}, test::key(0), &root).error() == Errc::misuse);
  CHECK(issue_certificate({}, test::key(0), &root).has_value());
}

TEST_CASE("RFC 5280 4.2.1.6: without a subject the subjectAltName is critical") {
  const Identity root =
      identity_of({.common_name = "Root", .is_ca = true}, KeyKind::ec_secp256r1, nullptr);
  const auto certificate =
      issue_certificate({.common_name = "", .names = {"example.org"}}, test::key(0), &root);
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
      return tls12::verify({.presented = made->leaf.chain(),
                            .trust = trust,
                            .peer_name = {name},
                            .now = wall_time()});
    };
    CHECK(verify("localhost").has_value());
    CHECK(verify("127.0.0.1").has_value());
    CHECK(verify("example.org").error().error == Errc::certificate_name_mismatch);
  }
}

}  // namespace
}  // namespace tls12::x509
