// TrustStore and Identity: what is loaded from files, and how failures name them.
#include <chrono>

#include "support.hpp"

namespace tls12::x509 {
namespace {

using test::data_path;
using test::Folder;
using test::read_data;

TEST_CASE("anchors come from PEM files of several certificates and from DER files of one") {
  const Folder folder;
  const auto two = TrustStore::from_file(folder.write("two.pem", read_data("root.pem") + read_data("gnutls_ca.pem")));
  CHECK_FALSE(two.error().has_value());
  CHECK(two.anchors().size() == 2);
  const auto one = TrustStore::from_file(folder.write("one.der", tls12::text_of(test::load("root.pem").der())));
  CHECK_FALSE(one.error().has_value());
  REQUIRE(one.anchors().size() == 1);
  CHECK(one.anchors()[0].subject() == "CN=Example Root,O=Example\\, Inc.,C=DE");
  CHECK(TrustStore().anchors().empty());
  CHECK_FALSE(TrustStore().error().has_value());
}

TEST_CASE("a file that cannot be read, is empty, or has a bad certificate is an error that names the file") {
  const Folder folder;
  const auto missing = TrustStore::from_file(folder.path("missing.pem"));
  REQUIRE(missing.error().has_value());
  CHECK(*missing.error() == Errc::file_unreadable);
  CHECK(missing.error()->system_error == ENOENT);
  CHECK(missing.error()->message().find("missing.pem") != std::string::npos);
  CHECK(*TrustStore::from_file(folder.write("empty.pem", "")).error() == Errc::no_trust_anchors);
  CHECK(*TrustStore::from_file(folder.write("text.pem", "hello\n")).error() == Errc::bad_pem);
  const std::string bad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
  const auto broken = TrustStore::from_file(folder.write("broken.pem", read_data("root.pem") + bad));
  REQUIRE(broken.error().has_value());
  CHECK(*broken.error() == Errc::bad_der);
  CHECK(broken.error()->message().find("broken.pem: certificate 2: ") != std::string::npos);
  CHECK(broken.anchors().empty());
  CHECK(*TrustStore::from_pem(bad).error() == Errc::bad_der);
  CHECK(*TrustStore::from_file(folder.write("broken.der", std::string("\x30\x82\x01\x00", 4))).error() == Errc::bad_der);
}

TEST_CASE("the system's bundle is the one that SSL_CERT_FILE names, and a bad certificate in it is skipped") {
  const Folder folder;
  const std::string bad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
  setenv("SSL_CERT_FILE", folder.write("bundle.pem", bad + read_data("root.pem")).c_str(), 1);
  const auto store = TrustStore::system();
  CHECK_FALSE(store.error().has_value());
  CHECK(store.anchors().size() == 1);
  setenv("SSL_CERT_FILE", folder.path("missing.pem").c_str(), 1);
  CHECK(*TrustStore::system().error() == Errc::file_unreadable);
  unsetenv("SSL_CERT_FILE");
}

TEST_CASE("every certificate of Debian's bundle is readable") {
  const char* path = "/etc/ssl/certs/ca-certificates.crt";
  if (!std::filesystem::exists(path)) {
    MESSAGE("skipped: there is no " << std::string(path));
    return;
  }
  const auto store = TrustStore::from_file(path);
  REQUIRE_MESSAGE(!store.error().has_value(), store.error()->message());
  std::string output;
  test::run(std::string("grep -c 'BEGIN CERTIFICATE' ") + path, &output);
  CHECK(store.anchors().size() == std::stoul(output));
}

TEST_CASE("an identity is a chain and the key of its first certificate") {
  const Folder folder;
  const std::string chain = folder.write("chain.pem", read_data("leaf.pem") + read_data("intermediate.pem"));
  const auto identity = Identity::from_pem_files(chain, data_path("p256.key.pem"));
  REQUIRE_MESSAGE(identity.has_value(), identity.error().message());
  CHECK(identity->chain().size() == 2);
  CHECK(identity->key().kind() == KeyKind::ec_secp256r1);
  const auto wrong = Identity::from_pem_files(chain, data_path("gnutls_leaf.key.pem"));
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error() == Errc::key_does_not_match_certificate);
  CHECK(Identity::from_pem_files(chain, data_path("p384.key.pem")).error() == Errc::key_does_not_match_certificate);
  CHECK(Identity::from_pem_files(folder.path("no.pem"), data_path("p256.key.pem")).error() == Errc::file_unreadable);
  const auto no_key = Identity::from_pem_files(chain, folder.path("no-key.pem"));
  CHECK(no_key.error() == Errc::file_unreadable);
  CHECK(no_key.error().message().find("no-key.pem") != std::string::npos);
  const auto encrypted = Identity::from_pem_files(chain, data_path("p256.encrypted.pem"));
  CHECK(encrypted.error().message().find("p256.encrypted.pem: the key is encrypted") != std::string::npos);
  CHECK(Identity::from({}, test::key(0)).error() == Errc::misuse);
}

TEST_CASE("a key elsewhere fits a certificate by its kind") {
  CHECK(Identity::from({test::load("leaf.pem")}, PrivateKey::elsewhere(KeyKind::ec_secp256r1)).has_value());
  CHECK(Identity::from({test::load("leaf.pem")}, PrivateKey::elsewhere(KeyKind::rsa)).error() == Errc::key_does_not_match_certificate);
}

TEST_CASE("the identities of every kind of key that OpenSSL made load") {
  const std::pair<const char*, const char*> kPairs[] = {
      {"root.pem", "rsa"}, {"root_pss.pem", "rsa_pss_sha384"}, {"root_ed25519.pem", "ed25519"}, {"leaf_p521.pem", "p521"}, {"intermediate.pem", "p384"}};
  for (const auto& [certificate, key] : kPairs) {
    const auto identity = Identity::from_pem_files(data_path(certificate), data_path(std::string(key) + ".key.pem"));
    CHECK_MESSAGE(identity.has_value(), identity.error().message());
  }
}

}  // namespace
}  // namespace tls12::x509
