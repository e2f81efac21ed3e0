#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr auto kP256 = SignatureFamily::ecdsa_secp256r1, kP384 = SignatureFamily::ecdsa_secp384r1,
               kP521 = SignatureFamily::ecdsa_secp521r1;

const struct {
  SignatureFamily family;
  KeyKind kind;
  const char* source;
  HashAlgorithm hash;
  const char *scalar, *point, *message, *signature;
} kEcdsaVectors[] = {
    {kP256, KeyKind::ec_secp256r1, "RFC 6979 §A.2.5", HashAlgorithm::sha256,
     "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e9562"
     "8bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "sample",
     "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657"
     "c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843a"
     "cda8"},
    {kP256, KeyKind::ec_secp256r1, "RFC 6979 §A.2.5", HashAlgorithm::sha256,
     "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e9562"
     "8bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "test",
     "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d383670220019f4113742a2b1"
     "4bd25926b49c649155f267e60d3814b4c0cc84250e46f00"
     "83"},
    {kP256, KeyKind::ec_secp256r1, "RFC 6979 §A.2.5", HashAlgorithm::sha384,
     "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
     "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e9562"
     "8bc64f2f1b20c2d7e9f5177a3c294d4462299",
     "sample",
     "304402200eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef771902204861f0491e6998b94"
     "55193e34e7b0d284ddd7149a74b95b9261f13abde940954"},
    {kP384, KeyKind::ec_secp384r1, "RFC 6979 §A.2.6", HashAlgorithm::sha384,
     "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2e"
     "df5",
     "04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a25451548"
     "0bc138015d9b72d7d57244ea8ef9ac0c621896708a59367"
     "f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
     "sample",
     "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e3"
     "6dd1e80fabe4602310099ef4aeb15f178cea1fe40db2603"
     "138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"},
    {kP521, KeyKind::ec_secp521r1, "RFC 6979 §A.2.7", HashAlgorithm::sha512,
     "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75caa896eb32f1f47c70855836a6d16"
     "fcc1466f6d8fbec67db89ec0c08b0e996b83538",
     "0401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20"
     "fb633155d38ffa16d2bd761dcac474b9a2f5023a4004931"
     "01c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924"
     "faafbd4d33f81ea66956dfeaa2bfdfcf5",
     "sample",
     "308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d45"
     "0606add152b534931d7d4e8455cc91f9b15bf05ec36e377"
     "fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c"
     "37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a"},
};

// RFC 8032 §7.1
const struct {
  const char *seed, *point, *message, *signature;
} kEd25519Vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc027beceea1ec40a"},
};

// Project Wycheproof (Apache-2.0): one 2,048-bit key with signatures by both schemes, for the
// message "Test" under SHA-256; PSS with a salt of 32 bytes.
const char* const kModulus =
    "00a2b451a07d0aa5f96e455671513550514a8a5b462ebef717094fa1fee82224e637f9746d3f7cafd31878d80325b6"
    "ef5a1700f65903b469429e89d6eac8845097b5ab393189"
    "db92512ed8a7711a1253facd20f79c15e8247f3d3e42e46e48c98e254a2fe9765313a03eff8f17e1a029397a1fa26a"
    "8dce26f490ed81299615d9814c22da610428e09c7d9658"
    "594266f5c021d0fceca08d945a12be82de4d1ece6b4c03145b5d3495d4ed5411eb878daf05fd7afc3e09ada0f11264"
    "22f590975a1969816f48698bcbba1b4d9cae79d460d8f9"
    "f85e7975005d9bc22c4e5ac0f7c1a45d12569a62807d3b9a02e5a530e773066f453d1f5b4c2e9cf7820283f742b9d"
    "5";
const char* const kPrivateExponent =
    "7627eef3567b2a27268e52053ecd31c3a7172ccb9ddcee819b306a5b3c66b7573ca4fa88efc6f3c4a00bfa0ae7139f"
    "64543a4dac3d05823f6ff477cfcec84fe2ac7a68b17204"
    "b390232e110310c4e899c4e7c10967db4acde042dbbf19dbe00b4b4741de1020aaaaffb5054c797c9f136f7d93ac3f"
    "c8caff6654242d7821ebee517bf537f44366a0fdd45ae0"
    "5b9909c2e6cc1ed9281eff4399f76c96b96233ec29ae0bbf0d752b234fc197389f51050aa1acd01c074c3ac8fbdb9e"
    "a8b651a95995e8db4ad5c43b6c8673e5a126e7ee94b8df"
    "f4c5afc01259bc8da76950bae6f8bae715f50985b0d6f66d04c6fef3b700720eecdcdf171bb7b1ecbe7289c467c1";
const char* const kPkcs1Signature =
    "264491e844c119f14e425c03282139a558dcdaeb82a4628173cd407fd319f9076eaebc0dd87a1c22e4d17839096886"
    "d58a9d5b7f7aeb63efec56c45ac7bead4203b6886e1faa"
    "90e028ec0ae094d46bf3f97efdd19045cfbc25a1abda2432639f9876405c0d68f8edbf047c12a454f7681d5d5a2b54"
    "bd3723d193dbad4338baad753264006e2d08931c4b8bb7"
    "9aa1c9cad10eb6605f87c5831f6e2b08e002f9c6f21141f5841d92727dd3e1d99c36bc560da3c9067df99fcaf81894"
    "1f72588be33032bad22caf6704223bb114d575b6d02d9d"
    "222b580005d930e8f40cce9f672eebb634a20177d84351627964b83f2053d736a84ab1a005f63bd5ba943de6205c";
const char* const kPssSignature =
    "401eb03cdb47ca88033e3030f6bdecbac8f5c8fc1dd6a13d23d379ed9a2b309891d13d74fea9d21d159b9e6d8f37ef"
    "a2489962e24555f56dd434ff1d31ce4f9f5abd3f22cbea"
    "8b691d6a11e44efb83e2bca155e6a164325e0fde2a8865afd5c9f51161a9d615f62af7ec2e31b3e5ab649c164490d3"
    "1d88cfae35b84aea7925690f929a144b6d2f48e8fb894a"
    "52deecd1b9a6496990c4ecf1588699a42cacd10c53af350514e4291ea9a058e77f101e32c1c0cefa61d945f7bc931f"
    "8bd19e7ba3169358a60e5a8b0123bc3199b9fdcafe8e51"
    "9c41ba675491a27b85e44ef2d77277c10fe107293c8290186913bc9a99b640d8da041b64f31eab1d35920985f4a5";

constexpr auto kSha256 = HashAlgorithm::sha256;

Result<Octets> sign(const SigningKey& key, HashAlgorithm hash, std::size_t salt, Bytes message,
                    Random& random = kernel()) {
  Octets out(kMaxSignatureSize);
  const auto size = key.sign(hash, salt, message, random, out);
  if (!size) return fail(size.error());
  out.resize(*size);
  return out;
}

/// A key of the family that generation made once; RSA keys are small, to be quick.
Signature::Generated generate(const Signature& signature) {
  auto key = signature.generate(kernel(), 1024);
  REQUIRE(key);
  return std::move(*key);
}

std::shared_ptr<const SigningKey> load(const Signature& signature,
                                       const PrivateKeyNumbers& numbers) {
  auto key = signature.load(numbers);
  REQUIRE(key);
  return *key;
}

Errc load_error(const Signature& signature, const PrivateKeyNumbers& numbers) {
  const auto key = signature.load(numbers);
  return key ? Errc::count_ : key.error().code;
}

}  // namespace

// Shows RFC 8422 5.10-3
TEST_CASE("ECDSA signs as RFC 6979 says, and verifies its signatures") {
  for (const auto& vector : kEcdsaVectors) {
    for (const auto& ecdsa : signatures(vector.family)) {
      CAPTURE(ecdsa.backend);
      CAPTURE(vector.source);
      const Octets scalar = hex(vector.scalar), point = hex(vector.point);
      const PrivateKeyNumbers numbers{.kind = vector.kind, .scalar = scalar};
      std::array<std::uint8_t, kMaxGroupPublicSize> out;
      const auto size = ecdsa->public_point(numbers, out);
      REQUIRE(size);
      CHECK(to_hex(Bytes(out).first(*size)) == vector.point);
      CHECK(to_hex(sign(*load(*ecdsa.implementation, numbers), vector.hash, 0,
                        bytes_of(vector.message))
                       .value()) == vector.signature);
      const PublicKey key{.kind = vector.kind, .point = point};
      CHECK(ecdsa->verify(key, vector.hash, 0, bytes_of(vector.message), hex(vector.signature)));
      CHECK_FALSE(ecdsa->verify(key, vector.hash, 0, bytes_of("another"), hex(vector.signature)));
    }
  }
}

// Shows RFC 8422 5.10-5
TEST_CASE("Ed25519 signs and verifies the vectors of RFC 8032") {
  for (const auto& vector : kEd25519Vectors) {
    for (const auto& ed25519 : signatures(SignatureFamily::ed25519)) {
      const Octets seed = hex(vector.seed), point = hex(vector.point),
                   message = hex(vector.message);
      const PrivateKeyNumbers numbers{.kind = KeyKind::ed25519, .scalar = seed};
      std::array<std::uint8_t, kMaxGroupPublicSize> out;
      CHECK(ed25519->public_point(numbers, out).value() == 32);
      CHECK(to_hex(Bytes(out).first(32)) == vector.point);
      CHECK(to_hex(sign(*load(*ed25519.implementation, numbers), kSha256, 0, message).value()) ==
            vector.signature);
      CHECK(ed25519->verify({.kind = KeyKind::ed25519, .point = point}, kSha256, 0, message,
                            hex(vector.signature)));
    }
  }
}

// Shows RFC 5246 4.7-1, 4.7-2
TEST_CASE(
    "RSA makes the published PKCS#1 signature from modulus and exponents alone, and verifies those "
    "of both schemes") {
  const Octets modulus = number(kModulus), d = number(kPrivateExponent), e = {1, 0, 1};
  const PublicKey key{.kind = KeyKind::rsa, .modulus = modulus, .exponent = e};
  const PrivateKeyNumbers numbers{
      .kind = KeyKind::rsa, .modulus = modulus, .public_exponent = e, .private_exponent = d};
  for (const auto& pkcs1 : signatures(SignatureFamily::rsa_pkcs1)) {
    CHECK(
        to_hex(sign(*load(*pkcs1.implementation, numbers), kSha256, 0, bytes_of("Test")).value()) ==
        kPkcs1Signature);
    CHECK(pkcs1->verify(key, kSha256, 0, bytes_of("Test"), hex(kPkcs1Signature)));
    CHECK_FALSE(
        pkcs1->verify(key, HashAlgorithm::sha384, 0, bytes_of("Test"), hex(kPkcs1Signature)));
    CHECK_FALSE(pkcs1->verify(key, kSha256, 0, bytes_of("Test"), hex(kPssSignature)));
  }
  for (const auto& pss : signatures(SignatureFamily::rsa_pss)) {
    CHECK(pss->verify(key, kSha256, 32, bytes_of("Test"), hex(kPssSignature)));
    CHECK_FALSE(pss->verify(key, kSha256, 20, bytes_of("Test"), hex(kPssSignature)));
    CHECK_FALSE(pss->verify(key, kSha256, 32, bytes_of("Test"), hex(kPkcs1Signature)));
    const auto signature = sign(*load(*pss.implementation, numbers), kSha256, 32, bytes_of("Test"));
    REQUIRE(signature);
    CHECK(pss->verify(key, kSha256, 32, bytes_of("Test"), *signature));
  }
}

TEST_CASE("a signature verifies for its key, hash, salt and message, and for no other") {
  for (const auto family : kAllFamilies) {
    for (const auto& signature : signatures(family)) {
      CAPTURE(signature.backend);
      CAPTURE(name(family));
      const auto generated = generate(*signature.implementation),
                 other = generate(*signature.implementation);
      const auto key = load(*signature.implementation, generated.numbers());
      const PublicHalf half(*signature.implementation, generated),
          stranger(*signature.implementation, other);
      for (const auto hash :
           {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
        const auto made = sign(*key, hash, 20, bytes_of("message"));
        REQUIRE(made);
        const auto verifies = [&](const PublicKey& by, std::string_view message, Bytes bytes) {
          return signature->verify(by, hash, 20, bytes_of(message), bytes);
        };
        CHECK(verifies(half.view, "message", *made));
        CHECK_FALSE(verifies(stranger.view, "message", *made));
        CHECK_FALSE(verifies(half.view, "messagf", *made));
        CHECK_FALSE(verifies(half.view, "message", {}));
        CHECK_FALSE(verifies(half.view, "message", Bytes(*made).first(made->size() - 1)));
        Octets longer = *made;
        longer.push_back(0);
        CHECK_FALSE(verifies(half.view, "message", longer));
        for (std::size_t i = 0; i < made->size(); i += 7) {
          Octets changed = *made;
          changed[i] ^= std::uint8_t{0x10};
          CHECK_FALSE(verifies(half.view, "message", changed));
        }
      }
    }
  }
}

TEST_CASE("a public key of another kind, or that is none, verifies nothing") {
  for (const auto family : kAllFamilies) {
    for (const auto& signature : signatures(family)) {
      CAPTURE(name(family));
      const auto generated = generate(*signature.implementation);
      const auto made =
          sign(*load(*signature.implementation, generated.numbers()), kSha256, 32, bytes_of("m"))
              .value();
      const PublicHalf half(*signature.implementation, generated);
      const auto verifies = [&](const PublicKey& key) {
        return signature->verify(key, kSha256, 32, bytes_of("m"), made);
      };
      REQUIRE(verifies(half.view));
      for (const auto kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                              KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
        PublicKey other = half.view;
        other.kind = kind;
        const bool fits =
            kind == half.view.kind || (family == SignatureFamily::rsa_pss && kind == KeyKind::rsa);
        CHECK(verifies(other) == fits);
      }
      CHECK_FALSE(verifies({.kind = half.view.kind}));
      if (is_rsa(family)) {
        const Octets even = {2}, one = {1}, huge(9, 0xff), tiny = {15};
        for (const Bytes exponent : {Bytes(even), Bytes(one), Bytes(huge), Bytes()}) {
          PublicKey key = half.view;
          key.exponent = exponent;
          CHECK_FALSE(verifies(key));
        }
        const Octets beyond(kMaxSignatureSize + 1, 0xff);
        for (const Bytes modulus : {Bytes(tiny), Bytes(beyond), Bytes()}) {
          PublicKey key = half.view;
          key.modulus = modulus;
          CHECK_FALSE(verifies(key));
        }
      } else {
        PublicKey key = half.view;
        key.point = half.view.point.first(half.view.point.size() - 1);
        CHECK_FALSE(verifies(key));
      }
    }
  }
}

TEST_CASE(
    "a public exponent beyond 64 bits, which costs a thousand times the work, is not computed") {
  for (const auto family : {SignatureFamily::rsa_pkcs1, SignatureFamily::rsa_pss}) {
    for (const auto& signature : signatures(family)) {
      const auto generated = generate(*signature.implementation);
      PrivateKeyNumbers swapped = generated.numbers();
      std::swap(swapped.public_exponent, swapped.private_exponent);
      const auto made = sign(*load(*signature.implementation, swapped), kSha256, 32, bytes_of("m"));
      REQUIRE(made);  // it is right under the long exponent
      const PublicKey key{.kind = generated.kind,
                          .modulus = generated.modulus,
                          .exponent = generated.private_exponent};
      CHECK_FALSE(signature->verify(key, kSha256, 32, bytes_of("m"), *made));
    }
  }
}

TEST_CASE("private numbers that do not fit together are refused") {
  for (const auto family : kAllFamilies) {
    for (const auto& signature : signatures(family)) {
      CAPTURE(signature.backend);
      CAPTURE(name(family));
      const auto generated = generate(*signature.implementation);
      const PrivateKeyNumbers good = generated.numbers();
      PrivateKeyNumbers wrong = good;
      wrong.kind = good.kind == KeyKind::ed25519 ? KeyKind::ec_secp256r1 : KeyKind::ed25519;
      CHECK(load_error(*signature.implementation, wrong) == Errc::bad_private_key);
      CHECK(load_error(*signature.implementation, {.kind = good.kind}) == Errc::bad_private_key);
      if (is_rsa(family)) {
        for (auto member : {&PrivateKeyNumbers::modulus, &PrivateKeyNumbers::public_exponent,
                            &PrivateKeyNumbers::private_exponent, &PrivateKeyNumbers::prime1,
                            &PrivateKeyNumbers::prime2}) {
          Octets changed = octets(good.*member);
          changed[changed.size() / 2] ^= 4;
          wrong = good;
          wrong.*member = changed;
          CHECK(load_error(*signature.implementation, wrong) == Errc::bad_private_key);
        }
        wrong = good;
        wrong.prime1 = wrong.prime2 = {};
        CHECK(load_error(*signature.implementation, wrong) == Errc::count_);
        continue;
      }
      wrong = good;
      wrong.scalar = good.scalar.first(good.scalar.size() - 1);
      CHECK(load_error(*signature.implementation, wrong) == Errc::bad_private_key);
      if (family == SignatureFamily::ed25519) continue;
      for (const std::uint8_t value : {std::uint8_t{0x00}, std::uint8_t{0xff}}) {
        const Octets scalar(good.scalar.size(), value);
        wrong.scalar = scalar;
        CHECK(load_error(*signature.implementation, wrong) == Errc::bad_private_key);
        std::array<std::uint8_t, kMaxGroupPublicSize> out;
        CHECK_FALSE(signature->public_point(wrong, out));
      }
    }
  }
}

TEST_CASE("a key that its certificate gives to PSS signs and verifies nothing else") {
  for (const auto& pss : signatures(SignatureFamily::rsa_pss)) {
    const auto generated = generate(*pss.implementation);
    CHECK(generated.kind == KeyKind::rsa_pss);
    for (const auto& pkcs1 : signatures(SignatureFamily::rsa_pkcs1)) {
      CHECK(load_error(*pkcs1.implementation, generated.numbers()) == Errc::bad_private_key);
    }
  }
}

// RFC 8017 §9.1.1 and §9.2
TEST_CASE("an RSA modulus too short for hash and salt is named") {
  for (const auto& pss : signatures(SignatureFamily::rsa_pss)) {
    const auto generated = generate(*pss.implementation);
    const auto key = load(*pss.implementation, generated.numbers());
    CHECK(sign(*key, HashAlgorithm::sha512, 62, bytes_of("m")));  // 128 = 64 + 62 + 2
    const auto refused = sign(*key, HashAlgorithm::sha512, 63, bytes_of("m"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::key_too_small);
    CHECK(pss->generate(kernel(), 512).error().code == Errc::key_too_small);
  }
}

TEST_CASE("failing randomness is reported by whatever draws any, at each draw") {
  for (const auto family : kAllFamilies) {
    for (const auto& signature : signatures(family)) {
      CAPTURE(signature.backend);
      CAPTURE(name(family));
      for (int draws = 0; draws < 2; ++draws) {
        FailingRandom random(draws);
        const auto generated = signature->generate(random, 1024);
        CHECK(random.failed() >= (draws == 0));
        CHECK(generated.has_value() != random.failed());
        if (!generated) CHECK(generated.error().code == Errc::randomness_failed);
      }
      if (family == SignatureFamily::ed25519) continue;  // RFC 8032 §5.1.6 draws nothing
      const auto key =
          load(*signature.implementation, generate(*signature.implementation).numbers());
      FailingRandom never(0), once(1);
      const auto refused = sign(*key, kSha256, 32, bytes_of("m"), never);
      REQUIRE_FALSE(refused);
      CHECK(refused.error().code == Errc::randomness_failed);
      CHECK(sign(*key, kSha256, 32, bytes_of("m"), once));
    }
  }
}

TEST_CASE("PSS salts its signatures anew") {
  for (const auto& pss : signatures(SignatureFamily::rsa_pss)) {
    const auto key = load(*pss.implementation, generate(*pss.implementation).numbers());
    CHECK(sign(*key, kSha256, 32, bytes_of("m")).value() !=
          sign(*key, kSha256, 32, bytes_of("m")).value());
  }
}
