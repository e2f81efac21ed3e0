// D1 to D9: what deadlines do to a connection, on a fake clock.
#include <doctest/doctest.h>

#include <array>

#include "support/conn_pair.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE("D1: without a deadline a read waits for ever") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    int naps = 0;
    b.clock.when_idle([&] {
      b.clock.advance(1000h);
      if (++naps == 5) b.say("at last");
      return true;
    });
    CHECK(b.read() == "at last");
    CHECK(b.elapsed() >= 5000h);
  }
}

TEST_CASE("D2: a byte a second does not extend a read's deadline, in the handshake or behind it") {
  for (const Role role : kRoles) {
    for (const bool shaken : {false, true}) {
      ConnPair b(role);
      if (shaken) {
        b.shake();
        REQUIRE(b.peer->engine.write(bytes_of(numbered(1000))) == 1000);
      }
      b.clock.when_idle([&] {
        b.clock.advance(1s);
        b.peer->receive();
        b.peer->send(1);
        return true;
      });
      b.by(5s);
      CHECK(b.read() == "error: timed_out");
      CHECK(b.elapsed() >= 5s);
      CHECK(b.elapsed() < 6500ms);
    }
  }
}

TEST_CASE(
    "D3: behind its deadline a read returns plaintext that is known, then timed_out without "
    "touching the transport") {
  ConnectedConnPair b(Role::client);
  b.say("abcdef");
  CHECK(b.read(3) == "abc");
  b.by(-1s);
  CHECK(b.read(2) == "de");
  const std::size_t reads = b.faults->read_calls;
  CHECK(b.read() == "f");
  CHECK(b.read() == "error: timed_out");
  CHECK(code_of(b.conn->write("x")) == "timed_out");
  CHECK(b.faults->read_calls == reads);
  CHECK(b.elapsed() == 0s);
}

TEST_CASE("D3: behind its deadline a read returns an end of file or an error that is known") {
  ConnectedConnPair b(Role::client);
  REQUIRE(b.peer->engine.close_write().has_value());
  b.peer->run();
  CHECK(b.read() == "");
  b.by(-1s);
  CHECK(b.read() == "");

  ConnectedConnPair cut(Role::client);
  REQUIRE(cut.peer->end->shut_down_writing().has_value());
  CHECK(cut.read() == "error: truncated");
  cut.by(-1s);
  CHECK(cut.read() == "error: truncated");
}

TEST_CASE(
    "D5: a handshake that a read or a write starts ends at that call's own deadline, whichever "
    "direction hangs") {
  for (const Role role : kRoles) {
    for (const bool reading : {true, false}) {
      for (const bool output_hangs : {true, false}) {
        ConnPair b(role);
        b.peer->frozen = true;
        if (output_hangs) b.faults->stall_writes_at = 0;
        if (reading) {
          b.conn->set_read_deadline(within(3s, b.clock));
          CHECK(b.read() == "error: timed_out");
        } else {
          b.conn->set_write_deadline(within(3s, b.clock));
          const auto n = b.conn->write("x");
          CHECK(code_of(n) == "timed_out");
          CHECK(n.error().phase == Phase::handshake);
        }
        CHECK(b.elapsed() == 3s);
      }
    }
  }
}

TEST_CASE(
    "D5, D6: handshake_timeout ends a handshake for good where no deadline was set: no alert, "
    "teardown") {
  for (const Role role : kRoles) {
    for (const bool trickles : {false, true}) {
      ConnPair b(role);
      if (trickles) {
        b.clock.when_idle([&] {
          b.clock.advance(1s);
          b.peer->receive();
          b.peer->send(1);
          return true;
        });
      } else {
        b.peer->frozen = true;
      }
      const auto done = b.conn->handshake();
      CHECK(code_of(done) == "handshake_timed_out");
      CHECK(done.error().phase == Phase::handshake);
      CHECK(make_error_code(done.error()) == std::errc::timed_out);
      CHECK(b.elapsed() >= 10s);
      CHECK(b.elapsed() < 12s);
      CHECK(b.faults->closes == 1);
      // Final: a later deadline changes nothing, and both directions say the same.
      const std::size_t written = b.faults->bytes_written;
      b.by(1h);
      CHECK(b.read() == "error: handshake_timed_out");
      CHECK(code_of(b.conn->write("x")) == "handshake_timed_out");
      CHECK(code_of(b.conn->handshake()) == "handshake_timed_out");
      const CloseReport report = b.conn->close();
      CHECK_FALSE(report.alert_sent);
      CHECK(b.faults->bytes_written == written);
      CHECK(b.faults->closes == 1);
    }
  }
}

TEST_CASE(
    "D5: handshake_timeout runs from the first call that drives the handshake, over all calls") {
  ConnPair b(Role::client);
  b.peer->frozen = true;
  b.clock.advance(1h);
  b.start = b.clock.now();
  for (int i = 1; i <= 3; ++i) {
    b.by(3s);
    CHECK(b.read() == "error: timed_out");
  }
  CHECK(b.elapsed() == 9s);
  b.by(3s);
  CHECK(b.read() == "error: handshake_timed_out");
  CHECK(b.elapsed() == 10s);
}

TEST_CASE("D5: handshake_timeout is the configuration's") {
  ClientConfig config = live_client_config();
  config.common.handshake_timeout = 1500ms;
  ConnPair b(Role::client, config);
  b.peer->frozen = true;
  CHECK(code_of(b.conn->handshake()) == "handshake_timed_out");
  CHECK(b.elapsed() == 1500ms);
}

TEST_CASE("D6: a read that times out at any byte of handshake and data goes on byte for byte") {
  for (const Role role : kRoles) {
    std::size_t total = 1;
    for (std::size_t at = 0; at <= total; ++at) {
      CAPTURE(at);
      ConnPair b(role);
      b.faults->stall_reads_at = at;
      b.by(1s);
      std::string got;
      if (const auto first = b.conn->handshake(); !first) {
        REQUIRE(code_of(first) == "timed_out");
        REQUIRE(first.error().phase == Phase::handshake);
        REQUIRE(b.elapsed() == 1s);
        b.faults->stall_reads_at = kNever;
        b.by(1s);
        REQUIRE(code_of(b.conn->handshake()) == "success");
      }
      b.peer->run();
      REQUIRE(b.peer->engine.write(bytes_of("some data, a record of it")) == 25);
      b.by(1s);
      got = b.read();
      if (got == "error: timed_out") {
        b.faults->stall_reads_at = kNever;
        b.by(1s);
        got = b.read();
      }
      REQUIRE(got == "some data, a record of it");
      total = b.faults->bytes_read;
    }
    CHECK(total > 200);
  }
}

TEST_CASE("D6: what comes in the very moment of a timeout is not lost") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    b.say("first, ");
    b.by(1s);
    b.faults->before_call = [&] { b.clock.advance(2s); };
    std::string got = b.read();
    b.faults->before_call = {};
    if (got == "error: timed_out") got.clear();
    b.say("second");
    b.by(1s);
    while (got.size() < 13) {
      const std::string part = b.read();
      REQUIRE_FALSE(part.starts_with("error: "));
      got += part;
    }
    CHECK(got == "first, second");
  }
}

TEST_CASE("D7: a write that times out at any byte of the handshake goes on byte for byte") {
  for (const Role role : kRoles) {
    std::size_t total = 1;
    for (std::size_t at = 0; at <= total; ++at) {
      CAPTURE(at);
      ConnPair b(role);
      b.faults->stall_writes_at = at;
      b.by(1s);
      std::size_t sent = 0;
      auto n = b.conn->write("hello");
      if (n) {
        REQUIRE(*n == 5);
        sent = *n;
      } else {
        REQUIRE(code_of(n) == "timed_out");
      }
      b.flow();
      b.by(1s);
      if (sent == 0) REQUIRE(code_of(b.conn->write("hello")) == "success");
      REQUIRE(code_of(b.conn->flush()) == "success");
      b.peer->run();
      REQUIRE(b.peer->got == "hello");
      total = b.faults->bytes_written;
    }
    CHECK(total > 200);
  }
}

TEST_CASE("D7: a write timeout loses nothing: a short count, then timed_out, then on from there") {
  ConnectedConnPair b(Role::client);
  const std::string text = numbered(1 << 20);
  b.stall_behind(70000);
  b.by(1s);
  std::string_view left = text;
  auto n = b.conn->write(left);
  CHECK(b.elapsed() == 1s);
  // The queue takes what its limit allows, then no more.
  for (int i = 0; i < 3 && n; ++i) {
    left.remove_prefix(*n);
    b.by(1s);
    n = b.conn->write(left);
  }
  REQUIRE_FALSE(n.has_value());
  CHECK(n.error().code == Errc::timed_out);
  CHECK(n.error().phase == Phase::write);
  CHECK(text.size() - left.size() >= 70000);
  CHECK(text.size() - left.size() <= 70000 + Limits().output);
  b.flow();
  b.by(1s);
  CHECK(b.conn->write(left) == left.size());
  b.peer->run();
  CHECK(b.peer->got == text);
}

TEST_CASE("D7: a read pushes out what a write left queued, so that the answer can come") {
  ConnectedConnPair b(Role::client);
  b.stall_behind(3);
  b.by(1s);
  CHECK(b.conn->write("question") == 8);
  b.peer->run();
  CHECK(b.peer->got == "");
  b.flow();
  b.answer("question", "answer");
  b.by(1s);
  CHECK(b.read() == "answer");
}

TEST_CASE("D7: reading into an empty buffer is misuse, not an end of file") {
  ConnectedConnPair b(Role::client);
  const auto n = b.conn->read({});
  CHECK(code_of(n) == "empty_buffer");
  CHECK(n.error().category() == Category::misuse);
}

TEST_CASE("D8: bytes that flow are read and written without a wait between") {
  ConnectedConnPair b(Role::client);
  const std::size_t waits = b.faults->waits;
  for (int i = 0; i < 20; ++i) {
    b.say("ping");
    CHECK(b.read() == "ping");
    CHECK(b.conn->write("pong") == 4);
    b.peer->run();
  }
  CHECK(b.faults->waits == waits);
}

TEST_CASE("D9: a timeout tells its phase and is std::errc::timed_out") {
  ConnPair b(Role::client);
  b.peer->frozen = true;
  b.by(1s);
  std::array<std::uint8_t, 1> byte;
  const auto shaking = b.conn->read(byte);
  CHECK(shaking.error().phase == Phase::handshake);
  CHECK(make_error_code(shaking.error()) == std::errc::timed_out);
  b.peer->frozen = false;
  b.by(1s);
  b.shake();
  b.by(1s);
  const auto reading = b.conn->read(byte);
  CHECK(reading.error().code == Errc::timed_out);
  CHECK(reading.error().phase == Phase::read);
  b.by(-1s);
  const auto writing = b.conn->write("x");
  CHECK(writing.error().code == Errc::timed_out);
  CHECK(writing.error().phase == Phase::write);
}

TEST_CASE("D1: reading and writing have a deadline each, absolute; set_deadline sets both") {
  ConnectedConnPair b(Role::client);
  b.stall_behind(0);
  b.conn->set_write_deadline(within(4s, b.clock));
  b.conn->set_read_deadline(within(2s, b.clock));
  CHECK(b.read() == "error: timed_out");
  CHECK(b.elapsed() == 2s);
  CHECK(b.read() == "error: timed_out");
  CHECK(b.elapsed() == 2s);
  CHECK(b.conn->write("queued") == 6);
  CHECK(b.elapsed() == 4s);
  b.by(3s);
  CHECK(b.read() == "error: timed_out");
  CHECK(b.elapsed() == 7s);
  CHECK(code_of(b.conn->flush()) == "timed_out");
  CHECK(b.elapsed() == 7s);
}

TEST_CASE(
    "D3: behind its deadline no call touches the transport, and what is known goes before "
    "timed_out") {
  for (const Role role : kRoles) {
    ConnPair fresh(role);
    fresh.by(0s);
    CHECK(fresh.read() == "error: timed_out");
    CHECK(code_of(fresh.conn->write("x")) == "timed_out");
    CHECK(code_of(fresh.conn->flush()) == "timed_out");
    CHECK(code_of(fresh.conn->handshake()) == "timed_out");
    CHECK(fresh.calls() == 0);

    ConnectedConnPair b(role);
    CHECK(code_of(b.conn->handshake()) == "success");
    b.stall_behind(5);
    b.by(1s);
    CHECK(b.conn->write("queued") == 6);
    b.say("there, but not known here yet");
    b.by(-1s);
    const std::size_t calls = b.calls();
    CHECK(code_of(b.conn->handshake()) == "success");
    CHECK(b.read() == "error: timed_out");
    CHECK(code_of(b.conn->write("x")) == "timed_out");
    CHECK(code_of(b.conn->flush()) == "timed_out");
    CHECK(code_of(b.conn->close_write()) == "timed_out");
    CHECK(b.calls() == calls);

    ConnectedConnPair failed(role);
    REQUIRE(failed.peer->end->shut_down_writing().has_value());
    CHECK(failed.read() == "error: truncated");
    failed.by(-1s);
    CHECK(code_of(failed.conn->write("x")) == "truncated");
    CHECK(code_of(failed.conn->handshake()) == "truncated");
  }
}

TEST_CASE("D7: a read never blocks for queued output that the transport does not take") {
  ConnectedConnPair b(Role::server);
  b.stall_behind(3);
  b.by(1s);
  CHECK(b.conn->write("stuck") == 5);
  b.start = b.clock.now();
  b.by(1h);
  b.say("request");
  CHECK(b.read() == "request");
  b.say("known already");
  CHECK(b.read(5) == "known");
  CHECK(b.read() == " already");
  CHECK(b.elapsed() == 0s);
}

TEST_CASE(
    "D7: a write that timed out before anything was accepted has taken nothing, and is no part of "
    "what comes later") {
  ConnectedConnPair b(Role::client);
  b.by(-1s);
  CHECK(code_of(b.conn->write("never said")) == "timed_out");
  b.by(1s);
  CHECK(b.conn->write("said") == 4);
  b.peer->run();
  CHECK(b.peer->got == "said");
}

TEST_CASE("D8: a call that waits for a silent peer looks up a few times, however long it waits") {
  for (const bool shaken : {true, false}) {
    ClientConfig config = live_client_config();
    config.common.handshake_timeout = 2000h;
    ConnPair b(Role::client, config);
    if (shaken) {
      b.shake();
    } else {
      b.peer->frozen = true;
    }
    const std::size_t waits = b.faults->waits, calls = b.faults->read_calls;
    b.by(1000h);
    CHECK(b.read() == "error: timed_out");
    CHECK(b.elapsed() == 1000h);
    CHECK(b.faults->waits - waits <= 3);
    CHECK(b.faults->read_calls - calls <= 3);
  }
}

TEST_CASE("D9: a close that ran out of time says so, in its phase") {
  ConnectedConnPair b(Role::client);
  b.stall_behind(0);
  const CloseReport report = b.conn->close();
  REQUIRE(report.error.has_value());
  CHECK(report.error->code == Errc::timed_out);
  CHECK(report.error->phase == Phase::close);
  CHECK(make_error_code(*report.error) == std::errc::timed_out);
}
