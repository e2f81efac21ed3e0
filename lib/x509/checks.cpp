#include "x509/checks.hpp"

#include "x509/oid.hpp"
#include "x509/time.hpp"

namespace tls12::x509 {
namespace {

constexpr std::size_t kMinRsaBits = 2048, kMaxRsaBits = 8 * kMaxSignatureSize;
/// Larger public exponents only cost time.
constexpr std::size_t kMaxExponentSize = 8;

std::unexpected<Error> refuse(Errc code, const ParsedCertificate& certificate, std::string_view why = {}) {
  std::string about = describe(certificate);
  if (!why.empty()) about.append(": ").append(why);
  return fail(code, about);
}

std::size_t bits_of(Bytes number) {
  if (number.empty()) return 0;
  std::size_t bits = 8 * (number.size() - 1);
  for (unsigned top = number[0]; top != 0; top >>= 1) ++bits;
  return bits;
}

bool is_even(Bytes number) { return number.empty() || (number.back() & 1) == 0; }

/// What verifies `method` under `key`; nothing when they do not fit.
std::optional<SignatureFamily> family_for(const SignatureMethod& method, const SubjectKey& key) {
  const KeyKind kind = key.key.kind;
  switch (method.kind) {
    case SignatureKind::unsupported: return std::nullopt;
    case SignatureKind::rsa_pkcs1: return kind == KeyKind::rsa ? std::optional(SignatureFamily::rsa_pkcs1) : std::nullopt;
    case SignatureKind::rsa_pss: {
      // RFC 4055 §3.3: the key's own parameters, where it has them, are met.
      const bool fits = kind == KeyKind::rsa || (kind == KeyKind::rsa_pss && (!key.pss || key.pss->allows(method.hash, method.salt_size)));
      return fits ? std::optional(SignatureFamily::rsa_pss) : std::nullopt;
    }
    case SignatureKind::ecdsa:
      if (kind == KeyKind::ec_secp256r1) return SignatureFamily::ecdsa_secp256r1;
      if (kind == KeyKind::ec_secp384r1) return SignatureFamily::ecdsa_secp384r1;
      if (kind == KeyKind::ec_secp521r1) return SignatureFamily::ecdsa_secp521r1;
      return std::nullopt;
    case SignatureKind::ed25519: return kind == KeyKind::ed25519 ? std::optional(SignatureFamily::ed25519) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<void> check_validity(const ParsedCertificate& certificate, WallTime now) {
  if (now < certificate.not_before) return refuse(Errc::certificate_not_yet_valid, certificate, "not before " + text_of(certificate.not_before));
  if (now > certificate.not_after) return refuse(Errc::certificate_expired, certificate, "not after " + text_of(certificate.not_after));
  return {};
}

Result<void> check_understood(const ParsedCertificate& certificate) {
  const Bytes extension = certificate.extensions.not_understood;
  if (!extension.empty()) return refuse(Errc::certificate_critical_extension, certificate, dotted(extension));
  // What these forbid is not judged: going on without them would trust too much.
  for (const ExtensionId id : {ExtensionId::name_constraints, ExtensionId::policy_constraints, ExtensionId::inhibit_any_policy})
    if (certificate.extensions.has(id)) return refuse(Errc::certificate_critical_extension, certificate, "constraints that are not applied");
  return {};
}

Result<void> check_key(const ParsedCertificate& certificate) {
  const SubjectKey& subject = certificate.subject_key;
  if (!subject.supported) return refuse(Errc::certificate_algorithm_unsupported, certificate, "its key, " + dotted(subject.oid));
  if (subject.key.kind != KeyKind::rsa && subject.key.kind != KeyKind::rsa_pss) return {};
  const std::size_t bits = bits_of(subject.key.modulus);
  if (bits < kMinRsaBits) return refuse(Errc::certificate_key_too_weak, certificate, "RSA with " + std::to_string(bits) + " bits");
  const Bytes exponent = subject.key.exponent;
  if (bits > kMaxRsaBits || is_even(subject.key.modulus) || is_even(exponent) || exponent.size() > kMaxExponentSize || bits_of(exponent) < 2)
    return refuse(Errc::certificate_algorithm_unsupported, certificate, "its RSA modulus or exponent");
  return {};
}

Result<void> check_signature_method(const ParsedCertificate& certificate) {
  const SignatureMethod& method = certificate.signature_method;
  if (method.kind == SignatureKind::unsupported || method.hash == HashAlgorithm::sha1)
    return refuse(Errc::certificate_algorithm_unsupported, certificate, "signed by " + text_of(method));
  return {};
}

Result<void> check_purpose(const ParsedCertificate& certificate, Purpose purpose) {
  if (purpose == Purpose::any) return {};
  const bool allowed = certificate.extensions.allows(purpose == Purpose::server ? oid::kServerAuth : oid::kClientAuth);
  if (!allowed) return refuse(Errc::certificate_extended_key_usage, certificate, purpose == Purpose::server ? "not for servers" : "not for clients");
  return {};
}

Result<void> check_ca(const ParsedCertificate& certificate, std::size_t intermediates, bool is_anchor) {
  const Extensions& extensions = certificate.extensions;
  const bool cannot_say = is_anchor && certificate.version < 3;
  if (!cannot_say && (!extensions.basic_constraints || !extensions.basic_constraints->is_ca)) return refuse(Errc::certificate_not_a_ca, certificate);
  if (extensions.basic_constraints && extensions.basic_constraints->path_length && *extensions.basic_constraints->path_length < intermediates)
    return refuse(Errc::certificate_path_too_long, certificate, "pathLenConstraint " + std::to_string(*extensions.basic_constraints->path_length));
  if (!extensions.allows(KeyUsage::key_cert_sign)) return refuse(Errc::certificate_key_usage, certificate, "not for signing certificates");
  return {};
}

Result<void> check_end_entity_usage(const ParsedCertificate& certificate) {
  if (!certificate.extensions.allows(KeyUsage::digital_signature)) return refuse(Errc::certificate_key_usage, certificate, "not for digital signatures");
  return {};
}

Result<void> check_name(const ParsedCertificate& certificate, const ReferenceName& name) {
  if (!is_for(certificate, name)) return refuse(Errc::certificate_name_mismatch, certificate, "not for " + name.text());
  return {};
}

Result<void> check_signature(const ParsedCertificate& certificate, const ParsedCertificate& issuer, const Provider& provider) {
  const SignatureMethod& method = certificate.signature_method;
  const auto family = family_for(method, issuer.subject_key);
  if (!family) return refuse(Errc::certificate_signature_wrong, certificate, text_of(method) + " does not fit the issuer's key");
  const auto& row = provider[*family];
  if (!row) return refuse(Errc::certificate_algorithm_unsupported, certificate, "signed by " + text_of(method));
  if (!row.implementation->verify(issuer.subject_key.key, method.hash, method.salt_size, certificate.tbs, certificate.signature))
    return refuse(Errc::certificate_signature_wrong, certificate);
  return {};
}

}  // namespace tls12::x509
