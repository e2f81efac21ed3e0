// Whether certificates were taken back: what a policy asks of CRLs (RFC 5280 §6.3) and of a stapled
// OCSP response (RFC 6960, RFC 6066 §8, RFC 7633).
#pragma once

#include <span>
#include <string>

#include "x509/path/verification.hpp"
#include "x509/revocation/ocsp.hpp"

namespace tls12::x509 {

struct RevocationRequest {
  std::span<const Certificate>
      chain;  ///< valid but for this: from the end entity to the trust anchor
  Verification& verification;
  Bytes stapled_ocsp = {};  ///< about the end entity; empty: none came
  bool staple_was_requested = false;
};

/// Errors, which name the certificate: Errc::certificate_revoked, certificate_status_unknown,
/// certificate_status_missing, bad_ocsp_response and certificate_search_exhausted.
std::expected<void, VerifyFailure> check_revocation(const RevocationRequest& request);

/// What CRLs or an OCSP response show about one certificate, and in words for a user: who revoked
/// it, or why nothing is known.
struct Finding {
  CertStatus status = CertStatus::unknown;
  std::string why = {};
  bool met_unusable_crl = false;
};
/// "revoked on 2027-01-31 10:00:00 UTC (keyCompromise), says …".
Finding revoked(WallTime date, std::optional<RevocationReason> reason,
                const std::string& who_says_so);

/// Why what was said on `this_update`, until `next_update`, is of no use now, give or take the
/// clocks' skew; empty when it is.
std::string why_not_current(WallTime this_update, std::optional<WallTime> next_update,
                            const Verification& verification);

}  // namespace tls12::x509
