// D4, D5, C4, C5, C10, C14: what one thread does to a call that another is blocked in, on memory
// and a fake clock.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <vector>

#include "conn/blocked_calls.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

const std::string kLong = numbered(4 << 20);  // more than queue and transport take

/// A way to be blocked, and how to get there.
struct Way {
  const char* name;
  bool shaken;         ///< behind the handshake
  bool output_stalls;  ///< the transport takes nothing
  std::function<std::string(StillConnPair&)> call;
};

std::string said(const Result<std::size_t>& n) {
  return n ? "accepted " + std::to_string(*n) : code_of(n);
}

const Way kWays[] = {
    {"read", true, false, [](StillConnPair& b) { return b.read(); }},
    {"read while output is stuck", true, true, [](StillConnPair& b) { return b.read(); }},
    {"flush", true, true, [](StillConnPair& b) { return code_of(b.conn->flush()); }},
    {"write", true, true, [](StillConnPair& b) { return said(b.conn->write(kLong)); }},
    {"close_write", true, true, [](StillConnPair& b) { return code_of(b.conn->close_write()); }},
    {"handshake", false, false, [](StillConnPair& b) { return code_of(b.conn->handshake()); }},
    {"handshake whose output is stuck", false, true,
     [](StillConnPair& b) { return code_of(b.conn->handshake()); }},
    {"read that starts the handshake", false, false, [](StillConnPair& b) { return b.read(); }},
    {"write that starts the handshake", false, false,
     [](StillConnPair& b) { return said(b.conn->write("x")); }},
};

void get_there(StillConnPair& b, const Way& way) {
  if (way.shaken) {
    b.shake();
    if (way.output_stalls) {
      b.stall_behind(0);
      b.by(1s);
      // Something is queued: a flush has what to wait for.
      REQUIRE(b.conn->write("queued") == 6);
    }
  } else {
    b.peer->frozen = true;
    if (way.output_stalls) b.faults->stall_writes_at = 0;
  }
  b.stand_still();
}

std::string without_prefix(const std::string& text) {
  return text.starts_with("error: ") ? text.substr(7) : text;
}

}  // namespace

TEST_CASE("D4: a deadline that is set sooner ends whatever call is blocked") {
  for (const Role role : kRoles) {
    for (const Way& way : kWays) {
      CAPTURE(way.name);
      StillConnPair b(role);
      get_there(b, way);
      auto call = b.blocked([&] { return way.call(b); });
      b.conn->set_deadline(within(0s, b.clock));
      const std::string result = b.outcome(call);
      if (way.name == std::string("write")) {
        CHECK(result.starts_with("accepted "));
      } else {
        CHECK(without_prefix(result) == "timed_out");
      }
    }
  }
}

TEST_CASE("D4: a deadline that is set later lets a blocked call go on, past the earlier one") {
  for (const Way& way : kWays) {
    if (!way.shaken) continue;  // the handshake's own bound would end these
    CAPTURE(way.name);
    StillConnPair b(Role::client);
    get_there(b, way);
    b.conn->set_deadline(within(5s, b.clock));
    auto call = b.blocked([&] { return way.call(b); });
    const std::size_t waits = b.faults->waits;
    b.conn->set_deadline(within(60s, b.clock));
    b.settled(waits);
    b.clock.advance(50s);
    CHECK(call.wait_for(20ms) == std::future_status::timeout);
    b.clock.advance(10s);
    const std::string result = b.outcome(call);
    CHECK((without_prefix(result) == "timed_out" || result.starts_with("accepted ")));
  }
}

TEST_CASE(
    "D4: a write deadline that is set sooner ends a close that is flushing, and one that is set "
    "later is not cut short") {
  StillConnPair b(Role::client);
  b.shake();
  b.stall_behind(0);
  b.stand_still();
  auto closing = b.blocked([&] {
    const CloseReport report = b.conn->close();
    return report.error ? code_of(*report.error) : "fine";
  });
  const std::size_t waits = b.faults->waits;
  b.conn->set_write_deadline(within(20h, b.clock));
  b.settled(waits);
  b.clock.advance(15h);
  CHECK(closing.wait_for(20ms) == std::future_status::timeout);
  b.conn->set_write_deadline(within(0s, b.clock));
  CHECK(b.outcome(closing) == "timed_out");
  CHECK(b.faults->closes == 1);
}

TEST_CASE(
    "D5: of two calls that need the handshake one drives; the other waits under its own deadline "
    "and leaves alone") {
  StillConnPair b(Role::client);
  b.stand_still();
  auto driver = b.blocked([&] { return said(b.conn->write("hello")); });
  const std::size_t waits = b.faults->waits;
  b.conn->set_read_deadline(within(1s, b.clock));
  b.settled(waits);
  const std::size_t calls = b.faults->read_calls + b.faults->write_calls;
  auto follower = b.blocked([&] { return b.read(); });
  CHECK(b.faults->read_calls + b.faults->write_calls == calls);
  b.clock.advance(1s);
  CHECK(b.outcome(follower) == "error: timed_out");
  for (int i = 0; i < 10000 && b.peer->got != "hello"; ++i) {
    b.peer->run();
    std::this_thread::sleep_for(1ms);
  }
  CHECK(b.outcome(driver) == "accepted 5");
  CHECK(b.peer->got == "hello");
}

TEST_CASE(
    "D5: when the call that drives the handshake leaves, the one that waits takes over, byte for "
    "byte") {
  for (const Role role : kRoles) {
    for (const bool reader_first : {true, false}) {
      StillConnPair b(role);
      b.stand_still();
      const auto reading = [&] { return b.read(); };
      const auto writing = [&] { return said(b.conn->write("hello")); };
      (reader_first ? b.conn->set_read_deadline(within(1s, b.clock))
                    : b.conn->set_write_deadline(within(1s, b.clock)));
      auto driver = reader_first ? b.blocked(reading) : b.blocked(writing);
      b.peer->send(3);  // and stops in the middle of a record
      auto follower = reader_first ? b.blocked(writing) : b.blocked(reading);
      b.clock.advance(1s);
      CHECK(without_prefix(b.outcome(driver)) == "timed_out");
      bool spoken = false;
      for (int i = 0; i < 10000 && follower.wait_for(0s) != std::future_status::ready; ++i) {
        b.peer->run();
        if (!b.peer->engine.handshaking() && !std::exchange(spoken, true)) b.say("greetings");
        std::this_thread::sleep_for(1ms);
      }
      CHECK(b.outcome(follower) == (reader_first ? "accepted 5" : "greetings"));
    }
  }
}

TEST_CASE(
    "D5: handshake_timeout ends every call that needs the handshake, drivers and followers, though "
    "no deadline is set") {
  StillConnPair b(Role::client);
  b.peer->frozen = true;
  b.stand_still();
  b.conn->set_deadline(Deadline::never());
  auto driver = b.blocked([&] { return b.read(); });
  auto follower = b.blocked([&] { return said(b.conn->write("x")); });
  b.clock.advance(10s);
  CHECK(b.outcome(driver) == "error: handshake_timed_out");
  CHECK(b.outcome(follower) == "handshake_timed_out");
  CHECK(b.faults->closes == 1);
}

TEST_CASE("C5: close releases whatever call is blocked: it returns closed") {
  for (const Role role : kRoles) {
    for (const Way& way : kWays) {
      CAPTURE(way.name);
      StillConnPair b(role);
      get_there(b, way);
      auto call = b.blocked([&] { return way.call(b); });
      b.conn->set_write_deadline(within(-1s, b.clock));
      auto closing = std::async(std::launch::async, [&] {
        return std::string(b.conn->close().alert_sent ? "sent" : "not sent");
      });
      const std::string result = without_prefix(b.outcome(call));
      // Its own deadline, which is close()'s too, may be what a blocked writer finds first.
      CHECK((result == "closed" || result == "timed_out" || result.starts_with("accepted ")));
      CHECK(b.outcome(closing) == (way.shaken && !way.output_stalls ? "sent" : "not sent"));
      CHECK(b.faults->closes == 1);
    }
  }
}

TEST_CASE("C5: calls are released while close itself still waits") {
  for (const Way& way : kWays) {
    if (!way.output_stalls || !way.shaken) continue;
    CAPTURE(way.name);
    StillConnPair b(Role::client);
    get_there(b, way);
    auto call = b.blocked([&] { return way.call(b); });
    auto closing =
        b.blocked([&] { return std::string(b.conn->close().alert_sent ? "sent" : "not sent"); });
    CHECK(without_prefix(b.outcome(call)) == "closed");
    CHECK(closing.wait_for(0s) == std::future_status::timeout);
    b.clock.advance(10h);
    CHECK(b.outcome(closing) == "not sent");
  }
}

TEST_CASE(
    "C4: closers in any number of threads, gentle ones too, all report the same, and the transport "
    "is closed once") {
  StillConnPair b(Role::server);
  b.shake();
  b.stand_still();
  std::vector<std::future<std::string>> calls;
  for (int i = 0; i < 12; ++i) {
    calls.push_back(std::async(std::launch::async, [&b, i] {
      const CloseReport report =
          i % 3 == 0 ? b.conn->close_gracefully(within(1h, b.clock)) : b.conn->close();
      return std::string(report.alert_sent ? "sent" : "not sent")
          .append(report.error ? ", failed" : "");
    }));
  }
  for (auto& call : calls) CHECK(b.outcome(call) == "sent");
  CHECK(b.faults->closes == 1);
  b.peer->run();
  CHECK(b.peer->engine.peer_closed());
}

TEST_CASE(
    "C4: a closer that comes while another is at it returns with it, behind the teardown, and "
    "reports the same") {
  StillConnPair b(Role::client);
  b.shake();
  b.stall_behind(0);
  b.stand_still();
  const auto closing = [&] {
    const CloseReport report = b.conn->close();
    return std::string(report.error ? code_of(*report.error) : "fine") + ", closed " +
           std::to_string(b.faults->closes);
  };
  auto first = b.blocked(closing);
  auto second = b.blocked(closing);
  b.clock.advance(10h);
  CHECK(b.outcome(second) == "timed_out, closed 1");
  CHECK(b.outcome(first) == "timed_out, closed 1");
}

TEST_CASE(
    "C4: a close from within the time of a graceful one, and a graceful one with less time, end "
    "it") {
  for (const bool plain : {true, false}) {
    StillConnPair b(Role::client);
    b.shake();
    b.stand_still();
    const auto text = [](const CloseReport& report) {
      return std::string(report.alert_sent ? "sent" : "not sent")
          .append(report.error ? ", failed" : "");
    };
    auto patient = b.blocked([&] { return text(b.conn->close_gracefully(Deadline::never())); });
    auto hasty = b.blocked([&] {
      return text(plain ? b.conn->close() : b.conn->close_gracefully(within(1s, b.clock)));
    });
    if (!plain) b.clock.advance(1s);
    CHECK(b.outcome(hasty) == "sent");
    CHECK(b.outcome(patient) == "sent");
    CHECK(b.elapsed() <= 1s);
    CHECK(b.faults->closes == 1);
  }
}

TEST_CASE(
    "C10: strict_close drops what is not sealed yet, and sends what is, then our close_notify") {
  ServerConfig config = live_server_config();
  config.common.strict_close = true;
  StillConnPair b(Role::server, live_client_config(), config);
  b.shake();
  const std::size_t before = b.faults->bytes_written;
  b.faults->stall_writes_at = before + 10;
  b.stand_still();
  auto writer = b.blocked([&] { return said(b.conn->write(kLong)); });
  REQUIRE(b.peer->engine.close_write().has_value());
  b.peer->send(kNever);
  CHECK(b.read() == "");
  CHECK(b.outcome(writer) == "closed");
  b.flow();
  auto closing = std::async(std::launch::async, [&] {
    return std::string(b.conn->close().alert_sent ? "sent" : "not sent");
  });
  while (closing.wait_for(1ms) != std::future_status::ready) b.peer->receive();
  CHECK(b.outcome(closing) == "sent");
  b.peer->receive();
  CHECK(b.peer->engine.peer_closed());
  CHECK_FALSE(b.peer->engine.error().has_value());
  CHECK_FALSE(b.peer->got.empty());
  CHECK(b.peer->got.size() < kLong.size());
  CHECK(kLong.starts_with(b.peer->got));
}

TEST_CASE("D7: a reader that is blocked already pushes out what a write left behind") {
  StillConnPair b(Role::client);
  b.shake();
  b.stand_still();
  auto reader = b.blocked([&] { return b.read(); });
  const std::size_t waits = b.faults->waits;
  b.conn->set_write_deadline(within(500ms, b.clock));
  b.settled(waits);
  auto writer =
      b.blocked([&] { return said(b.conn->write(std::string_view(kLong).substr(0, 200'000))); });
  b.clock.advance(500ms);
  CHECK(b.outcome(writer) == "accepted 200000");
  for (int i = 0; i < 5000 && b.peer->got.size() < 200'000; ++i) {
    b.peer->receive();
    std::this_thread::sleep_for(1ms);
  }
  CHECK((b.peer->got == kLong.substr(0, 200'000)));
  b.say("thanks");
  CHECK(b.outcome(reader) == "thanks");
}

TEST_CASE("C14: a writer that is stuck delays neither a reader nor anyone who looks or sets") {
  StillConnPair b(Role::client);
  b.shake();
  b.stall_behind(100);
  b.stand_still();
  auto writer = b.blocked([&] { return said(b.conn->write(kLong)); });
  for (int i = 0; i < 10; ++i) {
    b.say("news");
    auto reader = std::async(std::launch::async, [&] { return b.read(); });
    CHECK(b.outcome(reader) == "news");
  }
  auto look = std::async(std::launch::async, [&] {
    b.conn->set_read_deadline(Deadline::never());
    return std::string(b.conn->state().handshake_complete && !b.conn->error() &&
                               b.conn->wants() == Wants::nothing
                           ? "seen"
                           : "odd");
  });
  CHECK(b.outcome(look) == "seen");
  b.conn->set_write_deadline(within(0s, b.clock));
  CHECK(b.outcome(writer).starts_with("accepted "));
}

TEST_CASE("C14: a reader that is blocked delays no writer") {
  StillConnPair b(Role::server);
  b.shake();
  b.stand_still();
  auto reader = b.blocked([&] { return b.read(); });
  auto writer = std::async(std::launch::async, [&] { return said(b.conn->write("not delayed")); });
  CHECK(b.outcome(writer) == "accepted 11");
  b.peer->run();
  CHECK(b.peer->got == "not delayed");
  b.say("you neither");
  CHECK(b.outcome(reader) == "you neither");
}
