// RFC 8701 §2: sixteen values without a meaning, which a peer must ignore.
#pragma once

#include <cstdint>

namespace tls12 {

/// All are of the form 0x?A?A, with the same digit twice.
constexpr bool is_grease(unsigned value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/// The one that the high four bits of `random` choose.
constexpr std::uint16_t grease(std::uint8_t random) {
  return static_cast<std::uint16_t>(0x0a0a | (random & 0xf0) << 8 | (random & 0xf0));
}

}  // namespace tls12
