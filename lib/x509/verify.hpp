// tls12::verify for connections: paid for by their budget, and interrupted when their time is up.
#pragma once

#include "x509/path/verification.hpp"

namespace tls12::x509 {

/// The verdict on `request`, paid for by `work`. Nothing if `work` was interrupted: then nothing
/// was decided, and the same request is to be judged again, with what is `known` from before. The
/// policy's functions may be called again, too. accept_anyway is not called without a verdict.
std::optional<std::expected<VerifiedChain, VerifyFailure>> verify(const VerifyRequest& request,
                                                                  Work& work,
                                                                  KnownSignatures& known);

}  // namespace tls12::x509
