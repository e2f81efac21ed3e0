// What a caller of tls12::verify() sees: verdicts, failures in words, and the hooks.
#include "tls12/verify.hpp"

#include <stdexcept>

#include "chains.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

TEST_CASE("the name is one of the certificate's") {
  const auto unchanged = [](Draft&) {};
  CHECK(code_of(with_leaf(unchanged, {.name = "EXAMPLE.org."})) == kRight);
  CHECK(code_of(with_leaf(unchanged, {.name = "example.com"})) == Errc::certificate_name_mismatch);
  CHECK(code_of(with_leaf(unchanged, {.name = "leaf"})) == Errc::certificate_name_mismatch);
  CHECK(code_of(with_leaf(unchanged, {.name = "not a name"})) == Errc::bad_host_name);
}

/// The verdict on a certificate that is right in all points, for this name.
Verdict named(PeerName name) {
  const std::vector<Certificate> presented = {
      leaf(leaf_draft(key(2), {"example.org", "192.0.2.1"})), intermediate()};
  return tls12::verify({.presented = presented,
                        .trust = TrustStore::of({root()}),
                        .peer_name = name,
                        .now = test_time()});
}

TEST_CASE("an empty or blank name is an error, whatever its kind") {
  using namespace std::literals;
  for (const auto kind :
       {PeerName::Kind::automatic, PeerName::Kind::dns, PeerName::Kind::ip, PeerName::Kind::email})
    for (const std::string_view text : {""sv, "."sv, ".."sv, " "sv, "\t"sv, "\n"sv, "\0"sv, "@"sv,
                                        "*"sv, "example.org "sv, "example.org\0"sv, "\"\""sv}) {
      CAPTURE(text);
      CAPTURE(static_cast<int>(kind));
      CHECK(code_of(named({text, kind})) == Errc::bad_host_name);
    }
  CHECK(named({}).error().message().contains("it is empty"));
}

TEST_CASE("any name is accepted where that is asked for explicitly, and nowhere else") {
  CHECK(code_of(named(PeerName::any())) == kRight);
  CHECK(code_of(named({"example.org", PeerName::Kind::any})) == Errc::bad_host_name);
  const std::vector<Certificate> presented = {leaf(), intermediate()};
  CHECK(code_of(tls12::verify(
            {.presented = presented, .trust = TrustStore::of({root()}), .now = test_time()})) ==
        Errc::bad_host_name);
}

TEST_CASE("the caller may say what kind of name it is") {
  const auto asked = [](std::string_view text, PeerName::Kind kind) {
    return code_of(named({text, kind}));
  };
  CHECK(asked("192.0.2.1", PeerName::Kind::automatic) == kRight);
  CHECK(asked("192.0.2.1", PeerName::Kind::ip) == kRight);
  CHECK(asked("192.0.2.2", PeerName::Kind::ip) == Errc::certificate_name_mismatch);
  CHECK(asked("example.org", PeerName::Kind::dns) == kRight);
  CHECK(asked("example.org", PeerName::Kind::ip) == Errc::bad_host_name);
  CHECK(asked("somebody@example.org", PeerName::Kind::email) == Errc::certificate_name_mismatch);
}

TEST_CASE("RFC 5280 4.2.1.12, 4.2.1.3: an end entity's key may do something that TLS needs of it") {
  const auto usage = [](const char* value) { return with(oid::kKeyUsage, value, true); };
  const auto clients_too = [](const char* value) {
    return [value](Draft& d) {
      remove_extension(d, oid::kExtendedKeyUsage), set_extension(d, oid::kKeyUsage, true, value);
    };
  };
  const Ask client{.purpose = Purpose::client};
  CHECK(code_of(with_leaf(usage("03020780"))) == kRight);  // digitalSignature
  CHECK(code_of(with_leaf(usage("03020520"))) == kRight);  // keyEncipherment: RSA key exchange
  CHECK(code_of(with_leaf(usage("03020308"))) == kRight);  // keyAgreement
  CHECK(code_of(with_leaf(usage("03020640"))) == Errc::certificate_key_usage);  // nonRepudiation
  CHECK(code_of(with_leaf(usage("03020640"), {.purpose = Purpose::any})) == kRight);
  CHECK(code_of(with_leaf(clients_too("03020780"), client)) == kRight);
  CHECK(code_of(with_leaf(clients_too("03020520"), client)) == Errc::certificate_key_usage);
  CHECK(code_of(with_leaf(without(oid::kKeyUsage))) == kRight);
}

TEST_CASE(
    "RFC 5280 6.1.2 (k): the caller may say how many CAs there may be between, the self-issued "
    "ones not counted") {
  const auto limited = [](std::size_t limit, const std::vector<Certificate>& presented) {
    const VerifyPolicy policy = {.max_path_length = limit};
    return judge(presented, {root()}, {.policy = policy});
  };
  CHECK(code_of(limited(1, {leaf(), intermediate()})) == kRight);
  const Verdict none = limited(0, {leaf(), intermediate()});
  CHECK(code_of(none) == Errc::certificate_path_too_long);
  CHECK(reason_of(none) == "it is one CA more than the caller allows");
  const Certificate rekeyed =
      sign_as(ca_draft("intermediate", key(3)), common_name("intermediate"), key(1));
  const Certificate below = sign_as(leaf_draft(key(2)), common_name("intermediate"), key(3));
  CHECK(code_of(limited(1, {below, rekeyed, intermediate()})) == kRight);
  CHECK(code_of(limited(0, {below, rekeyed, intermediate()})) == Errc::certificate_path_too_long);
}

TEST_CASE("no certificate at all is an error of its own") {
  const Verdict verdict = judge({}, {root()});
  REQUIRE(code_of(verdict) == Errc::certificate_list_empty);
  CHECK(verdict.error().message() == "the server sent no certificate [RFC 5246 §7.4.2]");
}

/// Subject, depth, section and reason as the user reads them.
struct Told {
  Errc code;
  std::size_t depth;
  const char* message;
};
void check_told(const Verdict& verdict, const Told& told) {
  REQUIRE_FALSE(verdict.has_value());
  CHECK(verdict.error().error == Error(told.code));
  CHECK(verdict.error().depth == told.depth);
  CHECK(verdict.error().message() == told.message);
  CHECK(verdict.error().error.about().starts_with(verdict.error().subject));
}

TEST_CASE(
    "a failure names the certificate, the rule and its section, and says what to do about it") {
  const Certificate other = sign_as(ca_draft("other", key(3)), common_name("other"), key(3));
  const auto expired = [](Draft& d) { d.not_after = test_time() - std::chrono::seconds(1); };
  check_told(judge({leaf()}, {root()}),
             {Errc::certificate_unknown_issuer, 0,
              "CN=leaf: no usable certificate of its issuer, CN=intermediate, came with it, and "
              "none is trusted [RFC 5280 §6.1.3 (a) (4)]"});
  check_told(judge({leaf()}, {}),
             {Errc::certificate_unknown_issuer, 0,
              "CN=leaf: no usable certificate of its issuer, CN=intermediate, came with it, and "
              "none is trusted: there are no trusted certificates at all "
              "[RFC 5280 §6.1.3 (a) (4)]"});
  check_told(judge({leaf(), intermediate()}, {other}),
             {Errc::certificate_unknown_issuer, 1,
              "CN=intermediate (1 above the end entity): no usable certificate of its issuer, "
              "CN=root, came with it, and none is trusted [RFC 5280 §6.1.3 (a) (4)]"});
  check_told(judge({leaf(), intermediate(), root()}, {other}),
             {Errc::certificate_unknown_issuer, 2,
              "CN=root (2 above the end entity): it is self-signed, and not one of the trusted "
              "certificates [RFC 5280 §6.1.3 (a) (4)]"});
  check_told(with_leaf(expired), {Errc::certificate_expired, 0,
                                  "CN=leaf: it expired on 2027-05-31 23:59:59 UTC, and it is "
                                  "2027-06-01 00:00:00 UTC now [RFC 5280 §6.1.3 (a) (2)]"});
  check_told(with_intermediate(expired),
             {Errc::certificate_expired, 1,
              "CN=intermediate (1 above the end entity): it expired on 2027-05-31 23:59:59 UTC, "
              "and it is 2027-06-01 00:00:00 UTC now "
              "[RFC 5280 §6.1.3 (a) (2)]"});
  check_told(with_leaf([](Draft& d) { d.not_before = test_time() + kDay; }),
             {Errc::certificate_not_yet_valid, 0,
              "CN=leaf: it is not valid before 2027-06-02 00:00:00 UTC, and it is 2027-06-01 "
              "00:00:00 UTC now [RFC 5280 §6.1.3 (a) (2)]"});
  check_told(with_leaf([](Draft&) {}, {.name = "example.com"}),
             {Errc::certificate_name_mismatch, 0,
              "CN=leaf: it is for example.org, not for example.com [RFC 9525 §6]"});
  check_told(with_leaf(without(oid::kSubjectAltName)),
             {Errc::certificate_name_mismatch, 0,
              "CN=leaf: it has no subjectAltName, and its common name does not count: it is not "
              "for example.org [RFC 9525 §6]"});
  check_told(with_leaf(with(oid::kSubjectAltName, "3003 810161")),
             {Errc::certificate_name_mismatch, 0,
              "CN=leaf: it is for no host name, not for example.org [RFC 9525 §6]"});
  // DNS:127.0.0.1, IP:192.0.2.1
  check_told(with_leaf(with(oid::kSubjectAltName, "3011 8209 3132372e302e302e31 8704c0000201"),
                       {.name = "127.0.0.1"}),
             {Errc::certificate_name_mismatch, 0,
              "CN=leaf: it is for the DNS name 127.0.0.1, 192.0.2.1, not for the address 127.0.0.1 "
              "[RFC 9525 §6]"});
  check_told(with_intermediate(with(oid::kBasicConstraints, "3000", true)),
             {Errc::certificate_not_a_ca, 1,
              "CN=intermediate (1 above the end entity): it is no CA, by its basicConstraints [RFC "
              "5280 §6.1.4 (k)]"});
  check_told(with_intermediate(with(oid::kKeyUsage, "03020102", true)),
             {Errc::certificate_key_usage, 1,
              "CN=intermediate (1 above the end entity): its key may not sign certificates "
              "(keyUsage) [RFC 5280 §6.1.4 (n)]"});
  check_told(judge({leaf(), intermediate()}, {root()}, {.purpose = Purpose::client}),
             {Errc::certificate_extended_key_usage, 0,
              "CN=leaf: it is not for clients (extendedKeyUsage) [RFC 5280 §4.2.1.12]"});
  check_told(
      judge({sign_as(leaf_draft(key(2)), common_name("intermediate"), key(4)), intermediate()},
            {root()}),
      {Errc::certificate_signature_wrong, 0,
       "CN=leaf: its signature is wrong, by the key of CN=intermediate [RFC 5280 §6.1.3 (a) (1)]"});
  const Ask at{.name = "", .now = data_time()};
  check_told(
      judge({load("leaf_md5.pem")}, {load("root.pem")}, at),
      {Errc::certificate_algorithm_unsupported, 0,
       "CN=md5.example: it is signed by RSA with MD5, which is not supported [RFC 5280 §4.1.1.2]"});
  check_told(
      judge({load("leaf_sha1.pem")}, {load("root.pem")}, at),
      {Errc::certificate_algorithm_unsupported, 0,
       "CN=sha1.example: it is signed by RSA with SHA-1, which can be forged [RFC 9155 §1]"});
  check_told(
      judge({load("leaf_rsa1024.pem")}, {load("root.pem")}, at),
      {Errc::certificate_key_too_weak, 0,
       "CN=short.example: its RSA key has 1024 bits, and 2048 are asked for [RFC 9325 §4.5]"});
}

/// A leaf whose SubjectPublicKeyInfo has these bytes.
Verdict with_key(Bytes public_key_info) {
  return with_leaf([&](Draft& d) { d.public_key_info = public_key_info; });
}

TEST_CASE("a key that is not supported is named, and so is a limit that it exceeds") {
  const auto with_hex = [](std::string_view digits) { return reason_of(with_key(hex(digits))); };
  CHECK(with_hex("3017 3010 06072a8648ce3d0201 06052b8104000a 0303 000201") ==
        "its key is an EC key on secp256k1, which is not supported");
  CHECK(with_hex("301b 3014 06072a8648ce3d0201 06092b2403030208010107 0303 000401") ==
        "its key is an EC key on brainpoolP256r1, which is not supported");
  CHECK(with_hex("3016 300f 06072a8648ce3d0201 06042a030405 0303 000401") ==
        "its key is an EC key on 1.2.3.4.5, which is not supported");
  CHECK(with_hex("301a 3013 06072a8648ce3d0201 06082a8648ce3d030107 0303 000201") ==
        "its key is an EC key as a compressed point on secp256r1, which is not supported");
  CHECK(with_hex("300b 3005 06032b6571 0302 0001") ==
        "its key is a key for Ed448, which is not supported");
  const auto rsa = [](std::size_t octets, const std::vector<std::uint8_t>& exponent) {
    std::vector<std::uint8_t> modulus(octets, 0xff);
    der::Writer info;
    write_subject_public_key_info({.kind = KeyKind::rsa, .modulus = modulus, .exponent = exponent},
                                  {}, info);
    return reason_of(with_key(info.bytes()));
  };
  CHECK(rsa(1024, {1, 0, 1}) == "right");
  CHECK(rsa(1025, {1, 0, 1}) == "its RSA key has 8200 bits; the limit is 8192");
  CHECK(rsa(256, {1, 0, 0, 0, 0, 0, 0, 0, 1}) == "its RSA exponent has 65 bits; the limit is 64");
  CHECK(rsa(256, {1}) == "its RSA exponent is not an odd number from 3");
}

TEST_CASE("a leaf whose point is not on its curve is refused") {
  for (const KeyKind kind : {KeyKind::ec_secp256r1, KeyKind::ec_secp384r1, KeyKind::ec_secp521r1}) {
    const PrivateKey own = *PrivateKey::generate(kind);
    std::vector<std::uint8_t> info(own.public_key_info().begin(), own.public_key_info().end());
    CHECK(reason_of(with_key(info)) == "right");
    info.back() ^= 1;
    const Verdict verdict = with_key(info);
    CHECK(code_of(verdict) == Errc::bad_certificate);
    CHECK(reason_of(verdict) == "its public key is not a point on its curve");
  }
  // RFC 8032 §5.1.3: with y = 2, (y^2 - 1) / (d y^2 + 1) is not a square.
  CHECK(code_of(with_key(hex("302a 3005 06032b6570 0321 00 02" + std::string(62, '0')))) ==
        Errc::bad_certificate);
}

TEST_CASE(
    "a critical certificatePolicies with a qualifier that is not understood is refused, any other "
    "is not") {
  constexpr char kUnknown[] = "3010 300e 06022a03 3008 3006 06022a04 0500";
  const auto verdict = [&](bool is_critical) {
    return with_leaf(with(oid::kCertificatePolicies, kUnknown, is_critical));
  };
  CHECK(code_of(verdict(false)) == kRight);
  CHECK(code_of(verdict(true)) == Errc::certificate_critical_extension);
  CHECK(verdict(true).error().message() ==
        "CN=leaf: its critical certificatePolicies have the qualifier 1.2.4, which is not "
        "understood [RFC 5280 §4.2.1.4]");
  CHECK(code_of(with_intermediate(with(oid::kCertificatePolicies, kUnknown, true))) ==
        Errc::certificate_critical_extension);
}

TEST_CASE("of many attempts, the failure of that which came furthest is told") {
  // One certificate of the issuer has expired; over the other the chain goes on to a root that is
  // not trusted.
  Draft old = ca_draft("intermediate", key(1));
  old.not_after = test_time() - std::chrono::seconds(1);
  const Certificate expired = intermediate(std::move(old));
  CHECK(code_of(judge({leaf(), expired}, {root()})) == Errc::certificate_expired);
  // An unrelated namesake with another key identifier says nothing.
  Draft draft = leaf_draft(key(2));
  set_authority_key(draft, key(1));
  const Certificate below = leaf(std::move(draft)),
                    namesake =
                        sign_as(ca_draft("intermediate", key(3)), common_name("root"), key(0));
  check_told(judge({below, namesake}, {root()}),
             {Errc::certificate_unknown_issuer, 0,
              "CN=leaf: none of the certificates of its issuer, CN=intermediate, has the key that "
              "signed it [RFC 5280 §6.1.3 (a) (4)]"});
  // A whole chain that breaks a rule says more than a candidate that has expired.
  Draft constrained = ca_draft("intermediate", key(1));
  constrain_dns(constrained, "example.com");
  for (const auto& presented : {std::vector{leaf(), expired, intermediate(constrained)},
                                std::vector{leaf(), intermediate(constrained), expired}})
    CHECK(code(presented, {root()}) == Errc::certificate_name_constraint);
  // What the caller's check said of one whole chain says more than the rule that another breaks.
  const VerifyPolicy picky = {
      .check = [](const VerifiedChain&) { return std::optional<std::string>("it is Monday"); }};
  for (const auto& presented : {std::vector{leaf(), intermediate(), intermediate(constrained)},
                                std::vector{leaf(), intermediate(constrained), intermediate()}})
    CHECK(code(presented, {root()}, {.policy = picky}) == Errc::certificate_refused);
}

TEST_CASE(
    "the caller's check makes the verdict stricter, sees only chains that every rule allows, and "
    "makes the search go on") {
  std::vector<std::string> asked;
  const auto pin = [&](std::string wanted) {
    return VerifyPolicy{
        .check = [&asked, wanted](const VerifiedChain& chain) -> std::optional<std::string> {
          asked.push_back(subjects(chain));
          if (chain.certificates.back().subject() == wanted) return std::nullopt;
          return "its anchor is not " + wanted;
        }};
  };
  const Certificate other = sign_as(ca_draft("other", key(5)), common_name("other"), key(5));
  const Certificate by_other =
      sign_as(ca_draft("intermediate", key(1)), common_name("other"), key(5));
  const std::vector<Certificate> presented = {leaf(), intermediate(), by_other};
  CHECK(subjects(judge(presented, {root(), other}, {.policy = pin("CN=other")})) ==
        "CN=leaf,CN=intermediate,CN=other");
  CHECK(asked == std::vector<std::string>{"CN=leaf,CN=intermediate,CN=root",
                                          "CN=leaf,CN=intermediate,CN=other"});
  check_told(judge(presented, {root(), other}, {.policy = pin("CN=third")}),
             {Errc::certificate_refused, 0, "CN=leaf: its anchor is not CN=third"});
  asked.clear();
  CHECK(code(presented, {}, {.policy = pin("CN=other")}) == Errc::certificate_unknown_issuer);
  CHECK(code(presented, {root()}, {.name = "example.com", .policy = pin("CN=root")}) ==
        Errc::certificate_name_mismatch);
  CHECK(asked.empty());
}

TEST_CASE(
    "only what is called dangerous makes the verdict milder: it is told why, and what it accepts "
    "is what was presented") {
  std::vector<Errc> told;
  const VerifyPolicy policy = {
      .dangerous = {.accept_anyway = [&](const VerifyFailure& failure,
                                         std::span<const Certificate> presented) {
        told.push_back(failure.error.code);
        return presented.size() == 2;
      }}};
  CHECK(subjects(judge({leaf(), intermediate()}, {}, {.policy = policy})) ==
        "CN=leaf,CN=intermediate");
  CHECK(code({leaf()}, {}, {.policy = policy}) == Errc::certificate_unknown_issuer);
  CHECK(told == std::vector{Errc::certificate_unknown_issuer, Errc::certificate_unknown_issuer});
  CHECK(subjects(judge({leaf(), intermediate()}, {root()}, {.policy = policy})) ==
        "CN=leaf,CN=intermediate,CN=root");
  CHECK(told.size() == 2);
  CHECK(code({}, {}, {.policy = policy}) == Errc::certificate_list_empty);
}

TEST_CASE("no exception leaves verify()") {
  for (const bool memory : {false, true}) {
    const auto act = [memory] {
      if (memory) throw std::bad_alloc();
      throw std::runtime_error("thrown by the test");
    };
    const VerifyPolicy policies[] = {
        {.check = [&](const VerifiedChain&) { return act(), std::optional<std::string>(); }},
        {.revocation = {.find_crls =
                            [&](const Certificate&) { return act(), std::vector<Crl>(); }}},
        {.check = [](const VerifiedChain&) { return std::optional<std::string>("no"); },
         .dangerous = {.accept_anyway = [&](const VerifyFailure&, std::span<const Certificate>) {
           return act(), true;
         }}}};
    for (const VerifyPolicy& policy : policies) {
      CAPTURE(&policy - policies);
      const Verdict verdict = judge({leaf(), intermediate()}, {root()}, {.policy = policy});
      REQUIRE_FALSE(verdict.has_value());
      CHECK(verdict.error().error == (memory ? Errc::out_of_memory : Errc::callback_threw));
      CHECK_FALSE(verdict.error().message().empty());
    }
  }
}

TEST_CASE("the policies have their names") {
  CHECK(VerifyPolicy::standard().name == "standard");
  CHECK(VerifyPolicy{}.name == "standard");
  CHECK(VerifyPolicy::strict().name == "strict");
  CHECK(VerifyPolicy::strict().strict_profile);
  CHECK(VerifyPolicy::legacy().name == "legacy");
}

}  // namespace
}  // namespace tls12::x509
