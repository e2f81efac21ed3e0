#include "demo/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

extern char** environ;

namespace tls12::tool {

std::optional<Process> Process::start(const std::vector<std::string>& command) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int fault =
      ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (fault == 0) return Process(child, ends[0]);
  ::close(ends[0]);
  return std::nullopt;
}

Process::Process(Process&& other) noexcept
    : child_(std::exchange(other.child_, -1)),
      output_(std::exchange(other.output_, -1)),
      said_(std::move(other.said_)) {}

Process::~Process() {
  if (child_ > 0) {
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {}
  }
  if (output_ >= 0) ::close(output_);
}

bool Process::read_some(std::chrono::steady_clock::time_point until) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now())
            .count();
    pollfd watched{output_, POLLIN, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    char part[4096];
    const ssize_t n = ::read(output_, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    said_.append(part, static_cast<std::size_t>(n));
    return true;
  }
}

bool Process::wait_for(std::string_view text, std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (said_.find(text) == std::string::npos)
    if (!read_some(until)) return false;
  return true;
}

std::optional<int> Process::finish(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (read_some(until)) {}
  int status = 0;
  // Its output has ended, or the time is up: then it is still running.
  const bool late = std::chrono::steady_clock::now() >= until;
  const pid_t ended = ::waitpid(child_, &status, late ? WNOHANG : 0);
  if (ended != child_) return std::nullopt;
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tls12::tool
