// Writing CRLs (RFC 5280 §5.1) and OCSP responses (RFC 6960 §4.2.1), field by field. crl_draft_of()
// and ocsp_draft_of() fill drafts as the RFCs would have them; tests fill them otherwise.
#pragma once

#include "x509/issue/certificate_draft.hpp"
#include "x509/revocation/ocsp.hpp"

namespace tls12::x509 {

struct DraftEntry {
  std::vector<std::uint8_t> serial =
      {};  ///< the content of the INTEGER, as ParsedCertificate has it
  WallTime revocation_date = {};
  std::vector<DraftExtension> extensions = {};
};

struct CrlDraft {
  unsigned version = 2;
  SecretVector issuer = {};  ///< a Name
  WallTime this_update = {};
  std::optional<WallTime> next_update = {};
  std::vector<DraftEntry> entries = {};
  std::vector<DraftExtension> extensions = {};
  SignatureMethod method = {};
};

/// What `issuer` would sign with `signer`: a complete CRL of everything that it issued, without an
/// entry so far. Errors: Errc::key_unsupported.
Result<CrlDraft> crl_draft_of(const Certificate& issuer, const PrivateKey& signer,
                              std::uint64_t number, WallTime this_update, WallTime next_update);
DraftEntry revoked_entry(const Certificate& certificate, WallTime date,
                         std::optional<RevocationReason> reason = std::nullopt);
/// §5.2.4: what makes a CRL the delta to the complete one with that number.
DraftExtension draft_delta_indicator(std::uint64_t base_number);
/// Errors: those of PrivateKey::sign, Errc::bad_crl when the draft makes none.
Result<Crl> sign_crl(const CrlDraft& draft, const PrivateKey& signer, Random& random);

struct DraftSingleResponse {
  HashAlgorithm hash = HashAlgorithm::sha1;
  std::vector<std::uint8_t> issuer_name_hash = {}, issuer_key_hash = {};
  std::vector<std::uint8_t> serial = {};  ///< the content of the INTEGER
  CertStatus status = CertStatus::good;
  WallTime revocation_time = {};
  std::optional<RevocationReason> reason = {};
  WallTime this_update = {};
  std::optional<WallTime> next_update = {};
  std::vector<DraftExtension> extensions = {};
};

struct OcspDraft {
  SecretVector responder_name = {};  ///< a Name, or else
  std::vector<std::uint8_t> responder_key_hash = {};
  WallTime produced_at = {};
  std::vector<DraftSingleResponse> responses = {};
  std::vector<DraftExtension> extensions = {};
  std::vector<Certificate> certificates = {};
  SignatureMethod method = {};
};

/// A response of `responder`, which signs with `signer`, about one certificate of `issuer`. The
/// responder's certificate comes along when it is not the issuer's.
Result<OcspDraft> ocsp_draft_of(const DraftSingleResponse& response, const Certificate& responder,
                                const PrivateKey& signer, WallTime produced_at,
                                const Provider& provider);
/// That `certificate` is good; the hashes name it.
Result<DraftSingleResponse> single_response_of(const Certificate& certificate,
                                               const Certificate& issuer, HashAlgorithm hash,
                                               WallTime this_update,
                                               std::optional<WallTime> next_update,
                                               const Provider& provider);
/// Errors: those of PrivateKey::sign, Errc::bad_ocsp_response when the draft makes none.
Result<OcspResponse> sign_ocsp_response(const OcspDraft& draft, const PrivateKey& signer,
                                        Random& random);

}  // namespace tls12::x509
