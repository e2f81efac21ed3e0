#include "conn/sleepers.hpp"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <utility>

#include "conn/socket.hpp"

namespace tls12 {
namespace {

/// While there is no descriptor left for an eventfd, a sleeper looks up this often.
constexpr Duration kBlindNap = std::chrono::milliseconds(10);

/// How many forks lie between this process and the one that began: known without a system call a wait, unlike getpid().
int forks = 0;
[[maybe_unused]] const int fork_is_watched = pthread_atfork(nullptr, nullptr, [] { ++forks; });

/// This thread's eventfd, or -1. A forked child shares its parent's until it asks for one here.
int own_event() {
  thread_local Descriptor event;
  thread_local int made_behind = -1;
  if (!event || made_behind != forks) {
    event = Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    made_behind = forks;
  }
  return event.number();
}

}  // namespace

/// A link of the list, on the stack of the thread that waits.
struct Sleepers::Sleeper {
  int event;
  bool rung;
  Sleeper* next;
};

std::uint64_t Sleepers::wakes() const {
  const std::lock_guard held(mutex_);
  return wakes_;
}

void Sleepers::wake() {
  const std::lock_guard held(mutex_);
  ++wakes_;
  for (Sleeper* s = first_; s != nullptr; s = s->next) {
    if (s->rung || s->event < 0) continue;
    s->rung = true;
    eventfd_write(s->event, 1);
  }
}

void Sleepers::wait(int descriptor, short events, Deadline until, std::uint64_t seen) {
  Sleeper self{own_event(), false, nullptr};
  {
    const std::lock_guard held(mutex_);
    if (wakes_ != seen) return;
    self.next = std::exchange(first_, &self);
  }
  // poll() tells of errors on a descriptor even when asked for nothing: a negative one is passed over.
  pollfd polls[] = {{self.event, POLLIN, 0}, {events == 0 ? -1 : descriptor, events, 0}};
  poll_until(polls, std::size(polls), self.event < 0 ? std::min(until, within(kBlindNap)) : until);
  {
    const std::lock_guard held(mutex_);
    Sleeper** link = &first_;
    while (*link != &self) link = &(*link)->next;
    *link = self.next;
  }
  eventfd_t count;
  if (self.rung) eventfd_read(self.event, &count);
}

}  // namespace tls12
