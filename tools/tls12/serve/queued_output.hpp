// Output for a reader that may stop: a log that goes through a bounded queue never delays whoever
// logs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tls12::tool {

/// A thread writes the text to a descriptor. Text that does not fit the queue is dropped and
/// counted; when the reader reads again, a notice with the number of dropped lines follows the text
/// before the gap.
class QueuedOutput {
 public:
  /// The most text that waits for the reader; the thread holds as much again while it writes.
  /// Enough for 10,000 lines of an access log.
  static constexpr std::size_t kQueueBytes = std::size_t{1} << 20;
  /// How long finish() waits for the reader to take the rest.
  static constexpr std::chrono::milliseconds kLastWait = std::chrono::seconds(1);

  /// `notice` makes the text that tells of a number of dropped lines. Throws std::runtime_error if
  /// the system has no thread.
  QueuedOutput(int descriptor, std::function<std::string(std::uint64_t)> notice);
  QueuedOutput(const QueuedOutput&) = delete;
  QueuedOutput& operator=(const QueuedOutput&) = delete;
  /// finish().
  ~QueuedOutput();

  /// Waits for the reader to take the rest, at most kLastWait: a thread that is stuck in a write
  /// ends with the process. Returns errno of the first write that failed, or 0. Nothing is written
  /// after it.
  int finish();

  /// Queues whole lines, all or none of them. Never waits for the reader. Any thread may call it.
  void put(std::string_view lines) noexcept;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tls12::tool
