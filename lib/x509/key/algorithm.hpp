// Algorithm identifiers with exactly the parameters that their RFCs give them (RFC 4055, RFC 5480,
// RFC 5758, RFC 8410).
#pragma once

#include <optional>
#include <string>

#include "tls12/crypto.hpp"
#include "x509/asn1/der.hpp"
#include "x509/asn1/der_writer.hpp"

namespace tls12::x509 {

/// RSASSA-PSS-params (RFC 4055 §3.1). MGF1 uses the same hash; anything else is not supported.
struct PssParameters {
  HashAlgorithm hash = HashAlgorithm::sha1;
  std::size_t salt_size = 20;
  /// Of a key's parameters: whether a signature with these keeps to them (RFC 4055 §3.3: that hash,
  /// and at least that salt).
  bool allows(HashAlgorithm used, std::size_t salt) const {
    return used == hash && salt >= salt_size;
  }
};

enum class SignatureKind : std::uint8_t { unsupported, rsa_pkcs1, rsa_pss, ecdsa, ed25519 };

/// How a certificate is signed. A parsed method may still be too weak to be trusted:
/// path/certificate_checks.cpp decides.
struct SignatureMethod {
  SignatureKind kind = SignatureKind::unsupported;
  HashAlgorithm hash = HashAlgorithm::sha256;  ///< not for Ed25519
  std::size_t salt_size = 0;                   ///< RSA-PSS's
  Bytes oid = {};
  /// Whether TLS calls it so (RFC 8446 §4.2.3). Of an RSA-PSS signature both names will do: which
  /// of them is right the issuer's key alone says.
  bool is(SignatureScheme scheme) const;
};

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), as views into it.
struct SubjectKey {
  bool supported =
      false;  ///< an algorithm and a curve that this stack has; otherwise `key` is empty
  PublicKey key = {};
  std::optional<PssParameters> pss = {};  ///< what an RSA-PSS key is restricted to (RFC 4055 §3.3)
  Bytes oid = {};
  Bytes parameters = {};  ///< of the algorithm: the whole element
  Bytes bits = {};        ///< subjectPublicKey, whose hash identifies the key
};

/// The identifier and parameters of an AlgorithmIdentifier, not judged yet.
struct AlgorithmIdentifier {
  Bytes oid = {};
  Bytes parameters = {};  ///< the whole element; empty when absent
};
AlgorithmIdentifier read_algorithm_identifier(der::Reader& reader);

/// RFC 4055 §2.1: the parameters of a hash are NULL or absent. Nothing when it is not supported.
std::optional<HashAlgorithm> read_hash_algorithm(der::Reader& reader);
SignatureMethod read_signature_algorithm(der::Reader& reader);
SubjectKey read_subject_public_key_info(der::Reader& reader);
/// What kind of key an AlgorithmIdentifier of a public or private key stands for; nothing when it
/// is not supported.
std::optional<KeyKind> key_kind_of(const AlgorithmIdentifier& algorithm,
                                   std::optional<PssParameters>& pss, der::Fault& fault);
std::optional<KeyKind> kind_of_curve(Bytes oid);

void write_signature_algorithm(const SignatureMethod& method, der::Writer& writer);
void write_key_algorithm(KeyKind kind, const std::optional<PssParameters>& pss,
                         der::Writer& writer);
void write_subject_public_key_info(const PublicKey& key, const std::optional<PssParameters>& pss,
                                   der::Writer& writer);
void write_hash_algorithm(HashAlgorithm hash, der::Writer& writer);
void write_curve(KeyKind kind, der::Writer& writer);

/// "RSA-PSS with SHA-256", "DSA with SHA-1".
std::string text_of(const SignatureMethod& method);
/// A key that is not supported: "an EC key on secp256k1", "a key for DSA".
std::string text_of(const SubjectKey& key);
/// Whether two public keys are the same.
bool same_key(const PublicKey& a, const PublicKey& b);

}  // namespace tls12::x509
