// D8: calls of the system that are interrupted. The kernel interrupts no call that does not block,
// but may: here it does, to order.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>

#include "conn/sockets.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

std::atomic<unsigned> calls = 0, interrupted = 0;
std::atomic<bool> interrupting = false;

/// Whether this call is to fail: two in three, so that calls taken up again are interrupted again.
bool interrupts() {
  if (!interrupting || ++calls % 3 == 0) return false;
  ++interrupted;
  errno = EINTR;
  return true;
}

template <class Call>
Call* real(const char* name) {
  return reinterpret_cast<Call*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// The linker prefers these to the C library's.
extern "C" ssize_t recv(int descriptor, void* into, size_t size, int flags) {
  static auto* const next = real<ssize_t(int, void*, size_t, int)>("recv");
  return interrupts() ? -1 : next(descriptor, into, size, flags);
}
extern "C" ssize_t send(int descriptor, const void* from, size_t size, int flags) {
  static auto* const next = real<ssize_t(int, const void*, size_t, int)>("send");
  return interrupts() ? -1 : next(descriptor, from, size, flags);
}
extern "C" int ppoll(pollfd* polls, nfds_t count, const timespec* span, const sigset_t* mask) {
  static auto* const next = real<int(pollfd*, nfds_t, const timespec*, const sigset_t*)>("ppoll");
  return interrupts() ? -1 : next(polls, count, span, mask);
}
extern "C" int accept4(int descriptor, sockaddr* address, socklen_t* size, int flags) {
  static auto* const next = real<int(int, sockaddr*, socklen_t*, int)>("accept4");
  return interrupts() ? -1 : next(descriptor, address, size, flags);
}
extern "C" int connect(int descriptor, const sockaddr* address, socklen_t size) {
  static auto* const next = real<int(int, const sockaddr*, socklen_t)>("connect");
  // Interrupted, connecting goes on by itself.
  const int done = next(descriptor, address, size);
  if (done == 0 || errno != EINPROGRESS || !interrupts()) return done;
  return -1;
}

TEST_CASE(
    "D8: calls that are interrupted, most of them, are never seen and lose nothing, from dialling "
    "to the end") {
  interrupting = true;
  for (int round = 0; round < 20; ++round) {
    ConnectedTcpPair j;
    const std::string text = numbered(300'000);
    std::string got;
    std::thread writer([&] {
      CHECK(j.client->write(text) == text.size());
      CHECK(j.client->close().alert_sent);
    });
    got = read_all(*j.server);
    writer.join();
    CHECK((got == text));
    CHECK(j.server->close().peer_closed);
  }
  interrupting = false;
  CHECK(interrupted > 1000);
}

TEST_CASE("D8: an interrupted wait ends neither early nor late") {
  ConnectedTcpPair j;
  interrupting = true;
  const Deadline deadline = within(50ms);
  j.client->set_read_deadline(deadline);
  CHECK(read_once(*j.client) == "error: timed_out");
  CHECK(deadline.passed(monotonic_clock().now()));
  CHECK_FALSE(Deadline(deadline.point() + 5s).passed(monotonic_clock().now()));
  interrupting = false;
}
