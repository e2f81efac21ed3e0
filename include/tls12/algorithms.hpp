// The cryptographic algorithms of TLS 1.2 and the facts about them.
//
// `facts(algorithm)` is the table: each case is the row of one algorithm. An algorithm without a
// row, or a row without one of its facts, does not compile in this project. The functions after
// each table read one fact. For a value that is not listed, every size is 0 and the name is empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tls12 {

/// The number of algorithms of one kind. Their values are 0, 1, 2 and so on.
template <class Algorithm>
constexpr std::size_t count_of() {
  std::size_t count = 0;
  while (!facts(static_cast<Algorithm>(count)).name.empty()) ++count;
  return count;
}

/// The largest value of one fact among the algorithms of a kind.
template <class Algorithm, class Facts>
constexpr std::size_t max_of(std::size_t Facts::* fact) {
  std::size_t largest = 0;
  for (std::size_t i = 0; i < count_of<Algorithm>(); ++i) {
    const std::size_t value = facts(static_cast<Algorithm>(i)).*fact;
    if (value > largest) largest = value;
  }
  return largest;
}

/// The name of an algorithm, as its standard writes it: "AES-128-GCM", "SHA-256", "x25519".
template <class Algorithm>
constexpr auto name(Algorithm algorithm) -> decltype(facts(algorithm).name) {
  return facts(algorithm).name;
}

// ------------------------------------------------ AEAD

enum class AeadAlgorithm : std::uint8_t {
  aes_128_gcm,
  aes_256_gcm,
  chacha20_poly1305,
  aes_128_ccm,
  aes_256_ccm,
  aes_128_ccm_8,
  aes_256_ccm_8
};

struct AeadFacts {
  std::string_view name;
  std::size_t key_size;  ///< bytes
  std::size_t tag_size;  ///< bytes
};
/// RFC 5116 §5, RFC 8439 §2.8, RFC 6655 §3 and §4.
constexpr AeadFacts facts(AeadAlgorithm algorithm) {
  using enum AeadAlgorithm;
  switch (algorithm) {
    // name, key, tag
    case aes_128_gcm: return {"AES-128-GCM", 16, 16};
    case aes_256_gcm: return {"AES-256-GCM", 32, 16};
    case chacha20_poly1305: return {"ChaCha20-Poly1305", 32, 16};
    case aes_128_ccm: return {"AES-128-CCM", 16, 16};
    case aes_256_ccm: return {"AES-256-CCM", 32, 16};
    case aes_128_ccm_8: return {"AES-128-CCM-8", 16, 8};
    case aes_256_ccm_8: return {"AES-256-CCM-8", 32, 8};
  }
  return {};
}
constexpr std::size_t key_size(AeadAlgorithm a) { return facts(a).key_size; }
constexpr std::size_t tag_size(AeadAlgorithm a) { return facts(a).tag_size; }

/// Every AEAD has a 96-bit nonce (RFC 5116 §5.1, §5.2; RFC 8439 §2.8; RFC 6655 §3).
inline constexpr std::size_t kAeadNonceSize = 12;
inline constexpr std::size_t kMaxAeadTagSize = max_of<AeadAlgorithm>(&AeadFacts::tag_size);

// ------------------------------------------------ CBC

/// AES-192 is for encrypted private keys alone: no cipher suite has it.
enum class CbcAlgorithm : std::uint8_t { aes_128_cbc, aes_256_cbc, aes_192_cbc };

struct CbcFacts {
  std::string_view name;
  std::size_t key_size;  ///< bytes
};
constexpr CbcFacts facts(CbcAlgorithm algorithm) {
  using enum CbcAlgorithm;
  switch (algorithm) {
    case aes_128_cbc: return {"AES-128-CBC", 16};
    case aes_256_cbc: return {"AES-256-CBC", 32};
    case aes_192_cbc: return {"AES-192-CBC", 24};
  }
  return {};
}
constexpr std::size_t key_size(CbcAlgorithm a) { return facts(a).key_size; }

inline constexpr std::size_t kAesBlockSize = 16;

// ------------------------------------------------ hash

enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };

struct HashFacts {
  std::string_view name;
  std::size_t digest_size;       ///< bytes
  std::size_t block_size;        ///< bytes that one step of the compression function takes
  std::size_t digest_info_size;  ///< bytes before the digest in a DigestInfo (RFC 8017 §9.2)
};
/// FIPS 180-4 §1.
constexpr HashFacts facts(HashAlgorithm algorithm) {
  using enum HashAlgorithm;
  switch (algorithm) {
    // name, digest, block, DigestInfo
    case sha1: return {"SHA-1", 20, 64, 15};
    case sha256: return {"SHA-256", 32, 64, 19};
    case sha384: return {"SHA-384", 48, 128, 19};
    case sha512: return {"SHA-512", 64, 128, 19};
  }
  return {};
}
constexpr std::size_t digest_size(HashAlgorithm h) { return facts(h).digest_size; }
constexpr std::size_t block_size(HashAlgorithm h) { return facts(h).block_size; }

inline constexpr std::size_t kMaxDigestSize = max_of<HashAlgorithm>(&HashFacts::digest_size),
                             kMaxHashBlockSize = max_of<HashAlgorithm>(&HashFacts::block_size);
inline constexpr std::size_t kMaxHashState = 256;  ///< of HashFunction, in bytes

// ------------------------------------------------ groups

/// Elliptic curves, and the finite fields of RFC 7919.
enum class GroupAlgorithm : std::uint8_t {
  x25519,
  secp256r1,
  secp384r1,
  secp521r1,
  ffdhe2048,
  ffdhe3072,
  ffdhe4096,
  ffdhe6144,
  ffdhe8192
};
enum class GroupKind : std::uint8_t { curve, finite_field };

struct GroupFacts {
  std::string_view name;
  GroupKind kind;
  /// Bytes of a public value on the wire: X25519's u-coordinate (RFC 7748 §5), an uncompressed
  /// point (RFC 8422 §5.4.1), or as many as the prime has.
  std::size_t public_size;
  /// Bytes of the shared secret: the x-coordinate, or as many as the prime has. Leading zeros are
  /// kept. RFC 8422 §5.10 requires them; in a finite field the key exchange removes them (RFC 5246
  /// §8.1.2).
  std::size_t secret_size;
  /// Bits of a private exponent in a finite field, which may be short (RFC 7919 §5.2, appendix A).
  std::size_t exponent_bits;
};
constexpr GroupFacts facts(GroupAlgorithm algorithm) {
  using enum GroupAlgorithm;
  using enum GroupKind;
  switch (algorithm) {
    // name, kind, public, secret, exponent
    case x25519: return {"x25519", curve, 32, 32, 0};
    case secp256r1: return {"secp256r1", curve, 65, 32, 0};
    case secp384r1: return {"secp384r1", curve, 97, 48, 0};
    case secp521r1: return {"secp521r1", curve, 133, 66, 0};
    case ffdhe2048: return {"ffdhe2048", finite_field, 256, 256, 225};
    case ffdhe3072: return {"ffdhe3072", finite_field, 384, 384, 275};
    case ffdhe4096: return {"ffdhe4096", finite_field, 512, 512, 325};
    case ffdhe6144: return {"ffdhe6144", finite_field, 768, 768, 375};
    case ffdhe8192: return {"ffdhe8192", finite_field, 1024, 1024, 400};
  }
  return {};
}
constexpr bool is_finite_field(GroupAlgorithm g) {
  return facts(g).kind == GroupKind::finite_field;
}
constexpr std::size_t public_size(GroupAlgorithm g) { return facts(g).public_size; }
constexpr std::size_t secret_size(GroupAlgorithm g) { return facts(g).secret_size; }

inline constexpr std::size_t kMaxGroupPublicSize = max_of<GroupAlgorithm>(&GroupFacts::public_size),
                             kMaxGroupSecretSize = max_of<GroupAlgorithm>(&GroupFacts::secret_size);
/// The primes for Diffie-Hellman that are computed with when a server names them (RFC 7919 §1:
/// shorter ones are within reach of an attacker).
inline constexpr std::size_t kMinDhPrimeBits = 2048, kMaxDhPrimeBits = 8192;

// ------------------------------------------------ signatures and keys

/// How a key signs: RSA once for each padding, ECDSA once for each curve.
enum class SignatureFamily : std::uint8_t {
  rsa_pkcs1,
  rsa_pss,
  ecdsa_secp256r1,
  ecdsa_secp384r1,
  ecdsa_secp521r1,
  ed25519
};

struct SignatureFamilyFacts {
  std::string_view name;
  bool is_rsa;
};
constexpr SignatureFamilyFacts facts(SignatureFamily family) {
  using enum SignatureFamily;
  switch (family) {
    case rsa_pkcs1: return {"rsa_pkcs1", true};
    case rsa_pss: return {"rsa_pss", true};
    case ecdsa_secp256r1: return {"ecdsa_secp256r1", false};
    case ecdsa_secp384r1: return {"ecdsa_secp384r1", false};
    case ecdsa_secp521r1: return {"ecdsa_secp521r1", false};
    case ed25519: return {"ed25519", false};
  }
  return {};
}
constexpr bool is_rsa(SignatureFamily f) { return facts(f).is_rsa; }

/// The largest signature accepted or made: RSA with a modulus of 8,192 bits.
inline constexpr std::size_t kMaxSignatureSize = 1024;

/// A public key's algorithm. An rsa_pss key is for RSASSA-PSS alone (RFC 4055 §1.2).
enum class KeyKind : std::uint8_t {
  rsa,
  rsa_pss,
  ec_secp256r1,
  ec_secp384r1,
  ec_secp521r1,
  ed25519
};

struct KeyFacts {
  std::string_view name;
  SignatureFamily family;               ///< of its signatures; signs_by() has one more for rsa
  std::optional<GroupAlgorithm> curve;  ///< of an EC key
  std::size_t scalar_size;              ///< bytes of an EC or Ed25519 private key
  std::size_t point_size;               ///< bytes of an EC (uncompressed) or Ed25519 public key
};
/// RFC 4055 §1.2, SEC 1 §2.3, RFC 8032 §5.1.5.
constexpr KeyFacts facts(KeyKind kind) {
  using enum SignatureFamily;
  using G = GroupAlgorithm;
  const auto ec = [](std::string_view name, SignatureFamily family, GroupAlgorithm curve) {
    return KeyFacts{name, family, curve, secret_size(curve), public_size(curve)};
  };
  switch (kind) {
    // name, family, curve, scalar, point
    case KeyKind::rsa: return {"RSA", rsa_pkcs1, std::nullopt, 0, 0};
    case KeyKind::rsa_pss: return {"RSA-PSS", rsa_pss, std::nullopt, 0, 0};
    case KeyKind::ec_secp256r1: return ec("P-256", ecdsa_secp256r1, G::secp256r1);
    case KeyKind::ec_secp384r1: return ec("P-384", ecdsa_secp384r1, G::secp384r1);
    case KeyKind::ec_secp521r1: return ec("P-521", ecdsa_secp521r1, G::secp521r1);
    case KeyKind::ed25519: return {"Ed25519", SignatureFamily::ed25519, std::nullopt, 32, 32};
  }
  return {};
}
inline constexpr std::size_t kMaxPointSize = max_of<KeyKind>(&KeyFacts::point_size);
constexpr bool is_rsa(KeyKind k) { return is_rsa(facts(k).family); }
constexpr bool is_ec(KeyKind k) { return facts(k).curve.has_value(); }
constexpr bool signs_by(KeyKind k, SignatureFamily f) {
  return f == facts(k).family || (k == KeyKind::rsa && f == SignatureFamily::rsa_pss);
}

// ------------------------------------------------ counts

inline constexpr std::size_t kAeadAlgorithms = count_of<AeadAlgorithm>(),
                             kCbcAlgorithms = count_of<CbcAlgorithm>(),
                             kHashAlgorithms = count_of<HashAlgorithm>(),
                             kGroupAlgorithms = count_of<GroupAlgorithm>(),
                             kSignatureFamilies = count_of<SignatureFamily>();

}  // namespace tls12
