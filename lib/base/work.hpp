// The work that a peer may still cause: a budget in steps, and the question between two steps
// whether to go on.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

namespace tls12 {

/// One budget for all that a peer can influence. A step stands for at most 4,000 instructions,
/// about a microsecond. An operation that takes longer costs more steps.
class Work {
 public:
  explicit Work(std::size_t steps) : left_(steps) {}

  /// Pays for `steps`. False if that is more than is left: then the work must not be done.
  bool take(std::size_t steps = 1) {
    since_ += steps;
    return take_known(steps);
  }
  /// The same for a result that is known from before, and costs nothing to find again.
  bool take_known(std::size_t steps) {
    exceeded_ |= steps > left_;
    left_ -= exceeded_ ? left_ : steps;
    return !exceeded_;
  }
  void give_back(std::size_t steps) { left_ += steps; }
  void refill(std::size_t steps) { left_ = steps; }
  std::size_t left() const { return left_; }
  bool exceeded() const { return exceeded_; }

  /// From now on pause() asks `ask`. It decides when a call ends, never its result, unless it
  /// throws.
  void interrupt_if(std::function<bool()> ask) { ask_ = std::move(ask); }
  /// Between two steps: whether to stop here for now. Asks once in `after` steps, so that each call
  /// makes progress.
  bool pause(std::size_t after = kBetweenQuestions) {
    if (interrupted_ || !ask_ || since_ < after + repeated_) return interrupted_;
    since_ = repeated_ = 0;
    return interrupted_ = ask_();
  }
  bool interrupted() const { return interrupted_; }
  bool stopped() const { return exceeded_ || interrupted_; }
  /// Goes on. The first steps, which repeat those of an interrupted call, are taken without a
  /// question, up to a limit.
  void resume(std::size_t repeated = 0) {
    interrupted_ = false;
    since_ = 0;
    repeated_ = repeated < kMaxRepeated ? repeated : kMaxRepeated;
  }

  static constexpr std::size_t kBetweenQuestions = 100, kMaxRepeated = 20'000;

 private:
  std::size_t left_, since_ = 0, repeated_ = 0;
  bool exceeded_ = false, interrupted_ = false;
  std::function<bool()> ask_;
};

}  // namespace tls12
