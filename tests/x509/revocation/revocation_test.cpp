// What a policy makes of CRLs and of a staple together: which certificates are judged, when not
// knowing is a failure, and what the user is told.
#include "x509/revocation/revocation.hpp"

#include "x509/revocation/revoked.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

constexpr Errc kRevoked = Errc::certificate_revoked, kUnknown = Errc::certificate_status_unknown,
               kBad = Errc::bad_ocsp_response;
constexpr RevocationMode kModes[] = {RevocationMode::off, RevocationMode::prefer,
                                     RevocationMode::require};

/// TLS features (RFC 7633): 5 is status_request.
Certificate with_features(std::string_view features) {
  Draft draft = leaf_draft(key(2));
  set_extension(draft, oid::kTlsFeature, false, features);
  return child(std::move(draft));
}

TEST_CASE(
    "RFC 7633: a certificate that demands a staple gets its way under every mode, if a staple was "
    "asked for") {
  const Certificate one = with_features("3003020105");
  for (const RevocationMode mode : kModes) {
    CHECK(status({one}, {.mode = mode, .crls = {crl()}}) == Errc::certificate_status_missing);
    CHECK(status({one}, {.mode = mode, .crls = {crl()}, .staple_was_requested = false}) == kRight);
    CHECK(status({one}, {.mode = mode, .staple = ocsp(one)}) == kRight);
    CHECK(status({one}, {.mode = mode, .staple = ocsp(one, [](OcspDraft& d) {
                                         d.responses[0].status = CertStatus::unknown;
                                       })}) == kBad);
    CHECK(status({one}, {.mode = mode, .staple = ocsp(one, [](OcspDraft& d) {
                                         d.responses[0].next_update = test_time() - kDay / 2;
                                       })}) == kBad);
    CHECK(status({one}, {.mode = mode, .staple = ocsp(one, [](OcspDraft& d) {
                                         d.responses[0].status = CertStatus::revoked;
                                       })}) == kRevoked);
    CHECK(status({with_features("3003020111")}, {.mode = mode, .crls = {crl()}}) ==
          kRight);  // another feature
  }
  CHECK(status({with_features("3006020111020105")}, {.crls = {crl()}}) ==
        Errc::certificate_status_missing);
}

// Shows RFC 6066 8-7
TEST_CASE(
    "RFC 6066 section 8: a staple that does not verify ends the handshake under every mode that "
    "looks at one") {
  const Certificate one = child();
  auto wrong = ocsp(one);
  wrong.back() ^= 1;
  const std::vector<std::uint8_t> malformed = {0x30, 0x00}, later = hex("30030a0103");
  for (const auto& staple : {wrong, malformed, later, ocsp(child())}) {
    CHECK(status({one}, {.mode = RevocationMode::off, .staple = staple}) == kRight);
    CHECK(status({one}, {.mode = RevocationMode::prefer, .crls = {crl()}, .staple = staple}) ==
          kBad);
    CHECK(status({one}, {.mode = RevocationMode::require, .crls = {crl()}, .staple = staple}) ==
          kBad);
  }
  const auto verdict = judge_status({one}, {.staple = malformed}, {root()});
  CHECK(verdict.error().error.alert == Alert::bad_certificate_status_response);
}

// Shows RFC 6066 8-7, 11.6-1
TEST_CASE(
    "under off, nothing is looked at; under prefer, what revokes does; under require, what does "
    "not clear does as well") {
  const Certificate one = child();
  const Crl revoking = crl(listing(one));
  CHECK(status({one}, {.mode = RevocationMode::off, .crls = {revoking}}) == kRight);
  CHECK(status({one}, {.mode = RevocationMode::prefer, .crls = {revoking}}) == kRevoked);
  CHECK(status({one}, {.mode = RevocationMode::prefer}) == kRight);
  CHECK(status({one}, {.mode = RevocationMode::require}) == kUnknown);
}

TEST_CASE(
    "under prefer, a CRL for the certificate that cannot be used is a failure where the policy "
    "says so, as the strict one does") {
  const Certificate one = child();
  VerifyPolicy policy;
  const auto prefer = [&](const Crl& crl) {
    return status({one}, {.mode = RevocationMode::prefer, .crls = {crl}, .policy = policy});
  };
  const Crl old = crl([](CrlDraft& d) { d.next_update = test_time() - kDay / 2; }),
            forged = crl_of(root(), key(3), [](CrlDraft&) {}),
            of_another = crl_of(intermediate(), key(1), [](CrlDraft&) {});
  for (const Crl& any : {old, forged, of_another, crl()}) CHECK(prefer(any) == kRight);
  policy.revocation.unusable_crl_fails = true;
  CHECK(prefer(old) == kUnknown);
  CHECK(prefer(forged) == kUnknown);
  CHECK(prefer(of_another) == kRight);
  CHECK(prefer(crl()) == kRight);
  CHECK(VerifyPolicy::strict().revocation.unusable_crl_fails);
  CHECK_FALSE(VerifyPolicy::standard().revocation.unusable_crl_fails);
}

TEST_CASE("every certificate below the anchor is judged, or the end entity alone") {
  const std::vector<Certificate> chain = {leaf(), intermediate()};
  const Crl below = crl_of(chain[1], key(1), [](CrlDraft&) {}), revoking = crl(listing(chain[1]));
  CHECK(status(chain, {.crls = {below, crl()}}) == kRight);
  CHECK(status(chain, {.crls = {crl()}}) == kUnknown);
  CHECK(status(chain, {.crls = {below}}) == kUnknown);
  CHECK(status(chain, {.crls = {below, revoking}}) == kRevoked);
  CHECK(status(chain, {.crls = {crl()},
                       .staple = ocsp_of(chain[0], chain[1], chain[1], key(1),
                                         [](OcspDraft&) {})}) == kRight);
  VerifyPolicy policy;
  policy.revocation.end_entity_only = true;
  CHECK(status(chain, {.crls = {below}, .policy = policy}) == kRight);
  CHECK(status(chain, {.crls = {below, revoking}, .policy = policy}) == kRight);
  CHECK(status(chain, {.crls = {revoking}, .policy = policy}) == kUnknown);
}

TEST_CASE(
    "either a staple or a CRL clears the end entity; either revokes it, whatever the other says") {
  const Certificate one = child();
  const auto good = ocsp(one), old = ocsp(one, [](OcspDraft& d) {
                                 d.responses[0].next_update = test_time() - kDay / 2;
                               });
  CHECK(status({one}, {.staple = good}) == kRight);
  CHECK(status({one}, {.crls = {crl()}, .staple = old}) == kRight);
  CHECK(status({one}, {.crls = {crl(listing(one))}, .staple = good}) == kRevoked);
  CHECK(status({one}, {.crls = {crl()}, .staple = ocsp(one, [](OcspDraft& d) {
                                          d.responses[0].status = CertStatus::revoked;
                                        })}) == kRevoked);
}

TEST_CASE("where the staple clears the end entity, find_crls is not asked about it") {
  const Certificate one = child();
  Asked asked{.staple = {}};
  int times = 0;
  asked.policy.revocation.find_crls = [&](const Certificate&) {
    return ++times, std::vector<Crl>{};
  };
  CHECK(status({one}, asked) == kUnknown);
  CHECK(times == 1);
  const auto staple = ocsp(one);
  asked.staple = staple;
  CHECK(status({one}, asked) == kRight);
  CHECK(times == 1);
}

TEST_CASE("what is trusted itself needs no one to clear it") {
  const Certificate one = child();
  CHECK(code_of(judge_status({one}, {}, {one})) == kRight);
  CHECK(code_of(judge_status({one}, {.staple = ocsp(child())}, {one})) == kRight);
}

TEST_CASE("a chain with a revoked certificate is given up for another one") {
  // Two certificates of one intermediate, of which one is revoked.
  const Certificate end = leaf(), taken_back = intermediate(), other = intermediate();
  const Asked asked{.mode = RevocationMode::prefer, .crls = {crl(listing(taken_back))}};
  CHECK(status({end, taken_back}, asked) == kRevoked);
  for (const auto& presented :
       {std::vector{end, taken_back, other}, std::vector{end, other, taken_back}}) {
    const auto verdict = judge_status(presented, asked, {root()});
    REQUIRE(verdict.has_value());
    CHECK(std::ranges::equal(verdict->certificates[1].der(), other.der()));
  }
}

TEST_CASE(
    "the user is told which certificate it is, who says so, since when and why, or what is "
    "missing") {
  const auto told = [](const std::vector<Certificate>& presented, const Asked& asked) {
    return judge_status(presented, asked, {root()}).error().message();
  };
  const Certificate one = child(), ca = intermediate();
  CHECK(told({leaf(), ca}, {.crls = {crl(listing(ca))}}) ==
        "CN=intermediate (1 above the end entity): revoked on 2027-05-31 00:00:00 UTC "
        "(keyCompromise), says the CRL of CN=root of 2027-05-31 00:00:00 UTC "
        "[RFC 5280 §6.3.3]");
  CHECK(told({one}, {.staple = ocsp(one,
                                    [](OcspDraft& d) {
                                      d.responses[0].status = CertStatus::revoked,
                                      d.responses[0].revocation_time = test_time();
                                    })}) ==
        "CN=leaf: revoked on 2027-06-01 00:00:00 UTC, says an OCSP response of 2027-05-31 00:00:00 "
        "UTC [RFC 6960 §2.2]");
  CHECK(told({one}, {}) == "CN=leaf: there is no CRL for it, from CN=root [RFC 5280 §6.3.3]");
  CHECK(told({one}, {.crls = {crl()}, .now = test_time() + kDay / 2 * 3}).contains("expired"));
  const auto old = [](CrlDraft& d) { d.next_update = test_time() - kDay / 2; };
  CHECK(told({one}, {.crls = {crl(old)}}) ==
        "CN=leaf: the CRL of CN=root of 2027-05-31 00:00:00 UTC is out of date: its successor was "
        "due on 2027-05-31 12:00:00 UTC [RFC 5280 §6.3.3]");
  CHECK(told({one}, {.crls = {crl_of(root(), key(3), [](CrlDraft&) {})}}) ==
        "CN=leaf: the CRL of CN=root of 2027-05-31 00:00:00 UTC is not signed by anybody who may "
        "[RFC 5280 §6.3.3]");
  CHECK(told({one}, {.staple = ocsp(child())}) ==
        "CN=leaf: the stapled OCSP response is about another certificate [RFC 6960 §4.2, RFC 6066 "
        "§8]");
  CHECK(told({with_features("3003020105")}, {}) ==
        "CN=leaf: it demands a stapled OCSP response, and none came [RFC 7633 §4.3.3]");
}

}  // namespace
}  // namespace tls12::x509
