// What a transport's read or write came to, as one number.
#pragma once

#include <optional>

#include "tls12/error.hpp"

namespace tls12::test {

inline constexpr long kNothing = -1, kFailed = -2;

inline long transferred(const Result<std::optional<std::size_t>>& n) {
  if (!n) return kFailed;
  return *n ? static_cast<long>(**n) : kNothing;
}

}  // namespace tls12::test
