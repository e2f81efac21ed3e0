#include "x509/path.hpp"

#include "support.hpp"
#include "x509/key_encoding.hpp"
#include "x509/pem.hpp"

namespace tls12::x509 {
namespace {

using test::ca_draft;
using test::common_name;
using test::key;
using test::leaf_draft;
using test::load;
using test::set_extension;
using test::sign_as;

struct Options {
  std::string_view name = "example.org";
  Purpose purpose = Purpose::server;
  WallTime now = test::test_time();
};

Result<std::vector<Certificate>> verify(const std::vector<Certificate>& presented, std::vector<Certificate> anchors, const Options& options = {}) {
  return verify_path({.presented = presented,
                      .trust = TrustStore::of(std::move(anchors)),
                      .peer_name = options.name,
                      .purpose = options.purpose,
                      .now = options.now,
                      .provider = *default_provider()});
}
/// Errc::count_ for a chain that is right.
Errc verdict(const std::vector<Certificate>& presented, std::vector<Certificate> anchors, const Options& options = {}) {
  const auto chain = verify(presented, std::move(anchors), options);
  if (chain) return Errc::count_;
  CHECK_MESSAGE(!chain.error().about().empty(), "the error names the certificate");
  return chain.error().code;
}
constexpr Errc kRight = Errc::count_;

// Key 0: root, key 1: intermediate, key 2: leaf.
Certificate root(Draft draft) { return sign_as(std::move(draft), common_name("root"), key(0)); }
Certificate root() { return root(ca_draft("root", key(0))); }
Certificate intermediate(Draft draft) { return sign_as(std::move(draft), common_name("root"), key(0)); }
Certificate intermediate() { return intermediate(ca_draft("intermediate", key(1))); }
Certificate leaf(Draft draft) { return sign_as(std::move(draft), common_name("intermediate"), key(1)); }
Certificate leaf() { return leaf(leaf_draft(key(2))); }

/// The verdict on leaf, intermediate and root, with one of them changed.
template <class Change>
Errc with_leaf(Change change, const Options& options = {}) {
  Draft draft = leaf_draft(key(2));
  change(draft);
  return verdict({leaf(std::move(draft)), intermediate()}, {root()}, options);
}
template <class Change>
Errc with_intermediate(Change change, const Options& options = {}) {
  Draft draft = ca_draft("intermediate", key(1));
  change(draft);
  return verdict({leaf(), intermediate(std::move(draft))}, {root()}, options);
}
template <class Change>
Errc with_root(Change change, const Options& options = {}) {
  Draft draft = ca_draft("root", key(0));
  change(draft);
  return verdict({leaf(), intermediate()}, {root(std::move(draft))}, options);
}

TEST_CASE("a chain from the leaf over an intermediate to an anchor is right, and is given back in that order") {
  const auto chain = verify({leaf(), intermediate()}, {root()});
  REQUIRE_MESSAGE(chain.has_value(), chain.error().message());
  REQUIRE(chain->size() == 3);
  CHECK((*chain)[0].subject() == "CN=leaf");
  CHECK((*chain)[1].subject() == "CN=intermediate");
  CHECK((*chain)[2].subject() == "CN=root");
}

TEST_CASE("untrusted certificates may come in any order, repeated, or unrelated, and with the root") {
  const Certificate other = sign_as(ca_draft("other", key(3)), common_name("other"), key(3));
  CHECK(verdict({leaf(), other, root(), intermediate()}, {root()}) == kRight);
  const Certificate i = intermediate();
  CHECK(verdict({leaf(), i, i, other, other, i}, {other, root()}) == kRight);
}

TEST_CASE("chains that OpenSSL and GnuTLS made are right") {
  const Options at{.now = test::data_time()};
  CHECK(verdict({load("leaf.pem"), load("intermediate.pem")}, {load("root.pem")}, at) == kRight);
  CHECK(verdict({load("leaf_p521.pem")}, {load("root.pem")}, at) == kRight);
  CHECK(verdict({load("leaf_pss_signed.pem")}, {load("root.pem")}, at) == kRight);
  CHECK(verdict({load("leaf_of_root_pss.pem")}, {load("root_pss.pem")}, at) == kRight);
  CHECK(verdict({load("leaf_ed25519.pem")}, {load("root_ed25519.pem")}, at) == kRight);
  CHECK(verdict({load("gnutls_leaf.pem")}, {load("gnutls_ca.pem")}, {.name = "gnutls.example", .now = test::data_time()}) == kRight);
}

TEST_CASE("RFC 5280 6.1.3 (a) (2): now is within the validity of every certificate, both ends included") {
  const WallTime begin = test::test_time() - test::kDay, end = test::test_time() + test::kDay;
  const std::vector<Certificate> chain = {leaf(), intermediate()};
  const std::vector<Certificate> anchors = {root()};
  CHECK(verdict(chain, anchors, {.now = begin}) == kRight);
  CHECK(verdict(chain, anchors, {.now = end}) == kRight);
  CHECK(verdict(chain, anchors, {.now = begin - std::chrono::seconds(1)}) == Errc::certificate_not_yet_valid);
  CHECK(verdict(chain, anchors, {.now = end + std::chrono::seconds(1)}) == Errc::certificate_expired);
  const auto expired = [](Draft& d) { d.not_after = test::test_time() - std::chrono::seconds(1); };
  const auto future = [](Draft& d) { d.not_before = test::test_time() + std::chrono::seconds(1); };
  CHECK(with_leaf(expired) == Errc::certificate_expired);
  CHECK(with_intermediate(expired) == Errc::certificate_expired);
  CHECK(with_root(expired) == Errc::certificate_expired);
  CHECK(with_leaf(future) == Errc::certificate_not_yet_valid);
  CHECK(with_intermediate(future) == Errc::certificate_not_yet_valid);
}

TEST_CASE("the name is one of the certificate's; without a name asked for, any will do") {
  CHECK(with_leaf([](Draft&) {}, {.name = "EXAMPLE.org."}) == kRight);
  CHECK(with_leaf([](Draft&) {}, {.name = "example.com"}) == Errc::certificate_name_mismatch);
  CHECK(with_leaf([](Draft&) {}, {.name = "leaf"}) == Errc::certificate_name_mismatch);
  CHECK(with_leaf([](Draft&) {}, {.name = ""}) == kRight);
  CHECK(with_leaf([](Draft&) {}, {.name = "not a name"}) == Errc::bad_host_name);
  CHECK(verify({leaf(), intermediate()}, {root()}, {.name = "example.com"}).error().about() == "CN=leaf: not for example.com");
}

TEST_CASE("RFC 5280 6.1.4 (k): only a CA issues") {
  CHECK(with_intermediate([](Draft& d) { set_extension(d, oid::kBasicConstraints, true, "3000"); }) == Errc::certificate_not_a_ca);
  CHECK(with_intermediate([](Draft& d) { test::remove_extension(d, oid::kBasicConstraints); }) == Errc::certificate_not_a_ca);
  CHECK(with_intermediate([](Draft& d) { d.version = 1, d.extensions.clear(); }) == Errc::certificate_not_a_ca);
  CHECK(with_root([](Draft& d) { set_extension(d, oid::kBasicConstraints, true, "3000"); }) == Errc::certificate_not_a_ca);
  // A version 1 certificate cannot say that it is a CA: as an anchor it is one because its owner says so.
  CHECK(with_root([](Draft& d) { d.version = 1, d.extensions.clear(); }) == kRight);
}

TEST_CASE("RFC 5280 6.1.4 (l), (m): pathLenConstraint counts the intermediates below that are not self-issued") {
  const auto path_length = [](const char* value) { return [value](Draft& d) { set_extension(d, oid::kBasicConstraints, true, value); }; };
  CHECK(with_root(path_length("30060101ff 020101")) == kRight);
  CHECK(with_root(path_length("30060101ff 020100")) == Errc::certificate_path_too_long);
  CHECK(with_intermediate(path_length("30060101ff 020100")) == kRight);
  CHECK(with_root(path_length("300e0101ff 020900ffffffffffffffff")) == kRight);
  // root (pathLen 1) -> intermediate -> intermediate, self-issued with another key -> leaf
  Draft limited = ca_draft("root", key(0));
  set_extension(limited, oid::kBasicConstraints, true, "30060101ff 020101");
  const Certificate rekeyed = sign_as(ca_draft("intermediate", key(3)), common_name("intermediate"), key(1));
  const Certificate under = sign_as(leaf_draft(key(2)), common_name("intermediate"), key(3));
  CHECK(verdict({under, rekeyed, intermediate()}, {root(limited)}) == kRight);
  const Certificate second = sign_as(ca_draft("second", key(3)), common_name("intermediate"), key(1));
  const Certificate below = sign_as(leaf_draft(key(2)), common_name("second"), key(3));
  CHECK(verdict({below, second, intermediate()}, {root(limited)}) == Errc::certificate_path_too_long);
}

TEST_CASE("RFC 5280 6.1.4 (n), 4.2.1.3: CAs sign certificates and leaves sign handshakes, where keyUsage says what they do") {
  const auto usage = [](const char* value) { return [value](Draft& d) { set_extension(d, oid::kKeyUsage, true, value); }; };
  const auto none = [](Draft& d) { test::remove_extension(d, oid::kKeyUsage); };
  CHECK(with_intermediate(usage("03020186")) == kRight);                       // digitalSignature, keyCertSign, cRLSign
  CHECK(with_intermediate(usage("03020102")) == Errc::certificate_key_usage);  // cRLSign
  CHECK(with_root(usage("03020780")) == Errc::certificate_key_usage);          // digitalSignature
  CHECK(with_intermediate(none) == kRight);
  CHECK(with_leaf(usage("03020780")) == kRight);
  CHECK(with_leaf(usage("03020520")) == Errc::certificate_key_usage);  // keyEncipherment
  CHECK(with_leaf(none) == kRight);
}

TEST_CASE("RFC 5280 4.2.1.12: the extended key usage allows the purpose, in the leaf and in what issued it") {
  constexpr char kServer[] = "300a 06082b06010505070301", kClient[] = "300a 06082b06010505070302", kAny[] = "3006 0604551d2500",
                 kOcsp[] = "300a 06082b06010505070309";
  const auto usage = [](const char* value) { return [value](Draft& d) { set_extension(d, oid::kExtendedKeyUsage, false, value); }; };
  const auto none = [](Draft& d) { test::remove_extension(d, oid::kExtendedKeyUsage); };
  const Options client{.purpose = Purpose::client};
  CHECK(with_leaf(usage(kServer)) == kRight);
  CHECK(with_leaf(usage(kServer), client) == Errc::certificate_extended_key_usage);
  CHECK(with_leaf(usage(kClient)) == Errc::certificate_extended_key_usage);
  CHECK(with_leaf(usage(kClient), client) == kRight);
  CHECK(with_leaf(usage(kOcsp)) == Errc::certificate_extended_key_usage);
  CHECK(with_leaf(usage(kAny)) == kRight);
  CHECK(with_leaf(none) == kRight);
  CHECK(with_leaf(none, client) == kRight);
  CHECK(with_intermediate(usage(kServer)) == kRight);
  CHECK(with_intermediate(usage(kClient)) == Errc::certificate_extended_key_usage);
}

TEST_CASE("RFC 5280 4.2: a critical extension that is not understood refuses the certificate, another is ignored") {
  constexpr Oid kUnknown = make_oid(1, 3, 6, 1, 4, 1, 55555, 1);
  const auto unknown = [&](bool critical) { return [&kUnknown, critical](Draft& d) { set_extension(d, kUnknown, critical, "0500"); }; };
  CHECK(with_leaf(unknown(false)) == kRight);
  CHECK(with_leaf(unknown(true)) == Errc::certificate_critical_extension);
  CHECK(with_intermediate(unknown(false)) == kRight);
  CHECK(with_intermediate(unknown(true)) == Errc::certificate_critical_extension);
  CHECK(with_root(unknown(true)) == Errc::certificate_critical_extension);
}

TEST_CASE("constraints that are not applied refuse the certificate, critical or not") {
  for (const bool critical : {true, false}) {
    CHECK(with_intermediate([&](Draft& d) { set_extension(d, oid::kNameConstraints, critical, "300f a00d 300b 82096c6f63616c686f7374"); }) ==
          Errc::certificate_critical_extension);
    CHECK(with_intermediate([&](Draft& d) { set_extension(d, oid::kPolicyConstraints, critical, "3003 800100"); }) == Errc::certificate_critical_extension);
  }
  CHECK(verdict({load("leaf_constrained.pem"), load("constrained.pem")}, {load("root.pem")}, {.now = test::data_time()}) ==
        Errc::certificate_critical_extension);
}

TEST_CASE("a chain that ends in nothing trusted has an unknown issuer") {
  CHECK(verdict({leaf(), intermediate()}, {}) == Errc::certificate_unknown_issuer);
  CHECK(verdict({leaf()}, {root()}) == Errc::certificate_unknown_issuer);
  const Certificate other = sign_as(ca_draft("other", key(3)), common_name("other"), key(3));
  CHECK(verdict({leaf(), intermediate(), root()}, {other}) == Errc::certificate_unknown_issuer);
  const auto error = verify({leaf(), intermediate()}, {other}).error();
  CHECK(error.about() == "CN=intermediate (issuer: CN=root)");
}

TEST_CASE("a self-signed leaf is believed when it is an anchor itself, and otherwise has an unknown issuer") {
  const Certificate self = sign_as(leaf_draft(key(2)), common_name("leaf"), key(2));
  CHECK(verdict({self}, {root()}) == Errc::certificate_unknown_issuer);
  CHECK(verdict({self}, {self}) == kRight);
  CHECK(verdict({self}, {self}, {.name = "example.com"}) == Errc::certificate_name_mismatch);
  CHECK(verdict({self}, {self}, {.now = test::test_time() + 2 * test::kDay}) == Errc::certificate_expired);
  // Another one of the same name and key is not the one that is trusted.
  Draft again = leaf_draft(key(2), {"example.org", "evil.example"});
  CHECK(verdict({sign_as(std::move(again), common_name("leaf"), key(2))}, {self}) != kRight);
}

TEST_CASE("an intermediate may be the anchor") { CHECK(verdict({leaf()}, {intermediate()}) == kRight); }

TEST_CASE("RFC 5280 6.1.3 (a) (1): the issuer's key signed the certificate") {
  // The right name, and another key.
  const Certificate forged = sign_as(leaf_draft(key(2)), common_name("intermediate"), key(4));
  CHECK(verdict({forged, intermediate()}, {root()}) == Errc::certificate_signature_wrong);
  const Certificate forged_ca = sign_as(ca_draft("intermediate", key(1)), common_name("root"), key(4));
  CHECK(verdict({leaf(), forged_ca}, {root()}) == Errc::certificate_signature_wrong);
  // One bit of what was signed: a letter of the name.
  const Certificate good = leaf();
  std::vector<std::uint8_t> der(good.der().begin(), good.der().end());
  const auto at = std::ranges::search(der, bytes_of("example.org"));
  REQUIRE_FALSE(at.empty());
  at.front() ^= 1;  // "dxample.org"
  CHECK(verdict({*Certificate::from_der(der), intermediate()}, {root()}, {.name = "dxample.org"}) == Errc::certificate_signature_wrong);
}

TEST_CASE("names chain as RFC 5280 7.1 compares them") {
  const Certificate shouting = sign_as(leaf_draft(key(2)), common_name(" INTERMEDIATE "), key(1));
  CHECK(verdict({shouting, intermediate()}, {root()}) == kRight);
}

TEST_CASE("weak and unknown algorithms are refused") {
  const Options at{.now = test::data_time()};
  CHECK(verdict({load("leaf_sha1.pem")}, {load("root.pem")}, at) == Errc::certificate_algorithm_unsupported);
  CHECK(verdict({load("leaf_md5.pem")}, {load("root.pem")}, at) == Errc::certificate_algorithm_unsupported);
  CHECK(verdict({load("leaf_rsa1024.pem")}, {load("root.pem")}, at) == Errc::certificate_key_too_weak);
  CHECK(verdict({load("leaf_k256.pem")}, {load("root.pem")}, at) == Errc::certificate_algorithm_unsupported);
  CHECK(verify({load("leaf_md5.pem")}, {load("root.pem")}, at).error().about() == "CN=md5.example: signed by RSA with MD5");
}

TEST_CASE("RFC 4055 3.3: a key that is restricted to one hash and salt verifies no signature with another") {
  const Certificate ca = load("root_pss.pem");
  // The same numbers without the restriction, as a forger who has the key would use them.
  std::string_view text;
  const std::string file = test::read_data("rsa_pss_sha384.key.pem");
  text = file;
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
    draft.issuer.assign(ca.parsed().subject.begin(), ca.parsed().subject.end());
    draft.method = method;
    return *sign(draft, unrestricted(kind), default_provider()->rng());
  };
  const auto judge = [&](KeyKind kind, SignatureMethod method) { return verdict({signed_by(kind, method)}, {ca}); };
  CHECK(judge(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha384, 48}) == kRight);
  CHECK(judge(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha384, 64}) == kRight);
  CHECK(judge(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha384, 32}) == Errc::certificate_signature_wrong);
  CHECK(judge(KeyKind::rsa_pss, {SignatureKind::rsa_pss, HashAlgorithm::sha256, 64}) == Errc::certificate_signature_wrong);
  CHECK(judge(KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha384}) == Errc::certificate_signature_wrong);
}

TEST_CASE("a CA whose RSA key is shorter than 2,048 bits is refused") {
  for (const std::size_t bits : {std::size_t{1024}, std::size_t{2048}}) {
    const PrivateKey own = *PrivateKey::generate(KeyKind::rsa, bits);
    const Certificate ca = sign_as(ca_draft("rsa", own), common_name("root"), key(0));
    const Certificate anchor = sign_as(ca_draft("rsa", own), common_name("rsa"), own);
    const Certificate below = sign_as(leaf_draft(key(2)), common_name("rsa"), own);
    CHECK(verdict({below, ca}, {root()}) == (bits < 2048 ? Errc::certificate_key_too_weak : kRight));
    CHECK(verdict({below}, {anchor}) == (bits < 2048 ? Errc::certificate_key_too_weak : kRight));
  }
}

TEST_CASE("where one issuer's certificate fails, another with the same name is tried") {
  // The intermediate is signed by two roots; one is not trusted, the other has expired, the third is right.
  const Certificate by_other = sign_as(ca_draft("intermediate", key(1)), common_name("other"), key(3));
  Draft old = ca_draft("intermediate", key(1));
  old.not_after = test::test_time() - std::chrono::seconds(1);
  CHECK(verdict({leaf(), by_other, intermediate(std::move(old)), intermediate()}, {root()}) == kRight);
  // Two anchors with one name: that of an old key comes first or last.
  const Certificate namesake = sign_as(ca_draft("root", key(5)), common_name("root"), key(5));
  CHECK(verdict({leaf(), intermediate()}, {namesake, root()}) == kRight);
  CHECK(verdict({leaf(), intermediate()}, {root(), namesake}) == kRight);
}

TEST_CASE("certificates that issue each other in a circle end the search") {
  const Certificate a = sign_as(ca_draft("a", key(3)), common_name("b"), key(4));
  const Certificate b = sign_as(ca_draft("b", key(4)), common_name("a"), key(3));
  const Certificate below = sign_as(leaf_draft(key(2)), common_name("a"), key(3));
  CHECK(verdict({below, a, b}, {root()}) == Errc::certificate_unknown_issuer);
  const Certificate out = sign_as(ca_draft("b", key(4)), common_name("root"), key(0));
  CHECK(verdict({below, a, b, out}, {root()}) == kRight);
}

/// Counts what it verifies.
class CountingSignature final : public Signature {
 public:
  explicit CountingSignature(const Signature& real) : real_(real) {}
  bool verify(const PublicKey& k, HashAlgorithm hash, std::size_t salt_size, Bytes message, Bytes signature) const override {
    ++count;
    return real_.verify(k, hash, salt_size, message, signature);
  }
  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& k) const override { return real_.load(k); }
  Result<std::size_t> public_point(const PrivateKeyNumbers& k, MutableBytes out) const override { return real_.public_point(k, out); }
  Result<Generated> generate(Random& random, std::size_t bits) const override { return real_.generate(random, bits); }
  mutable int count = 0;

 private:
  const Signature& real_;
};

TEST_CASE("a dense graph of cross-signed certificates costs bounded work") {
  // Every CA of five signs every other, three times: without a budget, millions of paths.
  std::vector<Certificate> presented = {sign_as(leaf_draft(key(2)), common_name("ca0"), key(0))};
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j)
      for (int copy = 0; copy < 3 && i != j; ++copy) {
        const std::string name = "ca" + std::to_string(i), issuer = "ca" + std::to_string(j);
        presented.push_back(sign_as(ca_draft(name, key(i)), common_name(issuer), key(j)));
      }
  const CountingSignature counting(*(*default_provider())[SignatureFamily::ecdsa_secp256r1].implementation);
  Provider provider = *default_provider();
  provider.signatures[static_cast<std::size_t>(SignatureFamily::ecdsa_secp256r1)].implementation = &counting;
  const auto chain =
      verify_path({.presented = presented, .trust = TrustStore::of({root()}), .peer_name = "example.org", .now = test::test_time(), .provider = provider});
  REQUIRE_FALSE(chain.has_value());
  CHECK(chain.error() == Errc::certificate_path_too_long);
  CHECK(chain.error().about() == "CN=leaf: too many ways to try");
  CHECK(counting.count <= 32);
}

TEST_CASE("a chain is no longer than this end builds") {
  std::vector<Certificate> presented = {sign_as(leaf_draft(key(2)), common_name("ca0"), key(0))};
  for (std::size_t i = 0; i < 12; ++i)
    presented.push_back(
        sign_as(ca_draft("ca" + std::to_string(i), key(i % 2)), common_name(i == 11 ? "root" : "ca" + std::to_string(i + 1)), key((i + 1) % 2)));
  CHECK(verdict(presented, {root()}) == Errc::certificate_path_too_long);
  const Certificate anchor = presented[9];  // leaf, eight intermediates and this: ten
  CHECK(verdict(presented, {anchor}) == kRight);
  CHECK(verdict(presented, {presented[10]}) == Errc::certificate_path_too_long);
}

TEST_CASE("no certificate at all is an error of its own") { CHECK(verify({}, {root()}).error() == Errc::certificate_list_empty); }

}  // namespace
}  // namespace tls12::x509
