// C1 to C8, C13: how this end closes a connection, on a fake clock.
#include <doctest/doctest.h>

#include <array>

#include "conn/transport/transferred.hpp"
#include "support/conn_pair.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

// Shows RFC 5246 7.2.1-1
TEST_CASE("C1: close flushes what is queued and a close_notify, then tears down") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    b.stall_behind(10);
    b.by(1s);
    CHECK(b.conn->write("queued") == 6);
    b.flow();
    b.conn->set_deadline(Deadline::never());
    const CloseReport report = b.conn->close();
    CHECK(report.alert_sent);
    CHECK_FALSE(report.peer_closed);
    CHECK_FALSE(report.error.has_value());
    CHECK(b.faults->closes == 1);
    b.peer->run();
    CHECK(b.peer->got == "queued");
    CHECK(b.peer->engine.peer_closed());
    CHECK_FALSE(b.peer->engine.error().has_value());
    std::array<std::uint8_t, 1> byte;
    CHECK(transferred(b.peer->end->read(byte)) == 0);
  }
}

TEST_CASE("C1: the transport is torn down even when the alert cannot be sent") {
  ConnectedConnPair b(Role::client);
  b.faults->fail_writes_at_call = 0;
  const CloseReport report = b.conn->close();
  CHECK_FALSE(report.alert_sent);
  REQUIRE(report.error.has_value());
  CHECK(report.error->code == Errc::connection_reset);
  CHECK(b.faults->closes == 1);
  CHECK(b.elapsed() == 0s);
}

// Shows RFC 5246 7.2.1-2
TEST_CASE(
    "C2: close before the handshake is complete sends nothing, waits for nothing, and tears down") {
  for (const Role role : kRoles) {
    for (const bool begun : {false, true}) {
      ConnPair b(role);
      b.peer->frozen = true;
      if (begun) {
        b.by(1s);
        CHECK(code_of(b.conn->handshake()) == "timed_out");
        b.start = b.clock.now();
      }
      const std::size_t written = b.faults->bytes_written;
      const CloseReport report = b.conn->close();
      CHECK_FALSE(report.alert_sent);
      CHECK_FALSE(report.error.has_value());
      CHECK(b.faults->bytes_written == written);
      CHECK(b.faults->closes == 1);
      CHECK(b.elapsed() == 0s);
      CHECK(b.read() == "error: closed");
      CHECK(code_of(b.conn->write("x")) == "closed");
      CHECK(code_of(b.conn->handshake()) == "closed");
    }
  }
}

TEST_CASE(
    "C3: close returns by the write deadline if one is set, else by close_timeout, and before both "
    "when it can") {
  struct Row {
    std::optional<Duration> deadline;
    Duration returns;
  };
  for (const Row& row : {Row{std::nullopt, 5s}, Row{2s, 2s}, Row{20s, 20s}, Row{-1s, 0s}}) {
    ConnectedConnPair b(Role::server);
    b.stall_behind(0);
    if (row.deadline) b.conn->set_write_deadline(within(*row.deadline, b.clock));
    const CloseReport report = b.conn->close();
    CHECK(b.elapsed() == row.returns);
    CHECK_FALSE(report.alert_sent);
    REQUIRE(report.error.has_value());
    CHECK(report.error->code == Errc::timed_out);
    CHECK(report.error->phase == Phase::close);
    CHECK(b.faults->closes == 1);
  }
}

TEST_CASE("C3: behind its deadline close makes one attempt that does not block") {
  ConnectedConnPair b(Role::client);
  b.by(-1s);
  const CloseReport report = b.conn->close();
  CHECK(report.alert_sent);
  CHECK(static_cast<bool>(report));
  CHECK(b.elapsed() == 0s);
  b.peer->run();
  CHECK(b.peer->engine.peer_closed());
}

TEST_CASE(
    "C2: close, gentle or not, and the destructor leave a handshake that is half sent as it is") {
  enum class End { close, gentle, destructor };
  for (const Role role : kRoles) {
    for (const End end : {End::close, End::gentle, End::destructor}) {
      for (const std::size_t half : {std::size_t{0}, std::size_t{7}}) {
        ConnPair b(role);
        b.faults->stall_writes_at = half;
        b.by(1s);
        CHECK(code_of(b.conn->handshake()) == "timed_out");
        b.flow();
        b.conn->set_deadline(Deadline::never());
        b.start = b.clock.now();
        const std::size_t reads = b.faults->read_calls;
        if (end == End::close) CHECK_FALSE(b.conn->close().alert_sent);
        if (end == End::gentle)
          CHECK_FALSE(b.conn->close_gracefully(within(1h, b.clock)).alert_sent);
        b.conn.reset();
        CHECK(b.faults->bytes_written == half);
        CHECK(b.faults->read_calls == reads);
        CHECK(b.faults->closes == 1);
        CHECK(b.elapsed() == 0s);
      }
      ConnPair untouched(role);
      if (end == End::close) CHECK_FALSE(untouched.conn->close().alert_sent);
      if (end == End::gentle)
        CHECK_FALSE(untouched.conn->close_gracefully(within(1h, untouched.clock)).alert_sent);
      untouched.conn.reset();
      CHECK(untouched.faults->bytes_written == 0);
    }
  }
}

TEST_CASE(
    "C3: a graceful close sends by the write deadline, too, and by close_timeout where no deadline "
    "is set") {
  struct Row {
    Deadline write, gentle;
    Duration returns;
  };
  FakeClock same;
  const Deadline never, two = within(2s, same), eight = within(8s, same);
  for (const Row& row : {Row{two, eight, 2s}, Row{eight, two, 2s}, Row{never, eight, 8s},
                         Row{two, never, 2s}, Row{never, never, 5s}}) {
    ConnectedConnPair b(Role::client);
    b.stall_behind(0);
    const auto from_here = [&](Deadline d) {
      return d.is_never() ? d : Deadline(b.clock.now() + (d.point() - same.now()));
    };
    b.conn->set_write_deadline(from_here(row.write));
    CHECK_FALSE(b.conn->close_gracefully(from_here(row.gentle)).alert_sent);
    CHECK(b.elapsed() == row.returns);
    CHECK(b.faults->closes == 1);
  }
}

TEST_CASE(
    "C3: close behind a fatal alert that the peer does not take ends in time, by the write "
    "deadline if one is set") {
  for (const std::optional<Duration> deadline :
       {std::optional<Duration>(), std::optional<Duration>(2s), std::optional<Duration>(-1s)}) {
    for (const bool taken : {true, false}) {
      ConnectedConnPair b(Role::server);
      if (!taken) b.stall_behind(0);
      constexpr std::array<std::uint8_t, 30> kForged = {23, 3, 3, 0, 25};
      REQUIRE(b.peer->end->write(kForged).has_value());
      CHECK(b.read() == "error: bad_record_mac");
      b.peer->frozen = true;
      b.start = b.clock.now();
      if (deadline) b.conn->set_write_deadline(within(*deadline, b.clock));
      CHECK(b.conn->close().alert_sent == taken);
      CHECK(b.elapsed() == std::max<Duration>(deadline.value_or(5s), 0s));
      CHECK(b.faults->closes == 1);
    }
  }
}

TEST_CASE("C4: close again and again reports the same and closes the transport once") {
  ConnectedConnPair b(Role::client);
  for (int i = 0; i < 3; ++i) {
    const CloseReport report = b.conn->close();
    CHECK(report.alert_sent);
    CHECK_FALSE(report.error.has_value());
  }
  CHECK(b.conn->close_gracefully(within(1s, b.clock)).alert_sent);
  CHECK(b.faults->closes == 1);
  CHECK(b.elapsed() == 0s);
  b.conn.reset();
  CHECK(b.faults->closes == 1);
}

TEST_CASE(
    "C6: a record that is half sent is finished before the close_notify, wherever it was cut") {
  for (std::size_t cut = 1; cut < 40; ++cut) {
    CAPTURE(cut);
    ConnectedConnPair b(Role::client);
    b.stall_behind(cut);
    b.by(1s);
    (void)b.conn->write("half sent record");
    b.flow();
    b.by(1s);
    REQUIRE(b.conn->close().alert_sent);
    b.peer->run();
    REQUIRE(b.peer->got == "half sent record");
    REQUIRE(b.peer->engine.peer_closed());
    REQUIRE_FALSE(b.peer->engine.error().has_value());
  }
}

TEST_CASE("C6: when a half-sent record cannot be finished in time, no alert is put into it") {
  ConnectedConnPair b(Role::client);
  const std::size_t stop = b.faults->bytes_written + 7;
  b.faults->stall_writes_at = stop;
  b.by(1s);
  CHECK(b.conn->write("half sent record") == 16);
  const CloseReport report = b.conn->close();
  CHECK_FALSE(report.alert_sent);
  CHECK(b.faults->bytes_written == stop);
  CHECK(b.faults->closes == 1);
  b.peer->run();
  REQUIRE(b.peer->engine.error().has_value());
  CHECK(code_of(*b.peer->engine.error()) == "truncated");
}

TEST_CASE("C7: the report says what happened, the transport's error first") {
  ConnectedConnPair seen(Role::client);
  REQUIRE(seen.peer->engine.close_write().has_value());
  seen.peer->run();
  const CloseReport both = seen.conn->close();
  CHECK(both.alert_sent);
  CHECK(both.peer_closed);
  CHECK(static_cast<bool>(both));

  ConnectedConnPair failing(Role::client);
  failing.stall_behind(0);
  failing.faults->fail_close = true;
  const CloseReport report = failing.conn->close();
  CHECK_FALSE(report.alert_sent);
  REQUIRE(report.error.has_value());
  CHECK(report.error->code == Errc::transport_failed);
  CHECK(report.error->phase == Phase::close);
}

TEST_CASE(
    "C7: when sending and tearing down both fail, or time runs out and the transport fails, the "
    "transport's error is told") {
  ConnectedConnPair b(Role::client);
  b.faults->fail_writes_at_call = 0;
  CHECK(code_of(*b.conn->close().error) == "connection_reset");

  ConnectedConnPair late(Role::client);
  late.stall_behind(0);
  late.faults->fail_reads_at_call = 0;
  const CloseReport report = late.conn->close();
  CHECK_FALSE(report.alert_sent);
  CHECK_FALSE(report.peer_closed);
  CHECK(code_of(*report.error) == "transport_failed");

  // The alert went out, the peer had nothing to say, the teardown failed.
  ConnectedConnPair torn(Role::client);
  torn.faults->fail_close = true;
  const CloseReport sent = torn.conn->close();
  CHECK(sent.alert_sent);
  CHECK(code_of(*sent.error) == "transport_failed");
}

TEST_CASE("C8: close_write sends close_notify, leaves reading open, and ends writing") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    CHECK(b.conn->write("last words") == 10);
    CHECK(code_of(b.conn->close_write()) == "success");
    b.peer->run();
    CHECK(b.peer->got == "last words");
    CHECK(b.peer->engine.peer_closed());
    CHECK_FALSE(b.peer->ended);
    CHECK(code_of(b.conn->write("more")) == "closed");
    CHECK(code_of(b.conn->close_write()) == "success");
    b.say("still here");
    CHECK(b.read() == "still here");
  }
}

TEST_CASE("C8: close_write before the handshake is complete is an error that changes nothing") {
  for (const Role role : kRoles) {
    ConnPair b(role);
    const auto early = b.conn->close_write();
    CHECK(code_of(early) == "handshake_not_complete");
    CHECK(early.error().category() == Category::misuse);
    b.shake();
    CHECK(b.conn->write("fine") == 4);
    b.peer->run();
    CHECK(b.peer->got == "fine");
  }
}

TEST_CASE("C8: close_write that times out is continued by the next call") {
  ConnectedConnPair b(Role::client);
  b.stall_behind(3);
  b.by(1s);
  CHECK(code_of(b.conn->close_write()) == "timed_out");
  b.flow();
  b.by(1s);
  CHECK(code_of(b.conn->close_write()) == "success");
  b.peer->run();
  CHECK(b.peer->engine.peer_closed());
}

TEST_CASE("C13: the destructor sends what is taken at once, and never waits") {
  ConnectedConnPair b(Role::client);
  b.conn.reset();
  CHECK(b.elapsed() == 0s);
  CHECK(b.faults->closes == 1);
  b.peer->run();
  CHECK(b.peer->engine.peer_closed());

  ConnectedConnPair stalled(Role::client);
  stalled.stall_behind(0);
  stalled.conn.reset();
  CHECK(stalled.elapsed() == 0s);
  CHECK(stalled.faults->closes == 1);

  ConnPair early(Role::client);
  early.peer->frozen = true;
  early.conn.reset();
  CHECK(early.elapsed() == 0s);
  CHECK(early.faults->closes == 1);
}

TEST_CASE(
    "C13: the destructor finishes what is half sent as far as that goes at once, and closes behind "
    "any failure") {
  ConnectedConnPair b(Role::client);
  b.stall_behind(9);
  b.by(1s);
  CHECK(b.conn->write("half sent") == 9);
  b.start = b.clock.now();
  b.flow();
  b.conn.reset();
  CHECK(b.elapsed() == 0s);
  b.peer->run();
  CHECK(b.peer->got == "half sent");
  CHECK(b.peer->engine.peer_closed());

  ConnectedConnPair broken(Role::server);
  broken.faults->fail_writes_at_call = 0;
  broken.conn.reset();
  CHECK(broken.faults->closes == 1);
  CHECK(broken.elapsed() == 0s);
}
