// Properties of tls12/text.hpp, checked by code of its own: for the unit tests and the fuzzer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tls12::test {

/// RFC 3629 §4, the ABNF of one character: its size, or 0.
inline std::size_t utf8_size(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned lead = at(0);
  if (lead <= 0x7f) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef)
    return tail(1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf) && tail(2) ? 3 : 0;
  if (lead >= 0xf0 && lead <= 0xf4)
    return tail(1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf) && tail(2) && tail(3)
               ? 4
               : 0;
  return 0;
}

inline std::string utf8_of(char32_t c) {
  const auto octet = [](char32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {octet(c)};
  if (c < 0x800) return {octet(0xc0 | c >> 6), octet(0x80 | (c & 0x3f))};
  if (c < 0x10000)
    return {octet(0xe0 | c >> 12), octet(0x80 | (c >> 6 & 0x3f)), octet(0x80 | (c & 0x3f))};
  return {octet(0xf0 | c >> 18), octet(0x80 | (c >> 12 & 0x3f)), octet(0x80 | (c >> 6 & 0x3f)),
          octet(0x80 | (c & 0x3f))};
}

/// Characters that must never be shown, whatever else is hidden: C0, DEL, C1, bidirectional marks,
/// embeddings, overrides and isolates, zero-width characters, separators, and tags.
inline bool is_harmful(std::string_view character) {
  char32_t c = static_cast<unsigned char>(character[0]);
  if (character.size() > 1) c &= 0x7fu >> character.size();
  for (const char octet : character.substr(1))
    c = c << 6 | (static_cast<unsigned char>(octet) & 0x3fu);
  constexpr std::pair<char32_t, char32_t> kHarmful[] = {
      {0x0, 0x1f},      {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},
      {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
      {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0001, 0xe007f},
  };
  return std::ranges::any_of(
      kHarmful, [c](const auto& range) { return c >= range.first && c <= range.second; });
}

/// Whether `text` is UTF-8 without such a character.
inline bool is_harmless(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    if (size == 0 || is_harmful(text.substr(0, size))) return false;
    text.remove_prefix(size);
  }
  return true;
}

/// The inverse of escaped(), and of the inside of in_quotes(); nothing for a text that neither
/// writes.
inline std::optional<std::string> unescaped(std::string_view text) {
  std::string value;
  while (!text.empty()) {
    if (text[0] != '\\') {
      value.push_back(text[0]);
      text.remove_prefix(1);
    } else if (text.starts_with("\\x") && text.size() >= 4) {
      value.push_back(
          static_cast<char>(std::strtoul(std::string(text.substr(2, 2)).c_str(), nullptr, 16)));
      text.remove_prefix(4);
    } else if (text.starts_with("\\u{") && text.contains('}')) {
      value.append(utf8_of(
          static_cast<char32_t>(std::strtoul(std::string(text.substr(3)).c_str(), nullptr, 16))));
      text.remove_prefix(text.find('}') + 1);
    } else if (text.starts_with("\\\\") || text.starts_with("\\\"")) {
      value.push_back(text[1]);
      text.remove_prefix(2);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

}  // namespace tls12::test
