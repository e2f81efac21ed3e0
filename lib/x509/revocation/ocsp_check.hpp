// Whether an OCSP response is to be believed, and what it says: RFC 6960 §3.2.
#pragma once

#include "x509/revocation/crl_check.hpp"

namespace tls12::x509 {

/// What the response says about chain[0], which chain[1] issued. An error, in words for a user,
/// when it may not be used at all: it is malformed, about another certificate, or not signed by
/// somebody who may. One that is out of date, or does not know, leaves the status unknown.
std::expected<Finding, std::string> check_ocsp(Bytes response, const RevocationRequest& request,
                                               CrlCheck& crls);

}  // namespace tls12::x509
