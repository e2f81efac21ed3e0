// Other people's programs, as children.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tls12::tool {

/// A child without standard input, whose standard output and error are read here. Killed, and
/// waited for, on destruction.
class Process {
 public:
  /// Looks `command[0]` up in PATH; nothing when it is not installed.
  static std::optional<Process> start(const std::vector<std::string>& command);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  /// Reads what it says until that contains `text`, it ends, or the time is up; false for the
  /// latter two.
  bool wait_for(std::string_view text, std::chrono::milliseconds time);
  /// Reads to its end. Nothing when the time is up; otherwise the exit code (128 and more: by a
  /// signal).
  std::optional<int> finish(std::chrono::milliseconds time);
  /// What it has said so far.
  const std::string& said() const { return said_; }

 private:
  Process(pid_t child, int output) : child_(child), output_(output) {}
  bool read_some(std::chrono::steady_clock::time_point until);
  pid_t child_ = -1;
  int output_ = -1;
  std::string said_;
};

}  // namespace tls12::tool
