// A mutex that serves in order of arrival.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tls12 {

/// std::mutex lets a thread that unlocks and locks in a loop keep all others out: a busy writer
/// would starve the reader and close().
class TurnLock {
 public:
  void lock() {
    std::unique_lock inner(mutex_);
    const std::uint64_t mine = next_++;
    turn_.wait(inner, [&] { return mine == serving_; });
  }
  bool try_lock() {
    const std::unique_lock inner(mutex_, std::try_to_lock);
    if (!inner || serving_ != next_) return false;
    ++next_;
    return true;
  }
  void unlock() {
    bool awaited;
    {
      const std::lock_guard inner(mutex_);
      ++serving_;
      awaited = serving_ != next_;
    }
    if (awaited) turn_.notify_all();
  }
  /// For the holder: lets everyone who waits have a turn.
  void give_way() {
    {
      const std::lock_guard inner(mutex_);
      if (next_ - serving_ == 1) return;
    }
    unlock();
    lock();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  std::uint64_t next_ = 0, serving_ = 0;
};

}  // namespace tls12
