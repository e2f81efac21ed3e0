// The registries as data: what each number that this stack speaks means. The rows are in
// wire/registry.inc.
#pragma once

#include <optional>
#include <span>
#include <variant>

#include "tls12/crypto.hpp"
#include "tls12/messages.hpp"
#include "tls12/registry.hpp"

namespace tls12::wire {

/// A block cipher with a MAC (RFC 5246 §6.2.3.2); beside it stand the AEADs (§6.2.3.3).
struct CbcHmac {
  CbcAlgorithm cipher;
  HashAlgorithm mac;
  bool operator==(const CbcHmac&) const = default;
};
using RecordCipher = std::variant<AeadAlgorithm, CbcHmac>;

/// What a cipher suite stands for (RFC 5246 appendix C; the RFCs of each are beside their numbers
/// in tls12/registry.hpp).
struct SuiteRow {
  CipherSuite suite;
  KeyExchange key_exchange;
  RecordCipher cipher;
  HashAlgorithm prf_hash;
  const AeadAlgorithm* aead() const { return std::get_if<AeadAlgorithm>(&cipher); }
  const CbcHmac* cbc() const { return std::get_if<CbcHmac>(&cipher); }
};
struct GroupRow {
  NamedGroup group;
  GroupAlgorithm algorithm;
};
/// What a signature scheme stands for. `key` is the kind of key it needs; for ECDSA any curve
/// serves in TLS 1.2, and `key` and `family` have the curve that TLS 1.3 would ask for.
struct SchemeRow {
  SignatureScheme scheme;
  KeyKind key;
  SignatureFamily family;
  HashAlgorithm hash;
};

/// The key that a suite names for the server's certificate.
enum class SuiteKey : std::uint8_t { rsa, ecdsa };
/// How TLS uses keys of one kind (RFC 5246 §7.4.2, §7.4.4; RFC 8422 §5.3, §5.5).
struct KeyUse {
  SuiteKey suites;
  bool decrypts;  ///< a premaster secret (RFC 5246 §7.4.7.1)
  ClientCertificateType client_certificate_type;
};

std::span<const SuiteRow> suites();
std::span<const GroupRow> groups();
std::span<const SchemeRow> schemes();

/// The row of a value, or null when this stack does not speak it.
const SuiteRow* find(CipherSuite suite);
const GroupRow* find(NamedGroup group);
const SchemeRow* find(SignatureScheme scheme);
/// The group whose curve an EC key of this kind is on; none for RSA and Ed25519 keys.
std::optional<NamedGroup> curve_of(KeyKind kind);

KeyUse use_of(KeyKind kind);

/// How a key of `kind` signs by `scheme`, or nothing when it cannot (RFC 5246 §7.4.1.4.1, RFC 8422
/// §5.1.3, RFC 8446 §4.2.3 for PSS in TLS 1.2):
/// rsa keys do rsa_pkcs1_* and rsa_pss_rsae_*, rsa_pss keys rsa_pss_pss_*, EC keys any ecdsa_* on
/// their own curve, ed25519 its own.
std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme, KeyKind kind);

}  // namespace tls12::wire
