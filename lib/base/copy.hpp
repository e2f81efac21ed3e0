// A view's bytes in memory of their own.
#pragma once

#include <cstdint>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12 {

/// Throws std::bad_alloc like any container.
inline std::vector<std::uint8_t> copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace tls12
