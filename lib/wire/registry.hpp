// The registries as data: what each number that this stack speaks means. A new suite, group or
// scheme is a row.
#pragma once

#include <optional>
#include <span>
#include <string_view>
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
/// serves in TLS 1.2 and `key` is the curve that TLS 1.3 would ask for.
struct SchemeRow {
  SignatureScheme scheme;
  KeyKind key;
  HashAlgorithm hash;
  bool pss;
};

std::span<const SuiteRow> suites();
std::span<const GroupRow> groups();
std::span<const SchemeRow> schemes();

/// The row of a value, or null when this stack does not speak it.
const SuiteRow* find(CipherSuite suite);
const GroupRow* find(NamedGroup group);
const SchemeRow* find(SignatureScheme scheme);
/// The value whose registered name this is ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "x25519"), if
/// this stack speaks it.
std::optional<CipherSuite> suite_named(std::string_view name);
std::optional<NamedGroup> group_named(std::string_view name);
std::optional<SignatureScheme> scheme_named(std::string_view name);

/// The group whose curve an EC key of this kind is on; none for RSA and Ed25519 keys.
std::optional<NamedGroup> curve_of(KeyKind kind);

/// How a key of `kind` signs by `scheme`, or nothing when it cannot (RFC 5246 §7.4.1.4.1, RFC 8422
/// §5.1.3, RFC 8446 §4.2.3 for PSS in TLS 1.2):
/// rsa keys do rsa_pkcs1_* and rsa_pss_rsae_*, rsa_pss keys rsa_pss_pss_*, EC keys any ecdsa_* on
/// their own curve, ed25519 its own.
std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme, KeyKind kind);

/// RFC 8701 §2: values that mean nothing and must be ignored.
bool is_grease(std::uint16_t value);

}  // namespace tls12::wire
