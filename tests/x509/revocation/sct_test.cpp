// Certificate Transparency: of how many known logs a certificate has a valid timestamp (RFC 6962
// §3.2, §3.3, §5.2).
#include "x509/revocation/sct.hpp"

#include "x509/key/digest.hpp"
#include "x509/revocation/revoked.hpp"

namespace tls12::x509 {
namespace {

using namespace test;
using Octets = std::vector<std::uint8_t>;

constexpr Errc kNotLogged = Errc::certificate_not_logged;

Octets joined(std::initializer_list<Bytes> parts) {
  Octets all;
  for (const Bytes part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
Octets number(std::uint64_t value, int size) {
  Octets bytes;
  while (size-- > 0) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * size)));
  return bytes;
}
Octets vector_of(int prefix, Bytes content) {
  return joined({number(content.size(), prefix), content});
}

/// A log, and how it signs (RFC 6962 §3.2), written out here field by field. Tests change one.
struct Log {
  PrivateKey key;
  std::uint8_t version = 0, hash = 4,
               algorithm = static_cast<std::uint8_t>(key.kind() == KeyKind::rsa ? 1 : 3);
  WallTime time = test_time() - kDay;
  Octets extensions = {}, extensions_signed = extensions;

  TransparencyLog known() const { return TransparencyLog::from_key(key.public_key_info()).value(); }
  Octets id() const {
    const auto digest =
        digest_of(HashAlgorithm::sha256, key.public_key_info(), *default_provider()).value();
    return {digest.bytes().begin(), digest.bytes().end()};
  }
  Octets timestamp() const {
    return number(static_cast<std::uint64_t>(time.time_since_epoch().count()) * 1000, 8);
  }
  Octets sct(const Octets& entry) const {
    const Octets message =
        joined({Octets{0, 0}, timestamp(), entry, vector_of(2, extensions_signed)});
    Octets signature(kMaxSignatureSize);
    const SignatureFamily family =
        key.kind() == KeyKind::rsa ? SignatureFamily::rsa_pkcs1 : SignatureFamily::ecdsa_secp256r1;
    signature.resize(
        key.sign({family, HashAlgorithm::sha256, 0}, message, default_provider()->rng(), signature)
            .value());
    return joined({Octets{version}, id(), timestamp(), vector_of(2, extensions),
                   Octets{hash, algorithm}, vector_of(2, signature)});
  }
};
Log log(std::size_t number) { return {.key = key(number)}; }

Octets entry_of(const Certificate& certificate) {
  return joined({Octets{0, 0}, vector_of(3, certificate.der())});
}
Octets list_of(std::initializer_list<Octets> scts) {
  Octets list;
  for (const Octets& sct : scts) list = joined({list, vector_of(2, sct)});
  return list;
}

struct Given {
  std::vector<Certificate> chain = {leaf(), intermediate()};
  Octets timestamps = {}, staple = {};
  std::vector<TransparencyLog> logs = {log(3).known(), log(4).known()};
  std::size_t required = 1;
  std::size_t signature_checks = 64;
};
Errc judged(const Given& given) {
  const VerifyPolicy policy = {.max_signature_checks = given.signature_checks,
                               .transparency = {.logs = given.logs, .required = given.required}};
  const TrustStore trust = TrustStore::of({root()});
  return code_of(tls12::verify({.presented = given.chain,
                                .trust = trust,
                                .peer_name = PeerName::any(),
                                .now = test_time(),
                                .policy = policy,
                                .stapled_ocsp = given.staple,
                                .timestamps = given.timestamps}));
}
/// With the timestamps that `make` makes for the leaf's entry.
template <class Make>
Errc with_timestamps(Make make, std::size_t required = 1) {
  Given given{.required = required};
  given.timestamps = make(entry_of(given.chain[0]));
  return judged(given);
}

/// The leaf with timestamps of `by` embedded, and one thing changed in what they are of.
template <class Change>
Certificate embedded(const Log& by, Change change, Bytes issuer_key_info = key(1).public_key_info(),
                     Draft draft = leaf_draft(key(2))) {
  Draft logged = draft;
  change(logged);
  const Certificate precertificate = leaf(std::move(logged));
  const auto issuer_key_hash =
      digest_of(HashAlgorithm::sha256, issuer_key_info, *default_provider()).value();
  const Octets entry =
      joined({Octets{0, 1}, issuer_key_hash.bytes(), vector_of(3, internals(precertificate).tbs)});
  der::Writer value;
  value.octet_string(vector_of(2, list_of({by.sct(entry)})));
  set_extension(draft, oid::kSignedCertificateTimestamps, false, hex_of(value.bytes()));
  return leaf(std::move(draft));
}

}  // namespace

// Shows RFC 6962 3.3-2, 3.3-3
TEST_CASE(
    "timestamps that Certificate Transparency publishes for tests are valid: of a certificate, and "
    "embedded in one") {
  const auto log_key =
      hex("3059301306072a8648ce3d020106082a8648ce3d0301070342000499783cb14533c0161a5ab45bf95d08a29c"
          "d0ea8dd4c84274e2be59ad15c676960cf0afa1074a57ac644b23"
          "479e5b3fb7b245eb4b420ef370210371a944beaceb");
  const TransparencyLog known = TransparencyLog::from_key(log_key).value();
  CHECK(hex_of(known.id()) == "df1c2ec11500945247a96168325ddc5c7959e8f7c6d388fc002e0bbd3f74d764");
  VerifyPolicy policy = VerifyPolicy::legacy();
  policy.transparency = {.logs = {known}, .required = 1};
  const TrustStore trust = TrustStore::of({load("ct_ca.pem")});
  const WallTime now = std::chrono::sys_days(std::chrono::year(2015) / 1 / 1);
  const auto verdict = [&](const char* file, std::string_view sct) {
    const std::vector<Certificate> presented = {load(file)};
    const Octets list = sct.empty() ? Octets() : list_of({hex(sct)});
    return code_of(tls12::verify({.presented = presented,
                                  .trust = trust,
                                  .peer_name = PeerName::any(),
                                  .now = now,
                                  .policy = policy,
                                  .timestamps = list}));
  };
  constexpr std::string_view kOfCertificate =
      "00df1c2ec11500945247a96168325ddc5c7959e8f7c6d388fc002e0bbd3f74d7640000013ddb27ded90000040300"
      "4730450220606e10ae5c2d5a1b0aed49dc4937f48de71a4e9784e9"
      "c208dfbfe9ef536cf7f2022100beb29c72d7d06d61d06bdb38a069469aa86fe12e18bb7cc45689a2c0187ef5a5";
  CHECK(verdict("ct_embedded.pem", {}) == kRight);
  CHECK(verdict("ct_embedded_invalid.pem", {}) == kNotLogged);
  CHECK(verdict("ct_cert.pem", kOfCertificate) == kRight);
  CHECK(verdict("ct_cert.pem", {}) == kNotLogged);
  CHECK(verdict("ct_embedded_invalid.pem", kOfCertificate) == kNotLogged);
}

TEST_CASE("nothing is asked of logs unless a number is") {
  CHECK(judged({.required = 0}) == kRight);
  CHECK(judged({}) == kNotLogged);
  const Verdict verdict = [] {
    const VerifyPolicy policy = {.transparency = {.logs = {log(3).known()}, .required = 2}};
    return judge({leaf(), intermediate()}, {root()}, {.policy = policy});
  }();
  REQUIRE_FALSE(verdict.has_value());
  CHECK(verdict.error().error.code == kNotLogged);
  CHECK(rule(kNotLogged).alert == Alert::certificate_unknown);
  CHECK(reason_of(verdict) ==
        "logs that are known and have promised to publish it: 0, and 2 are asked for");
}

TEST_CASE(
    "as many different logs count as have signed: one twice is one, and one that nobody knows is "
    "none") {
  const auto both = [](const Octets& entry) {
    return list_of({log(3).sct(entry), log(4).sct(entry)});
  };
  const auto twice = [](const Octets& entry) {
    return list_of({log(3).sct(entry), log(3).sct(entry)});
  };
  const auto one_unknown = [](const Octets& entry) {
    return list_of({log(5).sct(entry), log(3).sct(entry)});
  };
  CHECK(with_timestamps(both, 2) == kRight);
  CHECK(with_timestamps(both, 3) == kNotLogged);
  CHECK(with_timestamps(twice, 1) == kRight);
  CHECK(with_timestamps(twice, 2) == kNotLogged);
  CHECK(with_timestamps(one_unknown, 1) == kRight);
  CHECK(with_timestamps(one_unknown, 2) == kNotLogged);
  // What does not count takes nothing back.
  const auto wrong_behind = [](const Octets& entry) {
    Log wrong = log(3);
    wrong.extensions = {1};
    return list_of({log(3).sct(entry), wrong.sct(entry)});
  };
  CHECK(with_timestamps(wrong_behind) == kRight);
  // A log that is configured twice is one as well.
  Given given{.logs = {log(3).known(), log(3).known()}, .required = 2};
  given.timestamps = twice(entry_of(given.chain[0]));
  CHECK(judged(given) == kNotLogged);
}

TEST_CASE("a log's RSA key signs as well") {
  const Log rsa{.key = PrivateKey::generate(KeyKind::rsa).value()};
  Given given{.logs = {rsa.known()}};
  given.timestamps = list_of({rsa.sct(entry_of(given.chain[0]))});
  CHECK(judged(given) == kRight);
}

TEST_CASE("what a log did not sign so does not count") {
  const auto changed = [](auto change) {
    return with_timestamps([&](const Octets& entry) {
      Log by = log(3);
      change(by);
      return list_of({by.sct(entry)});
    });
  };
  CHECK(changed([](Log&) {}) == kRight);
  CHECK(changed([](Log& l) { l.extensions = l.extensions_signed = {1, 2, 3}; }) == kRight);
  CHECK(changed([](Log& l) { l.extensions = {1, 2, 3}; }) == kNotLogged);
  CHECK(changed([](Log& l) { l.version = 1; }) == kNotLogged);
  CHECK(changed([](Log& l) { l.hash = 5; }) == kNotLogged);
  CHECK(changed([](Log& l) { l.algorithm = 1; }) == kNotLogged);
  CHECK(changed([](Log& l) { l.time = test_time(); }) == kRight);
  CHECK(changed([](Log& l) { l.time = test_time() + std::chrono::seconds(1); }) ==
        kNotLogged);  // §5.2
  // Of another certificate, or with another log's key.
  CHECK(with_timestamps([](const Octets&) {
          return list_of({log(3).sct(entry_of(intermediate()))});
        }) == kNotLogged);
  CHECK(with_timestamps([](const Octets& entry) {
          Octets sct = log(4).sct(entry);
          std::ranges::copy(log(3).id(), sct.begin() + 1);
          return list_of({sct});
        }) == kNotLogged);
}

// Shows RFC 6962 3.3-6
TEST_CASE(
    "a timestamp with any bit changed, or any byte missing, does not count, and spoils no other") {
  const Given given;
  const Octets entry = entry_of(given.chain[0]), right = log(3).sct(entry),
               other = log(4).sct(entry);
  const auto judge_list = [&](Octets list, std::size_t required) {
    Given changed = given;
    changed.timestamps = std::move(list);
    changed.required = required;
    return judged(changed);
  };
  for (std::size_t at = 0; at < right.size(); at += 7) {
    Octets sct = right;
    sct[at] ^= 1;
    CHECK(judge_list(list_of({sct}), 1) == kNotLogged);
    CHECK(judge_list(list_of({sct, other}), 1) == kRight);
  }
  for (std::size_t size = 1; size < right.size(); size += 7)
    CHECK(judge_list(
              list_of({Octets(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(size)),
                       other}),
              2) == kNotLogged);
  CHECK(judge_list(list_of({joined({right, Octets{0}})}), 1) == kNotLogged);
  // A list that is cut: what stands whole before counts.
  Octets cut = list_of({right, other});
  cut.pop_back();
  CHECK(judge_list(cut, 1) == kRight);
  CHECK(judge_list(cut, 2) == kNotLogged);
}

// Shows RFC 6962 3.3-2
TEST_CASE(
    "embedded timestamps are of the certificate before they went in, and of its issuer's key") {
  const auto unchanged = [](Draft&) {};
  const auto with_embedded = [](Certificate certificate) {
    return judged({.chain = {std::move(certificate), intermediate()}});
  };
  CHECK(with_embedded(embedded(log(3), unchanged)) == kRight);
  CHECK(with_embedded(embedded(log(5), unchanged)) == kNotLogged);
  CHECK(with_embedded(embedded(log(3), [](Draft& d) { d.serial.back() ^= 1; })) == kNotLogged);
  CHECK(with_embedded(embedded(
            log(3), [](Draft& d) { remove_extension(d, oid::kExtendedKeyUsage); })) == kNotLogged);
  CHECK(with_embedded(embedded(log(3), unchanged, key(4).public_key_info())) == kNotLogged);
  // Extensions that are left empty are left out (RFC 5280 §4.1.2.9).
  Draft bare = leaf_draft(key(2));
  bare.extensions.clear();
  CHECK(with_embedded(embedded(log(3), unchanged, key(1).public_key_info(), bare)) == kRight);
  // Nothing embedded counts where the certificate is trusted by itself: there is no issuer to be
  // named.
  const Certificate alone = embedded(log(3), unchanged);
  const VerifyPolicy policy = {.transparency = {.logs = {log(3).known()}, .required = 1}};
  CHECK(code({alone}, {alone}, {.policy = policy}) == kNotLogged);
}

// Shows RFC 6962 3.3-4
TEST_CASE("timestamps in a stapled OCSP response are of the certificate") {
  const Certificate one = child();
  const auto stapled = [&](const Octets& sct, const Octets& behind = {}) {
    der::Writer value;
    value.octet_string(joined({vector_of(2, list_of({sct})), behind}));
    const SecretVector encoded = value.take();
    const auto response = ocsp(one, [&](OcspDraft& d) {
      d.responses[0].extensions.push_back(
          {make_oid(1, 3, 6, 1, 4, 1, 11129, 2, 4, 5), false, encoded});
    });
    return judged({.chain = {one}, .staple = response});
  };
  CHECK(stapled(log(3).sct(entry_of(one))) == kRight);
  CHECK(stapled(log(3).sct(entry_of(one)), {0}) == kNotLogged);
  CHECK(stapled(log(5).sct(entry_of(one))) == kNotLogged);
  CHECK(stapled(log(3).sct(entry_of(leaf()))) == kNotLogged);
  CHECK(judged({.chain = {one}, .staple = ocsp(one)}) == kNotLogged);
  CHECK(judged({.chain = {one}, .staple = {1, 2, 3}}) == Errc::bad_ocsp_response);
}

TEST_CASE("timestamps cost what signatures cost, from the same budget") {
  Given given{.logs = {log(3).known(), log(4).known(), log(5).known()},
              .required = 3,
              .signature_checks = 4};
  const Octets entry = entry_of(given.chain[0]);
  given.timestamps = list_of({log(3).sct(entry), log(4).sct(entry), log(5).sct(entry)});
  CHECK(judged(given) == Errc::certificate_search_exhausted);
  given.signature_checks = 5;
  CHECK(judged(given) == kRight);
}

TEST_CASE("a log has a P-256 key, or an RSA key of 2,048 bits") {
  const auto fault = [](Bytes info) {
    const auto known = TransparencyLog::from_key(info);
    return known ? kRight : known.error().code;
  };
  CHECK(fault(PrivateKey::generate(KeyKind::ec_secp384r1)->public_key_info()) ==
        Errc::key_unsupported);
  CHECK(fault(PrivateKey::generate(KeyKind::ed25519)->public_key_info()) == Errc::key_unsupported);
  CHECK(fault(internals(load("leaf_rsa1024.pem")).public_key_info) ==
        Errc::certificate_key_too_weak);
  CHECK(fault(internals(load("leaf_k256.pem")).public_key_info) == Errc::key_unsupported);
  Octets longer(key(3).public_key_info().begin(), key(3).public_key_info().end());
  CHECK(fault(longer) == kRight);
  longer.push_back(0);
  CHECK(fault(longer) == Errc::bad_der);
  CHECK(fault({}) == Errc::bad_der);
}

}  // namespace tls12::x509
