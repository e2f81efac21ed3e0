// What a target expects of its results, and of the time that they take.
#pragma once

#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace tls12::fuzz {

/// Ends the program, which libFuzzer reports as a finding, unless `holds`.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// Of this thread.
inline std::chrono::nanoseconds cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace tls12::fuzz
