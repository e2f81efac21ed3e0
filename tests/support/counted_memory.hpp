// Counts and fails what operator new is asked for, in the whole of a test program that
// counted_memory.cpp is one of the sources of; for tests that run in one thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace tls12::test {

inline std::size_t allocations = 0, in_use = 0;
// What is looked for in memory that is given back, and how often it was there.
inline std::string_view sought;
inline std::size_t found = 0;
// The allocations, counted from 1, that fail: from the first on, up to the second. None, if the
// first is 0.
inline std::size_t fails_at = 0, fails_until = static_cast<std::size_t>(-1);

}  // namespace tls12::test
