// Whether a CRL is about a certificate: the steps of RFC 5280 §6.3.3 that need neither keys nor a
// clock.
#pragma once

#include "x509/certificate/parsed_certificate.hpp"
#include "x509/revocation/crl.hpp"

namespace tls12::x509 {

/// Steps (b) and (d): the reasons that the CRL covers for the certificate at this distribution
/// point (interim_reasons_mask); nothing when the certificate is out of its scope.
std::optional<ReasonMask> interim_reasons_mask(const ParsedCrl& crl, const DistributionPoint& point,
                                               const ParsedCertificate& certificate,
                                               Budget& budget);

/// Step (c) and §5.2.4: `delta` says what changed since `complete`.
bool can_update(const ParsedCrl& delta, const ParsedCrl& complete);

}  // namespace tls12::x509
