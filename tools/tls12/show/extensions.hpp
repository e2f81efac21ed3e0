// The extensions of certificates, CRLs and OCSP responses (RFC 5280 §4.2, §5.2, §5.3), as data.
#pragma once

#include "show/asn1.hpp"

namespace tls12::tool::asn1 {

extern const Type kExtensions;  ///< RFC 5280 §4.1.2.9
extern const Type kReasonCode;  ///< RFC 5280 §5.3.1

}  // namespace tls12::tool::asn1
