#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::load;

WallTime at(int y, unsigned m, unsigned d, int hour, int minute, int second) {
  using namespace std::chrono;
  return WallTime(sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d))) + hours(hour) +
         minutes(minute) + seconds(second);
}

/// The error of a certificate made from a draft with a change.
template <class Change>
Error refused(Change change) {
  Draft draft = test::leaf_draft(test::key(0));
  draft.issuer = test::common_name("CA");
  draft.method = *method_for(test::key(1));
  change(draft);
  const auto certificate = sign(draft, test::key(1), default_provider()->rng());
  return certificate ? Error(Errc::count_) : certificate.error();
}
template <class Change>
bool is_accepted(Change change) {
  return refused(change) == Error(Errc::count_);
}
Error with_extension(const Oid& id, std::string_view value) {
  return refused([&](Draft& d) { test::set_extension(d, id, false, value); });
}

// Shows RFC 8422 5.3-1
TEST_CASE("a certificate of OpenSSL's says what OpenSSL says of it") {
  const Certificate leaf = load("leaf.pem");
  CHECK(leaf.subject() == "CN=example.org");
  CHECK(leaf.not_before() == at(2026, 11, 23, 12, 32, 3));
  CHECK(leaf.not_after() == at(2126, 10, 30, 12, 32, 3));
  CHECK(leaf.names() ==
        std::vector<std::string>{"example.org", "*.example.org", "192.0.2.1", "2001:db8::1"});
  CHECK(leaf.public_key().kind == KeyKind::ec_secp256r1);
  CHECK(leaf.public_key().point.size() == 65);
  CHECK(internals(leaf).version == 3);
  CHECK(internals(leaf).extensions.key_usage ==
        1 << static_cast<unsigned>(KeyUsage::digital_signature));
  CHECK(internals(leaf).extensions.allows(oid::kServerAuth));
  CHECK_FALSE(internals(leaf).extensions.allows(oid::kClientAuth));
  CHECK_FALSE(internals(leaf).extensions.basic_constraints->is_ca);
  CHECK(internals(leaf).extensions.authority_key_identifier->key_identifier->size() == 20);
  const Certificate root = load("root.pem");
  CHECK(root.public_key().kind == KeyKind::rsa);
  CHECK(root.public_key().modulus.size() == 256);
  CHECK(root.public_key().exponent.size() == 3);
  CHECK(internals(root).extensions.basic_constraints->is_ca);
  CHECK(internals(root).signature_method.kind == SignatureKind::rsa_pkcs1);
  CHECK(internals(root).signature_method.hash == HashAlgorithm::sha256);
}

// Shows RFC 5246 7.4.2-3, 7.4.2-4
TEST_CASE(
    "RFC 5246 7.4.2: an identity has each certificate behind the one that it certifies, and none "
    "that certifies nothing") {
  const auto made = [](const char* name, bool is_ca, const Identity* issuer) {
    const PrivateKey key = *PrivateKey::generate(KeyKind::ed25519);
    return *Identity::from({*issue_certificate({.common_name = name, .is_ca = is_ca}, key, issuer)},
                           key);
  };
  const Identity root = made("root", true, nullptr), middle = made("middle", true, &root),
                 leaf = made("leaf", false, &middle), other = made("other", true, nullptr);
  const auto names = [&](std::initializer_list<const Identity*> given) {
    std::vector<Certificate> chain;
    for (const Identity* identity : given) chain.push_back(identity->chain().front());
    const auto identity = Identity::from(chain, given.begin()[0]->key());
    std::string out;
    for (const Certificate& certificate : identity->chain()) out += certificate.subject() + " ";
    return out;
  };
  CHECK(names({&leaf, &middle, &root}) == "CN=leaf CN=middle CN=root ");
  CHECK(names({&leaf, &other, &root, &middle}) == "CN=leaf CN=middle CN=root ");
  CHECK(names({&leaf, &middle, &middle, &leaf}) == "CN=leaf CN=middle ");
  CHECK(names({&leaf, &root}) == "CN=leaf ");
  CHECK(names({&root, &leaf}) == "CN=root ");
}

TEST_CASE("a certificate says where more about it is to be found") {
  Draft draft = test::leaf_draft(test::key(0));
  test::set_extension(
      draft, oid::kSubjectAltName, false,
      "3010 8203612e62 8103634064 8704c0000201");  // DNS:a.b, email:c@d, IP:192.0.2.1
  // URI:a:1 and DNS:x; a relative name; URI:a:2
  test::set_extension(draft, oid::kCrlDistributionPoints, false,
                      "302e 300e a00c a00a 8603613a31 8203782e79 3011 a00f a10d 300b 0603550403 "
                      "0c046e616d65 3009 a007 a005 8603613a32");
  // OCSP by URI:a:3, caIssuers by URI:a:4 and by DNS:x.y
  test::set_extension(draft, oid::kAuthorityInfoAccess, false,
                      "3033 300f 06082b06010505073001 8603613a33 300f 06082b06010505073002 "
                      "8603613a34 300f 06082b06010505073002 8203782e79");
  const Certificate leaf = test::sign_as(draft, test::common_name("CA"), test::key(1));
  using Texts = std::vector<std::string>;
  CHECK(leaf.names() == Texts{"a.b", "192.0.2.1"});
  CHECK(leaf.emails() == Texts{"c@d"});
  CHECK(leaf.crl_urls() == Texts{"a:1", "a:2"});
  CHECK(leaf.ocsp_urls() == Texts{"a:3"});
  CHECK(leaf.issuer_urls() == Texts{"a:4"});
  CHECK_FALSE(leaf.is_ca());
  CHECK(load("root.pem").is_ca());
  CHECK(load("root.pem").crl_urls().empty());
  CHECK(load("rfc5280_c3.pem").serial_number().size() == 2);
}

TEST_CASE("a certificate of GnuTLS's says what certtool says of it") {
  const Certificate leaf = load("gnutls_leaf.pem");
  CHECK(leaf.subject() == "CN=gnutls.example");
  CHECK(leaf.issuer() == "CN=GnuTLS CA,O=Example");
  CHECK(leaf.not_after() == at(9999, 12, 31, 23, 59, 59));
  CHECK(leaf.names() == std::vector<std::string>{"gnutls.example", "198.51.100.7"});
  CHECK(internals(leaf).extensions.allows(oid::kClientAuth));
}

TEST_CASE("signature algorithms are read with their parameters") {
  const auto method = [](const char* name) { return internals(load(name)).signature_method; };
  CHECK(method("leaf_pss_signed.pem").kind == SignatureKind::rsa_pss);
  CHECK(method("leaf_pss_signed.pem").hash == HashAlgorithm::sha256);
  CHECK(method("leaf_pss_signed.pem").salt_size == 32);
  CHECK(method("root_pss.pem").hash == HashAlgorithm::sha384);
  CHECK(method("root_pss.pem").salt_size == 48);
  CHECK(method("leaf_ed25519.pem").kind == SignatureKind::ed25519);
  CHECK(method("leaf.pem").kind == SignatureKind::ecdsa);
  CHECK(method("leaf_sha1.pem").hash == HashAlgorithm::sha1);
  CHECK(method("leaf_md5.pem").kind == SignatureKind::unsupported);
  CHECK(internals(load("root_pss.pem")).subject_key.pss->hash == HashAlgorithm::sha384);
}

TEST_CASE("a key on a curve that is not supported parses, and is no key") {
  const Certificate certificate = load("leaf_k256.pem");
  CHECK_FALSE(internals(certificate).subject_key.supported);
  CHECK(certificate.public_key().point.empty());
}

TEST_CASE("nothing precedes, follows or lacks in a certificate") {
  const Certificate leaf = load("leaf.pem");
  std::vector<std::uint8_t> der(leaf.der().begin(), leaf.der().end());
  der.push_back(0);
  CHECK(Certificate::from_der(der).error() == Errc::bad_der);
  der.pop_back();
  REQUIRE(Certificate::from_der(der).has_value());
  for (std::size_t size = 0; size < der.size(); ++size)
    CHECK_FALSE(Certificate::from_der(Bytes(der).first(size)).has_value());
}

TEST_CASE("RFC 5280 4.1: version, serial number, issuer and validity follow the rules") {
  CHECK(is_accepted([](Draft&) {}));
  CHECK(refused([](Draft& d) { d.version = 1; }) ==
        Errc::bad_certificate);  // extensions, and not version 3
  CHECK(refused([](Draft& d) { d.version = 2; }) == Errc::bad_certificate);
  CHECK(refused([](Draft& d) { d.version = 4; }) == Errc::bad_certificate);
  CHECK(is_accepted([](Draft& d) { d.version = 1, d.extensions.clear(); }));
  CHECK(is_accepted([](Draft& d) { d.serial.assign(20, 0x7f); }));
  CHECK(is_accepted([](Draft& d) { d.serial.assign(20, 0xff); }));
  // What should have been written otherwise is the profile's affair.
  CHECK(is_accepted([](Draft& d) { d.serial.assign(21, 0x7f); }));
  CHECK(is_accepted([](Draft& d) { d.issuer = test::common_name(""); }));
  CHECK(is_accepted([](Draft& d) { d.subject = test::common_name(""); }));
}

/// leaf.pem's fields, as if by `change`: elements of tbsCertificate with their headers.
template <class Change>
Result<Certificate> rewritten(Change change) {
  const Certificate leaf = load("leaf.pem");
  der::Fault fault;
  der::Reader whole(leaf.der(), fault);
  der::Reader outer = whole.enter_sequence();
  std::vector<Bytes> fields;
  for (der::Reader tbs = outer.enter_sequence(); !tbs.at_end();)
    fields.push_back(tbs.element().whole);
  change(fields);
  der::Writer writer;
  writer.sequence([&] {
    writer.sequence(
        [&] { std::ranges::for_each(fields, [&](Bytes field) { writer.raw(field); }); });
    writer.raw(outer.rest());
  });
  return Certificate::from_der(writer.bytes());
}
/// Where each field is in tbsCertificate of version 3.
enum Field { kVersion, kSerial, kSignature, kIssuer, kValidity, kSubject, kKey, kExtensionList };

TEST_CASE("RFC 5280 4.1.2.8: unique identifiers are bit strings, and only of versions 2 and 3") {
  const auto with = [](std::initializer_list<const char*> inserted,
                       const char* version = "a003 020102") {
    std::vector<std::vector<std::uint8_t>> storage = {test::hex(version)};
    for (const char* field : inserted) storage.push_back(test::hex(field));
    return rewritten([&](std::vector<Bytes>& fields) {
      fields.insert(fields.begin() + kExtensionList, storage.begin() + 1, storage.end());
      if (version[0] != '\0') return void(fields[kVersion] = storage[0]);
      fields.pop_back();
      fields.erase(fields.begin());
    });
  };
  REQUIRE(with({"8102 00aa"}).has_value());
  CHECK(std::ranges::equal(*internals(*with({"8102 00aa"})).issuer_unique_id, test::hex("aa")));
  CHECK_FALSE(internals(*with({"8102 00aa"})).subject_unique_id.has_value());
  CHECK(internals(*with({"8102 00aa", "8202 01aa"})).subject_unique_id.has_value());
  CHECK(with({"8201 00"}).has_value());
  CHECK(with({"8202 00aa", "8102 00aa"}).error() == Errc::bad_der);
  CHECK(with({"8102 08aa"}).error() == Errc::bad_der);
  CHECK(with({"8102 01ab"}).error() == Errc::bad_der);
  CHECK(with({"8100"}).error() == Errc::bad_der);
  CHECK(with({"a102 00aa"}).error() == Errc::bad_der);
  CHECK(with({}, "").has_value());
  CHECK(with({"8102 00aa"}, "").error() == Errc::bad_certificate);
}

TEST_CASE("each field of a certificate is there, once, and of its type") {
  REQUIRE(rewritten([](std::vector<Bytes>&) {}).has_value());
  for (std::size_t i = 0; i < kExtensionList; ++i) {
    INFO(i);
    const bool may_miss = i == kVersion;  // a certificate of version 1, which has no extensions
    CHECK(rewritten([&](std::vector<Bytes>& f) {
            f.erase(f.begin() + static_cast<std::ptrdiff_t>(i));
          }).error() == (may_miss ? Errc::bad_certificate : Errc::bad_der));
    CHECK_FALSE(rewritten([&](std::vector<Bytes>& f) {
                  f.insert(f.begin() + static_cast<std::ptrdiff_t>(i), f[i]);
                }).has_value());
  }
  const auto version = [](const char* value) {
    const auto storage = test::hex(value);
    return rewritten([&](std::vector<Bytes>& f) { f[kVersion] = storage; });
  };
  // Of version 1, with extensions; deviations_test.cpp has it without.
  CHECK(version("a003 020100").error() == Errc::bad_certificate);
  CHECK(version("a003 020103").error() == Errc::bad_certificate);
  CHECK(version("a003 0201ff").error() == Errc::bad_der);
  CHECK(version("a006 020102 020102").error() == Errc::bad_der);
  CHECK(version("020102").error() == Errc::bad_der);
  const auto validity = [](const char* value) {
    const auto storage = test::hex(value);
    return rewritten([&](std::vector<Bytes>& f) { f[kValidity] = storage; }).has_value();
  };
  CHECK(validity("3020 170d3230303130313030303030305a 180f32303530303130313030303030305a"));
  CHECK(validity(
      "3020 180f32303230303130313030303030305a 170d3439303130313030303030305a"));  // the profile's
                                                                                   // affair
  CHECK_FALSE(validity("300f 170d3230303130313030303030305a"));
  CHECK_FALSE(
      validity("3022 170d3230303130313030303030305a 1811323035303031303130303030303 02e355a"));
}

TEST_CASE("RFC 5280 4.1.1.2: the signature algorithms inside and outside agree") {
  const Certificate leaf = load("leaf.pem");
  std::vector<std::uint8_t> der(leaf.der().begin(), leaf.der().end());
  const auto oid = oid::kEcdsaWithSha256.bytes();
  const auto found = std::ranges::find_end(der, oid);  // the outer one
  REQUIRE_FALSE(found.empty());
  found.back() = 3;  // ecdsa-with-SHA384
  CHECK(Certificate::from_der(der).error() == Errc::bad_certificate);
}

TEST_CASE("RFC 5758 3.2, RFC 4055 5: algorithm identifiers have exactly their parameters") {
  const auto method = [](std::string_view text) {
    const auto bytes = test::hex(text);
    der::Fault fault;
    der::Reader reader(bytes, fault);
    const SignatureMethod m = read_signature_algorithm(reader);
    reader.finish();
    return fault ? SignatureKind::unsupported : m.kind;
  };
  CHECK(method("300a 06082a8648ce3d040302") == SignatureKind::ecdsa);
  CHECK(method("300c 06082a8648ce3d040302 0500") == SignatureKind::ecdsa);  // tolerated
  CHECK(method("300d 06082a8648ce3d040302 020101") == SignatureKind::unsupported);
  CHECK(method("300d 06092a864886f70d01010b 0500") == SignatureKind::rsa_pkcs1);
  CHECK(method("300b 06092a864886f70d01010b") == SignatureKind::rsa_pkcs1);
  CHECK(method("300e 06092a864886f70d01010b 020101") == SignatureKind::unsupported);
  CHECK(method("3005 06032b6570") == SignatureKind::ed25519);
  CHECK(method("3007 06032b6570 0500") == SignatureKind::unsupported);
  CHECK(method("300b 06092a864886f70d01010a") ==
        SignatureKind::unsupported);  // RSA-PSS without parameters
  constexpr char kPss[] = "06092a864886f70d01010a", kSha256[] = "a00d 300b 0609608648016503040201",
                 kMgf1Sha256[] = "a11a 3018 06092a864886f70d010108 300b 0609608648016503040201";
  const auto pss = [&](std::string_view length, std::string_view parameters_length,
                       std::string_view rest) {
    return method(std::string("30")
                      .append(length)
                      .append(kPss)
                      .append("30")
                      .append(parameters_length)
                      .append(kSha256)
                      .append(kMgf1Sha256)
                      .append(rest));
  };
  CHECK(pss("38", "2b", "") == SignatureKind::rsa_pss);
  CHECK(pss("3d", "30", "a203 020120") == SignatureKind::rsa_pss);
  CHECK(pss("3d", "30", "a203 020114") ==
        SignatureKind::rsa_pss);  // RFC 4055 3.1: a default that is encoded is accepted
  CHECK(pss("42", "35", "a203 020120 a303 020101") == SignatureKind::rsa_pss);
  CHECK(pss("42", "35", "a203 020120 a303 020102") == SignatureKind::unsupported);
  CHECK(pss("3d", "30", "a203 0201ff") == SignatureKind::unsupported);
  CHECK(pss("3a", "2d", "0500") == SignatureKind::unsupported);
  // SHA-256, but MGF1 with the default SHA-1
  CHECK(method("301c 06092a864886f70d01010a 300f a00d 300b 0609608648016503040201") ==
        SignatureKind::unsupported);
}

TEST_CASE("RFC 5280 4.2: an extension comes once, and its value follows its syntax") {
  CHECK(refused([](Draft& d) { d.extensions.push_back(d.extensions.front()); }) ==
        Errc::bad_certificate);
  CHECK(refused([](Draft& d) {
          d.extensions.push_back({make_oid(1, 2, 3), false, {}});
          d.extensions.push_back({make_oid(1, 2, 3), false, {}});
        }) == Errc::bad_certificate);
  const Error accepted(Errc::count_);
  CHECK(with_extension(oid::kBasicConstraints, "3000") == accepted);
  CHECK(with_extension(oid::kBasicConstraints, "30030101ff") == accepted);
  CHECK(with_extension(oid::kBasicConstraints, "30060101ff 020100") == accepted);
  CHECK(with_extension(oid::kBasicConstraints, "3003010100") ==
        accepted);  // a default that is encoded: tolerated
  CHECK(with_extension(oid::kBasicConstraints, "3003010101") == Errc::bad_der);
  CHECK(with_extension(oid::kBasicConstraints, "3003020100") ==
        accepted);  // nobody is misled by a path length without cA
  CHECK(with_extension(oid::kBasicConstraints, "30060101ff 0201ff") == Errc::bad_der);
  CHECK(with_extension(oid::kBasicConstraints, "3000 00") == Errc::bad_der);
  CHECK(with_extension(oid::kKeyUsage, "03020780") == accepted);
  CHECK(with_extension(oid::kKeyUsage, "0303 070080") == accepted);  // decipherOnly
  CHECK(with_extension(oid::kKeyUsage, "03020781") == Errc::bad_der);
  CHECK(with_extension(oid::kKeyUsage, "030100") == accepted);  // a key for nothing
  CHECK(with_extension(oid::kKeyUsage, "030101") == Errc::bad_der);
  CHECK(with_extension(oid::kExtendedKeyUsage, "3000") == Errc::bad_der);
  CHECK(with_extension(oid::kExtendedKeyUsage, "3003020100") == Errc::bad_der);
  CHECK(with_extension(oid::kSubjectAltName, "3000") == Errc::bad_der);
  CHECK(with_extension(oid::kSubjectAltName, "3003 820161") == accepted);
  CHECK(with_extension(oid::kSubjectAltName, "3003 8201e9") == Errc::bad_certificate);
  CHECK(with_extension(oid::kSubjectAltName, "3007 8705c000020100") == Errc::bad_certificate);
  CHECK(with_extension(oid::kSubjectAltName, "3003 890161") == Errc::bad_der);
  CHECK(with_extension(oid::kSubjectAltName, "3003 a20161") == Errc::bad_der);
  CHECK(with_extension(oid::kSubjectKeyIdentifier, "0401aa") == accepted);
  CHECK(with_extension(oid::kSubjectKeyIdentifier, "0301aa") == Errc::bad_der);
  CHECK(with_extension(oid::kAuthorityKeyIdentifier, "3003 8001aa") == accepted);
  CHECK(with_extension(oid::kAuthorityKeyIdentifier, "3003 820101") ==
        accepted);  // a serial number without its issuer: a hint of no use
}

TEST_CASE("too many extensions are refused") {
  CHECK(refused([](Draft& d) {
          for (std::uint8_t i = 0; i < 65; ++i) {
            Oid id = make_oid(1, 2, 3);
            id.octets[id.size++] = i;
            d.extensions.push_back({id, false, {}});
          }
        }) == Errc::bad_certificate);
}

TEST_CASE("a public key of the wrong size is refused") {
  std::vector<std::uint8_t> info(test::key(0).public_key_info().begin(),
                                 test::key(0).public_key_info().end());
  // AlgorithmIdentifier says P-384, the point is P-256's.
  const auto p384 = test::hex("3056 3010 06072a8648ce3d0201 06052b81040022 0342 00");
  std::vector<std::uint8_t> wrong(p384);
  wrong.insert(wrong.end(), info.end() - 65, info.end());
  CHECK(refused([&](Draft& d) { d.public_key_info = wrong; }) == Errc::bad_certificate);
}

}  // namespace
}  // namespace tls12::x509
