// The cryptography that TLS 1.2 stands on, as one table: algorithm -> who implements it on this
// machine.
//
// A backend (libsodium, mbedTLS's libmbedcrypto, yours) is a set of small stateless
// implementations, one object an algorithm; a `Provider` is the table that lists them, and
// `compose` merges tables. The protocol code asks the table and never names a library.
// Implementations are immutable and may be used from any number of threads at once; the keyed
// objects they make belong to one thread at a time unless they say otherwise.
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

#include "tls12/algorithms.hpp"
#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12 {

// ------------------------------------------------ randomness

/// A source of unpredictable bytes. Thread-safe, and safe across fork(): two processes never draw
/// the same bytes.
class TLS12_API Random {
 public:
  virtual ~Random() = default;
  /// Fills `out`, or says false, after which the bytes must not be used; the caller treats that as
  /// fatal.
  [[nodiscard]] virtual bool fill(MutableBytes out) = 0;
};

// ------------------------------------------------ AEAD

/// One expanded key; it seals or opens any number of messages, one at a time. Wiped on destruction.
class TLS12_API AeadKey {
 public:
  virtual ~AeadKey() = default;
  /// Writes plaintext.size() + tag_size(algorithm) bytes to `out`, which is that large and either
  /// is where the plaintext starts (in place) or does not overlap it. `nonce` is kAeadNonceSize
  /// bytes and never repeats under one key.
  virtual void seal(Bytes nonce, Bytes additional_data, Bytes plaintext, std::uint8_t* out) = 0;
  /// `sealed` is ciphertext and tag, at least the tag. Writes as many bytes as the ciphertext has
  /// to `out` (in place or apart). False when the tag is wrong: then `out` holds nothing that may
  /// be used.
  [[nodiscard]] virtual bool open(Bytes nonce, Bytes additional_data, Bytes sealed,
                                  std::uint8_t* out) = 0;
};

class TLS12_API Aead {
 public:
  virtual ~Aead() = default;
  /// `key` is key_size(algorithm) bytes. Null when memory ran out.
  virtual std::unique_ptr<AeadKey> with_key(Bytes key) const = 0;
};

// ------------------------------------------------ CBC

/// A block cipher in CBC mode under one key (NIST SP 800-38A §6.2), bare: whole blocks of
/// kAesBlockSize bytes, no padding, nothing authenticated.
/// `iv` is one block; `out` is as large as the data and either is where it starts (in place) or
/// does not overlap it. Wiped on destruction.
class TLS12_API CbcKey {
 public:
  virtual ~CbcKey() = default;
  virtual void encrypt(Bytes iv, Bytes plaintext, std::uint8_t* out) = 0;
  virtual void decrypt(Bytes iv, Bytes ciphertext, std::uint8_t* out) = 0;
};

class TLS12_API Cbc {
 public:
  virtual ~Cbc() = default;
  /// `key` is key_size(algorithm) bytes. Null when memory ran out.
  virtual std::unique_ptr<CbcKey> with_key(Bytes key) const = 0;
};

// ------------------------------------------------ hash, HMAC

class HashFunction;

/// A hash under way, as a value: copying it forks the computation (a transcript hash is read and
/// goes on). No heap.
class TLS12_API Hash {
 public:
  explicit Hash(const HashFunction& function);
  void update(Bytes data);
  /// Writes the digest of all that was given so far to `out` (at least digest_size bytes); returns
  /// the part written. This object goes on.
  MutableBytes digest(MutableBytes out) const;
  /// The same for HashFunction::chaining_value.
  MutableBytes chaining_value(MutableBytes out) const;
  const HashFunction& function() const { return *function_; }

 private:
  const HashFunction* function_;
  alignas(16) std::array<std::uint8_t, kMaxHashState> state_;
};

/// A hash algorithm. Its state is trivially copyable, at most kMaxHashState bytes, aligned to 16.
class TLS12_API HashFunction {
 public:
  virtual ~HashFunction() = default;
  virtual std::size_t digest_size() const = 0;
  /// Bytes that one step of the compression function takes.
  virtual std::size_t block_size() const = 0;
  virtual void start(void* state) const = 0;
  virtual void update(void* state, Bytes data) const = 0;
  virtual void finish(void* state, std::uint8_t* digest) const = 0;
  /// What the digest is if the whole blocks given so far ended with the message's own padding (FIPS
  /// 180-4 §5.1): for those who pad by hand, because a message's length is a secret. Writes
  /// digest_size() bytes; meaningless between blocks.
  virtual void chaining_value(const void* state, std::uint8_t* out) const = 0;
};

/// HMAC (RFC 2104) under one key, computed as often as wanted. Wiped on destruction.
class TLS12_API HmacKey {
 public:
  virtual ~HmacKey() = default;
  /// The MAC of the concatenated parts, to `out` (at least digest_size bytes); `out` may overlap a
  /// part. False when the library failed.
  [[nodiscard]] virtual bool compute(std::initializer_list<Bytes> parts, std::uint8_t* out) = 0;
};

class TLS12_API Hmac {
 public:
  virtual ~Hmac() = default;
  /// `key` may have any length. Null when memory ran out.
  virtual std::unique_ptr<HmacKey> with_key(Bytes key) const = 0;
};

/// PBKDF2 with HMAC (RFC 8018 §5.2): the key of an encrypted private key, from its passphrase.
class TLS12_API Pbkdf2 {
 public:
  virtual ~Pbkdf2() = default;
  /// Fills `out`. `iterations` is at least 1; each takes about a microsecond for every digest_size
  /// bytes of `out`. Errors: Errc::crypto_failed, Errc::out_of_memory.
  [[nodiscard]] virtual Result<void> derive(Bytes passphrase, Bytes salt, std::uint32_t iterations,
                                            MutableBytes out) const = 0;
};

// ------------------------------------------------ key exchange

/// Our ephemeral half of one exchange. Wiped on destruction.
class TLS12_API KeyShare {
 public:
  virtual ~KeyShare() = default;
  /// public_size(group) bytes, as they go on the wire, or as many as a server's prime has; valid as
  /// long as this object.
  virtual Bytes public_value() const = 0;
  /// Writes secret_size(group) bytes to `secret`, or as many as a server's prime has. Errors:
  /// Errc::bad_key_share when the peer's value has the wrong length or form, is not on the curve,
  /// gives an all-zero X25519 result (RFC 8422 §5.10, §5.11), or is not between 1 and p-1 (RFC 7919
  /// §5.1); Errc::crypto_failed when the library failed. A finite field's value may come without
  /// its leading zeros.
  [[nodiscard]] virtual Result<void> derive(Bytes peer_public_value, MutableBytes secret) = 0;
};

class TLS12_API Group {
 public:
  virtual ~Group() = default;
  /// A fresh private value from `random`. Errors: Errc::randomness_failed, Errc::crypto_failed.
  virtual Result<std::unique_ptr<KeyShare>> generate(Random& random) const = 0;
};

/// A finite field and a generator (RFC 5246 §7.4.3), big-endian. The views belong to whoever made
/// it.
struct DhParameters {
  Bytes prime, generator;
};

/// Those of an RFC 7919 group (appendix A): what a server puts into its ServerKeyExchange. The
/// bytes live for ever. Empty for a curve.
TLS12_API DhParameters dh_parameters(GroupAlgorithm group);
/// The RFC 7919 group that these are, if they are one: a client can tell by it what a server chose.
TLS12_API std::optional<GroupAlgorithm> group_of(const DhParameters& parameters);

/// Diffie-Hellman in a field that a server named.
class TLS12_API Dh {
 public:
  virtual ~Dh() = default;
  /// A fresh private value from `random`: short in a group of RFC 7919 (§5.2), one bit less than
  /// the prime elsewhere.
  /// Errors: Errc::dh_prime_too_short, Errc::bad_dh_parameters (a prime that is even or too long, a
  /// generator that is not between 1 and p-1), and those of Group::generate. Whether the prime is
  /// one is not tested: a server that has proved its identity could as well publish the secret.
  virtual Result<std::unique_ptr<KeyShare>> generate(const DhParameters& parameters,
                                                     Random& random) const = 0;
};

// ------------------------------------------------ signatures

/// A public key, as numbers. The views belong to whoever made it. RSA: modulus and exponent,
/// big-endian, no leading zeros;
/// EC: the uncompressed point; Ed25519: the 32 bytes.
struct PublicKey {
  KeyKind kind = KeyKind::rsa;
  Bytes modulus = {}, exponent = {};
  Bytes point = {};
};

/// A private key, as numbers. The views belong to whoever made it. EC: `scalar` of the curve's size
/// (leading zeros kept); Ed25519: `scalar` is the 32-byte seed; RSA: modulus, exponents and primes,
/// big-endian.
struct PrivateKeyNumbers {
  KeyKind kind = KeyKind::rsa;
  Bytes modulus = {}, public_exponent = {}, private_exponent = {}, prime1 = {}, prime2 = {};
  Bytes scalar = {};
};

/// Which signature exactly. `hash` is ignored for Ed25519; `salt_size` is RSA-PSS's alone, MGF1
/// uses the same hash (RFC 8017 §8.1).
struct SignatureAlgorithm {
  SignatureFamily family = SignatureFamily::ecdsa_secp256r1;
  HashAlgorithm hash = HashAlgorithm::sha256;
  std::size_t salt_size = 0;
};

/// A loaded private key of one family. Safe to use from many threads at once: what a library
/// mutates in a key is locked or per thread.
class TLS12_API SigningKey {
 public:
  virtual ~SigningKey() = default;
  /// Signs `message` (not its digest). ECDSA signatures are DER (RFC 8422 §5.4). Writes to `out`
  /// (kMaxSignatureSize bytes), returns the size.
  /// An RSA signature has been verified with the public key before it is returned, so a fault
  /// cannot leak the key.
  /// Errors: Errc::crypto_failed, Errc::randomness_failed, Errc::key_too_small (an RSA modulus too
  /// short for hash and salt).
  virtual Result<std::size_t> sign(HashAlgorithm hash, std::size_t salt_size, Bytes message,
                                   Random& random, MutableBytes out) const = 0;
};

class TLS12_API Signature {
 public:
  virtual ~Signature() = default;
  /// Whether `signature` is right for `message` under `key`, whose kind fits the family. A
  /// malformed key or signature is not right.
  /// Throws std::bad_alloc if memory runs out; the library turns that into Errc::out_of_memory.
  virtual bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size,
                      Bytes message, Bytes signature) const = 0;
  /// verify() of a message whose digest is known. Nothing if this implementation needs the message.
  virtual std::optional<bool> verify_digest(const PublicKey& key, HashAlgorithm hash,
                                            std::size_t salt_size, Bytes digest,
                                            Bytes signature) const;
  /// Whether the point of an EC or Ed25519 key of this family is on its curve. True for RSA, and if
  /// this implementation does not tell.
  virtual bool is_on_curve(const PublicKey& key) const;
  /// Errors: Errc::bad_private_key when the numbers are inconsistent.
  virtual Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& key) const = 0;
  /// The public point of an EC or Ed25519 private key, public_size bytes, to `out` (kMaxPointSize
  /// bytes); Errc::misuse for RSA.
  virtual Result<std::size_t> public_point(const PrivateKeyNumbers& key,
                                           MutableBytes out) const = 0;
  /// A fresh key of this family, as PKCS#8 DER would carry it, for issuing certificates. `rsa_bits`
  /// is RSA's alone.
  /// Errors: Errc::randomness_failed, Errc::crypto_failed.
  struct Generated;
  virtual Result<Generated> generate(Random& random, std::size_t rsa_bits) const = 0;
};

/// A generated private key that owns its numbers; wiped on destruction. Members as in
/// PrivateKeyNumbers.
struct Signature::Generated {
  KeyKind kind = KeyKind::rsa;
  std::vector<std::uint8_t> modulus, public_exponent, private_exponent, prime1, prime2, scalar;
  Generated() = default;
  Generated(Generated&&) = default;
  Generated& operator=(Generated&&) = default;
  ~Generated();
  PrivateKeyNumbers numbers() const;
};

// ------------------------------------------------ RSA encryption

/// A loaded RSA key that decrypts. Safe to use from many threads at once.
class TLS12_API DecryptionKey {
 public:
  virtual ~DecryptionKey() = default;
  /// ciphertext^d mod n (RFC 8017 §5.1.2), blinded, in the modulus's full width; returns that
  /// width, which `out` must have (at most kMaxSignatureSize). The padding is still there: who
  /// removes it must not show whether it was right (RFC 5246 §7.4.7.1). For the same reason a
  /// ciphertext of the wrong length, or not below the modulus, is no error: it gives zeros, which
  /// no padding is. Errors: Errc::crypto_failed, Errc::randomness_failed, Errc::out_of_memory.
  virtual Result<std::size_t> decrypt(Bytes ciphertext, Random& random, MutableBytes out) const = 0;
};

/// RSAES-PKCS1-v1_5 (RFC 8017 §7.2), for RSA key exchange.
class TLS12_API RsaEncryption {
 public:
  virtual ~RsaEncryption() = default;
  /// Encrypts `message` with its padding; writes as many bytes as the modulus has (at most
  /// kMaxSignatureSize), and returns how many. Errors:
  /// Errc::certificate_wrong_type when `key` is no usable RSA key or too short for the message,
  /// Errc::randomness_failed, Errc::crypto_failed.
  virtual Result<std::size_t> encrypt(const PublicKey& key, Bytes message, Random& random,
                                      MutableBytes out) const = 0;
  /// Errors: Errc::bad_private_key when the numbers are inconsistent or not RSA's,
  /// Errc::key_unsupported, Errc::out_of_memory.
  virtual Result<std::shared_ptr<const DecryptionKey>> load(const PrivateKeyNumbers& key) const = 0;
};

// ------------------------------------------------ the table

/// One row: who implements an algorithm, and how good that is on this CPU. Higher ranks win; equal
/// ranks go by order.
/// Ranks: 300 dedicated hardware instructions used well, 200 fast portable code, 150 hardware used
/// less well, 100 and below portable code. 0 means: not on this CPU.
template <class Implementation>
struct Implemented {
  const Implementation* implementation = nullptr;
  std::string_view backend = {};
  int rank = 0;
  explicit operator bool() const { return implementation != nullptr && rank > 0; }
};

/// The table of algorithms: immutable once made, shared, usable from every thread.
/// Implementations of the application follow the rules of callbacks in tls12/config.hpp, except
/// that they must not block: Conn and TicketKeys call them with a lock.
class Provider {
 public:
  std::string name;
  std::array<Implemented<Aead>, kAeadAlgorithms> aeads = {};
  std::array<Implemented<Cbc>, kCbcAlgorithms> cbcs = {};
  std::array<Implemented<HashFunction>, kHashAlgorithms> hashes = {};
  std::array<Implemented<Hmac>, kHashAlgorithms> hmacs = {};
  std::array<Implemented<Pbkdf2>, kHashAlgorithms> pbkdf2s = {};
  std::array<Implemented<Group>, kGroupAlgorithms> groups = {};
  Implemented<Dh> dh = {};
  std::array<Implemented<Signature>, kSignatureFamilies> signatures = {};
  Implemented<RsaEncryption> rsa_encryption = {};
  Implemented<Random> random = {};
  std::vector<std::shared_ptr<const void>>
      owned;  ///< what must live as long as this table (backends with state)

  const Implemented<Aead>& operator[](AeadAlgorithm a) const {
    return aeads[static_cast<std::size_t>(a)];
  }
  const Implemented<Cbc>& operator[](CbcAlgorithm a) const {
    return cbcs[static_cast<std::size_t>(a)];
  }
  const Implemented<HashFunction>& operator[](HashAlgorithm h) const {
    return hashes[static_cast<std::size_t>(h)];
  }
  const Implemented<Group>& operator[](GroupAlgorithm g) const {
    return groups[static_cast<std::size_t>(g)];
  }
  const Implemented<Signature>& operator[](SignatureFamily f) const {
    return signatures[static_cast<std::size_t>(f)];
  }
  const Implemented<Hmac>& hmac(HashAlgorithm h) const {
    return hmacs[static_cast<std::size_t>(h)];
  }
  const Implemented<Pbkdf2>& pbkdf2(HashAlgorithm h) const {
    return pbkdf2s[static_cast<std::size_t>(h)];
  }
  /// The randomness of this table. A table without any is refused by build().
  Random& rng() const { return const_cast<Random&>(*random.implementation); }
};

using ProviderPtr = std::shared_ptr<const Provider>;

/// Each algorithm from whichever of `providers` ranks it best, the earlier one among equals. The
/// result shares what the parts own.
TLS12_API ProviderPtr compose(std::initializer_list<ProviderPtr> providers);

/// libsodium: ChaCha20-Poly1305, AES-256-GCM (where the CPU has AES-NI), SHA-256, SHA-512, HMAC,
/// X25519, Ed25519, randomness. Null when it was not built in.
TLS12_API ProviderPtr sodium_provider();
/// mbedTLS's libmbedcrypto: everything but Ed25519. Null when it was not built in.
TLS12_API ProviderPtr mbedtls_provider();
/// All backends that were built in, composed: what configurations use unless told otherwise. Made
/// once.
TLS12_API ProviderPtr default_provider();
/// For tests and fuzzing: the algorithms of `base` with randomness that `seed` alone decides, drawn
/// in the order of the calls. Never for production.
TLS12_API ProviderPtr deterministic_provider(std::uint64_t seed,
                                             ProviderPtr base = default_provider());

}  // namespace tls12
