// C12, C15: how a connection ends after a fatal alert or a transport error, on a fake clock.
#include <doctest/doctest.h>

#include <array>

#include "support/conn_pair.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE(
    "C12: our fatal alert reaches the peer, then our end, and both directions fail with the same "
    "error") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
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
    ConnPair b(role);
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
    ConnectedConnPair b(role);
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
  ConnectedConnPair b(Role::client);
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
  ConnectedConnPair b(Role::server);
  constexpr std::array<std::uint8_t, 30> kForged = {23, 3, 3, 0, 25};
  REQUIRE(b.peer->end->write(kForged).has_value());
  CHECK(b.read() == "error: bad_record_mac");
  b.peer->frozen = true;
  const CloseReport report = b.conn->close();
  CHECK(report.alert_sent);
  CHECK(b.elapsed() == 5s);
  CHECK(b.faults->closes == 1);
}

TEST_CASE("C15: a write error fails writing alone: reading goes on to what the peer said last") {
  ConnectedConnPair b(Role::client);
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
  ConnPair b(Role::client);
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
  ConnPair b(Role::client);
  b.faults->fail_writes_at_call = 0;
  int naps = 0;
  b.clock.when_idle([&] {
    b.clock.advance(1s);
    if (++naps == 3) REQUIRE(b.peer->end->write(kHandshakeFailure).has_value());
    return true;
  });
  CHECK(b.read() == "error: peer_alert");
  CHECK(b.elapsed() == 3s);

  ConnPair writing(Role::client);
  writing.faults->fail_writes_at_call = 0;
  CHECK(code_of(writing.conn->write("x")) == "connection_reset");
  CHECK(writing.elapsed() == 0s);
}

TEST_CASE("A transport error while reading is told, and is the transport's") {
  ConnectedConnPair b(Role::client);
  b.faults->fail_reads_at_call = 0;
  CHECK(b.read() == "error: transport_failed");
  CHECK(b.read() == "error: transport_failed");
}
