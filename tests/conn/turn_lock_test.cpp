// The lock that serves in order of arrival.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "conn/turn_lock.hpp"

using namespace tls12;

TEST_CASE("One thread at a time holds the lock") {
  TurnLock lock;
  int count = 0;
  const auto work = [&] {
    for (int i = 0; i < 20000; ++i) {
      const std::lock_guard held(lock);
      ++count;
    }
  };
  std::thread a(work), b(work);
  a.join();
  b.join();
  CHECK(count == 40000);
}

TEST_CASE("C14: a thread that holds the lock in a loop gives way to one that waits") {
  TurnLock lock;
  std::atomic<bool> arrived = false;
  bool served = false;
  lock.lock();
  std::thread other([&] {
    arrived = true;
    const std::lock_guard held(lock);
    served = true;
  });
  while (!arrived) std::this_thread::yield();
  while (!served) lock.give_way();
  lock.unlock();
  other.join();
  CHECK(served);
}
