// PEM (RFC 7468): DER as text between two lines that say what it is. Text around the blocks is
// ignored (§2, §5.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12::x509::pem {

/// The byte-order mark of UTF-8, which some editors write at the start of a file.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// One block, not decoded yet. The views live as long as the text.
struct Block {
  std::string_view label = {};   ///< "CERTIFICATE"
  std::string_view base64 = {};  ///< what stands between the lines
  bool has_headers = false;      ///< RFC 1421 headers, which OpenSSL writes when a key is encrypted
  /// No fewer bytes than decode() writes.
  std::size_t max_size() const { return base64.size() / 4 * 3 + 3; }
};

/// The next block; `text` goes on behind it. Nothing at the end. Errors: Errc::bad_pem.
Result<std::optional<Block>> next(std::string_view& text);

/// Decodes to `out` (at least max_size() bytes) and returns the size. White space is skipped,
/// anything else that is not base64 refused (RFC 7468 §3; RFC 4648 §4, with the padding and its
/// zero bits as §3.5 has them). Errors: Errc::bad_pem.
Result<std::size_t> decode(const Block& block, MutableBytes out);

/// A whole block: lines of 64 characters (RFC 7468 §2).
template <class Text>
void encode(std::string_view label, Bytes der, Text& out) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.reserve(out.size() + der.size() * 3 / 2 + 2 * label.size() + 64);
  out.append("-----BEGIN ").append(label).append("-----\n");
  for (std::size_t i = 0; i < der.size(); i += 3) {
    const std::size_t n = der.size() - i < 3 ? der.size() - i : 3;
    const auto octet = [&](std::size_t at) { return at < n ? std::uint32_t{der[i + at]} : 0; };
    const std::uint32_t group = octet(0) << 16 | octet(1) << 8 | octet(2);
    out.push_back(kAlphabet[group >> 18]);
    out.push_back(kAlphabet[group >> 12 & 63]);
    out.push_back(n > 1 ? kAlphabet[group >> 6 & 63] : '=');
    out.push_back(n > 2 ? kAlphabet[group & 63] : '=');
    if (i % 48 == 45 && i + 3 < der.size()) out.push_back('\n');
  }
  if (!der.empty()) out.push_back('\n');
  out.append("-----END ").append(label).append("-----\n");
}

}  // namespace tls12::x509::pem
