// The cryptography that TLS 1.2 stands on, as one table: algorithm -> who implements it on this machine.
//
// A backend (libsodium, mbedTLS's libmbedcrypto, yours) is a set of small stateless implementations, one object an
// algorithm; a `Provider` is the table that lists them, and `compose` merges tables. The protocol code asks the table
// and never names a library. Implementations are immutable and may be used from any number of threads at once; the
// keyed objects they make belong to one thread at a time unless they say otherwise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12 {

// ---------------------------------------------------------------------------------------------------- algorithms

enum class AeadAlgorithm : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };
enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };
enum class GroupAlgorithm : std::uint8_t { x25519, secp256r1, secp384r1, secp521r1 };
/// What a key can do; RSA keys are listed once for each padding, EC keys once for each curve.
enum class SignatureFamily : std::uint8_t { rsa_pkcs1, rsa_pss, ecdsa_secp256r1, ecdsa_secp384r1, ecdsa_secp521r1, ed25519 };

inline constexpr std::size_t kAeadAlgorithms = 3, kHashAlgorithms = 4, kGroupAlgorithms = 4, kSignatureFamilies = 6;

/// All three AEADs have a 96-bit nonce and a 128-bit tag (RFC 5116 §5.1, §5.2; RFC 8439 §2.8).
inline constexpr std::size_t kAeadNonceSize = 12, kAeadTagSize = 16;
inline constexpr std::size_t kMaxDigestSize = 64;
inline constexpr std::size_t kMaxHashState = 256;
inline constexpr std::size_t kMaxGroupPublicSize = 133;  ///< secp521r1's uncompressed point
inline constexpr std::size_t kMaxGroupSecretSize = 66;
/// The largest signature accepted or made: RSA with a modulus of 8,192 bits.
inline constexpr std::size_t kMaxSignatureSize = 1024;

constexpr std::size_t key_size(AeadAlgorithm a) { return a == AeadAlgorithm::aes_128_gcm ? 16 : 32; }
constexpr std::size_t digest_size(HashAlgorithm h) {
  return h == HashAlgorithm::sha1 ? 20 : h == HashAlgorithm::sha256 ? 32 : h == HashAlgorithm::sha384 ? 48 : 64;
}
/// Bytes of a public value on the wire: 32 for X25519 (RFC 7748), an uncompressed point otherwise (RFC 8422 §5.4.1).
constexpr std::size_t public_size(GroupAlgorithm g) {
  return g == GroupAlgorithm::x25519 ? 32 : g == GroupAlgorithm::secp256r1 ? 65 : g == GroupAlgorithm::secp384r1 ? 97 : 133;
}
/// Bytes of the shared secret: 32, or the x coordinate with its leading zeros kept (RFC 8422 §5.10).
constexpr std::size_t secret_size(GroupAlgorithm g) {
  return g == GroupAlgorithm::x25519 ? 32 : g == GroupAlgorithm::secp256r1 ? 32 : g == GroupAlgorithm::secp384r1 ? 48 : 66;
}

std::string_view name(AeadAlgorithm);
std::string_view name(HashAlgorithm);
std::string_view name(GroupAlgorithm);
std::string_view name(SignatureFamily);

// ---------------------------------------------------------------------------------------------------- randomness

/// A source of unpredictable bytes. Thread-safe, and safe across fork(): two processes never draw the same bytes.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out`, or says false, after which the bytes must not be used; the caller treats that as fatal.
  [[nodiscard]] virtual bool fill(MutableBytes out) = 0;
};

// ---------------------------------------------------------------------------------------------------- AEAD

/// One expanded key; it seals or opens any number of messages, one at a time. Wiped on destruction.
class AeadKey {
 public:
  virtual ~AeadKey() = default;
  /// Writes plaintext.size() + kAeadTagSize bytes to `out`, which is that large and either is where the plaintext
  /// starts (in place) or does not overlap it. `nonce` is kAeadNonceSize bytes and never repeats under one key.
  virtual void seal(Bytes nonce, Bytes additional_data, Bytes plaintext, std::uint8_t* out) = 0;
  /// `sealed` is ciphertext and tag, at least kAeadTagSize bytes. Writes sealed.size() - kAeadTagSize bytes to `out` (in place
  /// or apart). False when the tag is wrong: then `out` holds nothing that may be used.
  [[nodiscard]] virtual bool open(Bytes nonce, Bytes additional_data, Bytes sealed, std::uint8_t* out) = 0;
};

class Aead {
 public:
  virtual ~Aead() = default;
  /// `key` is key_size(algorithm) bytes. Null when memory ran out.
  virtual std::unique_ptr<AeadKey> with_key(Bytes key) const = 0;
};

// ---------------------------------------------------------------------------------------------------- hash, HMAC

class HashFunction;

/// A hash under way, as a value: copying it forks the computation (a transcript hash is read and goes on). No heap.
class Hash {
 public:
  explicit Hash(const HashFunction& function);
  void update(Bytes data);
  /// Writes the digest of all that was given so far to `out` (at least digest_size bytes); returns the part written. This object goes on.
  MutableBytes digest(MutableBytes out) const;

 private:
  const HashFunction* function_;
  alignas(16) std::array<std::uint8_t, kMaxHashState> state_;
};

/// A hash algorithm. Its state is trivially copyable, at most kMaxHashState bytes, aligned to 16.
class HashFunction {
 public:
  virtual ~HashFunction() = default;
  virtual std::size_t digest_size() const = 0;
  virtual void start(void* state) const = 0;
  virtual void update(void* state, Bytes data) const = 0;
  virtual void finish(void* state, std::uint8_t* digest) const = 0;
};

/// HMAC (RFC 2104) under one key, computed as often as wanted. Wiped on destruction.
class HmacKey {
 public:
  virtual ~HmacKey() = default;
  /// The MAC of the concatenated parts, to `out` (at least digest_size bytes); `out` may overlap a part. False when the library failed.
  [[nodiscard]] virtual bool compute(std::initializer_list<Bytes> parts, std::uint8_t* out) = 0;
};

class Hmac {
 public:
  virtual ~Hmac() = default;
  /// `key` may have any length. Null when memory ran out.
  virtual std::unique_ptr<HmacKey> with_key(Bytes key) const = 0;
};

// ---------------------------------------------------------------------------------------------------- key exchange

/// Our ephemeral half of one exchange. Wiped on destruction.
class KeyShare {
 public:
  virtual ~KeyShare() = default;
  /// public_size(group) bytes, as they go on the wire; valid as long as this object.
  virtual Bytes public_value() const = 0;
  /// Writes secret_size(group) bytes to `secret`. Errors: Errc::bad_key_share when the peer's value has the wrong length or form, is not on
  /// the curve, or gives an all-zero X25519 result (RFC 8422 §5.10, §5.11); Errc::crypto_failed when the library failed.
  [[nodiscard]] virtual Result<void> derive(Bytes peer_public_value, MutableBytes secret) = 0;
};

class Group {
 public:
  virtual ~Group() = default;
  /// A fresh private value from `random`. Errors: Errc::randomness_failed, Errc::crypto_failed.
  virtual Result<std::unique_ptr<KeyShare>> generate(Random& random) const = 0;
};

// ---------------------------------------------------------------------------------------------------- signatures

enum class KeyKind : std::uint8_t { rsa, rsa_pss, ec_secp256r1, ec_secp384r1, ec_secp521r1, ed25519 };

/// A public key, as numbers. The views belong to whoever made it. RSA: modulus and exponent, big-endian, no leading zeros;
/// EC: the uncompressed point; Ed25519: the 32 bytes.
struct PublicKey {
  KeyKind kind = KeyKind::rsa;
  Bytes modulus = {}, exponent = {};
  Bytes point = {};
};

/// A private key, as numbers. The views belong to whoever made it. EC: `scalar` of the curve's size (leading zeros kept); Ed25519: `scalar`
/// is the 32-byte seed; RSA: modulus, exponents and primes, big-endian.
struct PrivateKeyNumbers {
  KeyKind kind = KeyKind::rsa;
  Bytes modulus = {}, public_exponent = {}, private_exponent = {}, prime1 = {}, prime2 = {};
  Bytes scalar = {};
};

/// Which signature exactly. `hash` is ignored for Ed25519; `salt_size` is RSA-PSS's alone, MGF1 uses the same hash (RFC 8017 §8.1).
struct SignatureAlgorithm {
  SignatureFamily family = SignatureFamily::ecdsa_secp256r1;
  HashAlgorithm hash = HashAlgorithm::sha256;
  std::size_t salt_size = 0;
};

/// A loaded private key of one family. Safe to use from many threads at once: what a library mutates in a key is locked or per thread.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  /// Signs `message` (not its digest). ECDSA signatures are DER (RFC 8422 §5.4). Writes to `out` (kMaxSignatureSize bytes), returns the size.
  /// An RSA signature has been verified with the public key before it is returned, so a fault cannot leak the key.
  /// Errors: Errc::crypto_failed, Errc::randomness_failed, Errc::key_too_small (an RSA modulus too short for hash and salt).
  virtual Result<std::size_t> sign(HashAlgorithm hash, std::size_t salt_size, Bytes message, Random& random, MutableBytes out) const = 0;
};

class Signature {
 public:
  virtual ~Signature() = default;
  /// Whether `signature` is right for `message` under `key`, whose kind fits the family. A malformed key or signature is simply not right.
  virtual bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size, Bytes message, Bytes signature) const = 0;
  /// Errors: Errc::bad_private_key when the numbers are inconsistent.
  virtual Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& key) const = 0;
  /// The public point of an EC or Ed25519 private key, public_size bytes, to `out` (kMaxGroupPublicSize bytes); Errc::misuse for RSA.
  virtual Result<std::size_t> public_point(const PrivateKeyNumbers& key, MutableBytes out) const = 0;
  /// A fresh key of this family, as PKCS#8 DER would carry it, for issuing certificates. `rsa_bits` is RSA's alone.
  /// Errors: Errc::randomness_failed, Errc::crypto_failed.
  struct Generated;
  virtual Result<Generated> generate(Random& random, std::size_t rsa_bits) const = 0;
};

/// A generated private key that owns its numbers; wiped on destruction. Members as in PrivateKeyNumbers.
struct Signature::Generated {
  KeyKind kind = KeyKind::rsa;
  std::vector<std::uint8_t> modulus, public_exponent, private_exponent, prime1, prime2, scalar;
  Generated() = default;
  Generated(Generated&&) = default;
  Generated& operator=(Generated&&) = default;
  ~Generated();
  PrivateKeyNumbers numbers() const;
};

// ---------------------------------------------------------------------------------------------------- the table

/// One row: who implements an algorithm, and how good that is on this CPU. Higher ranks win; equal ranks go by order.
/// Ranks: 300 dedicated hardware instructions used
/// well, 200 fast portable code, 150 hardware used less well, 100 and below portable code. 0 means: not on this CPU.
template <class Implementation>
struct Implemented {
  const Implementation* implementation = nullptr;
  std::string_view backend = {};
  int rank = 0;
  explicit operator bool() const { return implementation != nullptr && rank > 0; }
};

/// The table of algorithms: immutable once made, shared, usable from every thread.
class Provider {
 public:
  std::string name;
  std::array<Implemented<Aead>, kAeadAlgorithms> aeads = {};
  std::array<Implemented<HashFunction>, kHashAlgorithms> hashes = {};
  std::array<Implemented<Hmac>, kHashAlgorithms> hmacs = {};
  std::array<Implemented<Group>, kGroupAlgorithms> groups = {};
  std::array<Implemented<Signature>, kSignatureFamilies> signatures = {};
  Implemented<Random> random = {};
  std::vector<std::shared_ptr<const void>> owned;  ///< what must live as long as this table (backends with state)

  const Implemented<Aead>& operator[](AeadAlgorithm a) const { return aeads[static_cast<std::size_t>(a)]; }
  const Implemented<HashFunction>& operator[](HashAlgorithm h) const { return hashes[static_cast<std::size_t>(h)]; }
  const Implemented<Group>& operator[](GroupAlgorithm g) const { return groups[static_cast<std::size_t>(g)]; }
  const Implemented<Signature>& operator[](SignatureFamily f) const { return signatures[static_cast<std::size_t>(f)]; }
  const Implemented<Hmac>& hmac(HashAlgorithm h) const { return hmacs[static_cast<std::size_t>(h)]; }
  /// The randomness of this table. A table without any is refused by build().
  Random& rng() const { return const_cast<Random&>(*random.implementation); }
};

using ProviderPtr = std::shared_ptr<const Provider>;

/// Each algorithm from whichever of `providers` ranks it best, the earlier one among equals. The result shares what the parts own.
ProviderPtr compose(std::initializer_list<ProviderPtr> providers);

/// libsodium: ChaCha20-Poly1305, AES-256-GCM (where the CPU has AES-NI), SHA-256, SHA-512, HMAC, X25519, Ed25519, randomness. Null when it was not built in.
ProviderPtr sodium_provider();
/// mbedTLS's libmbedcrypto: everything but Ed25519. Null when it was not built in.
ProviderPtr mbedtls_provider();
/// All backends that were built in, composed: what configurations use unless told otherwise. Made once.
ProviderPtr default_provider();
/// For tests and fuzzing: the algorithms of `base` with randomness that `seed` alone decides, drawn in the order of the calls. Never for production.
ProviderPtr deterministic_provider(std::uint64_t seed, ProviderPtr base = default_provider());

}  // namespace tls12
