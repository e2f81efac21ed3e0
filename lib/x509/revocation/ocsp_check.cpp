#include "x509/revocation/ocsp_check.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "x509/asn1/time.hpp"
#include "x509/key/digest.hpp"
#include "x509/name/distinguished_name.hpp"

namespace tls12::x509 {
namespace {

using der::Reader;

bool is_hash_of(Bytes digest, HashAlgorithm hash, Bytes data, const Provider& provider) {
  const auto computed = digest_of(hash, data, provider);
  return computed && std::ranges::equal(computed->bytes(), digest);
}

/// The hashes that name an issuer, each made once, however many responses ask for it.
class IssuerHashes {
 public:
  IssuerHashes(const ParsedCertificate& issuer, const Provider& provider)
      : issuer_(issuer), provider_(provider) {}
  bool are(const CertId& id) {
    auto& known = by_hash_.at(static_cast<std::size_t>(*id.hash));
    if (!known)
      known = {digest_of(*id.hash, issuer_.subject, provider_),
               digest_of(*id.hash, issuer_.subject_key.bits, provider_)};
    const auto& [name, key] = *known;
    return name && key && std::ranges::equal(name->bytes(), id.issuer_name_hash) &&
           std::ranges::equal(key->bytes(), id.issuer_key_hash);
  }

 private:
  const ParsedCertificate& issuer_;
  const Provider& provider_;
  std::array<std::optional<std::pair<Result<Digest>, Result<Digest>>>, kHashAlgorithms> by_hash_ =
      {};
};

/// §3.2 (1).
std::optional<SingleResponse> find_response(const ParsedOcspResponse& response,
                                            const RevocationRequest& request) {
  IssuerHashes issuer(internals(request.chain[1]), request.verification.provider);
  der::Fault fault;
  for (Reader list(response.responses, fault); !list.at_end();) {
    const SingleResponse single = read_single_response(list);
    if (single.id.hash &&
        std::ranges::equal(single.id.serial, internals(request.chain[0]).serial) &&
        issuer.are(single.id))
      return single;
  }
  return std::nullopt;
}

/// §3.2 (2), (3): the responder's identifier is this certificate's, and its key made the signature.
bool is_signed_by(const ParsedOcspResponse& response, const ParsedCertificate& signer,
                  const RevocationRequest& request) {
  const bool is_meant =
      response.responder_name.empty()
          ? is_hash_of(response.responder_key_hash, HashAlgorithm::sha1, signer.subject_key.bits,
                       request.verification.provider)
          : same_name(response.responder_name, signer.subject, request.verification.budget);
  return is_meant && request.verification.is_signed(response.tbs, response.signature_method,
                                                    response.signature, signer.subject_key);
}

bool is_for_ocsp_signing(const Extensions& extensions) {
  der::Fault fault;
  for (Reader purposes(extensions.extended_key_usage.value_or(Bytes{}), fault); !purposes.at_end();)
    if (is(purposes.object_identifier(), oid::kOcspSigning)) return true;
  return false;
}

/// §4.2.2.2: the issuer itself issued the responder's certificate, with the key that it signed the
/// certificate in question with, and for this purpose, by name.
bool is_delegated(const Certificate& responder, const RevocationRequest& request, CrlCheck& crls) {
  const ParsedCertificate& delegate = internals(responder);
  const Certificate& issuer = request.chain[1];
  Verification& v = request.verification;
  const bool is_right = is_for_ocsp_signing(delegate.extensions) &&
                        delegate.extensions.allows(KeyUsage::digital_signature) &&
                        same_name(delegate.issuer, internals(issuer).subject, v.budget) &&
                        check_validity(delegate, v.now) && check_understood(delegate) &&
                        check_key(delegate, v.policy) &&
                        check_signature_method(delegate.signature_method, v.policy) &&
                        v.signed_by(responder, issuer);
  if (!is_right || delegate.extensions.has(ExtensionId::ocsp_no_check)) return is_right;
  // §4.2.2.2.1: where nothing tells, it is for this end to decide; a CA that cares keeps a CRL.
  std::vector<Certificate> path = {responder};
  path.insert(path.end(), request.chain.begin() + 1, request.chain.end());
  return crls.check(path, 0).status != CertStatus::revoked;
}

/// §3.2 (4).
bool is_authorized(const ParsedOcspResponse& response, const RevocationRequest& request,
                   CrlCheck& crls) {
  if (is_signed_by(response, internals(request.chain[1]), request)) return true;
  return std::ranges::any_of(response.certificates, [&](const Certificate& responder) {
    return is_signed_by(response, internals(responder), request) &&
           is_delegated(responder, request, crls);
  });
}

/// §3.2 (5), (6), §4.2.2.1. A response without nextUpdate says that there is always something
/// newer: how old it may be is for this end to decide.
Finding finding_of(const SingleResponse& single, const RevocationRequest& request) {
  const std::string who = "an OCSP response of " + text_of(single.this_update);
  const WallTime until = single.next_update.value_or(
      single.this_update + request.verification.policy.revocation.max_age_without_next_update);
  if (const std::string why = why_not_current(single.this_update, until, request.verification);
      !why.empty())
    return {CertStatus::unknown, who + " " + why};
  if (single.status == CertStatus::revoked)
    return revoked(single.revocation_time, single.reason, who);
  if (single.status == CertStatus::unknown) return {CertStatus::unknown, who + " does not know it"};
  return {CertStatus::good};
}

}  // namespace

std::expected<Finding, std::string> check_ocsp(Bytes staple, const RevocationRequest& request,
                                               CrlCheck& crls) {
  if (!request.verification.budget.take(1 + (staple.size() + request.chain[1].der().size()) /
                                                kOctetsRead))
    return Finding{};
  const auto read = OcspResponse::from_der(staple);
  if (!read)
    return std::unexpected("the stapled OCSP response is malformed: " +
                           std::string(read.error().about()));
  const ParsedOcspResponse& response = internals(*read);
  if (request.verification.policy.strict_profile && response.deviation)
    return std::unexpected(std::string("the stapled OCSP response has ") + response.deviation.what);
  const auto single = find_response(response, request);
  if (!single) return std::unexpected("the stapled OCSP response is about another certificate");
  const Bytes not_understood =
      response.not_understood.empty() ? single->not_understood : response.not_understood;
  if (!not_understood.empty())
    return std::unexpected(
        "the stapled OCSP response has a critical extension that is not understood, " +
        dotted(not_understood));
  if (auto c = check_signature_method(response.signature_method, request.verification.policy); !c)
    return std::unexpected("the stapled OCSP response cannot be used: " + c.error().reason());
  if (!is_authorized(response, request, crls))
    return std::unexpected("the stapled OCSP response is not signed by anybody who may");
  return finding_of(*single, request);
}

}  // namespace tls12::x509
