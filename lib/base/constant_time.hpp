// Comparisons and choices whose time does not depend on secrets.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tls12/bytes.hpp"

namespace tls12::ct {

/// All ones if `a == b`, else zero.
inline std::uint64_t equal_mask(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t d = a ^ b;
  return ((d | (0 - d)) >> 63) - 1;
}

/// All ones if `a < b`, else zero (both below 2^63).
inline std::uint64_t less_mask(std::uint64_t a, std::uint64_t b) { return 0 - ((a - b) >> 63); }

/// `a` where the mask is all ones, `b` where it is zero.
inline std::uint64_t select(std::uint64_t mask, std::uint64_t a, std::uint64_t b) { return (a & mask) | (b & ~mask); }

/// The same number, from here on no secret: a verdict, or what it sets free. Out of line, so that the compiler cannot reason backwards from the branch that
/// follows, and so that a checker of secrets can take its place.
std::uint64_t reveal(std::uint64_t secret);

/// Whether two byte strings are the same. Sizes are public; contents are not.
inline bool equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<std::uint32_t>(a[i] ^ b[i]);
  asm volatile("" : "+r"(difference));  // the compiler must not see where the loop could stop
  return difference == 0;
}

}  // namespace tls12::ct
