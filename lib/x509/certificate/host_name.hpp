// Whether a certificate is for the name that was asked for (RFC 9525 §6, RFC 5280 §7.5 for e-mail
// addresses).
#pragma once

#include "x509/certificate/parsed_certificate.hpp"
#include "x509/name/reference_name.hpp"

namespace tls12::x509 {

/// Whether a subjectAltName of the certificate is this name. The subject's common name is no name
/// of a host (RFC 9525 §2), unless `common_name_fallback` wants it to be a DNS name where there is
/// no subjectAltName.
bool is_for(const ParsedCertificate& certificate, const ReferenceName& name,
            bool common_name_fallback = false);

}  // namespace tls12::x509
