// Threads that wait for a descriptor and can be woken by other threads.
#pragma once

#include <cstdint>
#include <mutex>

#include "tls12/deadline.hpp"

namespace tls12 {

/// Every thread that waits brings an eventfd of its own, kept for its next wait: an idle connection
/// holds no descriptor but its socket's.
class Sleepers {
 public:
  std::uint64_t wakes() const;
  /// Ends every wait() that is under way, and those to come that know of fewer wakes.
  void wake();
  /// Until `descriptor` shows one of `events` (as for poll; 0: ignore the descriptor), `until` has
  /// passed, wakes() is no longer `seen`, or a signal came.
  void wait(int descriptor, short events, Deadline until, std::uint64_t seen);

 private:
  struct Sleeper;
  mutable std::mutex mutex_;
  std::uint64_t wakes_ = 0;
  Sleeper* first_ = nullptr;
};

}  // namespace tls12
