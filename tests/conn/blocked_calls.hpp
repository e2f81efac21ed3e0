// Calls that are blocked in threads of their own, on a fake clock that stands still.
#pragma once

#include <chrono>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "support/conn_pair.hpp"

namespace tls12::test {

/// A pair whose time moves only when the test says so, for calls in several threads.
struct StillConnPair : ConnPair {
  explicit StillConnPair(Role role, const ClientConfig& c = live_client_config(),
                         const ServerConfig& s = live_server_config())
      : ConnPair(role, c, s) {}

  /// From here on nothing moves by itself: neither time nor the peer.
  void stand_still() {
    clock.jump_when_idle(false);
    clock.when_idle({});
    conn->set_deadline(within(std::chrono::hours(10), clock));
  }

  /// Runs `call` in a thread, and comes back when that waits for the transport: what wakes it from
  /// here on, wakes that wait.
  template <class Call>
  std::future<std::string> blocked(Call call) {
    const std::size_t before = faults->waits;
    auto result = std::async(std::launch::async, std::move(call));
    while (faults->waits == before &&
           result.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      std::this_thread::yield();
    return result;
  }
  /// Comes back when some thread has begun to wait once more.
  void settled(std::size_t waits_before) const {
    for (int i = 0; i < 10000 && faults->waits == waits_before; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  /// What the call came to. One that nothing wakes is let go by time itself, which moves then, so
  /// that the test fails and does not hang.
  std::string outcome(std::future<std::string>& call) {
    for (int i = 0; call.wait_for(std::chrono::seconds(5)) != std::future_status::ready; ++i) {
      if (i == 2) std::abort();
      clock.advance(std::chrono::hours(100));
    }
    const std::string result = call.get();
    return clock.now() - start < std::chrono::hours(100) ? result : "nothing woke it; " + result;
  }
};

}  // namespace tls12::test
