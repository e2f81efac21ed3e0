// Two ends in memory, with room for a bounded number of bytes each way.
#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "conn/process.hpp"
#include "tls12/transport.hpp"

namespace tls12 {
namespace {

/// One direction: a ring of bytes.
class Pipe {
 public:
  explicit Pipe(std::size_t capacity) : capacity_(capacity), ring_(new std::uint8_t[capacity]) {}

  std::size_t take(MutableBytes into) {
    const std::size_t n = std::min(into.size(), used_);
    const std::size_t first = std::min(n, capacity_ - begin_);
    std::memcpy(into.data(), ring_.get() + begin_, first);
    if (n > first) std::memcpy(into.data() + first, ring_.get(), n - first);
    begin_ = (begin_ + n) % capacity_;
    used_ -= n;
    return n;
  }
  std::size_t put(Bytes from) {
    const std::size_t n = std::min(from.size(), capacity_ - used_);
    const std::size_t end = (begin_ + used_) % capacity_;
    const std::size_t first = std::min(n, capacity_ - end);
    std::memcpy(ring_.get() + end, from.data(), first);
    if (n > first) std::memcpy(ring_.get(), from.data() + first, n - first);
    used_ += n;
    return n;
  }
  bool empty() const { return used_ == 0; }
  bool full() const { return used_ == capacity_; }

  bool writer_gone = false, reader_gone = false;

 private:
  std::size_t capacity_;
  std::unique_ptr<std::uint8_t[]> ring_;
  std::size_t begin_ = 0, used_ = 0;
};

/// What both ends share; `signal`'s mutex guards it.
struct Shared {
  Shared(Clock& c, std::size_t capacity) : clock(c), pipes{Pipe(capacity), Pipe(capacity)} {}
  Clock& clock;
  std::shared_ptr<Clock::Signal> signal = std::make_shared<Clock::Signal>();
  std::array<Pipe, 2> pipes;
  std::array<std::uint64_t, 2> wakes = {};
};

class MemoryEnd final : public Transport {
 public:
  MemoryEnd(std::shared_ptr<Shared> shared, std::size_t side)
      : shared_(std::move(shared)), side_(side) {}
  ~MemoryEnd() override { leave(); }

  Result<std::optional<std::size_t>> read(MutableBytes into) override {
    const std::lock_guard held(shared_->signal->mutex);
    if (in().empty()) return in().writer_gone ? std::optional<std::size_t>(0) : std::nullopt;
    const std::size_t n = in().take(into);
    shared_->signal->notify_all();
    return n;
  }
  Result<std::optional<std::size_t>> write(Bytes from) override {
    const std::lock_guard held(shared_->signal->mutex);
    if (out().reader_gone || out().writer_gone) return fail(Errc::connection_reset);
    const std::size_t n = out().put(from);
    if (n == 0) return std::nullopt;
    shared_->signal->notify_all();
    return n;
  }
  Result<void> shut_down_writing() override {
    const std::lock_guard held(shared_->signal->mutex);
    out().writer_gone = true;
    shared_->signal->notify_all();
    return {};
  }
  Result<void> close() override {
    leave();
    return {};
  }

  std::uint64_t wakes() const override {
    const std::lock_guard held(shared_->signal->mutex);
    return shared_->wakes[side_];
  }
  void wake() override {
    const std::lock_guard held(shared_->signal->mutex);
    ++shared_->wakes[side_];
    shared_->signal->notify_all();
  }
  void wait(Interest interest, Deadline until, std::uint64_t seen) override {
    std::unique_lock lock(shared_->signal->mutex);
    while (shared_->wakes[side_] == seen && !ready(interest) &&
           !until.passed(shared_->clock.now())) {
      shared_->clock.sleep(shared_->signal, lock, until);
    }
  }
  Clock& clock() override { return shared_->clock; }

 private:
  Pipe& in() { return shared_->pipes[1 - side_]; }
  Pipe& out() { return shared_->pipes[side_]; }
  bool ready(Interest interest) {
    return (has(interest, Interest::read) && (!in().empty() || in().writer_gone)) ||
           (has(interest, Interest::write) &&
            (!out().full() || out().reader_gone || out().writer_gone));
  }
  void leave() {
    if (process_ != process_number())
      return;  // a forked child has a copy, and perhaps a lock that stays held
    const std::lock_guard held(shared_->signal->mutex);
    out().writer_gone = true;
    in().reader_gone = true;
    shared_->signal->notify_all();
  }

  std::shared_ptr<Shared> shared_;
  std::size_t side_;
  std::uint64_t process_ = process_number();
};

}  // namespace

Result<MemoryPair> memory_pair(Clock& clock, std::size_t capacity) try {
  auto shared = std::make_shared<Shared>(clock, std::max<std::size_t>(capacity, 1));
  return MemoryPair{std::make_unique<MemoryEnd>(shared, 0), std::make_unique<MemoryEnd>(shared, 1)};
} catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

}  // namespace tls12
