// "Promptly": within 20 ms of real time on a loaded two-core machine. Run by itself, not beside
// other tests: the median of several tries counts.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <vector>

#include "conn/real_time.hpp"
#include "conn/sockets.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kPromptly = 20ms;
constexpr int kTries = 7;

/// Two busy threads, as a machine with two cores has when it is loaded.
class Load {
 public:
  Load() {
    for (auto& t : threads_)
      t = std::thread([this] {
        while (!done_) ++work_;
      });
  }
  ~Load() {
    done_ = true;
    for (auto& t : threads_) t.join();
  }

 private:
  std::atomic<bool> done_ = false;
  std::atomic<std::uint64_t> work_ = 0;
  std::array<std::thread, 2> threads_;
};

std::chrono::nanoseconds median(const std::function<std::chrono::nanoseconds()>& measure) {
  std::vector<std::chrono::nanoseconds> all;
  for (int i = 0; i < kTries; ++i) all.push_back(measure());
  std::ranges::nth_element(all, all.begin() + kTries / 2);
  return all[kTries / 2];
}

struct Way {
  const char* name;
  bool shaken;
  std::function<std::string(Conn&)> call;
};

const std::string kFlood(64 << 20, 'x');

std::string said(const Result<std::size_t>& n) { return n ? "accepted" : code_of(n); }
const Way kWays[] = {
    {"read", true, [](Conn& c) { return read_once(c); }},
    {"write", true, [](Conn& c) { return said(c.write(kFlood)); }},
    {"handshake", false, [](Conn& c) { return code_of(c.handshake()); }},
    {"read that starts the handshake", false, [](Conn& c) { return read_once(c); }},
    {"write that starts the handshake", false, [](Conn& c) { return said(c.write("x")); }},
};

/// How long after `release` a call that is blocked on a silent peer comes back.
std::chrono::nanoseconds released(const Way& way, const std::function<void(Conn&)>& release) {
  TcpConnPair s;
  if (way.shaken) s.shake();
  std::atomic<std::int64_t> returned = 0;
  auto call = std::async(std::launch::async, [&] {
    const std::string result = way.call(*s.conn);
    returned = std::chrono::steady_clock::now().time_since_epoch().count();
    return result;
  });
  std::this_thread::sleep_for(30ms);  // until it is blocked
  const auto before = std::chrono::steady_clock::now().time_since_epoch();
  release(*s.conn);
  const std::string result = call.get();
  CHECK((result == "timed_out" || result == "error: timed_out" || result == "closed" ||
         result == "error: closed" || result == "accepted"));
  return std::chrono::nanoseconds(returned) - before;
}

}  // namespace

TEST_CASE("D4: a blocked call ends promptly when its deadline is set sooner") {
  const Load load;
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    CHECK(median([&] { return released(way, [](Conn& c) { c.set_deadline(within(0s)); }); }) <
          kPromptly);
  }
}

TEST_CASE("D4: a blocked call ends promptly at a deadline that was set while it was blocked") {
  const Load load;
  CHECK(median([&] { return released(kWays[0], [](Conn& c) { c.set_deadline(within(50ms)); }); }) <
        50ms + kPromptly);
}

TEST_CASE(
    "D1, D3: a call comes back promptly behind its deadline, and at once when that has passed") {
  const Load load;
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    for (const auto span : {30ms, 0ms}) {
      const auto late = median([&] {
        TcpConnPair s;
        if (way.shaken) s.shake();
        const Deadline deadline = within(span);
        s.conn->set_deadline(deadline);
        (void)way.call(*s.conn);
        return std::chrono::steady_clock::now() - deadline.point();
      });
      CHECK(late >= 0ns);
      CHECK(late < kPromptly);
    }
  }
}

TEST_CASE("C5: close promptly releases a blocked call") {
  const Load load;
  for (const Way& way : kWays) {
    if (way.name == std::string("write")) continue;  // there close() waits, too: see below
    CAPTURE(way.name);
    CHECK(median([&] { return released(way, [](Conn& c) { (void)c.close(); }); }) < kPromptly);
  }
}

TEST_CASE("C5: close promptly releases a writer while it waits itself") {
  const Load load;
  const auto time = median([&] {
    TcpConnPair s;
    s.shake();
    auto writing = std::async(std::launch::async, [&] {
      const std::string result = said(s.conn->write(kFlood));
      CHECK(result == "closed");
      return std::chrono::steady_clock::now();
    });
    std::this_thread::sleep_for(30ms);
    auto closing = std::async(std::launch::async, [&] {
      const auto before = std::chrono::steady_clock::now();
      (void)s.conn->close();
      return before;
    });
    const auto returned = writing.get();
    s.conn->set_write_deadline(within(0s));
    return returned - closing.get();
  });
  CHECK(time < kPromptly);
}

TEST_CASE("C3: close comes back promptly at the write deadline, behind it, and at close_timeout") {
  const Load load;
  for (const auto span : {40ms, -40ms}) {
    const auto late = median([&] {
      TcpConnPair s;
      s.shake();
      s.conn->set_write_deadline(within(20ms));
      (void)s.conn->write(kFlood);
      const Deadline deadline = within(span);
      s.conn->set_write_deadline(deadline);
      const Stopwatch watch;
      (void)s.conn->close();
      return span > 0ms ? std::chrono::steady_clock::now() - deadline.point() : watch.elapsed();
    });
    CHECK(late < kPromptly);
  }
}

TEST_CASE("C13: the destructor never blocks on a full socket") {
  const Load load;
  CHECK(median([&] {
          TcpConnPair s;
          s.shake();
          s.conn->set_write_deadline(within(20ms));
          (void)s.conn->write(kFlood);
          s.conn->set_write_deadline(Deadline::never());
          const Stopwatch watch;
          s.conn.reset();
          return watch.elapsed();
        }) < kPromptly);
}

TEST_CASE("D8: a blocked call uses less than one hundredth of a processor") {
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    TcpConnPair s;
    if (way.shaken) s.shake();
    s.conn->set_deadline(within(0s));
    (void)way.call(*s.conn);  // what fills the socket is work
    s.conn->set_deadline(within(600ms));
    const auto cpu = thread_cpu();
    (void)way.call(*s.conn);
    CHECK(thread_cpu() - cpu < 6ms);
  }
}

TEST_CASE("D10: dial comes back promptly at its deadline") {
  const Load load;
  const SilentListener mute;
  const auto late = median([&] {
    const Deadline deadline = within(40ms);
    CHECK(code_of(dial("127.0.0.1", mute.port(), client_context(), deadline)) == "timed_out");
    return std::chrono::steady_clock::now() - deadline.point();
  });
  CHECK(late >= 0ns);
  CHECK(late < kPromptly);
}

TEST_CASE("D11: accepting is prompt though every peer before stalls") {
  const Load load;
  auto listening = Listener::on("127.0.0.1", 0, server_context());
  REQUIRE(listening.has_value());
  std::vector<TransportPtr> stalled;
  std::vector<Conn> kept;
  CHECK(median([&] {
          stalled.push_back(connect_tcp("127.0.0.1", listening->port(), within(5s)).value());
          const Stopwatch watch;
          kept.push_back(listening->accept(within(5s)).value());
          return watch.elapsed();
        }) < kPromptly);
}

TEST_CASE("C14: a reader is not held up by a writer that is stuck") {
  const Load load;
  TcpConnPair s;
  s.shake();
  std::thread writer([&] { (void)s.conn->write(kFlood); });
  std::this_thread::sleep_for(30ms);
  const auto time = median([&] {
    REQUIRE(s.peer->engine.write(bytes_of("news")) == 4);
    const Stopwatch watch;
    s.peer->send(kNever);
    CHECK(read_once(*s.conn) == "news");
    return watch.elapsed();
  });
  CHECK(time < kPromptly);
  s.conn->set_write_deadline(within(0s));
  writer.join();
}
