// The queue between a program and the reader of its log.
#include "serve/queued_output.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

using tls12::tool::QueuedOutput;

namespace {

std::string notice(std::uint64_t lines) { return "dropped " + std::to_string(lines) + "\n"; }

struct Pipe {
  Pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() { close_reader(); }  // and not the writer's end: a thread may be stuck in it
  void close_reader() { ::close(std::exchange(ends[0], -1)); }
  std::string read_line() const {
    std::string line;
    for (char c = 0; ::read(ends[0], &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::array<int, 2> ends = {-1, -1};
};

}  // namespace

TEST_CASE("queued lines arrive in order") {
  const Pipe pipe;
  QueuedOutput output(pipe.ends[1], notice);
  output.put("one\n");
  output.put("two\nthree\n");
  for (const char* line : {"one", "two", "three"}) CHECK(pipe.read_line() == line);
}

TEST_CASE("text that does not fit the queue is dropped whole, and notices count its lines") {
  const Pipe pipe;
  QueuedOutput output(pipe.ends[1], notice);
  const std::string large = std::string(QueuedOutput::kQueueBytes / 3, 'x') + "\nsecond\n";
  constexpr std::size_t kPuts = 20;
  for (std::size_t i = 0; i < kPuts; ++i) output.put(large);
  std::size_t kept = 0, dropped = 0;
  while (kept + dropped < 2 * kPuts) {
    const std::string line = pipe.read_line();
    if (line.starts_with("dropped ")) {
      dropped += std::stoul(line.substr(8));
    } else {
      CHECK(line + "\n" + pipe.read_line() + "\n" == large);
      kept += 2;
    }
  }
  CHECK(dropped > 0);
  CHECK(kept > 0);
  CHECK(kept + dropped == 2 * kPuts);
  output.put("later\n");
  CHECK(pipe.read_line() == "later");
}

TEST_CASE("a reader that has stopped holds the end for kLastWait at most") {
  const Pipe pipe;
  const auto began = std::chrono::steady_clock::now();
  {
    QueuedOutput output(pipe.ends[1], notice);
    output.put(std::string(QueuedOutput::kQueueBytes - 1, 'x') + "\n");
  }
  const auto took = std::chrono::steady_clock::now() - began;
  CHECK(took >= QueuedOutput::kLastWait);
  CHECK(took < QueuedOutput::kLastWait * 5);
}

TEST_CASE("finish() waits for the reader once, and returns the first error of a write") {
  const Pipe pipe;
  QueuedOutput output(pipe.ends[1], notice);
  output.put("one\n");
  CHECK(output.finish() == 0);
  CHECK(pipe.read_line() == "one");

  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  REQUIRE(full >= 0);
  QueuedOutput lost(full, notice);
  lost.put("one\n");
  CHECK(lost.finish() == ENOSPC);
  CHECK(lost.finish() == ENOSPC);
  ::close(full);

  QueuedOutput stuck(pipe.ends[1], notice);
  stuck.put(std::string(QueuedOutput::kQueueBytes - 1, 'x') + "\n");
  stuck.finish();
  const auto began = std::chrono::steady_clock::now();
  stuck.finish();
  CHECK(std::chrono::steady_clock::now() - began < QueuedOutput::kLastWait / 2);
}

TEST_CASE("a reader that has gone holds the end not at all") {
  Pipe pipe;
  pipe.close_reader();
  const auto began = std::chrono::steady_clock::now();
  {
    QueuedOutput output(pipe.ends[1], notice);
    for (int i = 0; i < 100; ++i) output.put(std::string(100'000, 'x') + "\n");
  }
  CHECK(std::chrono::steady_clock::now() - began < QueuedOutput::kLastWait);
}
