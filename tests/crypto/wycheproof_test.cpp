// Project Wycheproof's vectors against every backend that offers the algorithm. They lie outside
// the project (support/vectors.hpp).
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/backends.hpp"
#include "support/vectors.hpp"

using namespace tls12;
using namespace tls12::test;
using nlohmann::json;

namespace {

Octets bytes(const json& object, const char* member) {
  return hex(object.at(member).get_ref<const std::string&>());
}

std::optional<HashAlgorithm> hash_named(const std::string& text) {
  for (const auto algorithm : kAllHashes) {
    if (name(algorithm) == text) return algorithm;
  }
  return std::nullopt;
}

bool flagged(const json& test, std::string_view flag) {
  return std::ranges::any_of(
      test.at("flags"), [&](const json& f) { return f.get_ref<const std::string&>() == flag; });
}

/// What we have to answer. Of what Wycheproof leaves open, these have a stricter rule: RFC 8422
/// §5.11, §5.1.2; and RFC 8017 §9.2, whose encoding has the NULL.
std::optional<bool> expected(const json& test) {
  const auto& result = test.at("result").get_ref<const std::string&>();
  if (result != "acceptable") return result == "valid";
  for (const char* strict :
       {"ZeroSharedSecret", "MissingNull", "CompressedPublic", "CompressedPoint"}) {
    if (flagged(test, strict)) return false;
  }
  return std::nullopt;
}

/// Calls `check` for each test; it answers whether the backend was right, and is counted.
int run(const std::string& file,
        const std::function<std::optional<bool>(const json& group, const json& test)>& check) {
  std::ifstream in(vectors_folder("wycheproof").value() + "/" + file);
  const json all = json::parse(in, nullptr, false);
  if (all.is_discarded()) {
    FAIL_CHECK("cannot read " << file);
    return 0;
  }
  int count = 0;
  for (const json& group : all.at("testGroups")) {
    for (const json& test : group.at("tests")) {
      const auto right = check(group, test);
      if (!right) continue;
      ++count;
      if (!*right)
        FAIL_CHECK(file << " tcId " << test.at("tcId") << ": " << test.at("comment") << " must be "
                        << test.at("result"));
    }
  }
  CHECK_MESSAGE(count > 0, file << " tested nothing");
  return count;
}

/// The files that were not there to be run: one line at the end of the program, for whoever counts
/// what was skipped.
struct Skipped {
  std::set<std::string> files;
  ~Skipped() {
    if (!files.empty()) std::printf("skipped: %zu wycheproof files\n", files.size());
  }
} skipped;

/// Runs each file against each candidate.
template <class Candidates>
void run_all(const std::vector<std::string>& files, const Candidates& candidates, auto check) {
  if (!vectors_folder("wycheproof")) {
    skipped.files.insert(files.begin(), files.end());
    return;
  }
  for (const auto& candidate : candidates) {
    for (const std::string& file : files) {
      CAPTURE(candidate.backend);
      run(file, [&](const json& group, const json& test) {
        return check(*candidate.implementation, group, test);
      });
    }
  }
}

/// Whether an answer is the one that is expected; either will do where that is left open.
bool agrees(const json& test, bool answer) { return expected(test).value_or(answer) == answer; }

}  // namespace

TEST_CASE("Wycheproof: AEAD") {
  for (const auto algorithm : kAllAeads) {
    const bool chacha = algorithm == AeadAlgorithm::chacha20_poly1305,
               gcm = name(algorithm).ends_with("GCM");
    const char* const file = chacha ? "chacha20_poly1305_test.json"
                             : gcm  ? "aes_gcm_test.json"
                                    : "aes_ccm_test.json";
    run_all({file}, aeads(algorithm),
            [&](const Aead& aead, const json& group, const json& test) -> std::optional<bool> {
              const bool ours = group.at("ivSize") == 96 &&
                                group.at("tagSize") == tag_size(algorithm) * 8 &&
                                group.at("keySize") == key_size(algorithm) * 8;
              if (!ours) return std::nullopt;
              const auto key = aead.with_key(bytes(test, "key"));
              const Octets nonce = bytes(test, "iv"), ad = bytes(test, "aad"),
                           plaintext = bytes(test, "msg"), tag = bytes(test, "tag");
              Octets sealed = bytes(test, "ct");
              sealed.insert(sealed.end(), tag.begin(), tag.end());
              Octets opened(plaintext.size() + 1);
              if (!key->open(nonce, ad, sealed, opened.data())) return agrees(test, false);
              opened.pop_back();
              Octets resealed(sealed.size());
              key->seal(nonce, ad, plaintext, resealed.data());
              return agrees(test, true) && opened == plaintext && resealed == sealed;
            });
  }
}

// The padding is PKCS #7's; ours are the blocks.
TEST_CASE("Wycheproof: AES-CBC") {
  for (const auto algorithm : kAllCbcs) {
    run_all({"aes_cbc_pkcs5_test.json"}, cbcs(algorithm),
            [&](const Cbc& cbc, const json& group, const json& test) -> std::optional<bool> {
              const Octets iv = bytes(test, "iv"), message = bytes(test, "msg"),
                           ciphertext = bytes(test, "ct");
              if (group.at("keySize") != key_size(algorithm) * 8 || ciphertext.empty() ||
                  ciphertext.size() % kAesBlockSize != 0)
                return std::nullopt;
              const auto key = cbc.with_key(bytes(test, "key"));
              const std::size_t pad = kAesBlockSize - message.size() % kAesBlockSize;
              Octets padded = message;
              padded.insert(padded.end(), pad, static_cast<std::uint8_t>(pad));
              Octets decrypted(ciphertext.size()), encrypted(padded.size());
              key->decrypt(iv, ciphertext, decrypted.data());
              key->encrypt(iv, padded, encrypted.data());
              return agrees(test, decrypted == padded) && agrees(test, encrypted == ciphertext);
            });
  }
}

TEST_CASE("Wycheproof: HMAC") {
  const char* const kFiles[] = {"hmac_sha1_test.json", "hmac_sha256_test.json",
                                "hmac_sha384_test.json", "hmac_sha512_test.json"};
  for (const auto algorithm : kAllHashes) {
    run_all({kFiles[static_cast<std::size_t>(algorithm)]}, hmacs(algorithm),
            [&](const Hmac& hmac, const json&, const json& test) -> std::optional<bool> {
              Octets mac(digest_size(algorithm));
              const Octets message = bytes(test, "msg"), tag = bytes(test, "tag");
              if (!hmac.with_key(bytes(test, "key"))->compute({message}, mac.data())) return false;
              return agrees(test,
                            std::equal(tag.begin(), tag.end(),
                                       mac.begin()));  // a shorter tag is the front of the MAC
            });
  }
}

// Shows RFC 8422 5.10-1, 5.11-1, 5.11-2
TEST_CASE("Wycheproof: key exchange") {
  const char* const kFiles[] = {"x25519_test.json", "ecdh_secp256r1_ecpoint_test.json",
                                "ecdh_secp384r1_ecpoint_test.json",
                                "ecdh_secp521r1_ecpoint_test.json"};
  for (const auto algorithm : kAllCurves) {
    run_all({kFiles[static_cast<std::size_t>(algorithm)]}, groups(algorithm),
            [&](const Group& group, const json&, const json& test) -> std::optional<bool> {
              Octets scalar = bytes(test, "private");
              if (algorithm !=
                  GroupAlgorithm::x25519) {  // there as an INTEGER, here in the curve's size
                const Octets digits = number(test.at("private").get_ref<const std::string&>());
                scalar.assign(secret_size(algorithm) - digits.size(), 0);
                scalar.insert(scalar.end(), digits.begin(), digits.end());
              }
              ScriptedRandom random(scalar);
              const auto share = group.generate(random);
              if (!share) return false;
              Octets secret(secret_size(algorithm));
              const auto derived = (*share)->derive(bytes(test, "public"), secret);
              if (!derived)
                return agrees(test, false) && derived.error().code == Errc::bad_key_share;
              return agrees(test, true) && secret == bytes(test, "shared");
            });
  }
}

// Shows RFC 8422 5.10-3, 5.10-4
TEST_CASE("Wycheproof: ECDSA") {
  struct Curve {
    SignatureFamily family;
    KeyKind kind;
    std::vector<std::string> files;
  };
  const Curve kCurves[] = {
      {SignatureFamily::ecdsa_secp256r1,
       KeyKind::ec_secp256r1,
       {"ecdsa_secp256r1_sha256_test.json", "ecdsa_secp256r1_sha512_test.json"}},
      {SignatureFamily::ecdsa_secp384r1,
       KeyKind::ec_secp384r1,
       {"ecdsa_secp384r1_sha256_test.json", "ecdsa_secp384r1_sha384_test.json",
        "ecdsa_secp384r1_sha512_test.json"}},
      {SignatureFamily::ecdsa_secp521r1,
       KeyKind::ec_secp521r1,
       {"ecdsa_secp521r1_sha512_test.json"}},
  };
  for (const Curve& curve : kCurves) {
    run_all(
        curve.files, signatures(curve.family),
        [&](const Signature& ecdsa, const json& group, const json& test) -> std::optional<bool> {
          const Octets point = bytes(group.at("publicKey"), "uncompressed");
          const auto hash = hash_named(group.at("sha"));
          return agrees(test, ecdsa.verify({.kind = curve.kind, .point = point}, hash.value(), 0,
                                           bytes(test, "msg"), bytes(test, "sig")));
        });
  }
}

// Shows RFC 8422 5.10-5
TEST_CASE("Wycheproof: Ed25519") {
  run_all({"ed25519_test.json"}, signatures(SignatureFamily::ed25519),
          [](const Signature& ed25519, const json& group, const json& test) -> std::optional<bool> {
            const Octets point = bytes(group.at("publicKey"), "pk");
            return agrees(test, ed25519.verify({.kind = KeyKind::ed25519, .point = point},
                                               HashAlgorithm::sha512, 0, bytes(test, "msg"),
                                               bytes(test, "sig")));
          });
}

// Shows RFC 5246 4.7-3
TEST_CASE("Wycheproof: RSA PKCS#1 v1.5 signatures") {
  const std::vector<std::string> kFiles = {
      "rsa_signature_2048_sha256_test.json", "rsa_signature_2048_sha384_test.json",
      "rsa_signature_2048_sha512_test.json", "rsa_signature_3072_sha256_test.json",
      "rsa_signature_3072_sha384_test.json", "rsa_signature_3072_sha512_test.json",
      "rsa_signature_4096_sha256_test.json", "rsa_signature_4096_sha384_test.json",
      "rsa_signature_4096_sha512_test.json", "rsa_signature_8192_sha256_test.json"};
  run_all(kFiles, signatures(SignatureFamily::rsa_pkcs1),
          [](const Signature& rsa, const json& group, const json& test) -> std::optional<bool> {
            const Octets modulus = number(group.at("publicKey").at("modulus").get<std::string>()),
                         exponent =
                             number(group.at("publicKey").at("publicExponent").get<std::string>());
            const PublicKey key{.kind = KeyKind::rsa, .modulus = modulus, .exponent = exponent};
            return agrees(test, rsa.verify(key, hash_named(group.at("sha")).value(), 0,
                                           bytes(test, "msg"), bytes(test, "sig")));
          });
}

TEST_CASE("Wycheproof: making RSA PKCS#1 v1.5 signatures") {
  const std::vector<std::string> kFiles = {"rsa_pkcs1_2048_sig_gen_test.json",
                                           "rsa_pkcs1_3072_sig_gen_test.json",
                                           "rsa_pkcs1_4096_sig_gen_test.json"};
  run_all(kFiles, signatures(SignatureFamily::rsa_pkcs1),
          [](const Signature& rsa, const json& group, const json& test) -> std::optional<bool> {
            const auto hash = hash_named(group.at("sha"));
            if (!hash) return std::nullopt;
            const json& numbers = group.at("privateKey");
            const Octets n = number(numbers.at("modulus").get<std::string>()),
                         e = number(numbers.at("publicExponent").get<std::string>()),
                         d = number(numbers.at("privateExponent").get<std::string>());
            const auto key = rsa.load(
                {.kind = KeyKind::rsa, .modulus = n, .public_exponent = e, .private_exponent = d});
            if (!key) return agrees(test, false);
            Octets signature(kMaxSignatureSize);
            const auto size = (*key)->sign(*hash, 0, bytes(test, "msg"), kernel(), signature);
            if (!size) return agrees(test, false);
            signature.resize(*size);
            return signature == bytes(test, "sig");
          });
}

namespace {

/// RFC 8017 §7.2.2, with all the branches in the world: this is a test.
std::optional<Octets> unpad(Bytes block) {
  if (block[0] != 0 || block[1] != 2) return std::nullopt;
  const auto end = std::find(block.begin() + 2, block.end(), std::uint8_t{0});
  if (end == block.end() || end - block.begin() < 10) return std::nullopt;
  return Octets(end + 1, block.end());
}

}  // namespace

TEST_CASE("Wycheproof: RSA PKCS#1 v1.5 decryption") {
  const std::vector<std::string> kFiles = {"rsa_pkcs1_2048_test.json", "rsa_pkcs1_3072_test.json",
                                           "rsa_pkcs1_4096_test.json"};
  run_all(kFiles, rsa_encryptions(),
          [](const RsaEncryption& rsa, const json& group, const json& test) -> std::optional<bool> {
            const json& numbers = group.at("privateKey");
            const Octets n = number(numbers.at("modulus").get<std::string>()),
                         e = number(numbers.at("publicExponent").get<std::string>()),
                         d = number(numbers.at("privateExponent").get<std::string>()),
                         p = number(numbers.at("prime1").get<std::string>()),
                         q = number(numbers.at("prime2").get<std::string>());
            static Octets loaded;
            static std::shared_ptr<const DecryptionKey> key;
            if (loaded != n) {
              key = rsa.load({.kind = KeyKind::rsa,
                              .modulus = n,
                              .public_exponent = e,
                              .private_exponent = d,
                              .prime1 = p,
                              .prime2 = q})
                        .value();
              loaded = n;
            }
            Octets block(n.size());
            if (key->decrypt(bytes(test, "ct"), kernel(), block) != n.size()) return false;
            const auto message = unpad(block);
            return agrees(test, message.has_value()) &&
                   (!message || *message == bytes(test, "msg"));
          });
}

TEST_CASE("Wycheproof: RSA-PSS") {
  const std::vector<std::string> kFiles = {"rsa_pss_2048_sha1_mgf1_20_test.json",
                                           "rsa_pss_2048_sha256_mgf1_0_test.json",
                                           "rsa_pss_2048_sha256_mgf1_32_params_test.json",
                                           "rsa_pss_2048_sha256_mgf1_32_test.json",
                                           "rsa_pss_2048_sha384_mgf1_48_test.json",
                                           "rsa_pss_3072_sha256_mgf1_32_params_test.json",
                                           "rsa_pss_3072_sha256_mgf1_32_test.json",
                                           "rsa_pss_4096_sha256_mgf1_32_test.json",
                                           "rsa_pss_4096_sha384_mgf1_48_test.json",
                                           "rsa_pss_4096_sha512_mgf1_32_test.json",
                                           "rsa_pss_4096_sha512_mgf1_64_params_test.json",
                                           "rsa_pss_4096_sha512_mgf1_64_test.json",
                                           "rsa_pss_misc_params_test.json",
                                           "rsa_pss_misc_test.json"};
  run_all(kFiles, signatures(SignatureFamily::rsa_pss),
          [](const Signature& rsa, const json& group, const json& test) -> std::optional<bool> {
            const auto hash = hash_named(group.at("sha"));
            if (!hash || group.at("mgfSha") != group.at("sha"))
              return std::nullopt;  // TLS has one hash for both
            const Octets modulus = number(group.at("publicKey").at("modulus").get<std::string>()),
                         exponent =
                             number(group.at("publicKey").at("publicExponent").get<std::string>());
            const PublicKey key{.kind = KeyKind::rsa_pss, .modulus = modulus, .exponent = exponent};
            return agrees(test, rsa.verify(key, *hash, group.at("sLen").get<std::size_t>(),
                                           bytes(test, "msg"), bytes(test, "sig")));
          });
}
