// Counts what the program takes from the heap, and what of it is taken inside the crypto backends'
// primitives.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

struct Allocations {
  std::uint64_t all = 0, inside_primitives = 0;
  std::int64_t live_bytes = 0;
};
Allocations allocations();

/// What is allocated while one of these lives belongs to a primitive.
class InsidePrimitive {
 public:
  InsidePrimitive();
  ~InsidePrimitive();
  InsidePrimitive(const InsidePrimitive&) = delete;
  InsidePrimitive& operator=(const InsidePrimitive&) = delete;
};

}  // namespace bench
