// How trust anchors are found.
#pragma once

#include <cstdint>
#include <span>

#include "tls12/certificate.hpp"

namespace tls12::x509 {

/// Those whose subject has this hash (name_hash()), by binary search. They live as long as
/// `anchors`.
std::span<const Certificate> with_subject(const TrustAnchors& anchors, std::uint64_t hash);

}  // namespace tls12::x509
