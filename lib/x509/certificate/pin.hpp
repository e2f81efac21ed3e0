// Whether a certificate or a raw public key matches one of the pins.
#pragma once

#include <span>

#include "tls12/pin.hpp"

namespace tls12::x509 {

/// False when the provider has no SHA-256.
bool is_pinned(const Certificate& certificate, std::span<const Pin> pins, const Provider& provider);
/// A raw public key never matches a pin of a certificate.
bool is_pinned(Bytes public_key_info, std::span<const Pin> pins, const Provider& provider);

}  // namespace tls12::x509
