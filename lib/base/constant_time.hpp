// Comparisons and choices whose time does not depend on secrets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tls12/bytes.hpp"

namespace tls12::ct {

/// The same number, of which the compiler knows nothing: where it sees that a mask has two values
/// only, it may branch on it, and where a loop compares a secret with its counter, it may count
/// from the secret.
inline std::uint64_t opaque(std::uint64_t value) {
  asm("" : "+r"(value));
  return value;
}

/// All ones if `a == b`, else zero.
inline std::uint64_t equal_mask(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t d = opaque(a) ^ b;
  return opaque(((d | (0 - d)) >> 63) - 1);
}

/// All ones if `a < b`, else zero (both below 2^63).
inline std::uint64_t less_mask(std::uint64_t a, std::uint64_t b) {
  return opaque(0 - ((opaque(a) - b) >> 63));
}

/// `a` where the mask is all ones, `b` where it is zero.
inline std::uint64_t select(std::uint64_t mask, std::uint64_t a, std::uint64_t b) {
  return (a & mask) | (b & ~mask);
}

/// The same number, from here on no secret: a verdict, or what it sets free. Out of line, so that
/// the compiler cannot reason backwards from the branch that follows, and so that a checker of
/// secrets can take its place.
std::uint64_t reveal(std::uint64_t secret);

/// Whether two byte strings are the same. Sizes are public; contents are not.
inline bool equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<std::uint32_t>(a[i] ^ b[i]);
  return reveal(equal_mask(difference, 0)) != 0;
}

}  // namespace tls12::ct
