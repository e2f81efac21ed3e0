// Points on the monotonic clock by which a call comes back, and the clock itself, which a test may
// replace.
#pragma once

#include <chrono>
#include <compare>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "tls12/api.hpp"

namespace tls12 {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

/// An absolute point on the monotonic clock, or never. Jumps of the calendar's clock do not matter
/// to it (D1).
class Deadline {
 public:
  constexpr Deadline() = default;  ///< never
  constexpr explicit Deadline(TimePoint at) : at_(at) {}
  static constexpr Deadline never() { return {}; }

  constexpr bool is_never() const { return at_ == TimePoint::max(); }
  constexpr bool passed(TimePoint now) const { return now >= at_; }
  constexpr TimePoint point() const { return at_; }
  /// The earlier one is the smaller one; never is the largest.
  friend constexpr auto operator<=>(const Deadline&, const Deadline&) = default;

 private:
  TimePoint at_ = TimePoint::max();
};

/// Where a transport takes the time from: what a test replaces (D1). One clock serves any number of
/// threads, and outlives all that were given it.
class TLS12_API Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;

  /// What a thread can sleep on while this clock's time goes by.
  struct Signal {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t notifications = 0;  ///< guarded by `mutex`

    /// Wakes every sleeper. The caller holds `mutex`.
    void notify_all() {
      ++notifications;
      changed.notify_all();
    }
  };
  /// Sleeps until `signal->notify_all()` is called or `until` has passed; may come back early.
  /// `lock` holds the signal's mutex.
  virtual void sleep(const std::shared_ptr<Signal>& signal, std::unique_lock<std::mutex>& lock,
                     Deadline until) = 0;
};

/// std::chrono::steady_clock.
TLS12_API Clock& monotonic_clock();

/// The deadline `d` from now; never, if that is beyond the clock's range.
TLS12_API Deadline within(Duration d, const Clock& clock = monotonic_clock());

/// A clock that stands still until it is told to move, for tests of whatever waits on in-memory
/// transports.
class TLS12_API FakeClock final : public Clock {
 public:
  TimePoint now() const override;
  void sleep(const std::shared_ptr<Signal>& signal, std::unique_lock<std::mutex>& lock,
             Deadline until) override;

  /// Moves time on, and wakes every sleeper whose deadline has come.
  void advance(Duration d);
  /// When on, a sleep with a deadline does not sleep: time jumps to the deadline. Makes tests of
  /// timeouts run in one thread.
  void jump_when_idle(bool on);
  /// Called, with no lock held, in place of each sleep: true says that something has changed and
  /// the sleeper is to look again; false lets it sleep (or jump). Makes the other end of a
  /// conversation run in the same thread.
  void when_idle(std::function<bool()> call);

 private:
  struct TLS12_HIDDEN Sleeper;
  mutable std::mutex mutex_;
  TimePoint now_{std::chrono::hours(1)};
  bool jump_ = false;
  std::shared_ptr<const std::function<bool()>> idle_;
  Sleeper* sleepers_ = nullptr;
};

}  // namespace tls12
