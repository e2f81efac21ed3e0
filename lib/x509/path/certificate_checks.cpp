#include "x509/path/certificate_checks.hpp"

#include <algorithm>

#include "x509/asn1/oid.hpp"
#include "x509/asn1/time.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {
namespace {

constexpr std::size_t kMaxRsaBits = 8 * kMaxSignatureSize;
/// Larger public exponents only cost time.
constexpr std::size_t kMaxExponentBits = 64;

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
    case SignatureKind::rsa_pkcs1:
      return kind == KeyKind::rsa ? std::optional(SignatureFamily::rsa_pkcs1) : std::nullopt;
    case SignatureKind::rsa_pss: {
      // RFC 4055 §3.3: the key's own parameters, where it has them, are met.
      const bool fits = signs_by(kind, SignatureFamily::rsa_pss) &&
                        (!key.pss || key.pss->allows(method.hash, method.salt_size));
      return fits ? std::optional(SignatureFamily::rsa_pss) : std::nullopt;
    }
    case SignatureKind::ecdsa:
      return is_ec(kind) ? std::optional(facts(kind).family) : std::nullopt;
    case SignatureKind::ed25519:
      return kind == KeyKind::ed25519 ? std::optional(SignatureFamily::ed25519) : std::nullopt;
  }
  return std::nullopt;
}

bool is_address(const std::string& name) {
  const auto parsed = ReferenceName::parse(name, PeerName::Kind::automatic);
  return parsed && parsed->is_address();
}

/// Certificate::names(), with a remark at DNS names that look like addresses.
std::vector<std::string> hosts_of(const Certificate& certificate) {
  std::vector<std::string> names = certificate.names();
  std::size_t at = 0;
  der::Fault fault;
  for (der::Reader list(internals(certificate).extensions.subject_alt_name.value_or(Bytes{}),
                        fault);
       !list.at_end();) {
    const GeneralName::Type type = read_general_name(list).type;
    if (type == GeneralName::dns_name && is_address(names[at]))
      names[at].insert(0, "the DNS name ");
    if (type == GeneralName::dns_name || type == GeneralName::ip_address) ++at;
  }
  return names;
}

/// Names for a message: the first few.
std::string some_names(const std::vector<std::string>& names) {
  constexpr std::size_t kFew = 4;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kFew); ++i)
    text.append(i == 0 ? "" : ", ").append(names[i]);
  return names.size() > kFew ? text + ", …" : text;
}

}  // namespace

Check check_signature(const ParsedCertificate& certificate, const ParsedCertificate& issuer,
                      const Provider& provider) {
  auto verdict = check_signature(certificate.tbs, certificate.signature_method,
                                 certificate.signature, issuer.subject_key, provider);
  if (verdict) return verdict;
  return refuse(verdict.error().code, verdict.error().section,
                [wrong = verdict.error().reason, &issuer] {
                  return wrong() + ", by the key of " + describe(issuer);
                });
}

Check check_signature(Bytes message, const SignatureMethod& method, Bytes signature,
                      const SubjectKey& key, const Provider& provider, Bytes digest) {
  constexpr std::string_view kSection = "RFC 5280 §6.1.3 (a) (1)";
  const auto family = family_for(method, key);
  if (!family)
    return refuse(Errc::certificate_signature_wrong, kSection,
                  [&] { return "its signature, " + text_of(method) + ", is wrong"; });
  const auto& row = provider[*family];
  if (!row)
    return refuse(Errc::certificate_algorithm_unsupported, kSection,
                  [&] { return "its signature, " + text_of(method) + ", cannot be checked here"; });
  std::optional<bool> is_right;
  if (!digest.empty())
    is_right = row.implementation->verify_digest(key.key, method.hash, method.salt_size, digest,
                                                 signature);
  if (!is_right)
    is_right =
        row.implementation->verify(key.key, method.hash, method.salt_size, message, signature);
  if (!*is_right)
    return refuse(Errc::certificate_signature_wrong, kSection, "its signature is wrong");
  return {};
}

Check check_signature_method(const SignatureMethod& method, const VerifyPolicy& policy) {
  if (method.kind == SignatureKind::unsupported)
    return refuse(Errc::certificate_algorithm_unsupported, "RFC 5280 §4.1.1.2", [&] {
      return "it is signed by " + text_of(method) + ", which is not supported";
    });
  if (method.hash == HashAlgorithm::sha1 && !policy.allow_sha1)
    return refuse(Errc::certificate_algorithm_unsupported, "RFC 9155 §1",
                  [&] { return "it is signed by " + text_of(method) + ", which can be forged"; });
  return {};
}

Check check_signature_method(const ParsedCertificate& certificate, const VerifyPolicy& policy) {
  const SignatureMethod& method = certificate.signature_method;
  if (auto c = check_signature_method(method, policy); !c) return c;
  const auto& accepted = policy.signature_schemes;
  if (!accepted.empty() &&
      std::ranges::none_of(accepted, [&](SignatureScheme scheme) { return method.is(scheme); }))
    return refuse(Errc::certificate_algorithm_unsupported, "RFC 8446 §4.2.3", [&] {
      return "it is signed by " + text_of(method) + ", which is not asked for";
    });
  return {};
}

Check check_validity(const ParsedCertificate& certificate, WallTime now) {
  constexpr std::string_view kSection = "RFC 5280 §6.1.3 (a) (2)";
  const auto say = [&](const char* what, const WallTime& time) {
    return [&time, what, now] {
      return what + text_of(time) + ", and it is " + text_of(now) + " now";
    };
  };
  if (now < certificate.not_before)
    return refuse(Errc::certificate_not_yet_valid, kSection,
                  say("it is not valid before ", certificate.not_before));
  if (now > certificate.not_after)
    return refuse(Errc::certificate_expired, kSection,
                  say("it expired on ", certificate.not_after));
  return {};
}

Check check_key(const ParsedCertificate& certificate, const VerifyPolicy& policy) {
  constexpr std::string_view kSection = "RFC 5280 §6.1.4 (d)";
  const SubjectKey& subject = certificate.subject_key;
  if (!subject.supported)
    return refuse(Errc::certificate_algorithm_unsupported, kSection,
                  [&] { return "its key is " + text_of(subject) + ", which is not supported"; });
  if (!is_rsa(subject.key.kind)) return {};
  const std::size_t bits = bits_of(subject.key.modulus);
  if (bits < policy.min_rsa_bits)
    return refuse(Errc::certificate_key_too_weak, "RFC 9325 §4.5",
                  "its RSA key has " + std::to_string(bits) + " bits, and " +
                      std::to_string(policy.min_rsa_bits) + " are asked for");
  const auto unsupported = [](std::string reason) {
    return refuse(Errc::certificate_algorithm_unsupported, "RFC 8017 §3.1", std::move(reason));
  };
  const std::size_t exponent_bits = bits_of(subject.key.exponent);
  if (bits > kMaxRsaBits)
    return unsupported("its RSA key has " + std::to_string(bits) + " bits; the limit is " +
                       std::to_string(kMaxRsaBits));
  if (is_even(subject.key.modulus)) return unsupported("its RSA modulus is even");
  if (is_even(subject.key.exponent) || exponent_bits < 2)
    return unsupported("its RSA exponent is not an odd number from 3");
  if (exponent_bits > kMaxExponentBits)
    return unsupported("its RSA exponent has " + std::to_string(exponent_bits) +
                       " bits; the limit is " + std::to_string(kMaxExponentBits));
  return {};
}

Check check_point(const ParsedCertificate& certificate, const Provider& provider) {
  const PublicKey& key = certificate.subject_key.key;
  if (is_rsa(key.kind)) return {};
  const auto& signature = provider[facts(key.kind).family];
  if (!signature || signature.implementation->is_on_curve(key)) return {};
  return refuse(Errc::bad_certificate,
                key.kind == KeyKind::ed25519 ? "RFC 8032 §5.1.3" : "SEC 1 §3.2.2.1",
                "its public key is not a point on its curve");
}

Check check_is_ca(const ParsedCertificate& certificate, bool is_anchor) {
  if (is_anchor && certificate.version < 3) return {};
  const auto& constraints = certificate.extensions.basic_constraints;
  if (constraints && constraints->is_ca) return {};
  return refuse(Errc::certificate_not_a_ca, "RFC 5280 §6.1.4 (k)",
                constraints ? "it is no CA, by its basicConstraints"
                            : "it is no CA: it has no basicConstraints");
}

Check check_signs_certificates(const ParsedCertificate& certificate) {
  if (certificate.extensions.allows(KeyUsage::key_cert_sign)) return {};
  return refuse(Errc::certificate_key_usage, "RFC 5280 §6.1.4 (n)",
                "its key may not sign certificates (keyUsage)");
}

Check check_understood(const ParsedCertificate& certificate) {
  const Extensions& extensions = certificate.extensions;
  const Bytes extension = extensions.not_understood,
              qualifier = extensions.qualifier_not_understood;
  if (!qualifier.empty() && extensions.is_critical(ExtensionId::certificate_policies))
    return refuse(Errc::certificate_critical_extension, "RFC 5280 §4.2.1.4", [qualifier] {
      return "its critical certificatePolicies have the qualifier " + dotted(qualifier) +
             ", which is not understood";
    });
  if (extension.empty()) return {};
  return refuse(Errc::certificate_critical_extension, "RFC 5280 §4.2", [extension] {
    return "it has the critical extension " + dotted(extension) + ", which is not understood";
  });
}

Check check_extended_key_usage(const ParsedCertificate& certificate, Purpose purpose) {
  if (purpose == Purpose::any ||
      certificate.extensions.allows(purpose == Purpose::server ? oid::kServerAuth
                                                               : oid::kClientAuth))
    return {};
  return refuse(Errc::certificate_extended_key_usage, "RFC 5280 §4.2.1.12",
                purpose == Purpose::server ? "it is not for servers (extendedKeyUsage)"
                                           : "it is not for clients (extendedKeyUsage)");
}

Check check_end_entity_usage(const ParsedCertificate& certificate, Purpose purpose) {
  const auto allows = [&](KeyUsage usage) { return certificate.extensions.allows(usage); };
  const bool signs_or_agrees =
      allows(KeyUsage::digital_signature) || allows(KeyUsage::key_agreement);
  if (purpose == Purpose::any || signs_or_agrees ||
      (purpose == Purpose::server && allows(KeyUsage::key_encipherment)))
    return {};
  return refuse(Errc::certificate_key_usage, "RFC 5280 §4.2.1.12",
                "its key may do nothing that TLS needs (keyUsage)");
}

Check check_name(const Certificate& certificate, const ReferenceName& name,
                 const VerifyPolicy& policy) {
  if (is_for(internals(certificate), name, policy.common_name_fallback)) return {};
  return refuse(Errc::certificate_name_mismatch, "RFC 9525 §6", [&] {
    const bool is_email = name.kind() == PeerName::Kind::email;
    const std::string wanted = (name.is_address() ? "the address " : "") + name.text();
    const std::string others = some_names(is_email ? certificate.emails() : hosts_of(certificate));
    if (!others.empty()) return "it is for " + others + ", not for " + wanted;
    const bool has_common_name =
        !attribute_texts(internals(certificate).subject, oid::kCommonName).empty();
    if (!internals(certificate).extensions.subject_alt_name && has_common_name && !is_email)
      return "it has no subjectAltName, and its common name does not count: it is not for " +
             wanted;
    return (is_email ? "it is for no e-mail address, not for "
                     : "it is for no host name, not for ") +
           wanted;
  });
}

Check check_end_entity(const ParsedCertificate& certificate, Purpose purpose,
                       const VerifyPolicy& policy, WallTime now) {
  if (auto c = check_validity(certificate, now); !c) return c;
  if (auto c = check_key(certificate, policy); !c) return c;
  if (auto c = check_understood(certificate); !c) return c;
  return check_extended_key_usage(certificate, purpose);
}

Check check_issuer(const ParsedCertificate& certificate, bool is_anchor, Purpose purpose,
                   const VerifyPolicy& policy, WallTime now) {
  if (auto c = check_validity(certificate, now); !c) return c;
  if (auto c = check_key(certificate, policy); !c) return c;
  if (auto c = check_is_ca(certificate, is_anchor); !c) return c;
  if (auto c = check_signs_certificates(certificate); !c) return c;
  if (auto c = check_understood(certificate); !c) return c;
  return check_extended_key_usage(certificate, purpose);
}

}  // namespace tls12::x509
