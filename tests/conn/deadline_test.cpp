// Deadlines, and the clocks they are points on.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "tls12/deadline.hpp"

using namespace tls12;
using namespace std::chrono_literals;

TEST_CASE("D1: a deadline is a point on its clock: time that goes by does not move it") {
  FakeClock clock;
  const Deadline deadline = within(5s, clock);
  CHECK_FALSE(deadline.passed(clock.now()));
  clock.advance(5s - 1ns);
  CHECK_FALSE(deadline.passed(clock.now()));
  clock.advance(1ns);
  CHECK(deadline.passed(clock.now()));
}

TEST_CASE("D1: never is later than every point, and never passes") {
  const FakeClock clock;
  CHECK(within(24h * 365, clock) < Deadline::never());
  CHECK_FALSE(Deadline::never().passed(TimePoint::max() - 1ns));
  CHECK(Deadline().is_never());
}

TEST_CASE("D1: a deadline beyond the clock's range is never, not a wrapped one in the past") {
  CHECK(within(Duration::max()).is_never());
}

TEST_CASE("D1: a deadline in the past has passed") {
  const FakeClock clock;
  CHECK(within(-1s, clock).passed(clock.now()));
}

TEST_CASE("A fake clock that jumps takes a sleeper to its deadline") {
  FakeClock clock;
  clock.jump_when_idle(true);
  const auto signal = std::make_shared<Clock::Signal>();
  const Deadline deadline = within(1h, clock);
  std::unique_lock lock(signal->mutex);
  clock.sleep(signal, lock, deadline);
  CHECK(clock.now() == deadline.point());
}

TEST_CASE("A fake clock that is moved on wakes a sleeper in another thread") {
  FakeClock clock;
  const auto signal = std::make_shared<Clock::Signal>();
  const Deadline deadline = within(1h, clock);
  std::thread sleeper([&] {
    std::unique_lock lock(signal->mutex);
    while (!deadline.passed(clock.now())) clock.sleep(signal, lock, deadline);
  });
  clock.advance(30min);
  clock.advance(30min);
  sleeper.join();
  CHECK(clock.now() == deadline.point());
}

TEST_CASE("A fake clock asks its idle hook before it lets a sleeper sleep") {
  FakeClock clock;
  clock.jump_when_idle(true);
  int calls = 0;
  clock.when_idle([&] { return ++calls < 3; });
  const auto signal = std::make_shared<Clock::Signal>();
  const TimePoint before = clock.now();
  std::unique_lock lock(signal->mutex);
  clock.sleep(signal, lock, within(1s, clock));
  clock.sleep(signal, lock, within(1s, clock));
  CHECK(clock.now() == before);
  clock.sleep(signal, lock, within(1s, clock));
  CHECK(clock.now() == before + 1s);
  CHECK(calls == 3);
}

TEST_CASE("A fake clock does not sleep through a notification that comes during its idle hook") {
  FakeClock clock;
  clock.jump_when_idle(true);
  const auto signal = std::make_shared<Clock::Signal>();
  clock.when_idle([&] {
    std::thread([&] {
      const std::lock_guard held(signal->mutex);
      signal->notify_all();
    }).join();
    return false;
  });
  const TimePoint before = clock.now();
  std::unique_lock lock(signal->mutex);
  clock.sleep(signal, lock, within(1h, clock));
  CHECK(clock.now() == before);
}
