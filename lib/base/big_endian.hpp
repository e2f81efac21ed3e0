// Numbers as TLS writes them (RFC 5246 §4.4): the highest byte first.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tls12/bytes.hpp"

namespace tls12 {

/// Writes the low `size` bytes of `value` to `out`, at most 8. Returns the place after them.
inline std::uint8_t* put_big_endian(std::uint64_t value, std::size_t size, std::uint8_t* out) {
  if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
  // One store: a nonce is read back as one at once.
  std::memcpy(out, reinterpret_cast<const std::uint8_t*>(&value) + (sizeof value - size), size);
  return out + size;
}

/// The same to the end of a vector of bytes.
template <class Vector>
void append_big_endian(std::uint64_t value, std::size_t size, Vector& out) {
  out.resize(out.size() + size);
  put_big_endian(value, size, out.data() + (out.size() - size));
}

/// The number that these bytes are, at most 8.
constexpr std::uint64_t big_endian(Bytes bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace tls12
