// Pins: how they are written, what they match, and what a verdict makes of them.
#include "tls12/pin.hpp"

#include "x509/certificate/pin.hpp"
#include "x509/chains.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

// Of data/leaf.pem, by OpenSSL: `x509 -fingerprint -sha256`, and `x509 -pubkey | pkey -pubin
// -outform der | dgst -sha256` in hexadecimal and in base64.
constexpr std::string_view kFingerprint =
    "0A:7C:B8:A8:0F:00:E5:09:2E:B2:8D:42:15:A5:BE:98:77:69:92:1B:7A:FD:5F:39:03:59:CB:2B:10:13:30:"
    "EA";
constexpr std::string_view kKey =
    "55db027a6ac1e08c4f30a15dfb3571c57bce82324d983990bd212e7cecf1e5a0";
constexpr std::string_view kKeyInBase64 = "VdsCemrB4IxPMKFd+zVxxXvOgjJNmDmQvSEufOzx5aA=";

std::string prefixed(std::string_view prefix, std::string_view text) {
  return std::string(prefix) + std::string(text);
}
Pin of_key(const Certificate& certificate) { return Pin::of(certificate).value(); }
Pin of_certificate(const Certificate& certificate) {
  return Pin::of(certificate, Pin::Kind::certificate).value();
}
/// Signatures are random: one certificate for all comparisons.
const Certificate& pinned() {
  static const Certificate certificate = leaf();
  return certificate;
}
Verdict judged(const VerifyPolicy& policy, std::vector<Certificate> anchors = {root()},
               WallTime now = test_time()) {
  const std::vector<Certificate> presented = {pinned(), intermediate()};
  const TrustStore trust = TrustStore::of(std::move(anchors));
  return tls12::verify({.presented = presented,
                        .trust = trust,
                        .peer_name = {"example.com"},
                        .now = now,
                        .policy = policy});
}

TEST_CASE(
    "a pin is the SHA-256 of a certificate or of its SubjectPublicKeyInfo, as OpenSSL makes it") {
  const Certificate certificate = load("leaf.pem");
  CHECK(of_certificate(certificate) == Pin::parse(prefixed("certificate:", kFingerprint)));
  CHECK(of_key(certificate) == Pin::parse(prefixed("key:", kKey)));
  CHECK(of_key(certificate) == Pin::parse(prefixed("sha256//", kKeyInBase64)));
  CHECK(of_key(certificate) == Pin::of_public_key(internals(certificate).public_key_info));
  CHECK(of_key(certificate) != of_certificate(certificate));
}

TEST_CASE("a text that is not a pin is refused, and named") {
  const std::string short_key(kKey.substr(1)), long_key = std::string(kKey) + "00";
  const std::string base64(kKeyInBase64);
  for (const std::string& text :
       {std::string(), std::string("key:"), std::string(kKey), "sha256:" + std::string(kKey),
        "key:" + short_key, "key:" + long_key, "key:x" + short_key, "Key:" + std::string(kKey),
        "sha256//" + base64.substr(0, 43), "sha256//" + base64 + "=",
        "sha256//" + base64.substr(0, 42) + "B=", "sha256// " + base64.substr(0, 43),
        "sha256/" + base64, "certificate:" + base64}) {
    CAPTURE(text);
    const auto pin = Pin::parse(text);
    REQUIRE(!pin.has_value());
    CHECK(pin.error().code == Errc::bad_configuration);
    CHECK(pin.error().about().starts_with("not a pin: " + text.substr(0, 60)));
  }
}

TEST_CASE("bytes that are not exactly one SubjectPublicKeyInfo have no pin") {
  const Certificate leaf = load("leaf.pem");
  const Bytes key = internals(leaf).public_key_info;
  CHECK(Pin::of_public_key({}).error().code == Errc::bad_der);
  CHECK(Pin::of_public_key(key.first(key.size() - 1)).error().code == Errc::bad_der);
  CHECK(Pin::of_public_key(load("leaf.pem").der()).error().code == Errc::bad_der);
}

TEST_CASE(
    "a pin of a certificate matches that certificate; a pin of a key, each certificate and raw key "
    "with it") {
  const Certificate renewed =
      sign_as(leaf_draft(key(2), {"renewed.example"}), common_name("intermediate"), key(1));
  const Certificate other = sign_as(leaf_draft(key(3)), common_name("intermediate"), key(1));
  const Provider& provider = *default_provider();
  const std::vector<Pin> by_key = {of_key(pinned())}, by_certificate = {of_certificate(pinned())};
  CHECK(is_pinned(pinned(), by_key, provider));
  CHECK(is_pinned(renewed, by_key, provider));
  CHECK_FALSE(is_pinned(other, by_key, provider));
  CHECK(is_pinned(internals(pinned()).public_key_info, by_key, provider));
  CHECK(is_pinned(pinned(), by_certificate, provider));
  CHECK_FALSE(is_pinned(renewed, by_certificate, provider));
  CHECK_FALSE(is_pinned(internals(pinned()).public_key_info, by_certificate, provider));
  const std::vector<Pin> several = {of_key(other), of_certificate(pinned())};
  CHECK(is_pinned(pinned(), several, provider));
  CHECK_FALSE(is_pinned(pinned(), {}, provider));
}

TEST_CASE(
    "a pinned certificate must satisfy every other rule, and one that does not match is refused "
    "before them") {
  const VerifyPolicy right = {.pins = {of_key(pinned())}},
                     wrong = {.pins = {of_key(intermediate())}};
  CHECK(code_of(judged(right)) == Errc::certificate_name_mismatch);
  CHECK(code_of(judge({pinned(), intermediate()}, {root()}, {.policy = right})) == kRight);
  CHECK(code_of(judge({pinned(), intermediate()}, {}, {.policy = right})) ==
        Errc::certificate_unknown_issuer);
  // The intermediate's pin does not pin what it issues.
  const Verdict refused = judge({pinned(), intermediate()}, {root()}, {.policy = wrong});
  REQUIRE(code_of(refused) == Errc::certificate_not_pinned);
  CHECK(refused.error().error.alert == Alert::certificate_unknown);
  CHECK(refused.error().depth == 0);
  CHECK(refused.error().message() ==
        "CN=leaf: the certificate does not match any of the pins [RFC 7469 §2.6]");
}

TEST_CASE(
    "with pins_suffice a pinned certificate is believed without anchors, whatever its name and "
    "dates") {
  VerifyPolicy policy = {.pins = {of_certificate(pinned())}, .pins_suffice = true};
  CHECK(subjects(judged(policy, {})) == "CN=leaf");
  CHECK(subjects(judged(policy, {root()}, test_time() + 1000 * kDay)) == "CN=leaf");
  policy.check = [](const VerifiedChain& chain) {
    CHECK(chain.certificates.size() == 1);
    return std::optional<std::string>("not today");
  };
  CHECK(code_of(judged(policy, {})) == Errc::certificate_refused);
  policy.pins = {of_certificate(root())};
  policy.check = nullptr;
  CHECK(code_of(judge({pinned(), intermediate()}, {root()}, {.policy = policy})) ==
        Errc::certificate_not_pinned);
}

}  // namespace
}  // namespace tls12::x509
