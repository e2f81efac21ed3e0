// Byte views. Every buffer that crosses this library's API is one of these two; neither owns what
// it shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tls12 {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

/// The bytes of a text, unchanged. The view lives as long as the text does.
inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text whose bytes these are, unchanged; no character set is implied.
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tls12
