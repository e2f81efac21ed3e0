// Counts and fails what operator new is asked for, in the whole program. For one source file of a test program, which runs in one thread.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace {

std::size_t allocations = 0, in_use = 0;
// What is looked for in memory that is given back, and how often it was there.
std::string_view sought;
std::size_t found = 0;
// The allocations, counted from 1, that fail: from the first on, up to the second. None, if the first is 0.
std::size_t fails_at = 0, fails_until = static_cast<std::size_t>(-1);

void* counted(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) noexcept {
  ++allocations;
  if (fails_at != 0 && allocations >= fails_at && allocations < fails_until) return nullptr;
  void* memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory != nullptr) in_use += malloc_usable_size(memory);
  return memory;
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void uncounted(void* memory) noexcept {
  if (memory != nullptr && !sought.empty() && memmem(memory, malloc_usable_size(memory), sought.data(), sought.size()) != nullptr) ++found;
  if (memory != nullptr) in_use -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

// All forms: a sanitizer would pair those that are left out with its own.
void* operator new(std::size_t size) { return or_throw(counted(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return or_throw(counted(size, static_cast<std::size_t>(alignment))); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept { return counted(size, static_cast<std::size_t>(alignment)); }
void* operator new[](std::size_t size) { return or_throw(counted(size)); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return or_throw(counted(size, static_cast<std::size_t>(alignment))); }
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t) noexcept { uncounted(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { uncounted(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { uncounted(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { uncounted(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { uncounted(memory); }
void operator delete[](void* memory) noexcept { uncounted(memory); }
void operator delete[](void* memory, std::size_t) noexcept { uncounted(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { uncounted(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { uncounted(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { uncounted(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { uncounted(memory); }
