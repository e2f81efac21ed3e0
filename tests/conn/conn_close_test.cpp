// C1 to C15: how a connection ends, on a fake clock.
#include <doctest/doctest.h>

#include <array>

#include "conn/bench.hpp"
#include "conn/transport/transferred.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

// Shows RFC 5246 7.2.1-1
TEST_CASE("C1: close flushes what is queued and a close_notify, then tears down") {
  for (const Role role : kRoles) {
    Shaken b(role);
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
  Shaken b(Role::client);
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
      Bench b(role);
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
    Shaken b(Role::server);
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
  Shaken b(Role::client);
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
        Bench b(role);
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
      Bench untouched(role);
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
    Shaken b(Role::client);
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
      Shaken b(Role::server);
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
  Shaken b(Role::client);
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
    Shaken b(Role::client);
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
  Shaken b(Role::client);
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
  Shaken seen(Role::client);
  REQUIRE(seen.peer->engine.close_write().has_value());
  seen.peer->run();
  const CloseReport both = seen.conn->close();
  CHECK(both.alert_sent);
  CHECK(both.peer_closed);
  CHECK(static_cast<bool>(both));

  Shaken failing(Role::client);
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
  Shaken b(Role::client);
  b.faults->fail_writes_at_call = 0;
  CHECK(code_of(*b.conn->close().error) == "connection_reset");

  Shaken late(Role::client);
  late.stall_behind(0);
  late.faults->fail_reads_at_call = 0;
  const CloseReport report = late.conn->close();
  CHECK_FALSE(report.alert_sent);
  CHECK_FALSE(report.peer_closed);
  CHECK(code_of(*report.error) == "transport_failed");

  // The alert went out, the peer had nothing to say, the teardown failed.
  Shaken torn(Role::client);
  torn.faults->fail_close = true;
  const CloseReport sent = torn.conn->close();
  CHECK(sent.alert_sent);
  CHECK(code_of(*sent.error) == "transport_failed");
}

TEST_CASE("C8: close_write sends close_notify, leaves reading open, and ends writing") {
  for (const Role role : kRoles) {
    Shaken b(role);
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
    Bench b(role);
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
  Shaken b(Role::client);
  b.stall_behind(3);
  b.by(1s);
  CHECK(code_of(b.conn->close_write()) == "timed_out");
  b.flow();
  b.by(1s);
  CHECK(code_of(b.conn->close_write()) == "success");
  b.peer->run();
  CHECK(b.peer->engine.peer_closed());
}

TEST_CASE("C9: the peer's close_notify is the end of file, behind all plaintext, again and again") {
  for (const Role role : kRoles) {
    Shaken b(role);
    b.say("first");
    b.say("second");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->run();
    std::string got;
    for (std::string part = b.read(4); !part.empty(); part = b.read(4)) got += part;
    CHECK(got == "firstsecond");
    CHECK(b.read() == "");
    CHECK(b.read() == "");
    CHECK_FALSE(b.conn->error().has_value());
  }
}

TEST_CASE(
    "C9: a transport that ends without close_notify is truncated, behind the plaintext that was "
    "complete") {
  for (const Role role : kRoles) {
    Shaken b(role);
    b.say("complete");
    REQUIRE(b.peer->end->shut_down_writing().has_value());
    CHECK(b.read() == "complete");
    CHECK(b.read() == "error: truncated");
    CHECK(b.read() == "error: truncated");
    CHECK(b.conn->error().has_value());
  }
}

TEST_CASE("C9: whoever must live with peers that just hang up asks for it by name") {
  ClientConfig config = client_config();
  config.dangerous.accept_truncation = true;
  Shaken b(Role::client, config);
  b.say("complete");
  REQUIRE(b.peer->end->shut_down_writing().has_value());
  CHECK(b.read() == "complete");
  CHECK(b.read() == "");
  CHECK(b.read() == "");

  Bench early(Role::client, config);
  REQUIRE(early.peer->end->shut_down_writing().has_value());
  CHECK(early.read() == "error: truncated");
}

TEST_CASE("C9: a close_notify before the handshake is complete is a failure") {
  constexpr std::array<std::uint8_t, 7> kCloseNotify = {21, 3, 3, 0, 2, 1, 0};
  Bench b(Role::client);
  b.peer->frozen = true;
  REQUIRE(b.peer->end->write(kCloseNotify).has_value());
  CHECK(b.read() == "error: close_notify_before_finished");
  CHECK(code_of(b.conn->write("x")) == "close_notify_before_finished");
}

// Shows RFC 5246 7.2.1-3
TEST_CASE("C10: the peer's close_notify leaves our writing open; ours is sent by close") {
  for (const Role role : kRoles) {
    Shaken b(role);
    b.say("request");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->run();
    CHECK(b.read() == "request");
    CHECK(b.read() == "");
    CHECK(b.conn->write("answer") == 6);
    b.peer->run();
    CHECK(b.peer->got == "answer");
    CHECK_FALSE(b.peer->engine.peer_closed());
    const CloseReport report = b.conn->close();
    CHECK(report.alert_sent);
    CHECK(report.peer_closed);
    b.peer->run();
    CHECK(b.peer->engine.peer_closed());
  }
}

TEST_CASE(
    "C10: strict_close answers at once and ends writing; failing to answer never fails the read") {
  ServerConfig config = server_config();
  config.common.strict_close = true;
  for (const bool broken : {false, true}) {
    Shaken b(Role::server, client_config(), config);
    b.say("request");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->run();
    if (broken) b.faults->fail_writes_at_call = 0;
    CHECK(b.read() == "request");
    CHECK(b.read() == "");
    b.peer->run();
    CHECK(b.peer->engine.peer_closed() != broken);
    CHECK_FALSE(b.conn->write("late").has_value());
  }
}

TEST_CASE(
    "C11: close_gracefully waits for the peer's close_notify and discards what comes before it") {
  Shaken b(Role::client);
  int naps = 0;
  b.clock.when_idle([&] {
    b.clock.advance(100ms);
    b.peer->receive();
    if (++naps == 3) b.say(numbered(5000));
    if (naps == 6) REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->send(kNever);
    return true;
  });
  const CloseReport report = b.conn->close_gracefully(within(10s, b.clock));
  CHECK(report.alert_sent);
  CHECK(report.peer_closed);
  CHECK(static_cast<bool>(report));
  CHECK(b.elapsed() < 1s);
  CHECK(b.faults->closes == 1);
}

TEST_CASE("C11: close_gracefully is bounded in time and in bytes") {
  Shaken silent(Role::client);
  const CloseReport report = silent.conn->close_gracefully(within(3s, silent.clock));
  CHECK(report.alert_sent);
  CHECK_FALSE(report.peer_closed);
  CHECK(silent.elapsed() == 3s);

  Shaken chatty(Role::client);
  const std::string noise = numbered(16000);
  chatty.clock.when_idle([&] {
    chatty.peer->receive();
    (void)chatty.peer->engine.write(bytes_of(noise));
    return chatty.peer->send(kNever);
  });
  const std::size_t before = chatty.faults->bytes_read;
  CHECK(chatty.conn->close_gracefully(Deadline::never()).alert_sent);
  CHECK(chatty.faults->bytes_read - before < (1 << 20) + (1 << 18));
  CHECK(chatty.elapsed() == 0s);
}

TEST_CASE(
    "C12: our fatal alert reaches the peer, then our end, and both directions fail with the same "
    "error") {
  for (const Role role : kRoles) {
    Shaken b(role);
    b.say("good");
    constexpr std::array<std::uint8_t, 30> kForged = {23, 3, 3, 0, 25};
    REQUIRE(b.peer->end->write(kForged).has_value());
    CHECK(b.read() == "good");
    CHECK(b.read() == "error: bad_record_mac");
    CHECK(b.elapsed() == 0s);
    CHECK(b.read() == "error: bad_record_mac");
    CHECK(code_of(b.conn->write("x")) == "bad_record_mac");
    CHECK(b.faults->shut_downs == 1);
    const std::size_t written = b.faults->bytes_written;
    b.peer->run();
    REQUIRE(b.peer->engine.error().has_value());
    CHECK(b.peer->engine.error()->code == Errc::peer_alert);
    CHECK(b.peer->engine.error()->alert == Alert::bad_record_mac);
    b.peer->end.reset();
    b.clock.when_idle({});
    const CloseReport report = b.conn->close();
    CHECK(report.alert_sent);
    REQUIRE(report.error.has_value());
    CHECK(report.error->code == Errc::bad_record_mac);
    CHECK(b.faults->bytes_written == written);
    CHECK(b.faults->closes == 1);
  }
}

TEST_CASE("C12: the call that finds a fault sends its alert, a handshake() too") {
  constexpr std::array<std::uint8_t, 5> kNonsense = {99, 3, 3, 0, 1};
  for (const Role role : kRoles) {
    Bench b(role);
    b.peer->frozen = true;
    REQUIRE(b.peer->end->write(kNonsense).has_value());
    b.by(1s);
    const auto done = b.conn->handshake();
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().category() == Category::protocol);
    CHECK(b.elapsed() == 0s);
    CHECK(b.faults->shut_downs == 1);
  }
}

TEST_CASE(
    "who breaks off tells the peer with an alert of its own choice, and both directions fail") {
  for (const Role role : kRoles) {
    Shaken b(role);
    b.conn->abort(Alert::access_denied);
    b.peer->run();
    REQUIRE(b.peer->engine.error());
    CHECK(b.peer->engine.error()->alert == Alert::access_denied);
    CHECK(b.read() == "error: aborted");
    CHECK(code_of(b.conn->write("x")) == "aborted");
    CHECK(b.conn->close().alert_sent);
  }
}

TEST_CASE(
    "C12: an alert that the transport does not take at once delays no read; close sends it, behind "
    "the half-sent record") {
  Shaken b(Role::client);
  b.stall_behind(9);
  b.by(1s);
  CHECK(b.conn->write("half sent") == 9);
  b.start = b.clock.now();
  constexpr std::array<std::uint8_t, 30> kForged = {23, 3, 3, 0, 25};
  REQUIRE(b.peer->end->write(kForged).has_value());
  b.by(1s);
  CHECK(b.read() == "error: bad_record_mac");
  CHECK(b.elapsed() == 0s);
  CHECK(b.faults->shut_downs == 0);
  b.flow();
  b.clock.when_idle([&] {
    const bool moved = b.peer->step();
    if (b.peer->engine.error()) (void)b.peer->end->shut_down_writing();
    return moved;
  });
  const CloseReport report = b.conn->close();
  CHECK(report.alert_sent);
  CHECK(b.faults->shut_downs == 1);
  CHECK(b.elapsed() == 0s);
  CHECK(b.peer->got == "half sent");
  REQUIRE(b.peer->engine.error().has_value());
  CHECK(b.peer->engine.error()->alert == Alert::bad_record_mac);
}

TEST_CASE("C12: close drains a peer that goes on sending behind our fatal alert, by its deadline") {
  Shaken b(Role::server);
  constexpr std::array<std::uint8_t, 30> kForged = {23, 3, 3, 0, 25};
  REQUIRE(b.peer->end->write(kForged).has_value());
  CHECK(b.read() == "error: bad_record_mac");
  b.peer->frozen = true;
  const CloseReport report = b.conn->close();
  CHECK(report.alert_sent);
  CHECK(b.elapsed() == 5s);
  CHECK(b.faults->closes == 1);
}

TEST_CASE("C13: the destructor sends what is taken at once, and never waits") {
  Shaken b(Role::client);
  b.conn.reset();
  CHECK(b.elapsed() == 0s);
  CHECK(b.faults->closes == 1);
  b.peer->run();
  CHECK(b.peer->engine.peer_closed());

  Shaken stalled(Role::client);
  stalled.stall_behind(0);
  stalled.conn.reset();
  CHECK(stalled.elapsed() == 0s);
  CHECK(stalled.faults->closes == 1);

  Bench early(Role::client);
  early.peer->frozen = true;
  early.conn.reset();
  CHECK(early.elapsed() == 0s);
  CHECK(early.faults->closes == 1);
}

TEST_CASE(
    "C13: the destructor finishes what is half sent as far as that goes at once, and closes behind "
    "any failure") {
  Shaken b(Role::client);
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

  Shaken broken(Role::server);
  broken.faults->fail_writes_at_call = 0;
  broken.conn.reset();
  CHECK(broken.faults->closes == 1);
  CHECK(broken.elapsed() == 0s);
}

TEST_CASE("C15: a write error fails writing alone: reading goes on to what the peer said last") {
  Shaken b(Role::client);
  b.say("last words");
  REQUIRE(b.peer->engine.close_write().has_value());
  b.peer->run();
  b.faults->fail_writes_at_call = 0;
  CHECK(code_of(b.conn->write("x")) == "connection_reset");
  CHECK(code_of(b.conn->write("x")) == "connection_reset");
  CHECK(b.read() == "last words");
  CHECK(b.read() == "");
}

TEST_CASE("C15: a handshake whose writing breaks still hears the peer's alert") {
  constexpr std::array<std::uint8_t, 7> kHandshakeFailure = {21, 3, 3, 0, 2, 2, 40};
  Bench b(Role::client);
  b.peer->frozen = true;
  b.faults->fail_writes_at_call = 0;
  REQUIRE(b.peer->end->write(kHandshakeFailure).has_value());
  std::array<std::uint8_t, 1> byte;
  const auto n = b.conn->read(byte);
  CHECK(code_of(n) == "peer_alert");
  CHECK(n.error().alert == Alert::handshake_failure);
}

TEST_CASE(
    "C15: a read whose handshake cannot write any more waits, by its deadline, for what the peer "
    "says about it") {
  constexpr std::array<std::uint8_t, 7> kHandshakeFailure = {21, 3, 3, 0, 2, 2, 40};
  Bench b(Role::client);
  b.faults->fail_writes_at_call = 0;
  int naps = 0;
  b.clock.when_idle([&] {
    b.clock.advance(1s);
    if (++naps == 3) REQUIRE(b.peer->end->write(kHandshakeFailure).has_value());
    return true;
  });
  CHECK(b.read() == "error: peer_alert");
  CHECK(b.elapsed() == 3s);

  Bench writing(Role::client);
  writing.faults->fail_writes_at_call = 0;
  CHECK(code_of(writing.conn->write("x")) == "connection_reset");
  CHECK(writing.elapsed() == 0s);
}

TEST_CASE("A transport error while reading is told, and is the transport's") {
  Shaken b(Role::client);
  b.faults->fail_reads_at_call = 0;
  CHECK(b.read() == "error: transport_failed");
  CHECK(b.read() == "error: transport_failed");
}
