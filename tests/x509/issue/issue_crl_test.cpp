#include "x509/revocation/crl.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::Folder;
using test::run;

Identity ca_of(const PrivateKey& key, const std::string& name = "CA") {
  return *Identity::from({*issue_certificate({.common_name = name, .is_ca = true}, key)}, key);
}
const Identity& ca() {
  static const Identity made = ca_of(test::key(5));
  return made;
}
Certificate leaf(const Identity& issuer = ca()) {
  return *issue_certificate({}, test::key(0), &issuer);
}

TEST_CASE("OpenSSL refuses what a list revokes, and nothing else") {
  if (!test::have("openssl")) return;
  for (const char* name : {"rsa", "rsa_pss_sha384", "p256", "p384", "p521", "ed25519"}) {
    INFO(std::string(name));
    const Identity issuer =
        ca_of(*PrivateKey::from_pem(test::read_data(std::string(name) + ".key.pem")));
    const Certificate good = leaf(issuer), bad = leaf(issuer);
    const auto crl = issue_crl({.revoked = {bad}, .reason = "keyCompromise"}, issuer);
    REQUIRE_MESSAGE(crl.has_value(), crl.error().message());
    const Folder folder;
    const std::string command = "openssl verify -x509_strict -crl_check -CAfile " +
                                folder.write("ca.pem", issuer.chain()[0].to_pem()) + " -CRLfile " +
                                folder.write("crl.pem", crl->to_pem()) + " ";
    std::string output;
    CHECK_MESSAGE(run(command + folder.write("good.pem", good.to_pem()), &output) == 0, output);
    CHECK(run(command + folder.write("bad.pem", bad.to_pem()), &output) != 0);
    CHECK(output.find("certificate revoked") != std::string::npos);
    run("openssl crl -noout -text -in " + folder.path("crl.pem"), &output);
    CHECK(output.find("Key Compromise") != std::string::npos);
  }
}

TEST_CASE(
    "RFC 5280 5.2.3: a list carries on the one before it: its entries, its reasons, its number") {
  const Certificate first = leaf(), second = leaf();
  const auto one = issue_crl({.revoked = {first}, .reason = "superseded"}, ca());
  const auto two = issue_crl({.revoked = {first, second}, .previous = *one}, ca());
  REQUIRE_MESSAGE(two.has_value(), two.error().message());
  CHECK(two->size() == 2);
  CHECK(std::ranges::equal(*internals(*one).crl_number, test::hex("01")));
  CHECK(std::ranges::equal(*internals(*two).crl_number, test::hex("02")));
  der::Fault fault;
  der::Reader entries(internals(*two).entries, fault);
  CHECK(read_crl_entry(entries).reason == RevocationReason::superseded);
  CHECK_FALSE(read_crl_entry(entries).reason.has_value());
  CHECK(issue_crl({.previous = *two}, ca())->size() == 2);
}

TEST_CASE("lists that make no sense are refused") {
  const Identity other = ca_of(test::key(4), "other"), impostor = ca_of(test::key(4));
  const Identity peer = *Identity::from({leaf()}, test::key(0));
  CHECK(issue_crl({.revoked = {leaf(other)}}, ca()).error() == Errc::misuse);
  CHECK(issue_crl({.reason = "because"}, ca()).error() == Errc::misuse);
  CHECK(issue_crl({.reason = "removeFromCRL"}, ca()).error() == Errc::misuse);
  CHECK(issue_crl({}, peer).error() == Errc::misuse);
  CHECK(issue_crl({.this_update = test::test_time(), .next_update = test::test_time()}, ca())
            .error() == Errc::misuse);
  CHECK(issue_crl({.previous = *issue_crl({}, other)}, ca()).error() == Errc::misuse);
  CHECK(issue_crl({.previous = *issue_crl({}, impostor)}, ca()).error() ==
        Errc::certificate_signature_wrong);
}

}  // namespace
}  // namespace tls12::x509
