// Time as the kernel sees it, for tests about sockets.
#pragma once

#include <time.h>

#include <chrono>

namespace tls12::test {

/// Far less than what a call that hangs takes, with room for a sanitizer on a busy machine. What
/// "promptly" means is measured by itself, in conn_realtime_test.cpp.
inline constexpr std::chrono::milliseconds kPrompt{1000};

/// CPU time of the calling thread.
inline std::chrono::nanoseconds thread_cpu() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
}

class Stopwatch {
 public:
  std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - start_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tls12::test
