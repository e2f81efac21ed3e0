// The two clocks.
#include "tls12/deadline.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tls12 {
namespace {

class MonotonicClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void sleep(const std::shared_ptr<Signal>& signal, std::unique_lock<std::mutex>& lock,
             Deadline until) override {
    if (until.is_never()) {
      signal->changed.wait(lock);
    } else {
      signal->changed.wait_until(lock, until.point());
    }
  }
};

}  // namespace

Clock& monotonic_clock() {
  static MonotonicClock clock;
  return clock;
}

Deadline within(Duration d, const Clock& clock) {
  const TimePoint now = clock.now();
  return d >= TimePoint::max() - now ? Deadline::never() : Deadline(now + d);
}

/// One thread in sleep(): a link of the list, on that thread's stack.
struct FakeClock::Sleeper {
  std::shared_ptr<Signal> signal;
  Sleeper* next;
};

TimePoint FakeClock::now() const {
  const std::lock_guard own(mutex_);
  return now_;
}

void FakeClock::sleep(const std::shared_ptr<Signal>& signal, std::unique_lock<std::mutex>& lock,
                      Deadline until) {
  std::shared_ptr<const std::function<bool()>> idle;
  {
    const std::lock_guard own(mutex_);
    idle = idle_;
  }
  if (idle != nullptr && *idle) {
    const std::uint64_t before = signal->notifications;
    lock.unlock();
    const bool changed = (*idle)();
    lock.lock();
    if (changed || signal->notifications != before) return;
  }
  // advance() notifies under the signal's mutex, which is held from here to the wait: no
  // notification falls in between.
  Sleeper self{signal, nullptr};
  {
    const std::lock_guard own(mutex_);
    if (until.passed(now_)) return;
    if (jump_ && !until.is_never()) {
      now_ = until.point();
      return;
    }
    self.next = std::exchange(sleepers_, &self);
  }
  signal->changed.wait(lock);
  const std::lock_guard own(mutex_);
  Sleeper** link = &sleepers_;
  while (*link != &self) link = &(*link)->next;
  *link = self.next;
}

void FakeClock::advance(Duration d) {
  std::vector<std::shared_ptr<Signal>> signals;
  {
    const std::lock_guard own(mutex_);
    now_ += d;
    for (const Sleeper* s = sleepers_; s != nullptr; s = s->next) signals.push_back(s->signal);
  }
  for (const auto& signal : signals) {
    const std::lock_guard held(signal->mutex);
    signal->notify_all();
  }
}

void FakeClock::jump_when_idle(bool on) {
  const std::lock_guard own(mutex_);
  jump_ = on;
}

void FakeClock::when_idle(std::function<bool()> call) {
  auto shared = std::make_shared<const std::function<bool()>>(std::move(call));
  const std::lock_guard own(mutex_);
  idle_ = std::move(shared);
}

}  // namespace tls12
