// Reading and writing OCSP responses: RFC 6960 §4.2.
#include "x509/revocation/ocsp.hpp"

#include "x509/asn1/pem.hpp"
#include "x509/issue/revocation_draft.hpp"
#include "x509/key/digest.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::ca_draft;
using test::common_name;
using test::hex;
using test::kDay;
using test::key;
using test::leaf_draft;
using test::sign_as;
using test::test_time;

OcspResponse load_response(const std::string& name) {
  auto response = OcspResponse::from_file(test::data_path(name));
  REQUIRE_MESSAGE(response.has_value(), response.error().message());
  return *response;
}
SingleResponse only_response(const OcspResponse& response) {
  der::Fault fault;
  der::Reader list(internals(response).responses, fault);
  const SingleResponse single = read_single_response(list);
  CHECK(list.at_end());
  return single;
}

const Certificate& issuer() {
  static const Certificate certificate =
      sign_as(ca_draft("root", key(0)), common_name("root"), key(0));
  return certificate;
}
const Certificate& leaf() {
  static const Certificate certificate = sign_as(leaf_draft(key(1)), common_name("root"), key(0));
  return certificate;
}
OcspDraft draft() {
  const auto single =
      single_response_of(leaf(), issuer(), HashAlgorithm::sha256, test_time() - kDay,
                         test_time() + kDay, *default_provider());
  REQUIRE(single.has_value());
  auto made = ocsp_draft_of(*single, issuer(), key(0), test_time() - kDay, *default_provider());
  REQUIRE(made.has_value());
  return std::move(*made);
}
Result<OcspResponse> signed_response(const OcspDraft& draft) {
  return sign_ocsp_response(draft, key(0), default_provider()->rng());
}

template <class Change>
std::string refusal(Change change) {
  OcspDraft changed = draft();
  change(changed);
  const auto response = signed_response(changed);
  if (response) return {};
  CHECK(response.error().code == Errc::bad_ocsp_response);
  return std::string(response.error().about());
}

TEST_CASE(
    "what OpenSSL's responder says is read: who says it, of which certificate, its status and "
    "times") {
  const Certificate about = test::load("leaf.pem"), ca = test::load("intermediate.pem");
  const auto hashed = [&](HashAlgorithm hash, Bytes what) {
    return *digest_of(hash, what, *default_provider());
  };

  const OcspResponse good = load_response("ocsp_good.der");
  CHECK(same_name(internals(good).responder_name, internals(ca).subject));
  CHECK(internals(good).certificates.size() == 1);
  SingleResponse single = only_response(good);
  CHECK(single.status == CertStatus::good);
  CHECK(single.id.hash == HashAlgorithm::sha1);
  CHECK(std::ranges::equal(single.id.issuer_name_hash,
                           hashed(HashAlgorithm::sha1, internals(ca).subject).bytes()));
  CHECK(std::ranges::equal(single.id.issuer_key_hash,
                           hashed(HashAlgorithm::sha1, internals(ca).subject_key.bits).bytes()));
  CHECK(std::ranges::equal(single.id.serial, internals(about).serial));
  CHECK(single.this_update <= good.produced_at());
  CHECK(single.next_update.value() > single.this_update);

  const OcspResponse by_key = load_response("ocsp_good_sha256.der");
  CHECK(std::ranges::equal(internals(by_key).responder_key_hash,
                           hashed(HashAlgorithm::sha1, internals(ca).subject_key.bits).bytes()));
  CHECK(only_response(by_key).id.hash == HashAlgorithm::sha256);
  CHECK(std::ranges::equal(only_response(by_key).id.issuer_key_hash,
                           hashed(HashAlgorithm::sha256, internals(ca).subject_key.bits).bytes()));

  const OcspResponse revoked = load_response("ocsp_revoked.der");
  single = only_response(revoked);
  CHECK(single.status == CertStatus::revoked);
  CHECK(single.reason == RevocationReason::key_compromise);
  CHECK(single.revocation_time == std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) +
                                      std::chrono::hours(3) + std::chrono::minutes(4) +
                                      std::chrono::seconds(5));
  CHECK(only_response(load_response("ocsp_unknown.der")).status == CertStatus::unknown);
  CHECK(internals(load_response("ocsp_good_delegated.der")).certificates.at(0).subject() ==
        "CN=Example Responder");
}

TEST_CASE("a response may stand in a PEM file; errors name the file") {
  const test::Folder folder;
  const OcspResponse good = load_response("ocsp_good.der");
  std::string text;
  pem::encode("OCSP RESPONSE", good.der(), text);
  const auto read = OcspResponse::from_file(folder.write("good.pem", text));
  REQUIRE(read.has_value());
  CHECK(std::ranges::equal(read->der(), good.der()));
  const auto none = OcspResponse::from_file(folder.write("none.pem", "nothing"));
  CHECK(none.error().code == Errc::bad_pem);
  CHECK(none.error().about().contains("none.pem"));
}

TEST_CASE("a status other than successful is an error that says which") {
  const auto about = [](std::string_view der) {
    const auto response = OcspResponse::from_der(hex(der));
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == Errc::bad_ocsp_response);
    return std::string(response.error().about());
  };
  CHECK(about("30030a0101") == "the responder calls the request malformed");
  CHECK(about("30030a0103") == "the responder says: try later");
  CHECK(about("30030a0106") == "the responder says: unauthorized");
  CHECK(about("30030a0104") == "an unknown response status");
  CHECK(about("30030a0107") == "an unknown response status");
  CHECK(about("30030a0100") == "a field is missing");
  CHECK(about("3010 0a0100 a00b 3009 06032a0304 04023000") ==
        "a response of another type than basic");
  const test::Folder folder;
  CHECK(OcspResponse::from_file(folder.write("later.der", tls12::text_of(hex("30030a0103"))))
            .error()
            .code == Errc::bad_ocsp_response);
}

TEST_CASE("a response that is cut anywhere, or goes on behind its end, is refused") {
  const OcspResponse good = load_response("ocsp_good_delegated.der");
  std::vector<std::uint8_t> longer(good.der().begin(), good.der().end());
  for (std::size_t size = 0; size < longer.size(); ++size)
    CHECK(OcspResponse::from_der(Bytes(longer).first(size)).error().code ==
          Errc::bad_ocsp_response);
  longer.push_back(0);
  CHECK_FALSE(OcspResponse::from_der(longer).has_value());
}

TEST_CASE("a response is about something") {
  CHECK(refusal([](OcspDraft&) {}).empty());
  CHECK(refusal([](OcspDraft& d) { d.responses.clear(); }) == "a response about no certificate");
}

TEST_CASE(
    "archive cut-offs are read; an answer to a nonce is understood, another critical extension is "
    "not, in the whole or in one response") {
  const Oid unknown = make_oid(1, 3, 6, 1, 4, 1, 99999, 1);
  OcspDraft d = draft();
  d.extensions = {{oid::kOcspNonce, true, {}}};
  const WallTime cutoff = test_time() - 100 * kDay;
  d.responses[0].extensions = {
      draft_extension(oid::kOcspArchiveCutoff, false, [&](der::Writer& writer) {
        const std::string text = "20270221000000Z";
        writer.element(der::kGeneralizedTime, bytes_of(text));
      })};
  auto response = signed_response(d);
  REQUIRE(response.has_value());
  CHECK(internals(*response).not_understood.empty());
  CHECK(only_response(*response).archive_cutoff == cutoff);
  CHECK(only_response(*response).not_understood.empty());

  d.extensions = d.responses[0].extensions = {{unknown, true, {}}};
  response = signed_response(d);
  REQUIRE(response.has_value());
  CHECK(is(internals(*response).not_understood, unknown));
  CHECK(is(only_response(*response).not_understood, unknown));
}

TEST_CASE(
    "a certificate along with a response that cannot be read is none; a hash that is not supported "
    "names nothing") {
  const OcspResponse good = load_response("ocsp_good_delegated.der");
  std::vector<std::uint8_t> der(good.der().begin(), good.der().end());
  // The version of the responder's certificate, which is the last "[0] INTEGER 2" there is.
  const auto version = hex("a003020102");
  const auto at = std::ranges::find_end(der, version);
  REQUIRE_FALSE(at.empty());
  at.begin()[4] = 9;
  const auto response = OcspResponse::from_der(der);
  REQUIRE(response.has_value());
  CHECK(internals(*response).certificates.empty());

  const auto sha1 = hex("06052b0e03021a");
  const auto hash = std::ranges::search(der, sha1);
  REQUIRE_FALSE(hash.empty());
  hash.begin()[6] = 0x1b;
  const auto other = OcspResponse::from_der(der);
  REQUIRE(other.has_value());
  CHECK_FALSE(only_response(*other).id.hash.has_value());
}

TEST_CASE(
    "what is written passes OpenSSL's check, by the issuer and by a responder that it delegated "
    "to") {
  if (!test::have("openssl")) return;
  const test::Folder folder;
  Draft responder_draft = leaf_draft(key(2));
  responder_draft.subject = common_name("responder");
  test::set_extension(responder_draft, oid::kExtendedKeyUsage, false, "300a06082b06010505070309");
  const Certificate responder = sign_as(responder_draft, common_name("root"), key(0));
  auto delegated = ocsp_draft_of(draft().responses[0], responder, key(2), test_time() - kDay,
                                 *default_provider());
  REQUIRE(delegated.has_value());
  delegated->responses[0].status = CertStatus::revoked;
  delegated->responses[0].revocation_time = test_time() - kDay;
  delegated->responses[0].reason = RevocationReason::ca_compromise;

  const std::string ca = folder.write("ca.pem", issuer().to_pem()),
                    certificate = folder.write("leaf.pem", leaf().to_pem());
  const auto said = [&](const OcspResponse& response) {
    const std::string file = folder.write("response.der", tls12::text_of(response.der()));
    std::string text;
    CHECK(test::run("openssl ocsp -respin " + file + " -issuer " + ca + " -sha256 -cert " +
                        certificate + " -CAfile " + ca + " -verify_other " + ca +
                        " -no_nonce -attime " +
                        std::to_string(test_time().time_since_epoch().count()),
                    &text) == 0);
    CHECK_MESSAGE(text.contains("Response verify OK"), text);
    return text;
  };
  CHECK(said(*signed_response(draft())).contains("good\n"));
  const std::string revoked =
      said(*sign_ocsp_response(*delegated, key(2), default_provider()->rng()));
  CHECK(revoked.contains("revoked\n"));
  CHECK(revoked.contains("cACompromise"));
}

}  // namespace
}  // namespace tls12::x509
