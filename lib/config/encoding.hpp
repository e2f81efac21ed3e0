// Encodes the lists of a configuration as messages carry them (RFC 5246 §4.3), once.
#pragma once

#include <cstdint>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12::config {

/// Appends a number of 16 bits.
template <class E>
void append16(std::vector<std::uint8_t>& wire, E value) {
  wire.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(value) >> 8));
  wire.push_back(static_cast<std::uint8_t>(value));
}

/// Appends a vector after its length of `prefix` bytes.
inline void append_vector(std::vector<std::uint8_t>& wire, Bytes content, int prefix) {
  while (prefix-- > 0) wire.push_back(static_cast<std::uint8_t>(content.size() >> (8 * prefix)));
  wire.insert(wire.end(), content.begin(), content.end());
}

}  // namespace tls12::config
