// The two kinds of time: the calendar's, for certificates, and the monotonic clock's, for
// deadlines.
#pragma once

#include <chrono>

namespace tls12 {

/// Calendar time (UTC), to the second.
using WallTime = std::chrono::sys_seconds;

/// The system's reading, now.
inline WallTime wall_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace tls12
