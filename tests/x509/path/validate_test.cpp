// RFC 5280 §6.1, step by step.
#include "x509/path/validate.hpp"

#include "x509/asn1/pem.hpp"
#include "x509/chains.hpp"
#include "x509/key/key_encoding.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

constexpr auto unchanged = [](Draft&) {};

// ------------------------------------------------ §6.1.3

TEST_CASE("RFC 5280 6.1.3 (a) (1): the issuer's key signed the certificate") {
  // The right name, and another key.
  const Certificate forged = sign_as(leaf_draft(key(2)), common_name("intermediate"), key(4));
  CHECK(code({forged, intermediate()}, {root()}) == Errc::certificate_signature_wrong);
  const Certificate forged_ca =
      sign_as(ca_draft("intermediate", key(1)), common_name("root"), key(4));
  CHECK(code({leaf(), forged_ca}, {root()}) == Errc::certificate_signature_wrong);
  // One bit of what was signed: a letter of the name.
  const Certificate good = leaf();
  std::vector<std::uint8_t> der(good.der().begin(), good.der().end());
  const auto at = std::ranges::search(der, bytes_of("example.org"));
  REQUIRE_FALSE(at.empty());
  at.front() ^= 1;  // "dxample.org"
  CHECK(code({*Certificate::from_der(der), intermediate()}, {root()}, {.name = "dxample.org"}) ==
        Errc::certificate_signature_wrong);
}

TEST_CASE(
    "an anchor's own signature says nothing: it may be wrong, or made in a way that nobody "
    "believes") {
  CHECK(code({leaf(), intermediate()},
             {sign_as(ca_draft("root", key(0)), common_name("root"), key(4))}) == kRight);
  CHECK(code({leaf(), intermediate()},
             {sign_as(ca_draft("root", key(0)), common_name("somebody else"), key(4))}) == kRight);
}

TEST_CASE(
    "RFC 8446 4.2.3: where signature schemes are asked for, every certificate below the anchor is "
    "signed by one of them") {
  using enum SignatureScheme;
  const auto of = [](const char* file, const char* anchor, std::vector<SignatureScheme> schemes) {
    VerifyPolicy policy = VerifyPolicy::legacy();
    policy.signature_schemes = std::move(schemes);
    return code({load(file)}, {load(anchor)}, {.name = "", .now = data_time(), .policy = policy});
  };
  constexpr Errc kOther = Errc::certificate_algorithm_unsupported;
  CHECK(of("leaf_pss_signed.pem", "root.pem", {rsa_pss_rsae_sha256}) == kRight);
  CHECK(of("leaf_pss_signed.pem", "root.pem", {rsa_pss_rsae_sha384, rsa_pkcs1_sha256}) == kOther);
  CHECK(of("leaf_of_root_pss.pem", "root_pss.pem", {rsa_pss_pss_sha384}) == kRight);
  CHECK(of("leaf_of_root_pss.pem", "root_pss.pem",
           {rsa_pkcs1_sha256, ecdsa_secp256r1_sha256, ed25519}) == kOther);
  CHECK(of("leaf_ed25519.pem", "root_ed25519.pem", {ed25519}) == kRight);
  CHECK(of("leaf_ed25519.pem", "root_ed25519.pem", {ecdsa_secp256r1_sha256}) == kOther);
  CHECK(of("leaf_sha1.pem", "root.pem", {rsa_pkcs1_sha1}) == kRight);
  CHECK(of("leaf_sha1.pem", "root.pem", {rsa_pkcs1_sha256, ecdsa_sha1}) == kOther);

  // Leaf and intermediate are each asked; the anchor is not. ECDSA's curve is no part of it (TLS
  // 1.2 has hashes alone).
  const VerifyPolicy ecdsa = {.signature_schemes = {ecdsa_secp521r1_sha512,
                                                    ecdsa_secp256r1_sha256}},
                     rsa = {.signature_schemes = {rsa_pkcs1_sha256}};
  const Certificate other_root = sign_as(ca_draft("root", key(0)), common_name("root"),
                                         PrivateKey::generate(KeyKind::ed25519).value());
  CHECK(code({leaf(), intermediate()}, {other_root}, {.policy = ecdsa}) == kRight);
  CHECK(code({leaf(), intermediate()}, {root()}, {.policy = rsa}) == kOther);
  const PrivateKey signer = PrivateKey::generate(KeyKind::ed25519).value();
  const Certificate ed_intermediate =
      sign_as(ca_draft("intermediate", key(1)), common_name("ed root"), signer);
  const Certificate ed_root = sign_as(ca_draft("ed root", signer), common_name("ed root"), signer);
  CHECK(code({leaf(), ed_intermediate}, {ed_root}, {.policy = ecdsa}) == kOther);
  CHECK(code({leaf(), ed_intermediate}, {ed_root}) == kRight);
}

TEST_CASE("chains that OpenSSL and GnuTLS made are right") {
  const Ask at{.now = data_time()};
  CHECK(code({load("leaf.pem"), load("intermediate.pem")}, {load("root.pem")}, at) == kRight);
  CHECK(code({load("leaf_p521.pem")}, {load("root.pem")}, at) == kRight);
  CHECK(code({load("leaf_pss_signed.pem")}, {load("root.pem")}, at) == kRight);
  CHECK(code({load("leaf_of_root_pss.pem")}, {load("root_pss.pem")}, at) == kRight);
  CHECK(code({load("leaf_ed25519.pem")}, {load("root_ed25519.pem")}, at) == kRight);
  CHECK(code({load("gnutls_leaf.pem")}, {load("gnutls_ca.pem")},
             {.name = "gnutls.example", .now = data_time()}) == kRight);
}

// Shows RFC 5246 D.3-1
TEST_CASE(
    "weak and unknown algorithms are refused; SHA-1 and short RSA keys are believed where the "
    "policy says so, MD5 and unknown curves never") {
  const auto of = [](const char* file, const VerifyPolicy& policy) {
    return code({load(file)}, {load("root.pem")},
                {.name = "", .now = data_time(), .policy = policy});
  };
  const VerifyPolicy& standard = VerifyPolicy::standard();
  CHECK(of("leaf_sha1.pem", standard) == Errc::certificate_algorithm_unsupported);
  CHECK(of("leaf_md5.pem", standard) == Errc::certificate_algorithm_unsupported);
  CHECK(of("leaf_rsa1024.pem", standard) == Errc::certificate_key_too_weak);
  CHECK(of("leaf_k256.pem", standard) == Errc::certificate_algorithm_unsupported);
  CHECK(of("leaf_sha1.pem", VerifyPolicy::legacy()) == kRight);
  CHECK(of("leaf_rsa1024.pem", VerifyPolicy::legacy()) == kRight);
  CHECK(of("leaf_md5.pem", VerifyPolicy::legacy()) == Errc::certificate_algorithm_unsupported);
  CHECK(of("leaf_k256.pem", VerifyPolicy::legacy()) == Errc::certificate_algorithm_unsupported);
  CHECK(of("leaf.pem", {.min_rsa_bits = 4096}) != kRight);
}

TEST_CASE(
    "RFC 4055 3.3: a key that is restricted to one hash and salt verifies no signature with "
    "another") {
  const Certificate ca = load("root_pss.pem");
  // The same numbers without the restriction, as a forger who has the key would use them.
  const std::string file = read_data("rsa_pss_sha384.key.pem");
  std::string_view text = file;
  const auto block = pem::next(text);
  SecretVector der((*block)->max_size());
  der.resize(*pem::decode(**block, der));
  auto numbers = read_private_key(der);
  REQUIRE(numbers.has_value());
  const auto unrestricted = [&](KeyKind kind) {
    numbers->kind = kind;
    numbers->pss.reset();
    return *PrivateKey::from_der(*write_private_key(*numbers, {}));
  };
  const auto signed_by = [&](KeyKind kind, SignatureMethod method) {
    Draft draft = leaf_draft(key(2));
    draft.issuer.assign(internals(ca).subject.begin(), internals(ca).subject.end());
    draft.method = method;
    return *sign(draft, unrestricted(kind), default_provider()->rng());
  };
  const auto with_method = [&](KeyKind kind, SignatureMethod method) {
    return code({signed_by(kind, method)}, {ca});
  };
  CHECK(with_method(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha384, 48}) ==
        kRight);
  CHECK(with_method(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha384, 64}) ==
        kRight);
  CHECK(with_method(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha384, 32}) ==
        Errc::certificate_signature_wrong);
  CHECK(with_method(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha256, 64}) ==
        Errc::certificate_signature_wrong);
  CHECK(with_method(KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha384}) ==
        Errc::certificate_signature_wrong);
}

TEST_CASE(
    "RFC 5280 6.1.3 (a) (2): now is within the validity of every certificate, both ends included") {
  const WallTime begin = test_time() - kDay, end = test_time() + kDay;
  const std::vector<Certificate> chain = {leaf(), intermediate()};
  const std::vector<Certificate> anchors = {root()};
  CHECK(code(chain, anchors, {.now = begin}) == kRight);
  CHECK(code(chain, anchors, {.now = end}) == kRight);
  CHECK(code(chain, anchors, {.now = begin - std::chrono::seconds(1)}) ==
        Errc::certificate_not_yet_valid);
  CHECK(code(chain, anchors, {.now = end + std::chrono::seconds(1)}) == Errc::certificate_expired);
  const auto expired = [](Draft& d) { d.not_after = test_time() - std::chrono::seconds(1); };
  const auto future = [](Draft& d) { d.not_before = test_time() + std::chrono::seconds(1); };
  CHECK(code_of(with_leaf(expired)) == Errc::certificate_expired);
  CHECK(code_of(with_intermediate(expired)) == Errc::certificate_expired);
  CHECK(code_of(with_root(expired)) == Errc::certificate_expired);
  CHECK(code_of(with_leaf(future)) == Errc::certificate_not_yet_valid);
  CHECK(code_of(with_intermediate(future)) == Errc::certificate_not_yet_valid);
  CHECK(code_of(with_root(future)) == Errc::certificate_not_yet_valid);
}

TEST_CASE("RFC 5280 6.1.3 (a) (4), 7.1: names chain without regard to case and white space") {
  const Certificate shouting = sign_as(leaf_draft(key(2)), common_name(" INTERMEDIATE "), key(1));
  CHECK(code({shouting, intermediate()}, {root()}) == kRight);
  const Certificate other = sign_as(leaf_draft(key(2)), common_name("inter mediate"), key(1));
  CHECK(code({other, intermediate()}, {root()}) == Errc::certificate_unknown_issuer);
}

TEST_CASE(
    "RFC 5280 6.1.3 (b), (c), 6.1.4 (g): each CA's name constraints bind every certificate below "
    "it") {
  const auto permits = [](std::string_view domain) {
    return [domain](Draft& d) { constrain_dns(d, domain); };
  };
  const auto excludes = [](std::string_view domain) {
    return [domain](Draft& d) { constrain_dns(d, domain, false); };
  };
  CHECK(code_of(with_intermediate(permits("example.org"))) == kRight);
  CHECK(code_of(with_intermediate(permits("example.com"))) == Errc::certificate_name_constraint);
  CHECK(code_of(with_intermediate(excludes("example.com"))) == kRight);
  CHECK(code_of(with_intermediate(excludes("org"))) == Errc::certificate_name_constraint);
  const Verdict verdict = with_intermediate(permits("example.com"));
  REQUIRE_FALSE(verdict.has_value());
  CHECK(verdict.error().depth == 0);
  CHECK(verdict.error().subject == "CN=leaf");
  CHECK(verdict.error().section == "RFC 5280 §6.1.3 (b), (c)");
  // What OpenSSL wrote.
  CHECK(code({load("leaf_constrained.pem"), load("constrained.pem")}, {load("root.pem")},
             {.now = data_time()}) == kRight);
}

TEST_CASE("RFC 5937 3.2: an anchor's name constraints are the initial ones") {
  CHECK(code_of(with_root([](Draft& d) { constrain_dns(d, "example.org"); })) == kRight);
  CHECK(code_of(with_root([](Draft& d) { constrain_dns(d, "example.com"); })) ==
        Errc::certificate_name_constraint);
}

TEST_CASE(
    "RFC 5280 6.1.3 (b), (c): name constraints pass over self-issued certificates, but for the "
    "last") {
  Draft limited = ca_draft("root", key(0));
  constrain_dns(limited, "example.com");
  // A CA with a wrong name of its own, for all that it is a CA.
  const auto named_ca = [](const PrivateKey& own, const char* issuer, const PrivateKey& signer) {
    Draft draft = ca_draft("root", own);
    set_extension(draft, oid::kSubjectAltName, false,
                  "300d 820b" + hex_of(bytes_of("example.org")));
    return sign_as(std::move(draft), common_name(issuer), signer);
  };
  const Certificate self_issued = named_ca(key(1), "root", key(0));
  const Certificate below =
      sign_as(leaf_draft(key(2), {"example.com"}), common_name("root"), key(1));
  CHECK(code({below, self_issued}, {root(limited)}, {.name = "example.com"}) == kRight);
  CHECK(code({self_issued}, {root(limited)}, {.name = "", .purpose = Purpose::any}) ==
        Errc::certificate_name_constraint);
}

TEST_CASE(
    "RFC 5280 6.1.3 (d) to (f), 6.1.4 (i), 6.1.5: policies are those that every certificate "
    "allows") {
  constexpr char kGold[] = "3007 3005 0603 2a0304", kSilver[] = "3007 3005 0603 2a0305";
  const VerifyPolicy explicitly = {.initial_explicit_policy = true},
                     gold = {.user_initial_policy_set = {"1.2.3.4"},
                             .initial_explicit_policy = true},
                     silver = {.user_initial_policy_set = {"1.2.3.5"},
                               .initial_explicit_policy = true};
  const auto chain = [](const char* of_intermediate, const char* of_leaf,
                        const VerifyPolicy& policy, auto change) {
    Draft ca = ca_draft("intermediate", key(1)), last = leaf_draft(key(2));
    if (of_intermediate != nullptr)
      set_extension(ca, oid::kCertificatePolicies, false, of_intermediate);
    if (of_leaf != nullptr) set_extension(last, oid::kCertificatePolicies, false, of_leaf);
    change(ca);
    return judge({leaf(std::move(last)), intermediate(std::move(ca))}, {root()},
                 {.policy = policy});
  };
  CHECK(chain(kGold, kGold, explicitly, unchanged)->policies ==
        std::vector<std::string>{"1.2.3.4"});
  CHECK(code_of(chain(kGold, kGold, gold, unchanged)) == kRight);
  CHECK(code_of(chain(kGold, kGold, silver, unchanged)) == Errc::certificate_policy);
  CHECK(code_of(chain(kGold, kSilver, VerifyPolicy::standard(), unchanged)) == kRight);
  CHECK(code_of(chain(kGold, kSilver, explicitly, unchanged)) == Errc::certificate_policy);
  CHECK(code_of(chain(kGold, nullptr, explicitly, unchanged)) == Errc::certificate_policy);
  CHECK(code_of(chain(nullptr, kGold, explicitly, unchanged)) == Errc::certificate_policy);
  // requireExplicitPolicy 0, asked for by the CA
  const auto required = with(oid::kPolicyConstraints, "3003 800100", true);
  CHECK(code_of(chain(kGold, kGold, VerifyPolicy::standard(), required)) == kRight);
  CHECK(code_of(chain(kGold, kSilver, VerifyPolicy::standard(), required)) ==
        Errc::certificate_policy);
}

TEST_CASE("an anchor's policies say nothing") {
  CHECK(code_of(with_root(with(oid::kPolicyConstraints, "3003 800100", true))) == kRight);
  CHECK(code_of(with_root(with(oid::kCertificatePolicies, "3007 3005 0603 2a0304"))) == kRight);
}

// ------------------------------------------------ §6.1.4

// Shows RFC 5246 D.3-1
TEST_CASE(
    "RFC 5280 6.1.4 (d): a CA whose RSA key is shorter than the policy asks for is refused, as an "
    "anchor too") {
  for (const std::size_t bits : {std::size_t{1024}, std::size_t{2048}}) {
    const PrivateKey own = *PrivateKey::generate(KeyKind::rsa, bits);
    const Certificate ca = sign_as(ca_draft("rsa", own), common_name("root"), key(0));
    const Certificate anchor = sign_as(ca_draft("rsa", own), common_name("rsa"), own);
    const Certificate below = sign_as(leaf_draft(key(2)), common_name("rsa"), own);
    CHECK(code({below, ca}, {root()}) == (bits < 2048 ? Errc::certificate_key_too_weak : kRight));
    CHECK(code({below}, {anchor}) == (bits < 2048 ? Errc::certificate_key_too_weak : kRight));
    CHECK(code({below}, {anchor}, {.policy = VerifyPolicy::legacy()}) == kRight);
  }
}

TEST_CASE("RFC 5280 6.1.4 (k): only a CA issues") {
  CHECK(code_of(with_intermediate(with(oid::kBasicConstraints, "3000", true))) ==
        Errc::certificate_not_a_ca);
  CHECK(code_of(with_intermediate(without(oid::kBasicConstraints))) == Errc::certificate_not_a_ca);
  CHECK(code_of(with_intermediate([](Draft& d) { d.version = 1, d.extensions.clear(); })) ==
        Errc::certificate_not_a_ca);
  CHECK(code_of(with_root(with(oid::kBasicConstraints, "3000", true))) ==
        Errc::certificate_not_a_ca);
  CHECK(code_of(with_root(without(oid::kBasicConstraints))) == Errc::certificate_not_a_ca);
  // A version 1 certificate cannot say that it is a CA: as an anchor it is one because its owner
  // says so.
  CHECK(code_of(with_root([](Draft& d) { d.version = 1, d.extensions.clear(); })) == kRight);
  // A leaf that issues another.
  const Certificate below = sign_as(leaf_draft(key(3)), common_name("leaf"), key(2));
  CHECK(code({below, leaf(), intermediate()}, {root()}) == Errc::certificate_not_a_ca);
}

TEST_CASE(
    "RFC 5280 6.1.4 (l), (m): pathLenConstraint counts the intermediates below that are not "
    "self-issued") {
  const auto path_length = [](const char* value) {
    return with(oid::kBasicConstraints, value, true);
  };
  CHECK(code_of(with_root(path_length("30060101ff 020101"))) == kRight);
  CHECK(code_of(with_root(path_length("30060101ff 020100"))) == Errc::certificate_path_too_long);
  CHECK(code_of(with_intermediate(path_length("30060101ff 020100"))) == kRight);
  CHECK(code_of(with_root(path_length("300d0101ff 02087fffffffffffffff"))) == kRight);
  // root (pathLen 1) -> intermediate -> intermediate, self-issued with another key -> leaf
  Draft limited = ca_draft("root", key(0));
  set_extension(limited, oid::kBasicConstraints, true, "30060101ff 020101");
  const Certificate rekeyed =
      sign_as(ca_draft("intermediate", key(3)), common_name("intermediate"), key(1));
  const Certificate under = sign_as(leaf_draft(key(2)), common_name("intermediate"), key(3));
  CHECK(code({under, rekeyed, intermediate()}, {root(limited)}) == kRight);
  const Certificate second =
      sign_as(ca_draft("second", key(3)), common_name("intermediate"), key(1));
  const Certificate below = sign_as(leaf_draft(key(2)), common_name("second"), key(3));
  const Verdict verdict = judge({below, second, intermediate()}, {root(limited)});
  REQUIRE(code_of(verdict) == Errc::certificate_path_too_long);
  CHECK(verdict.error().subject == "CN=second");
  CHECK(reason_of(verdict) == "it is one CA more than the pathLenConstraint of CN=root allows");
  // The tightest limit on the way counts, wherever it stands.
  Draft tight = ca_draft("intermediate", key(1));
  set_extension(tight, oid::kBasicConstraints, true, "30060101ff 020100");
  CHECK(reason_of(judge({below, second, intermediate(tight)}, {root()})) ==
        "it is one CA more than the pathLenConstraint of CN=intermediate allows");
  Draft loose = ca_draft("intermediate", key(1));
  set_extension(loose, oid::kBasicConstraints, true, "30060101ff 020109");
  CHECK(code({below, second, intermediate(loose)}, {root(limited)}) ==
        Errc::certificate_path_too_long);
}

TEST_CASE(
    "RFC 5280 6.1.4 (n), 4.2.1.3: a key signs certificates where keyUsage says so, or says "
    "nothing") {
  const auto usage = [](const char* value) { return with(oid::kKeyUsage, value, true); };
  CHECK(code_of(with_intermediate(usage("03020186"))) ==
        kRight);  // digitalSignature, keyCertSign, cRLSign
  CHECK(code_of(with_intermediate(usage("03020102"))) == Errc::certificate_key_usage);  // cRLSign
  CHECK(code_of(with_root(usage("03020780"))) == Errc::certificate_key_usage);  // digitalSignature
  CHECK(code_of(with_intermediate(without(oid::kKeyUsage))) == kRight);
  CHECK(code_of(with_root(without(oid::kKeyUsage))) == kRight);
}

TEST_CASE(
    "RFC 5280 4.2, 6.1.4 (o), 6.1.5 (f): a critical extension that is not understood refuses the "
    "certificate, another is ignored") {
  constexpr Oid kUnknown = make_oid(1, 3, 6, 1, 4, 1, 55555, 1);
  const auto unknown = [&](bool critical) { return with(kUnknown, "0500", critical); };
  CHECK(code_of(with_leaf(unknown(false))) == kRight);
  CHECK(code_of(with_leaf(unknown(true))) == Errc::certificate_critical_extension);
  CHECK(code_of(with_intermediate(unknown(false))) == kRight);
  CHECK(code_of(with_intermediate(unknown(true))) == Errc::certificate_critical_extension);
  CHECK(code_of(with_root(unknown(false))) == kRight);
  CHECK(code_of(with_root(unknown(true))) == Errc::certificate_critical_extension);
}

TEST_CASE(
    "RFC 5280 4.2.1.12: the extended key usage allows the purpose, in the leaf and in every CA "
    "that has one") {
  constexpr char kServer[] = "300a 06082b06010505070301", kClient[] = "300a 06082b06010505070302",
                 kAnyUsage[] = "3006 0604551d2500", kOcsp[] = "300a 06082b06010505070309";
  const auto usage = [](const char* value) { return with(oid::kExtendedKeyUsage, value); };
  const auto none = without(oid::kExtendedKeyUsage);
  const Ask client{.purpose = Purpose::client}, anything{.purpose = Purpose::any};
  CHECK(code_of(with_leaf(usage(kServer))) == kRight);
  CHECK(code_of(with_leaf(usage(kServer), client)) == Errc::certificate_extended_key_usage);
  CHECK(code_of(with_leaf(usage(kClient))) == Errc::certificate_extended_key_usage);
  CHECK(code_of(with_leaf(usage(kClient), client)) == kRight);
  CHECK(code_of(with_leaf(usage(kOcsp))) == Errc::certificate_extended_key_usage);
  CHECK(code_of(with_leaf(usage(kOcsp), anything)) == kRight);
  CHECK(code_of(with_leaf(usage(kAnyUsage))) == kRight);
  CHECK(code_of(with_leaf(none)) == kRight);
  CHECK(code_of(with_leaf(none, client)) == kRight);
  CHECK(code_of(with_intermediate(usage(kServer))) == kRight);
  CHECK(code_of(with_intermediate(usage(kClient))) == Errc::certificate_extended_key_usage);
  CHECK(code_of(with_intermediate(usage(kClient), anything)) == kRight);
  CHECK(code_of(with_root(usage(kClient))) == Errc::certificate_extended_key_usage);
  CHECK(code_of(with_root(usage(kServer))) == kRight);
}

// ------------------------------------------------ the validator alone

/// The validator's verdict on a path that no builder looked at.
Errc validated(const std::vector<Certificate>& chain, Purpose purpose = Purpose::server) {
  std::vector<const Certificate*> path;
  for (const Certificate& certificate : chain) path.push_back(&certificate);
  const TrustStore trust = TrustStore::of({chain.back()});
  Work work(VerifyPolicy::standard().max_work);
  KnownSignatures known;
  Verification verification({.presented = chain, .trust = trust, .now = test_time()}, work, known);
  const auto verdict = validate(path, purpose, verification);
  return verdict ? kRight : verdict.error().refusal.code;
}

TEST_CASE("the validator takes nothing for granted that the builder has looked at") {
  const auto leaf_with = [](auto change) {
    Draft draft = leaf_draft(key(2));
    change(draft);
    return validated({leaf(std::move(draft)), intermediate(), root()});
  };
  const auto intermediate_with = [](auto change) {
    Draft draft = ca_draft("intermediate", key(1));
    change(draft);
    return validated({leaf(), intermediate(std::move(draft)), root()});
  };
  const auto root_with = [](auto change) {
    Draft draft = ca_draft("root", key(0));
    change(draft);
    return validated({leaf(), intermediate(), root(std::move(draft))});
  };
  constexpr Oid kUnknown = make_oid(1, 3, 6, 1, 4, 1, 55555, 1);
  const auto expired = [](Draft& d) { d.not_after = test_time() - std::chrono::seconds(1); };
  const auto unknown = with(kUnknown, "0500", true),
             no_ca = with(oid::kBasicConstraints, "3000", true),
             no_signer = with(oid::kKeyUsage, "03020102", true),
             for_clients = with(oid::kExtendedKeyUsage, "300a 06082b06010505070302");
  CHECK(intermediate_with(unchanged) == kRight);
  CHECK(validated({sign_as(leaf_draft(key(2)), common_name("intermediate"), key(4)), intermediate(),
                   root()}) == Errc::certificate_signature_wrong);
  CHECK(validated({leaf(), sign_as(ca_draft("intermediate", key(1)), common_name("root"), key(4)),
                   root()}) == Errc::certificate_signature_wrong);
  CHECK(validated({sign_as(leaf_draft(key(2)), common_name("somebody"), key(1)), intermediate(),
                   root()}) == Errc::certificate_unknown_issuer);
  CHECK(
      validated({leaf(), sign_as(ca_draft("intermediate", key(1)), common_name("somebody"), key(0)),
                 root()}) == Errc::certificate_unknown_issuer);
  CHECK(leaf_with(expired) == Errc::certificate_expired);
  CHECK(leaf_with(unknown) == Errc::certificate_critical_extension);
  CHECK(leaf_with(for_clients) == Errc::certificate_extended_key_usage);
  CHECK(intermediate_with(expired) == Errc::certificate_expired);
  CHECK(intermediate_with(no_ca) == Errc::certificate_not_a_ca);
  CHECK(intermediate_with(no_signer) == Errc::certificate_key_usage);
  CHECK(intermediate_with(unknown) == Errc::certificate_critical_extension);
  CHECK(intermediate_with(for_clients) == Errc::certificate_extended_key_usage);
  CHECK(root_with(expired) == Errc::certificate_expired);
  CHECK(root_with(no_ca) == Errc::certificate_not_a_ca);
  CHECK(root_with(no_signer) == Errc::certificate_key_usage);
  CHECK(root_with(unknown) == Errc::certificate_critical_extension);
  CHECK(root_with(for_clients) == Errc::certificate_extended_key_usage);
  const Certificate short_key = load("leaf_rsa1024.pem"), old = load("leaf_sha1.pem");
  for (const Certificate& weak : {short_key, old}) {
    const std::vector<Certificate> chain = {weak, load("root.pem")};
    const Certificate* const path[] = {&chain[0], &chain[1]};
    const TrustStore trust = TrustStore::of({chain[1]});
    Work work(VerifyPolicy::standard().max_work);
    KnownSignatures known;
    Verification verification({.presented = chain, .trust = trust, .now = data_time()}, work,
                              known);
    CHECK_FALSE(validate(path, Purpose::any, verification).has_value());
  }
  const PrivateKey rsa = *PrivateKey::generate(KeyKind::rsa, 1024);
  const Certificate weak_ca = sign_as(ca_draft("weak", rsa), common_name("root"), key(0)),
                    weak_root = sign_as(ca_draft("weak", rsa), common_name("weak"), rsa),
                    below = sign_as(leaf_draft(key(2)), common_name("weak"), rsa);
  CHECK(validated({below, weak_ca, root()}) == Errc::certificate_key_too_weak);
  CHECK(validated({below, weak_root}) == Errc::certificate_key_too_weak);
}

// ------------------------------------------------ anchors

TEST_CASE(
    "a certificate that is an anchor itself is believed without an issuer, a CA or not, and by no "
    "more than its own rules") {
  const Certificate self = sign_as(leaf_draft(key(2)), common_name("leaf"), key(2));
  CHECK(code({self}, {root()}) == Errc::certificate_unknown_issuer);
  CHECK(subjects(judge({self}, {self})) == "CN=leaf");
  CHECK(judge({self}, {self})->policies == std::vector<std::string>{"2.5.29.32.0"});
  CHECK(judge({self}, {self}, {.policy = {.user_initial_policy_set = {"1.2.3.4"}}})->policies ==
        std::vector<std::string>{"1.2.3.4"});
  CHECK(code({leaf()}, {leaf()}) != kRight);  // another certificate for the same key
  const Certificate issued = leaf();
  CHECK(subjects(judge({issued}, {issued})) == "CN=leaf");
  const Certificate ca = root();
  CHECK(code({ca}, {ca}, {.name = ""}) ==
        Errc::certificate_key_usage);  // its key may do nothing that TLS needs
  CHECK(code({ca}, {ca}, {.name = "", .purpose = Purpose::any}) == kRight);
  CHECK(code({self}, {self}, {.name = "example.com"}) == Errc::certificate_name_mismatch);
  CHECK(code({self}, {self}, {.now = test_time() + 2 * kDay}) == Errc::certificate_expired);
  // Another one of the same name and key is not the one that is trusted.
  Draft again = leaf_draft(key(2), {"example.org", "evil.example"});
  CHECK(code({sign_as(std::move(again), common_name("leaf"), key(2))}, {self}) != kRight);
}

TEST_CASE("an intermediate may be the anchor") {
  CHECK(code({leaf()}, {intermediate()}) == kRight);
}

}  // namespace
}  // namespace tls12::x509
