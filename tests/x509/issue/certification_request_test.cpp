#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::Folder;
using test::run;

const Identity& ca() {
  static const Identity made = [] {
    const auto certificate = issue_certificate({.common_name = "CA", .is_ca = true}, test::key(5));
    return *Identity::from({*certificate}, test::key(5));
  }();
  return made;
}

TEST_CASE("a request says what its recipe says, and what is issued for it is for its key") {
  const CertificateRecipe wanted{
      .subject = "CN=example.org,O=ACME,C=BE",
      .names = {"example.org", "192.0.2.1", "a@example.org", "urn:x:1", "DN:O=b"},
      .for_servers = false,
      .for_clients = true,
      .must_staple = true};
  const auto request = request_certificate(wanted, test::key(0));
  REQUIRE_MESSAGE(request.has_value(), request.error().message());
  CHECK(request->subject() == wanted.subject);
  CHECK(std::ranges::equal(request->public_key_info(), test::key(0).public_key_info()));
  const CertificateRecipe recipe = request->recipe();
  CHECK(recipe.subject == wanted.subject);
  CHECK(recipe.names == std::vector<std::string>{"DNS:example.org", "IP:192.0.2.1",
                                                 "email:a@example.org", "URI:urn:x:1", "DN:O=b"});
  CHECK_FALSE(recipe.for_servers);
  CHECK(recipe.for_clients);
  CHECK(recipe.must_staple);
  const auto certificate = issue_certificate(recipe, *request, ca());
  REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
  CHECK(certificate->subject() == wanted.subject);
  CHECK(certificate->issuer() == "CN=CA");
  CHECK(certificate->names() == std::vector<std::string>{"example.org", "192.0.2.1"});
  CHECK(Identity::from({*certificate}, test::key(0)).has_value());
}

TEST_CASE("nobody becomes a CA by asking") {
  const auto request = request_certificate({.common_name = "me", .is_ca = true}, test::key(0));
  REQUIRE(request.has_value());
  CHECK_FALSE(request->recipe().is_ca);
  const auto certificate = issue_certificate(request->recipe(), *request, ca());
  CHECK_FALSE(internals(*certificate).extensions.basic_constraints->is_ca);
}

TEST_CASE("who issues decides: the recipe counts, not the request") {
  const auto request = request_certificate({.names = {"other.example"}}, test::key(0));
  const auto certificate =
      issue_certificate({.common_name = "mine", .names = {"mine.example"}}, *request, ca());
  CHECK(certificate->names() == std::vector<std::string>{"mine.example"});
  CHECK(certificate->subject() == "CN=mine");
}

TEST_CASE("RFC 2986 3: a request whose signature is not of its own key is refused") {
  const auto request = request_certificate({}, test::key(0));
  REQUIRE(request.has_value());
  std::vector<std::uint8_t> der(request->der().begin(), request->der().end());
  der.back() ^= 1;
  CHECK(CertificationRequest::from_der(der).error() == Errc::bad_certification_request);
  std::vector<std::uint8_t> renamed(request->der().begin(), request->der().end());
  const auto name = std::ranges::search(renamed, bytes_of("tls12 development"));
  REQUIRE_FALSE(name.empty());
  name.front() ^= 0x20;
  CHECK(CertificationRequest::from_der(renamed).error() == Errc::bad_certification_request);
}

TEST_CASE("what is no request is refused, cut anywhere") {
  const auto request = request_certificate({}, test::key(0));
  for (std::size_t size = 0; size < request->der().size(); ++size)
    CHECK(CertificationRequest::from_der(request->der().first(size)).error() ==
          Errc::bad_certification_request);
  CHECK(CertificationRequest::from_der(ca().chain()[0].der()).error() ==
        Errc::bad_certification_request);
  CHECK(CertificationRequest::from_pem(ca().chain()[0].to_pem()).error() == Errc::bad_pem);
  CHECK(CertificationRequest::from_pem("").error() == Errc::bad_pem);
}

TEST_CASE("a request in PEM is found among others, under its old label as well") {
  const auto request = request_certificate({}, test::key(0));
  const std::string text = request->to_pem();
  CHECK(text.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
  CHECK(CertificationRequest::from_pem(ca().chain()[0].to_pem() + text).has_value());
  std::string old = text;
  for (std::size_t at = 0; (at = old.find("CERTIFICATE REQUEST", at)) != old.npos; at += 23)
    old.insert(at, "NEW ");
  CHECK(CertificationRequest::from_pem(old).has_value());
}

TEST_CASE("requests of every kind of key pass OpenSSL's and GnuTLS's check") {
  const bool openssl = test::have("openssl"), certtool = test::have("certtool");
  for (const char* name : {"rsa", "rsa_pss", "rsa_pss_sha384", "p256", "p384", "p521", "ed25519"}) {
    INFO(std::string(name));
    const auto key = PrivateKey::from_pem(test::read_data(std::string(name) + ".key.pem"));
    const auto request = request_certificate({.names = {"example.org"}, .for_clients = true}, *key);
    REQUIRE_MESSAGE(request.has_value(), request.error().message());
    const Folder folder;
    const std::string file = folder.write("request.pem", request->to_pem());
    std::string output;
    if (openssl) CHECK_MESSAGE(run("openssl req -verify -noout -in " + file, &output) == 0, output);
    if (certtool) {
      CHECK_MESSAGE(run("certtool --crq-info --infile " + file, &output) == 0, output);
      CHECK(output.find("DNSname: example.org") != std::string::npos);
      CHECK(output.find("Self signature: verified") != std::string::npos);
    }
  }
}

TEST_CASE("requests that OpenSSL and GnuTLS make are read") {
  const Folder folder;
  if (test::have("openssl")) {
    for (const char* algorithm : {"rsa:2048", "rsa-pss -pkeyopt rsa_keygen_bits:2048",
                                  "ec -pkeyopt ec_paramgen_curve:P-256", "ed25519"}) {
      std::string output;
      const std::string file = folder.path("request.pem");
      REQUIRE_MESSAGE(
          run("openssl req -new -nodes -newkey " + std::string(algorithm) + " -keyout " +
                  folder.path("key.pem") + " -out " + file +
                  " -subj '/C=BE/O=ACME/CN=example.org' -addext "
                  "subjectAltName=DNS:example.org,URI:urn:x:1 -addext extendedKeyUsage=clientAuth",
              &output) == 0,
          output);
      run("cat " + file, &output);
      const auto request = CertificationRequest::from_pem(output);
      REQUIRE_MESSAGE(request.has_value(), request.error().message());
      CHECK(request->subject() == "CN=example.org,O=ACME,C=BE");
      CHECK(request->recipe().names == std::vector<std::string>{"DNS:example.org", "URI:urn:x:1"});
      CHECK(request->recipe().for_clients);
      CHECK_FALSE(request->recipe().for_servers);
      // Without any extension, and even without attributes.
      REQUIRE(run("openssl req -new -nodes -newkey " + std::string(algorithm) + " -keyout " +
                  folder.path("key.pem") + " -out " + file + " -subj /CN=a") == 0);
      run("cat " + file, &output);
      CHECK(CertificationRequest::from_pem(output)->recipe().for_servers);
    }
  }
  if (test::have("certtool")) {
    std::string output;
    const std::string key = folder.write("p256.pem", test::read_data("p256.key.pem"));
    const std::string options =
        folder.write("template",
                     "cn = \"example.org\"\norganization = ACME\ndns_name = "
                     "example.org\nip_address = 192.0.2.1\nchallenge_password = x\n");
    const std::string file = folder.path("request.pem");
    REQUIRE_MESSAGE(run("certtool --generate-request --load-privkey " + key + " --template " +
                            options + " --outfile " + file,
                        &output) == 0,
                    output);
    run("cat " + file, &output);
    const auto request = CertificationRequest::from_pem(output);
    REQUIRE_MESSAGE(request.has_value(), request.error().message());
    CHECK(request->recipe().names == std::vector<std::string>{"DNS:example.org", "IP:192.0.2.1"});
  }
}

TEST_CASE("a request with a weak key is refused") {
  if (!test::have("openssl")) return;
  const Folder folder;
  REQUIRE(run("openssl req -new -nodes -newkey rsa:1024 -keyout " + folder.path("key.pem") +
              " -out " + folder.path("request.pem") + " -subj /CN=a") == 0);
  std::string text;
  run("cat " + folder.path("request.pem"), &text);
  CHECK(CertificationRequest::from_pem(text).error() == Errc::certificate_key_too_weak);
}

}  // namespace
}  // namespace tls12::x509
