// Certificate Transparency, as a client asks for it (RFC 6962 §3.2, §3.3, §5.2).
#pragma once

#include <expected>

#include "x509/path/verification.hpp"

namespace tls12::x509 {

/// Whether as many different logs as the policy asks for have signed a timestamp for the end entity
/// of this chain, which is valid but for that.
/// Errors: Errc::certificate_not_logged.
std::expected<void, VerifyFailure> check_timestamps(const VerifyRequest& request,
                                                    const VerifiedChain& chain,
                                                    Verification& verification);

}  // namespace tls12::x509
