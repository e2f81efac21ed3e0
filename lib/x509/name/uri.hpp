// URIs in certificates (RFC 5280 §4.2.1.6).
#pragma once

#include <algorithm>
#include <string_view>

namespace tls12::x509 {

/// RFC 3986 §3: a scheme, and something that it applies to.
inline bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_scheme = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || std::string_view("+-.").contains(c);
  };
  return colon != text.npos && colon + 1 < text.size() && is_letter(text[0]) &&
         std::ranges::all_of(text.substr(0, colon), is_scheme) &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace tls12::x509
