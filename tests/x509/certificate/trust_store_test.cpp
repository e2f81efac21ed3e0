// TrustStore and Identity: what is loaded from files, how it is loaded again, and how failures name
// the files.
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "x509/certificate/trust_anchors.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::data_path;
using test::Folder;
using test::read_data;

const std::string kBad = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

TEST_CASE("anchors come from PEM files of several certificates and from DER files of one") {
  const Folder folder;
  const auto two = TrustStore::from_file(
      folder.write("two.pem", read_data("root.pem") + read_data("gnutls_ca.pem")));
  CHECK_FALSE(two.error().has_value());
  CHECK(two.anchors().size() == 2);
  const auto one =
      TrustStore::from_file(folder.write("one.der", tls12::text_of(test::load("root.pem").der())));
  CHECK_FALSE(one.error().has_value());
  REQUIRE(one.anchors().size() == 1);
  CHECK(one.anchors()[0].subject() == "CN=Example Root,O=Example\\, Inc.,C=DE");
  CHECK(TrustStore().anchors().empty());
  CHECK_FALSE(TrustStore().error().has_value());
}

TEST_CASE(
    "a file that cannot be read, is empty, or has no usable certificate is an error that names the "
    "file") {
  const Folder folder;
  const auto missing = TrustStore::from_file(folder.path("missing.pem"));
  REQUIRE(missing.error().has_value());
  CHECK(*missing.error() == Errc::file_unreadable);
  CHECK(missing.error()->system_error == ENOENT);
  CHECK(missing.error()->message().find("missing.pem") != std::string::npos);
  CHECK(*TrustStore::from_file(folder.write("empty.pem", "")).error() == Errc::no_trust_anchors);
  CHECK(*TrustStore::from_file(folder.write("text.pem", "hello\n")).error() == Errc::bad_pem);
  const auto broken = TrustStore::from_file(folder.write("broken.pem", kBad + kBad));
  REQUIRE(broken.error().has_value());
  CHECK(*broken.error() == Errc::bad_der);
  CHECK(broken.error()->message().find("broken.pem: certificate 1: ") != std::string::npos);
  CHECK(broken.anchors().empty());
  CHECK(*TrustStore::from_pem(kBad).error() == Errc::bad_der);
  CHECK(*TrustStore::from_file(folder.write("broken.der", std::string("\x30\x82\x01\x00", 4)))
             .error() == Errc::bad_der);
}

TEST_CASE(
    "of a bundle, the usable certificates are loaded, and each of the others is reported with its "
    "place") {
  const Folder folder;
  const std::string no_end = "-----BEGIN CERTIFICATE-----\nMAA=\n",
                    no_base64 = "-----BEGIN CERTIFICATE-----\nM!A=\n-----END CERTIFICATE-----\n";
  const std::string text = kBad + read_data("root.pem") + read_data("p256.key.pem") + no_base64 +
                           read_data("gnutls_ca.pem") + no_end;
  const std::string path = folder.write("bundle.pem", text);
  for (const TrustStore& store : {TrustStore::from_file(path), TrustStore::from_pem(text),
                                  TrustStore::any_of({TrustStore::from_file(path)})}) {
    CHECK_FALSE(store.error().has_value());
    CHECK(store.anchors().size() == 2);
    REQUIRE(store.skipped().size() == 3);
    CHECK(store.skipped()[0] == Errc::bad_der);
    CHECK(store.skipped()[1] == Errc::bad_pem);
    CHECK(store.skipped()[2].about().ends_with("certificate 5: there is no END line"));
  }
  CHECK(TrustStore::from_file(path).skipped()[1].about() ==
        path + ": certificate 3: a character that is not base64");
  const auto store = TrustStore::from_file(path);
  folder.write("bundle.pem", read_data("root.pem"));
  REQUIRE(store.reload().has_value());
  CHECK(store.skipped().empty());
  CHECK(TrustStore().skipped().empty());
  std::string many = read_data("root.pem");
  for (int i = 0; i < 100; ++i) many += kBad;
  CHECK(TrustStore::from_pem(many).skipped().size() == 64);
  CHECK(Certificate::all_from_pem(text).error() == Errc::bad_der);
}

TEST_CASE(
    "a directory gives every certificate of its files, PEM or DER, and skips what is broken or "
    "none") {
  const Folder folder;
  folder.write("two.pem", read_data("root.pem") + kBad + read_data("gnutls_ca.pem"));
  folder.write("one.crt", tls12::text_of(test::load("root_ed25519.pem").der()));
  folder.write("broken.der", std::string("\x30\x82\x01\x00", 4));
  folder.write("key.pem", read_data("p256.key.pem"));
  folder.write("README", "hello\n");
  folder.write("empty", "");
  std::filesystem::create_directory(folder.path("folder"));
  REQUIRE(mkfifo(folder.path("pipe").c_str(), 0600) == 0);
  const auto store = TrustStore::from_directory(folder.path(""));
  CHECK_FALSE(store.error().has_value());
  CHECK(store.anchors().size() == 3);
}

TEST_CASE("a certificate counts once, however many files and links have it") {
  const Folder folder;
  folder.write("root.pem", read_data("root.pem") + read_data("root.pem"));
  folder.write("copy.der", tls12::text_of(test::load("root.pem").der()));
  std::filesystem::create_symlink("root.pem", folder.path("9a9d9c70.0"));
  std::filesystem::create_symlink("nowhere.pem", folder.path("9a9d9c70.1"));
  CHECK(TrustStore::from_directory(folder.path("")).anchors().size() == 1);
  CHECK(TrustStore::of({test::load("root.pem"), test::load("root.pem")}).anchors().size() == 1);
  // OpenSSL's hash alone, of a file that is elsewhere, counts like any other name.
  const Folder links;
  std::filesystem::create_symlink(folder.path("root.pem"), links.path("9a9d9c70.0"));
  CHECK(TrustStore::from_directory(links.path("")).anchors().size() == 1);
}

TEST_CASE("a directory without any certificate, or none at all, is an error that names it") {
  const Folder folder;
  folder.write("text.pem", "hello\n");
  const auto none = TrustStore::from_directory(folder.path(""));
  REQUIRE(none.error().has_value());
  CHECK(*none.error() == Errc::no_trust_anchors);
  CHECK(none.error()->message().find(folder.path("")) != std::string::npos);
  const auto missing = TrustStore::from_directory(folder.path("missing"));
  CHECK(*missing.error() == Errc::file_unreadable);
  CHECK(missing.error()->system_error == ENOENT);
}

/// An environment variable, for as long as this lives; an empty one is as good as none.
struct Variable {
  Variable(const char* n, const std::string& value) : name(n) { setenv(name, value.c_str(), 1); }
  ~Variable() { unsetenv(name); }
  const char* name;
};

TEST_CASE(
    "the system's bundle is the one that SSL_CERT_FILE names, and a bad certificate in it is "
    "skipped") {
  const Folder folder;
  const Variable directories("SSL_CERT_DIR", "");
  {
    const Variable file("SSL_CERT_FILE", folder.write("bundle.pem", kBad + read_data("root.pem")));
    const auto store = TrustStore::system();
    CHECK_FALSE(store.error().has_value());
    CHECK(store.anchors().size() == 1);
  }
  const Variable file("SSL_CERT_FILE", folder.path("missing.pem"));
  CHECK(*TrustStore::system().error() == Errc::file_unreadable);
}

TEST_CASE("an error of the system's store names the variable and its file or directory") {
  const Folder folder;
  const std::string text = folder.write("text.pem", "hello\n"), empty = folder.path("empty"),
                    missing = folder.path("missing");
  std::filesystem::create_directory(empty);
  const auto error = [](const std::string& file, const std::string& directories) {
    const Variable one("SSL_CERT_FILE", file), other("SSL_CERT_DIR", directories);
    return TrustStore::system().error().value();
  };
  CHECK(error(missing, "").about() == "SSL_CERT_FILE=" + missing);
  CHECK(error(missing, "").system_error == ENOENT);
  CHECK(error(text, "").about() == "SSL_CERT_FILE=" + text + ": the file has no certificate");
  CHECK(error(text, "") == Errc::no_trust_anchors);
  CHECK(error("", missing).about() == "SSL_CERT_DIR=" + missing);
  CHECK(error("", empty + ":" + missing).about() ==
        "SSL_CERT_DIR=" + empty + ": the directory has no certificate");
  CHECK(error(text, missing).about() == "SSL_CERT_FILE=" + text + ": the file has no certificate");
  CHECK(error("", ":").about() == "SSL_CERT_DIR: no directory");
}

TEST_CASE(
    "SSL_CERT_DIR names the system's directories, beside SSL_CERT_FILE; one that is not there is "
    "skipped") {
  const Folder one, two;
  const Variable no_file("SSL_CERT_FILE", "");
  one.write("a.pem", read_data("root.pem"));
  two.write("b.pem", read_data("gnutls_ca.pem"));
  const Variable directories("SSL_CERT_DIR",
                             one.path("") + ":" + one.path("missing") + "::" + two.path(""));
  CHECK(TrustStore::system().anchors().size() == 2);
  {
    const Variable file("SSL_CERT_FILE", two.write("c.pem", read_data("root_ed25519.pem")));
    CHECK(TrustStore::system().anchors().size() == 3);
  }
  const Variable missing("SSL_CERT_DIR", one.path("missing"));
  CHECK(*TrustStore::system().error() == Errc::file_unreadable);
}

TEST_CASE("several stores make one") {
  const Folder folder;
  const auto file = TrustStore::from_file(folder.write("root.pem", read_data("root.pem")));
  const auto joined = TrustStore::any_of(
      {file, TrustStore(), TrustStore::of({test::load("gnutls_ca.pem"), test::load("root.pem")})});
  CHECK_FALSE(joined.error().has_value());
  CHECK(joined.anchors().size() == 2);
  CHECK(*TrustStore::any_of({file, TrustStore::from_pem(kBad)}).error() == Errc::bad_der);
  folder.write("root.pem", read_data("root_ed25519.pem"));
  CHECK(joined.reload().has_value());
  CHECK(joined.anchors().size() == 3);
}

TEST_CASE("an anchor is found by its subject") {
  const auto store = TrustStore::of(
      {test::load("root.pem"), test::load("gnutls_ca.pem"), test::load("root_ed25519.pem")});
  const auto anchors = store.anchors();
  for (const Certificate& anchor : anchors) {
    const auto found = with_subject(anchors, internals(anchor).subject_hash);
    REQUIRE(found.size() == 1);
    CHECK(found[0].subject() == anchor.subject());
  }
  CHECK(with_subject(anchors, 0).empty());
  CHECK(with_subject(TrustStore().anchors(), 0).empty());
}

TEST_CASE("a reload reaches every copy of a store; who holds the old anchors keeps them") {
  const Folder folder;
  const auto store = TrustStore::from_file(folder.write("trust.pem", read_data("root.pem")));
  const TrustStore copy = store;
  const auto before = copy.anchors();
  folder.write("trust.pem", read_data("gnutls_ca.pem") + read_data("root_ed25519.pem"));
  CHECK(copy.anchors().size() == 1);
  CHECK(store.reload().has_value());
  CHECK(copy.anchors().size() == 2);
  REQUIRE(before.size() == 1);
  CHECK(before[0].subject() == test::load("root.pem").subject());
}

TEST_CASE("a failed reload says why, and keeps the anchors") {
  const Folder folder;
  const auto store = TrustStore::from_file(folder.write("trust.pem", read_data("root.pem")));
  folder.write("trust.pem", kBad + kBad);
  CHECK(store.reload().error() == Errc::bad_der);
  std::filesystem::remove(folder.path("trust.pem"));
  CHECK(store.reload().error() == Errc::file_unreadable);
  CHECK_FALSE(store.error().has_value());
  REQUIRE(store.anchors().size() == 1);
  CHECK(store.anchors()[0].subject() == test::load("root.pem").subject());
}

TEST_CASE("a reload mends a store that could not be loaded") {
  const Folder folder;
  const auto store = TrustStore::from_file(folder.path("trust.pem"));
  CHECK(*store.error() == Errc::file_unreadable);
  folder.write("trust.pem", read_data("root.pem"));
  CHECK(store.reload().has_value());
  CHECK_FALSE(store.error().has_value());
  CHECK(store.anchors().size() == 1);
  CHECK(TrustStore().reload().has_value());
  CHECK(TrustStore::of({test::load("root.pem")}).reload().has_value());
}

TEST_CASE("threads verify while others reload") {
  const Folder folder;
  const std::string path = folder.path("trust.pem"), fresh = folder.path("fresh.pem");
  const std::string contents[] = {read_data("root.pem"),
                                  read_data("root.pem") + read_data("gnutls_ca.pem")};
  folder.write("trust.pem", contents[0]);
  const auto store = TrustStore::from_file(path);
  const Certificate presented[] = {test::load("leaf.pem"), test::load("intermediate.pem")};
  std::atomic<bool> done = false;
  std::atomic<int> verified = 0, refused = 0;
  {
    std::vector<std::jthread> verifiers;
    for (int i = 0; i < 2; ++i)
      verifiers.emplace_back([&] {
        do {
          const auto chain = tls12::verify({.presented = presented,
                                            .trust = store,
                                            .peer_name = PeerName::any(),
                                            .now = test::data_time()});
          ++(chain ? verified : refused);
        } while (!done);
      });
    std::vector<std::jthread> reloaders;
    for (int i = 0; i < 2; ++i)
      reloaders.emplace_back([&] {
        for (int n = 0; n < 50; ++n) CHECK(store.reload().has_value());
      });
    for (int n = 0; n < 50; ++n) {
      folder.write("fresh.pem", contents[n % 2]);
      std::filesystem::rename(fresh, path);
    }
    reloaders.clear();
    done = true;
  }
  CHECK(verified > 0);
  CHECK(refused == 0);
  CHECK(store.reload().has_value());
  CHECK(store.anchors().size() == 2);
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
  const std::string chain =
      folder.write("chain.pem", read_data("leaf.pem") + read_data("intermediate.pem"));
  const auto identity = Identity::from_pem_files(chain, data_path("p256.key.pem"));
  REQUIRE_MESSAGE(identity.has_value(), identity.error().message());
  CHECK(identity->chain().size() == 2);
  CHECK(identity->key().kind() == KeyKind::ec_secp256r1);
  const auto wrong = Identity::from_pem_files(chain, data_path("gnutls_leaf.key.pem"));
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error() == Errc::key_does_not_match_certificate);
  CHECK(Identity::from_pem_files(chain, data_path("p384.key.pem")).error() ==
        Errc::key_does_not_match_certificate);
  CHECK(Identity::from_pem_files(folder.path("no.pem"), data_path("p256.key.pem")).error() ==
        Errc::file_unreadable);
  const auto no_key = Identity::from_pem_files(chain, folder.path("no-key.pem"));
  CHECK(no_key.error() == Errc::file_unreadable);
  CHECK(no_key.error().message().find("no-key.pem") != std::string::npos);
  const auto encrypted = Identity::from_pem_files(chain, data_path("p256.encrypted.pem"));
  CHECK(encrypted.error() == Errc::key_encrypted);
  CHECK(encrypted.error().message().find("p256.encrypted.pem") != std::string::npos);
  CHECK(Identity::from({}, test::key(0)).error() == Errc::misuse);
}

TEST_CASE("a key elsewhere fits a certificate by its kind") {
  CHECK(Identity::from({test::load("leaf.pem")}, PrivateKey::elsewhere(KeyKind::ec_secp256r1))
            .has_value());
  CHECK(Identity::from({test::load("leaf.pem")}, PrivateKey::elsewhere(KeyKind::rsa)).error() ==
        Errc::key_does_not_match_certificate);
}

TEST_CASE("the identities of every kind of key that OpenSSL made load") {
  const std::pair<const char*, const char*> kPairs[] = {{"root.pem", "rsa"},
                                                        {"root_pss.pem", "rsa_pss_sha384"},
                                                        {"root_ed25519.pem", "ed25519"},
                                                        {"leaf_p521.pem", "p521"},
                                                        {"intermediate.pem", "p384"}};
  for (const auto& [certificate, key] : kPairs) {
    const auto identity =
        Identity::from_pem_files(data_path(certificate), data_path(std::string(key) + ".key.pem"));
    CHECK_MESSAGE(identity.has_value(), identity.error().message());
  }
}

}  // namespace
}  // namespace tls12::x509
