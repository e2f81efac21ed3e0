// Encodes the lists of a configuration as messages carry them (RFC 5246 §4.3), once.
#pragma once

#include <cstdint>
#include <vector>

#include "base/big_endian.hpp"
#include "tls12/bytes.hpp"

namespace tls12::config {

/// Appends a number of 16 bits.
template <class E>
void append16(std::vector<std::uint8_t>& wire, E value) {
  append_big_endian(static_cast<unsigned>(value), 2, wire);
}

/// Appends a vector after its length of `prefix` bytes.
inline void append_vector(std::vector<std::uint8_t>& wire, Bytes content, std::size_t prefix) {
  append_big_endian(content.size(), prefix, wire);
  wire.insert(wire.end(), content.begin(), content.end());
}

}  // namespace tls12::config
