// Time as the kernel sees it, for tests about sockets.
#pragma once

#include <time.h>

#include <chrono>

namespace tls12::test {

/// "Promptly", with room for a loaded machine and a sanitizer.
inline constexpr std::chrono::milliseconds kPrompt{200};

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
