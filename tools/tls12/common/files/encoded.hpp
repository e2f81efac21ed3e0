// Certificates and their like as files and JSON carry them: DER, PEM blocks (RFC 7468), or base64
// (RFC 4648 §4).
// Reads on behind what is broken: whoever asked decides what that means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/error.hpp"

namespace tls12::tool {

using Der = std::vector<std::uint8_t>;

/// One thing of a file.
struct Encoded {
  std::string label = {};  ///< of the PEM block: "CERTIFICATE"; empty when the file is DER
  Der der = {};            ///< empty when the block is no base64
};

/// White space is skipped; nothing when the rest is not base64.
std::optional<Der> decode_base64(std::string_view text);

/// read_file() for certificates, keys, lists and requests. Errors: also
/// Errc::file_format_unsupported.
Result<std::string> read_encoded(const std::string& file);

/// The blocks of a PEM text; a text without any is one thing in DER, without a line end after it.
/// The trust settings of OpenSSL's TRUSTED CERTIFICATE are cut off.
std::vector<Encoded> encoded_in(std::string_view content);

/// Those that say they are `label`, or are DER, which does not say. CERTIFICATE has two more names,
/// X509 CERTIFICATE and TRUSTED CERTIFICATE.
std::vector<Der> ders_of(std::string_view content, std::string_view label);

}  // namespace tls12::tool
