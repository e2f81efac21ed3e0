// Building paths (RFC 4158): from a certificate to an anchor, over what was presented with it.
#pragma once

#include <expected>
#include <functional>

#include "x509/path/verification.hpp"

namespace tls12::x509 {

/// Asked about each chain that §6.1 allows: a failure makes the search go on.
using Acceptance = std::function<std::expected<void, VerifyFailure>(const VerifiedChain&)>;

/// The first chain from `target` to an anchor that §6.1 and `accept` (if there is any) allow; those
/// that look best come first. Bounded by the budget of `verification`, which other searches for one
/// verdict share: they may run within `accept`.
/// Errors: what the attempt that came furthest failed at; Errc::certificate_search_exhausted when
/// the budget did not last.
std::expected<VerifiedChain, VerifyFailure> find_chain(Verification& verification,
                                                       const Certificate& target, Purpose purpose,
                                                       const Acceptance& accept = {});

}  // namespace tls12::x509
