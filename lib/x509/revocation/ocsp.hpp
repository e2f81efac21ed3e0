// What an OCSP response says (RFC 6960 §4.2), as views into its encoding, which it owns.
#pragma once

#include <vector>

#include "base/internals.hpp"
#include "tls12/revocation.hpp"
#include "x509/key/algorithm.hpp"
#include "x509/revocation/crl.hpp"

namespace tls12::x509 {

/// RFC 6960 §4.1.1: the certificate that is meant, by hashes of its issuer's name and key.
struct CertId {
  std::optional<HashAlgorithm> hash = {};  ///< nothing when it is not supported
  Bytes issuer_name_hash = {}, issuer_key_hash = {};
  Bytes serial = {};
};

enum class CertStatus : std::uint8_t { good, revoked, unknown };

/// RFC 6960 §4.2.1.
struct SingleResponse {
  CertId id = {};
  CertStatus status = CertStatus::unknown;
  WallTime revocation_time = {};                ///< of a revoked certificate
  std::optional<RevocationReason> reason = {};  ///< likewise
  WallTime this_update = {};
  std::optional<WallTime> next_update = {};
  std::optional<WallTime> archive_cutoff = {};  ///< §4.4.4
  std::optional<Bytes> timestamps =
      {};  ///< a SignedCertificateTimestampList (RFC 6962 §3.3), in TLS's encoding
  Bytes not_understood = {};  ///< the first critical extension that is not understood
};

/// A BasicOCSPResponse (RFC 6960 §4.2.1) of a successful OCSPResponse. Immutable once parsed.
struct ParsedOcspResponse {
  std::vector<std::uint8_t> der;
  Bytes tbs = {};             ///< tbsResponseData, which is what the signature is over
  Bytes responder_name = {};  ///< a Name, or else
  Bytes responder_key_hash = {};
  WallTime produced_at = {};
  Bytes responses = {};  ///< SingleResponse, one after the other
  SignatureMethod signature_method = {};
  Bytes signature = {};
  std::vector<Certificate> certificates =
      {};                     ///< those that came along and can be read: one may be the responder's
  Bytes not_understood = {};  ///< the first critical extension of the whole that is not understood
  der::Deviation deviation = {};  ///< the first; VerifyPolicy::strict_profile refuses it

  ParsedOcspResponse() = default;
  ParsedOcspResponse(const ParsedOcspResponse&) = delete;
  ParsedOcspResponse& operator=(const ParsedOcspResponse&) = delete;
};

/// Reads `response.der` into the rest. Errors: Errc::bad_ocsp_response, also for a status other
/// than successful and a type other than basic.
Result<void> parse(ParsedOcspResponse& response);

/// The next of `responses`, or of what may become them.
SingleResponse read_single_response(der::Reader& responses);

}  // namespace tls12::x509
