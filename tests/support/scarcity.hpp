// Lets the C library's allocations and some calls of the system fail, in the whole of a program
// that scarcity.cpp is one of the sources of, or that it is preloaded into.
#pragma once

#include <atomic>
#include <cstddef>

namespace tls12::test {

enum class Scarce : int { nothing, memory, system };

/// Which calls fail: those of `what` with the numbers from `from` (from 1) up to `until`, or, if
/// `every` is not 0, each so many-th. Calls are counted from the moment that `what` is set.
struct Scarcity {
  std::atomic<Scarce> what = Scarce::nothing;
  std::atomic<std::size_t> calls = 0, from = 0, until = 0, every = 0;
  std::atomic<int> system_error = 0;       ///< errno of the failing system calls
  std::atomic<void (*)()> on_accept = {};  ///< called once, when the first connection was accepted
};
extern Scarcity scarcity;

}  // namespace tls12::test
