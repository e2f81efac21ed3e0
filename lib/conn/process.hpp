// Tells a process from those that were forked from it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "tls12/error.hpp"

namespace tls12 {

/// A number, never 0, that differs from that of each process which this one was forked from.
/// Costs one load: the kernel clears the page of the number in every child (MADV_WIPEONFORK),
/// whether fork(), _Fork() or clone() made it. A kernel that cannot do so costs a getpid() as well.
/// A child that shares its parent's memory (vfork(), CLONE_VM) is not told apart: it may only call
/// exec.
std::uint64_t process_number();

/// A claim that only one process can take, out of all that are forked while it exists.
class SharedClaim {
 public:
  /// Errors: Errc::out_of_memory.
  static Result<SharedClaim> make();
  /// True for the first call in any of the processes.
  bool take() const { return !taken_->exchange(true); }

 private:
  using Flag = std::atomic<bool>;
  static_assert(Flag::is_always_lock_free);
  struct Unmap {
    void operator()(Flag* flag) const;
  };
  explicit SharedClaim(Flag* flag) : taken_(flag) {}
  std::unique_ptr<Flag, Unmap> taken_;
};

/// Lets the state of an object be reset in a forked child, where threads of the parent do not
/// exist.
class ProcessGuard {
 public:
  /// Calls `reset` in the first call in each child. Other threads wait until it returns.
  template <class Reset>
  void enter(Reset reset) {
    const std::uint64_t entered = 2 * process_number(), resetting = entered + 1;
    for (std::uint64_t seen = state_.load(); seen != entered; seen = state_.load()) {
      if (seen == resetting || !state_.compare_exchange_strong(seen, resetting)) continue;
      reset();
      state_.store(entered);
    }
  }

 private:
  std::atomic<std::uint64_t> state_ = 2 * process_number();
};

}  // namespace tls12
