// The pins of --pin.
#pragma once

#include <string>
#include <vector>

#include "tls12/pin.hpp"

namespace tls12::tool {

inline constexpr char kPinHelp[] =
    "sha256//BASE64 or key:HEX (SHA-256 of the public key), certificate:HEX (SHA-256 of the "
    "certificate), or a FILE with either";

/// Pin::parse's texts, or files: a certificate (of several, the first) or a public key, PEM or DER.
/// Errors: Errc::file_unreadable, Errc::bad_configuration, with the text or the file.
Result<std::vector<Pin>> parse_pins(const std::vector<std::string>& texts);

/// As Pin::parse reads it: "key:HEX" or "certificate:HEX".
std::string format_pin(const Pin& pin);

}  // namespace tls12::tool
