#include "conn/process.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>

#include "conn/no_memory.hpp"

namespace tls12 {
namespace {

using Number = std::atomic<std::uint64_t>;

// A child inherits `last`, and goes on from there.
constinit Number last = 0;
// The number of this process, or 0 until it has one. On the page that the kernel clears, if
// possible.
constinit Number unwiped = 0;
constinit std::atomic<Number*> place = &unwiped;
constinit std::atomic<pid_t> unwiped_by = 0;

void* map_page(int sharing) {
  void* page =
      mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? nullptr : page;
}

/// Runs while the library is loaded: before another thread can fork.
[[maybe_unused]] const bool is_watched = [] {
  // Emulators accept MADV_WIPEONFORK and do not follow it.
  pthread_atfork(nullptr, nullptr, [] { place.load()->store(0); });
  void* page = map_page(MAP_PRIVATE);
  if (page == nullptr) return false;
  if (madvise(page, sizeof(Number), MADV_WIPEONFORK) != 0)
    return munmap(page, sizeof(Number)), false;
  place = new (page) Number(unwiped.load());
  return true;
}();

}  // namespace

std::uint64_t process_number() {
  Number* const number = place.load(std::memory_order_relaxed);
  if (number == &unwiped) {
    const pid_t process = getpid();
    if (unwiped_by.exchange(process) != process) unwiped = 0;
  }
  std::uint64_t known = number->load();
  if (known != 0) [[likely]]
    return known;
  const std::uint64_t fresh = ++last;
  return number->compare_exchange_strong(known, fresh) ? fresh : known;
}

Result<SharedClaim> SharedClaim::make() {
  void* page = map_page(MAP_SHARED);
  if (page == nullptr) return fail(no_memory(Phase::none));
  return SharedClaim(new (page) Flag(false));
}

void SharedClaim::Unmap::operator()(Flag* flag) const { munmap(flag, sizeof(Flag)); }

}  // namespace tls12
