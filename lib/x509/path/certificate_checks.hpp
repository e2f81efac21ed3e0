// The rules of one certificate, or of one and the key that signed it (RFC 5280 §6.1.3, §6.1.4,
// §4.2). Each rule is here and nowhere else: the builder asks for those that no chain through a
// certificate can survive, the validator for all, in the RFC's order.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "tls12/verify.hpp"
#include "x509/certificate/host_name.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::x509 {

/// A rule that a certificate breaks, and how, in words that speak of it as "it".
struct Refusal {
  Errc code;
  std::string_view section;
  /// Writes the words. A search drops most refusals, so that this is called for those that it
  /// keeps, while the certificates are still there.
  std::function<std::string()> reason;
};
using Check = std::expected<void, Refusal>;

inline std::unexpected<Refusal> refuse(Errc code, std::string_view section,
                                       std::function<std::string()> reason) {
  return std::unexpected(Refusal{code, section, std::move(reason)});
}
inline std::unexpected<Refusal> refuse(Errc code, std::string_view section, std::string reason) {
  return refuse(code, section, [text = std::move(reason)] { return text; });
}
inline std::unexpected<Refusal> refuse(Errc code, std::string_view section, const char* reason) {
  return refuse(code, section, [reason] { return std::string(reason); });
}
inline Refusal refusal(Errc code, std::string_view section, std::string reason) {
  return refuse(code, section, std::move(reason)).error();
}
/// What another room's check found.
inline Check as_check(const Result<void>& result, std::string_view section) {
  if (result) return {};
  return refuse(result.error().code, section, std::string(result.error().about()));
}

/// §6.1.3 (a) (1), with `issuer`'s key.
Check check_signature(const ParsedCertificate& certificate, const ParsedCertificate& issuer,
                      const Provider& provider);
/// A signature by `key` over `message`, of a certificate or of something else. If its `digest` is
/// known, `message` is hashed only for keys and providers that need the message itself.
Check check_signature(Bytes message, const SignatureMethod& method, Bytes signature,
                      const SubjectKey& key, const Provider& provider, Bytes digest = {});
/// A signature that is made in a way which can be believed: never MD5, and SHA-1 only by the
/// policy's leave (RFC 9155 §1, RFC 6151 §2).
Check check_signature_method(const SignatureMethod& method, const VerifyPolicy& policy);
/// The same of a certificate, and one of VerifyPolicy::signature_schemes.
Check check_signature_method(const ParsedCertificate& certificate, const VerifyPolicy& policy);
/// §6.1.3 (a) (2): `now` is within the validity, both ends included.
Check check_validity(const ParsedCertificate& certificate, WallTime now);
/// §6.1.4 (d): a key that this stack has; RSA from the policy's size to 8,192 bits, with odd
/// exponents from 3 (RFC 8017 §3.1).
Check check_key(const ParsedCertificate& certificate, const VerifyPolicy& policy);
/// The point of an EC or Ed25519 key is on its curve. An issuer's key shows that by its signature.
Check check_point(const ParsedCertificate& certificate, const Provider& provider);
/// §6.1.4 (k): a CA. An anchor of version 1 or 2, which cannot say that it is one, is one because
/// its owner trusts it.
Check check_is_ca(const ParsedCertificate& certificate, bool is_anchor);
/// §6.1.4 (n).
Check check_signs_certificates(const ParsedCertificate& certificate);
/// §6.1.4 (o), §6.1.5 (f): no critical extension that is not understood.
Check check_understood(const ParsedCertificate& certificate);
/// §4.2.1.12: the purpose is allowed. In a CA's certificate it bounds what is issued below.
Check check_extended_key_usage(const ParsedCertificate& certificate, Purpose purpose);
/// §4.2.1.12, §4.2.1.3: the end entity's key may do something that the purpose needs.
Check check_end_entity_usage(const ParsedCertificate& certificate, Purpose purpose);
Check check_name(const Certificate& certificate, const ReferenceName& name,
                 const VerifyPolicy& policy);

/// Of the above, what is asked of an end entity whoever issued it.
Check check_end_entity(const ParsedCertificate& certificate, Purpose purpose,
                       const VerifyPolicy& policy, WallTime now);
/// Of the above, what bears on a certificate alone as an issuer of others.
Check check_issuer(const ParsedCertificate& certificate, bool is_anchor, Purpose purpose,
                   const VerifyPolicy& policy, WallTime now);

}  // namespace tls12::x509
