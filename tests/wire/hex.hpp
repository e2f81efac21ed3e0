// Bytes as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12::test {

using Octets = std::vector<std::uint8_t>;

/// Hexadecimal digits, in lower case, to bytes; everything else is there for the reader and
/// skipped.
inline Octets hex(std::string_view text) {
  const auto digit = [](char c) {
    const std::size_t d = std::string_view("0123456789abcdef").find(c);
    return d == std::string_view::npos ? -1 : static_cast<int>(d);
  };
  Octets out;
  int high = -1;
  for (const char c : text) {
    const int d = digit(c);
    if (d < 0) continue;
    if (high >= 0) out.push_back(static_cast<std::uint8_t>(high << 4 | d));
    high = high >= 0 ? -1 : d;
  }
  return out;
}

inline std::string to_hex(Bytes bytes) {
  std::string out;
  for (const std::uint8_t b : bytes) {
    out += "0123456789abcdef"[b >> 4];
    out += "0123456789abcdef"[b & 15];
  }
  return out;
}

inline Octets octets(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

inline Octets joined(std::initializer_list<Octets> parts) {
  Octets out;
  for (const Octets& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

/// `content` behind its length in `prefix` bytes.
inline Octets vector_of(std::size_t prefix, const Octets& content) {
  Octets out;
  for (std::size_t i = prefix; i-- > 0;)
    out.push_back(static_cast<std::uint8_t>(content.size() >> (8 * i)));
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

}  // namespace tls12::test
