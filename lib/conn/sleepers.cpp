#include "conn/sleepers.hpp"

#include <pthread.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "conn/process.hpp"
#include "conn/socket.hpp"

namespace tls12 {
namespace {

/// Without a descriptor or memory for an eventfd, a sleeper looks up this often.
constexpr Duration kBlindNap = std::chrono::milliseconds(10);

struct ThreadEvent {
  Descriptor event;
  std::uint64_t process = 0;
};

/// Threads keep their eventfd here and not in a thread_local: if there is no memory to register the
/// destructor of a thread_local, the C library ends the process.
class ThreadEvents {
 public:
  ThreadEvents() : exists_(pthread_key_create(&key_, forget) == 0) {}
  ~ThreadEvents() {
    if (exists_) pthread_key_delete(key_);
  }
  ThreadEvents(const ThreadEvents&) = delete;
  ThreadEvents& operator=(const ThreadEvents&) = delete;

  /// Null if the system has no more.
  ThreadEvent* of_this_thread() const {
    if (!exists_) return nullptr;
    if (void* kept = pthread_getspecific(key_); kept != nullptr)
      return static_cast<ThreadEvent*>(kept);
    auto made = std::unique_ptr<ThreadEvent>(new (std::nothrow) ThreadEvent{});
    if (made == nullptr || pthread_setspecific(key_, made.get()) != 0) return nullptr;
    return made.release();
  }

 private:
  static void forget(void* kept) { delete static_cast<ThreadEvent*>(kept); }
  pthread_key_t key_ = {};
  bool exists_;
};
const ThreadEvents thread_events;

/// This thread's eventfd, or -1. A forked child makes its own: it would share its parent's.
int own_event() {
  ThreadEvent* const kept = thread_events.of_this_thread();
  if (kept == nullptr) return -1;
  if (!kept->event || kept->process != process_number())
    *kept = {Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), process_number()};
  return kept->event.number();
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
  // poll() tells of errors on a descriptor even when asked for nothing: a negative one is passed
  // over.
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
