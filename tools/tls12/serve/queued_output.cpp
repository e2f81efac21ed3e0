#include "serve/queued_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

#include "common/small_thread.hpp"

namespace tls12::tool {

struct QueuedOutput::Shared {
  const int descriptor;
  const std::function<std::string(std::uint64_t)> notice;
  std::mutex mutex;
  std::condition_variable changed;
  std::string queued;
  std::uint64_t dropped = 0;  // lines that follow `queued`
  bool stopping = false, done = false;
  int fault = 0;  // errno of the first write that failed

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stopping || !queued.empty() || dropped != 0; });
      if (queued.empty() && dropped == 0) break;
      std::string text = take();
      lock.unlock();
      const int failed = write(text);
      lock.lock();
      if (fault == 0) fault = failed;
    }
    done = true;
    changed.notify_all();
  }

 private:
  std::string take() {
    std::string text;
    std::swap(text, queued);
    const std::uint64_t lost = std::exchange(dropped, 0);
    try {
      if (lost != 0) text += notice(lost);
    } catch (const std::bad_alloc&) {}  // a gap without a notice
    return text;
  }

  /// A pipe that poll() calls writable takes so many bytes at once. So only a second writer can
  /// block this one. Returns errno, or 0.
  int write(std::string_view text) const {
    while (!text.empty()) {
      pollfd ready{descriptor, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && errno != EINTR) return errno;
      const ssize_t n =
          ::write(descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
      if (n < 0 && errno != EINTR && errno != EAGAIN) return errno;  // the reader has gone
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
    return 0;
  }
};

QueuedOutput::QueuedOutput(int descriptor, std::function<std::string(std::uint64_t)> notice)
    : shared_(new Shared{.descriptor = descriptor,
                         .notice = std::move(notice),
                         .mutex = {},
                         .changed = {},
                         .queued = {}}) {
  if (!start_small_thread([shared = shared_] { shared->run(); }))
    throw std::runtime_error("the system has no thread for the log");
}

QueuedOutput::~QueuedOutput() { finish(); }

int QueuedOutput::finish() {
  std::unique_lock lock(shared_->mutex);
  if (!std::exchange(shared_->stopping, true)) {
    shared_->changed.notify_all();
    shared_->changed.wait_for(lock, kLastWait, [&] { return shared_->done; });
  }
  return shared_->fault;
}

void QueuedOutput::put(std::string_view lines) noexcept {
  const std::lock_guard lock(shared_->mutex);
  bool fits = shared_->dropped == 0 && shared_->queued.size() + lines.size() <= kQueueBytes;
  try {
    if (fits) shared_->queued += lines;
  } catch (const std::bad_alloc&) { fits = false; }
  if (!fits) shared_->dropped += static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
  shared_->changed.notify_all();
}

}  // namespace tls12::tool
