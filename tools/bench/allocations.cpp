#include "allocations.hpp"

#include <malloc.h>

#include <cerrno>

// glibc's own names, so that malloc and its kin can be counted wherever they are called from.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

namespace bench {
namespace {

// The benchmarks run on one thread; the libraries' own threads, if any, are not of interest.
thread_local Allocations counts;
thread_local int depth = 0;

void* counted(void* memory) {
  if (memory == nullptr) return nullptr;
  ++counts.all;
  if (depth > 0) ++counts.inside_primitives;
  counts.live_bytes += static_cast<std::int64_t>(malloc_usable_size(memory));
  return memory;
}
void returned(void* memory) {
  if (memory != nullptr) counts.live_bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
}

}  // namespace

Allocations allocations() { return counts; }
InsidePrimitive::InsidePrimitive() { ++depth; }
InsidePrimitive::~InsidePrimitive() { --depth; }

}  // namespace bench

extern "C" {
void* malloc(std::size_t size) { return bench::counted(__libc_malloc(size)); }
void* calloc(std::size_t n, std::size_t size) { return bench::counted(__libc_calloc(n, size)); }
void* realloc(void* memory, std::size_t size) {
  bench::returned(memory);
  return bench::counted(__libc_realloc(memory, size));
}
void* memalign(std::size_t alignment, std::size_t size) {
  return bench::counted(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  *out = memalign(alignment, size);
  return *out == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
  bench::returned(memory);
  __libc_free(memory);
}
}
