#include "x509/asn1/pem.hpp"
#include "x509/key/rsa_crt.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::read_data;

/// A SubjectPublicKeyInfo in PEM, as DER.
std::string public_pem(Bytes info) {
  std::string text;
  pem::encode("PUBLIC KEY", info, text);
  return text;
}

TEST_CASE("keys of every kind that OpenSSL writes load, and their public half is OpenSSL's") {
  const std::pair<const char*, KeyKind> kKeys[] = {{"rsa", KeyKind::rsa},
                                                   {"rsa_pss", KeyKind::rsa_pss},
                                                   {"rsa_pss_sha384", KeyKind::rsa_pss},
                                                   {"p256", KeyKind::ec_secp256r1},
                                                   {"p384", KeyKind::ec_secp384r1},
                                                   {"p521", KeyKind::ec_secp521r1},
                                                   {"ed25519", KeyKind::ed25519}};
  for (const auto& [name, kind] : kKeys) {
    INFO(std::string(name));
    const auto key = PrivateKey::from_pem(read_data(std::string(name) + ".key.pem"));
    REQUIRE_MESSAGE(key.has_value(), key.error().message());
    CHECK(key->kind() == kind);
    CHECK_FALSE(key->is_elsewhere());
    CHECK(public_pem(key->public_key_info()) == read_data(std::string(name) + ".public.pem"));
  }
}

TEST_CASE("PKCS#1 and SEC 1 files give the same keys, a block of EC PARAMETERS before them too") {
  const std::pair<const char*, const char*> kFiles[] = {{"rsa.pkcs1.pem", "rsa.public.pem"},
                                                        {"p256.sec1.pem", "p256.public.pem"},
                                                        {"p521.sec1.pem", "p521.public.pem"}};
  for (const auto& [file, expected] : kFiles) {
    const auto key = PrivateKey::from_pem(read_data(file));
    REQUIRE_MESSAGE(key.has_value(), key.error().message());
    CHECK(public_pem(key->public_key_info()) == read_data(expected));
  }
}

TEST_CASE("RFC 8410 10.3: the private keys of the examples, without and with the public key") {
  const std::string expected =
      "-----BEGIN PUBLIC "
      "KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC "
      "KEY-----\n";
  const auto first = PrivateKey::from_pem(
      "-----BEGIN PRIVATE "
      "KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END "
      "PRIVATE KEY-----\n");
  REQUIRE(first.has_value());
  CHECK(public_pem(first->public_key_info()) == expected);
  const auto second = PrivateKey::from_pem(
      "-----BEGIN PRIVATE "
      "KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/"
      "HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
      "Z9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n");
  REQUIRE_MESSAGE(second.has_value(), second.error().message());
  CHECK(public_pem(second->public_key_info()) == expected);
}

TEST_CASE("a key on a curve that is not supported, and a text without a key, say so") {
  CHECK(PrivateKey::from_pem(read_data("k256.key.pem")).error() == Errc::key_unsupported);
  CHECK(PrivateKey::from_pem(read_data("leaf.pem")).error() == Errc::bad_pem);
  CHECK(PrivateKey::from_pem("").error() == Errc::bad_pem);
}

TEST_CASE("a key whose numbers do not belong together is refused") {
  for (const char* file : {"p256.key.pem", "rsa.key.pem"}) {
    const std::string text = read_data(file);
    std::string_view rest = text;
    const auto block = pem::next(rest);
    std::vector<std::uint8_t> der((*block)->max_size());
    der.resize(*pem::decode(**block, der));
    // P-256: a bit of the scalar, whose public point is then another; RSA: a bit of the first
    // prime.
    const std::size_t at =
        std::string(file) == "p256.key.pem" ? 40 : 26 + 4 + 3 + 261 + 5 + 260 + 60;
    der[at] ^= 1;
    const auto key = PrivateKey::from_der(der);
    REQUIRE_FALSE_MESSAGE(key.has_value(), std::string(file));
    CHECK(key.error() == Errc::bad_private_key);
    CHECK_FALSE(PrivateKey::from_der(Bytes(der).first(der.size() - 1)).has_value());
  }
}

TEST_CASE("what a key signs, the provider verifies with the public half that OpenSSL wrote") {
  const Certificate root = test::load("root.pem"), pss = test::load("root_pss.pem"),
                    ed25519 = test::load("root_ed25519.pem"), p384 = test::load("intermediate.pem");
  struct Row {
    const char* key;
    const Certificate& certificate;
    SignatureAlgorithm algorithm;
  };
  const Row kRows[] = {
      {"rsa", root, {SignatureFamily::rsa_pkcs1, HashAlgorithm::sha256}},
      {"rsa", root, {SignatureFamily::rsa_pss, HashAlgorithm::sha512, 64}},
      {"rsa_pss_sha384", pss, {SignatureFamily::rsa_pss, HashAlgorithm::sha384, 48}},
      {"p384", p384, {SignatureFamily::ecdsa_secp384r1, HashAlgorithm::sha256}},
      {"ed25519", ed25519, {SignatureFamily::ed25519}}};
  const auto provider = default_provider();
  for (const Row& row : kRows) {
    INFO(std::string(row.key));
    const auto key = PrivateKey::from_pem(read_data(std::string(row.key) + ".key.pem"));
    REQUIRE(key.has_value());
    std::array<std::uint8_t, kMaxSignatureSize> signature;
    const auto size = key->sign(row.algorithm, bytes_of("message"), provider->rng(), signature);
    REQUIRE_MESSAGE(size.has_value(), size.error().message());
    const auto verify = [&](std::string_view message) {
      return (*provider)[row.algorithm.family].implementation->verify(
          row.certificate.public_key(), row.algorithm.hash, row.algorithm.salt_size,
          bytes_of(message), Bytes(signature).first(*size));
    };
    CHECK(verify("message"));
    CHECK_FALSE(verify("massage"));
  }
}

TEST_CASE("a key signs by no algorithm that is not its own") {
  std::array<std::uint8_t, kMaxSignatureSize> out;
  Random& random = default_provider()->rng();
  const auto refusal = [&](const char* name, SignatureAlgorithm algorithm) {
    return PrivateKey::from_pem(read_data(std::string(name) + ".key.pem"))
        ->sign(algorithm, bytes_of("m"), random, out)
        .error();
  };
  CHECK(refusal("rsa", {SignatureFamily::ecdsa_secp256r1}) == Errc::signature_scheme_wrong_for_key);
  CHECK(refusal("rsa_pss", {SignatureFamily::rsa_pkcs1}) == Errc::signature_scheme_wrong_for_key);
  CHECK(refusal("p256", {SignatureFamily::ecdsa_secp384r1}) ==
        Errc::signature_scheme_wrong_for_key);
  // RFC 4055 §3.3: restricted to SHA-384 with a salt of 48
  CHECK(refusal("rsa_pss_sha384", {SignatureFamily::rsa_pss, HashAlgorithm::sha256, 32}) ==
        Errc::signature_scheme_wrong_for_key);
  const PrivateKey elsewhere = PrivateKey::elsewhere(KeyKind::rsa);
  CHECK(elsewhere.is_elsewhere());
  CHECK(elsewhere.sign({SignatureFamily::rsa_pkcs1}, bytes_of("m"), random, out).error() ==
        Errc::misuse);
  CHECK(elsewhere.to_pem().error() == Errc::misuse);
}

TEST_CASE(
    "an RSA key decrypts what OpenSSL encrypted, and leaves the padding there; no other key "
    "decrypts") {
  // openssl pkeyutl -encrypt, of 03 03 00 01 02 ... 2d
  const std::string_view kCiphertext =
      "2b142344f96f1024207f9145d489673ed9a484568b2451e3d2b7af95c6b03fcc23cf64c9918b314f916f0ec52d9f"
      "6e51d90242d514281123b81710f186255b65"
      "11106318e008dfbd857b8a423f8881eaaa2245ff3b06f647719d62511dd382ed26f597375adc869c27e3e36e5027"
      "16910288ae3619858b66092cffb134c7f471"
      "b24c997ee264a5a62b60d0b757ed1cda173e4d52ccd77fca8ba1eedf7eb39ea0630248a342241682da62441e9493"
      "434bb20bb00f6051574f5b1ccfd4b2958c56"
      "d4faa7978271dcb141f222d6ed2cfaabca8c4405bdacf280e1936c04a0bf54ca027a7a2543e4bce521143d6df5b9"
      "cf1fde16345bab3bb1455f0c087db079a418";
  std::vector<std::uint8_t> ciphertext;
  for (std::size_t i = 0; i < kCiphertext.size(); i += 2)
    ciphertext.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(kCiphertext.substr(i, 2)), nullptr, 16)));
  Random& random = default_provider()->rng();
  std::vector<std::uint8_t> block(kMaxSignatureSize);
  const auto size =
      PrivateKey::from_pem(read_data("rsa.key.pem"))->decrypt(ciphertext, random, block);
  REQUIRE_MESSAGE(size.has_value(), size.error().message());
  REQUIRE(*size == 256);
  CHECK(block[0] == 0);
  CHECK(block[1] == 2);
  const Bytes message = Bytes(block).first(*size).last(48);
  CHECK(block[*size - 49] == 0);
  CHECK(message[0] == 3);
  CHECK(message[1] == 3);
  for (std::size_t i = 0; i < 46; ++i) CHECK(message[i + 2] == i);

  for (const char* other : {"rsa_pss", "p256", "ed25519"}) {
    const auto refused = PrivateKey::from_pem(read_data(std::string(other) + ".key.pem"))
                             ->decrypt(ciphertext, random, block);
    CHECK(refused.error().code == Errc::key_unsupported);
  }
  CHECK(PrivateKey::elsewhere(KeyKind::rsa).decrypt(ciphertext, random, block).error().code ==
        Errc::misuse);
}

TEST_CASE("the PKCS#8 that is written is what OpenSSL writes") {
  for (const char* name : {"rsa", "rsa_pss", "rsa_pss_sha384", "p256", "p384", "p521", "ed25519"}) {
    INFO(std::string(name));
    const std::string text = read_data(std::string(name) + ".key.pem");
    CHECK(*PrivateKey::from_pem(text)->to_pem() == text);
  }
}

TEST_CASE("fresh keys of every kind pass OpenSSL's check") {
  if (!test::have("openssl")) return;
  const test::Folder folder;
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                             KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    const auto key = PrivateKey::generate(kind);
    REQUIRE_MESSAGE(key.has_value(), key.error().message());
    CHECK(key->kind() == kind);
    const std::string file = folder.write("key.pem", *key->to_pem());
    std::string output;
    CHECK_MESSAGE(test::run("openssl pkey -check -noout -in " + file, &output) == 0, output);
    CHECK(test::run("openssl pkey -pubout -in " + file, &output) == 0);
    CHECK(output == public_pem(key->public_key_info()));
  }
}

TEST_CASE(
    "RFC 8017 3.2: the numbers for the Chinese remainder theorem, by an example made by hand") {
  // p = 61, q = 53, d = 413: the textbook key with n = 3233, e = 17 and lambda = 780.
  const std::uint8_t p = 61, q = 53, d[] = {0x01, 0x9d};
  const auto crt = rsa_crt(d, {&p, 1}, {&q, 1});
  REQUIRE(crt.has_value());
  CHECK(crt->exponent1[0] == 53);
  CHECK(crt->exponent2[0] == 49);
  CHECK(crt->coefficient[0] == 38);
  const std::uint8_t nine = 9, three = 3, even = 62;
  CHECK_FALSE(rsa_crt(d, {&nine, 1}, {&three, 1}).has_value());
  CHECK_FALSE(rsa_crt(d, {&even, 1}, {&q, 1}).has_value());
  CHECK_FALSE(rsa_crt(d, {&p, 1}, {&p, 1}).has_value());
}

}  // namespace
}  // namespace tls12::x509
