// RFC 6960 §3.2: whether a stapled OCSP response is to be believed, and what it says.
#include "x509/revocation/ocsp_check.hpp"

#include "x509/revocation/revoked.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

constexpr Errc kRevoked = Errc::certificate_revoked, kUnknown = Errc::certificate_status_unknown,
               kBad = Errc::bad_ocsp_response;
constexpr std::chrono::seconds kSecond{1};

template <class Change>
Errc with_staple(Change change, RevocationMode mode = RevocationMode::require) {
  const Certificate one = child();
  return status({one}, {.mode = mode, .staple = ocsp(one, change)});
}

TEST_CASE("a response that says good, revoked or unknown is believed when the issuer signed it") {
  CHECK(with_staple([](OcspDraft&) {}) == kRight);
  for (const RevocationMode mode : {RevocationMode::prefer, RevocationMode::require})
    CHECK(with_staple(
              [](OcspDraft& d) {
                d.responses[0].status = CertStatus::revoked,
                d.responses[0].revocation_time = test_time();
              },
              mode) == kRevoked);
  const auto unknown = [](OcspDraft& d) { d.responses[0].status = CertStatus::unknown; };
  CHECK(with_staple(unknown, RevocationMode::prefer) == kRight);
  CHECK(with_staple(unknown) == kUnknown);
}

TEST_CASE(
    "what OpenSSL's responder says is believed, of the issuer or of a responder that it delegated "
    "to, with SHA-1 or SHA-256 in the names") {
  const auto verdict = [](const char* file) {
    const OcspResponse response = OcspResponse::from_file(data_path(file)).value();
    Asked asked{.staple = response.der(), .now = data_time()};
    asked.policy.revocation.end_entity_only = true;
    return code_of(
        judge_status({load("leaf.pem"), load("intermediate.pem")}, asked, {load("root.pem")}));
  };
  CHECK(verdict("ocsp_good.der") == kRight);
  CHECK(verdict("ocsp_good_sha256.der") == kRight);
  CHECK(verdict("ocsp_good_delegated.der") == kRight);
  CHECK(verdict("ocsp_revoked.der") == kRevoked);
  CHECK(verdict("ocsp_unknown.der") == kUnknown);
}

TEST_CASE(
    "3.2 (1): one of the responses is about this certificate, by serial number, and name and key "
    "of its issuer") {
  const Certificate other = child();
  CHECK(with_staple([&](OcspDraft& d) { d.responses[0].serial.back() ^= 1; }) == kBad);
  CHECK(with_staple([&](OcspDraft& d) { d.responses[0].issuer_name_hash[0] ^= 1; }) == kBad);
  CHECK(with_staple([&](OcspDraft& d) { d.responses[0].issuer_key_hash[0] ^= 1; }) == kBad);
  CHECK(with_staple([&](OcspDraft& d) {
          d.responses.insert(d.responses.begin(), d.responses[0]);
          d.responses[0].serial.back() ^= 1;
          d.responses[0].status = CertStatus::revoked;
        }) == kRight);
}

TEST_CASE("3.2 (2), (3): the signature is right, and by the responder that is named") {
  const Certificate one = child();
  auto wrong = ocsp(one);
  wrong.back() ^= 1;
  CHECK(status({one}, {.staple = wrong}) == kBad);
  CHECK(status({one}, {.staple = ocsp_of(one, root(), root(), key(3), [](OcspDraft&) {})}) == kBad);
  const auto by_name = [](std::string_view name) {
    return [name](OcspDraft& d) { d.responder_name = encode_common_name(name); };
  };
  CHECK(with_staple(by_name("root")) == kRight);
  CHECK(with_staple(by_name("leaf")) == kBad);
  CHECK(with_staple([](OcspDraft& d) { d.responder_key_hash[0] ^= 1; }) == kBad);
}

TEST_CASE(
    "4.2.2.2: a responder that the issuer delegated to has a certificate by that very issuer which "
    "says so by name") {
  const Certificate one = child();
  constexpr const char* kOcspSigning = "300a06082b06010505070309";
  const auto verdict = [&](auto change, const PrivateKey& issuer = key(0)) {
    Draft draft = leaf_draft(key(4));
    draft.subject = common_name("responder");
    set_extension(draft, oid::kExtendedKeyUsage, false, kOcspSigning);
    change(draft);
    const Certificate responder = sign_as(std::move(draft), common_name("root"), issuer);
    return status({one}, {.staple = ocsp_of(one, root(), responder, key(4),
                                            [&](OcspDraft& d) { d.certificates = {responder}; })});
  };
  const auto unchanged = [](Draft&) {};
  CHECK(verdict(unchanged) == kRight);
  CHECK(verdict(without(oid::kExtendedKeyUsage)) == kBad);
  CHECK(verdict(with(oid::kExtendedKeyUsage, "300a06082b06010505070301")) == kBad);  // serverAuth
  CHECK(verdict(with(oid::kExtendedKeyUsage, "30060604551d2500")) == kBad);  // anyExtendedKeyUsage
  CHECK(verdict(with(oid::kKeyUsage, "03020520", true)) == kBad);            // keyEncipherment
  CHECK(verdict(without(oid::kKeyUsage)) == kRight);
  CHECK(verdict([](Draft& d) { d.not_after = test_time() - kSecond; }) == kBad);
  CHECK(verdict([](Draft& d) { d.not_before = test_time() + kSecond; }) == kBad);
  CHECK(verdict([](Draft& d) {
          d.extensions.push_back({make_oid(1, 3, 6, 1, 4, 1, 99999, 1), true, {}});
        }) == kBad);
  CHECK(verdict(unchanged, key(5)) == kBad);  // of a namesake with another key

  // Of an issuer further up, which did not issue the certificate in question.
  Draft draft = leaf_draft(key(4));
  set_extension(draft, oid::kExtendedKeyUsage, false, kOcspSigning);
  const Certificate of_root = child(std::move(draft)), ca = intermediate(), below = leaf();
  CHECK(status({below, ca}, {.mode = RevocationMode::prefer,
                             .staple = ocsp_of(below, ca, of_root, key(4), [](OcspDraft&) {})}) ==
        kBad);
  CHECK(status({below, ca}, {.mode = RevocationMode::prefer,
                             .staple = ocsp_of(below, ca, ca, key(1), [](OcspDraft&) {})}) ==
        kRight);
}

TEST_CASE(
    "a responder that the issuer delegated to is as strong as the policy asks: its key, and how "
    "its certificate is signed") {
  const Certificate one = child();
  const PrivateKey rsa = PrivateKey::from_pem(read_data("rsa.key.pem")).value();
  const auto verdict = [&](const PrivateKey& own, HashAlgorithm hash, const VerifyPolicy& policy) {
    Draft draft = leaf_draft(own);
    set_extension(draft, oid::kExtendedKeyUsage, false, "300a06082b06010505070309");
    draft.issuer = common_name("root");
    draft.method = {SignatureKind::ecdsa, hash};
    const Certificate responder = sign(draft, key(0), default_provider()->rng()).value();
    return status({one}, {.staple = ocsp_of(one, root(), responder, own, [](OcspDraft&) {}),
                          .policy = policy});
  };
  VerifyPolicy long_keys;
  long_keys.min_rsa_bits = 4096;
  CHECK(verdict(rsa, HashAlgorithm::sha256, {}) == kRight);
  CHECK(verdict(rsa, HashAlgorithm::sha256, long_keys) == kBad);
  CHECK(verdict(key(4), HashAlgorithm::sha1, {}) == kBad);
  CHECK(verdict(key(4), HashAlgorithm::sha1, VerifyPolicy::legacy()) == kRight);
}

TEST_CASE(
    "4.2.2.2.1: a responder that a CRL lists is not believed, unless its issuer said that it need "
    "not be asked about") {
  const Certificate one = child();
  for (const bool no_check : {false, true}) {
    Draft draft = leaf_draft(key(4));
    set_extension(draft, oid::kExtendedKeyUsage, false, "300a06082b06010505070309");
    if (no_check) set_extension(draft, oid::kOcspNoCheck, false, "0500");
    const Certificate responder = child(std::move(draft));
    const auto staple = ocsp_of(one, root(), responder, key(4), [](OcspDraft&) {});
    CHECK(status({one}, {.crls = {crl()}, .staple = staple}) == kRight);
    CHECK(status({one}, {.crls = {crl(listing(responder))}, .staple = staple}) ==
          (no_check ? kRight : kBad));
  }
}

TEST_CASE(
    "3.2 (5), (6): a response is of use from thisUpdate to nextUpdate; an old one leaves the "
    "status unknown") {
  const Certificate one = child();
  const auto at = [&](WallTime now, RevocationMode mode = RevocationMode::require,
                      std::chrono::seconds skew = {}) {
    const auto staple = ocsp(one, [](OcspDraft& d) {
      d.responses[0].this_update = test_time() - kSecond * 10;
      d.responses[0].next_update = test_time() + kSecond * 10;
    });
    VerifyPolicy policy;
    policy.revocation.clock_skew = skew;
    return status({one}, {.mode = mode, .staple = staple, .now = now, .policy = policy});
  };
  CHECK(at(test_time() - kSecond * 10) == kRight);
  CHECK(at(test_time() - kSecond * 11) == kUnknown);
  CHECK(at(test_time() - kSecond * 11, RevocationMode::require, kSecond) == kRight);
  CHECK(at(test_time() + kSecond * 10) == kRight);
  CHECK(at(test_time() + kSecond * 11) == kUnknown);
  CHECK(at(test_time() + kSecond * 11, RevocationMode::require, kSecond) == kRight);
  CHECK(at(test_time() + kSecond * 11, RevocationMode::prefer) == kRight);
}

TEST_CASE("4.2.2.1: how old a response without nextUpdate may be is the policy's to say") {
  const Certificate one = child();
  const auto staple =
      ocsp(one, [](OcspDraft& d) { d.responses[0].next_update.reset(); });  // a day old
  VerifyPolicy policy;
  CHECK(status({one}, {.staple = staple, .policy = policy}) == kRight);
  policy.revocation.max_age_without_next_update = kDay;
  CHECK(status({one}, {.staple = staple, .policy = policy}) == kRight);
  policy.revocation.max_age_without_next_update = kDay - kSecond;
  CHECK(status({one}, {.staple = staple, .policy = policy}) == kUnknown);
}

TEST_CASE(
    "a response with a critical extension that is not understood, or signed with SHA-1, is not "
    "used") {
  const Oid unknown = make_oid(1, 3, 6, 1, 4, 1, 99999, 1);
  CHECK(with_staple([&](OcspDraft& d) { d.extensions = {{unknown, true, {}}}; }) == kBad);
  CHECK(with_staple([&](OcspDraft& d) { d.responses[0].extensions = {{unknown, true, {}}}; }) ==
        kBad);
  CHECK(with_staple([&](OcspDraft& d) {
          d.extensions = d.responses[0].extensions = {{unknown, false, {}}};
        }) == kRight);

  const Certificate one = child();
  const auto weak = ocsp(one, [](OcspDraft& d) { d.method.hash = HashAlgorithm::sha1; });
  CHECK(status({one}, {.staple = weak}) == kBad);
  CHECK(status({one}, {.staple = weak, .policy = VerifyPolicy::legacy()}) == kRight);
}

TEST_CASE("the signatures of a response are within the verdict's budget") {
  const Certificate one = child();
  const auto staple = ocsp(one);
  VerifyPolicy policy;
  policy.max_signature_checks = 2;
  CHECK(status({one}, {.staple = staple, .policy = policy}) == kRight);
  policy.max_signature_checks = 1;
  CHECK(status({one}, {.staple = staple, .policy = policy}) == Errc::certificate_search_exhausted);
}

}  // namespace
}  // namespace tls12::x509
