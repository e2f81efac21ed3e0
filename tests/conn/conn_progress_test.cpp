// D2, C9, C12: what a peer may send without end, or out of order, to a connection; record by
// record, on a fake clock.
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support/conn_pair.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// A server's connection whose client does what the test says, record by record.
struct Scripted : MemoryConn {
  Scripted() : MemoryConn(Role::server) {}
  ~Scripted() { conn.reset(); }

  void shake() {
    peer.send(HandshakeType::client_hello);
    bool answered = false;
    clock.when_idle([&] {
      peer.collect();
      if (!peer.saw(HandshakeType::server_hello_done) || std::exchange(answered, true))
        return false;
      peer.send(HandshakeType::client_key_exchange);
      peer.change_cipher_spec();
      peer.send(HandshakeType::finished);
      return true;
    });
    REQUIRE(conn->handshake().has_value());
    peer.collect();
    REQUIRE(peer.finished_is_right);
    clock.when_idle({});
    start = clock.now();
  }

  ScriptedPeer peer{Role::client, *peer_transport};
};

/// What carries nothing that a reader asks for.
enum class Nothing { empty_record, warning };

/// How many bytes went.
std::size_t send(Scripted& s, Nothing what) {
  const Octets user_canceled = {1, 90};
  return s.peer.raw(what == Nothing::empty_record
                        ? s.peer.sealed(ContentType::application_data, {})
                        : s.peer.sealed(ContentType::alert, user_canceled));
}

}  // namespace

TEST_CASE("D2: empty records and warning alerts, one a second, do not extend a read's deadline") {
  for (const Nothing what : {Nothing::empty_record, Nothing::warning}) {
    Scripted s;
    s.shake();
    s.clock.when_idle([&] {
      s.clock.advance(1s);
      send(s, what);
      return true;
    });
    s.conn->set_read_deadline(within(5s, s.clock));
    CHECK(s.read() == "error: timed_out");
    CHECK(s.elapsed() == 5s);
  }
}

TEST_CASE(
    "D2: records that are there already, so that nothing waits, do not extend a read's deadline") {
  for (const Nothing what : {Nothing::empty_record, Nothing::warning}) {
    Scripted s;
    s.shake();
    for (int i = 0; i < 12; ++i) s.faults->read_piece = send(s, what);
    s.faults->before_call = [&] { s.clock.advance(1s); };
    s.conn->set_read_deadline(within(5s, s.clock));
    CHECK(s.read() == "error: timed_out");
    s.faults->before_call = {};
    CHECK(s.elapsed() <= 6s);
    CHECK(s.faults->waits <= 3);  // those of the handshake
  }
}

TEST_CASE(
    "D2: pieces of a handshake message, one a second or all there already, do not extend a "
    "deadline") {
  for (const bool reading : {true, false}) {
    for (const bool waiting : {true, false}) {
      Scripted s;
      const Octets hello = s.peer.make(HandshakeType::client_hello);
      std::size_t next = 0;
      const auto piece = [&] { s.peer.raw(record_of(22, {hello.at(next++)})); };
      if (waiting) {
        s.clock.when_idle([&] {
          s.clock.advance(1s);
          piece();
          return true;
        });
      } else {
        while (next < 12) piece();
        s.faults->read_piece = 6;
        s.faults->before_call = [&] { s.clock.advance(1s); };
      }
      s.conn->set_deadline(within(5s, s.clock));
      std::string result;
      if (reading) {
        result = s.read();
      } else {
        const auto n = s.conn->write("x");
        result = n ? "accepted" : "error: " + std::string(rule(n.error().code).name);
      }
      s.faults->before_call = {};
      CHECK(result == "error: timed_out");
      CHECK(s.elapsed() >= 5s);
      CHECK(s.elapsed() <= 6s);
    }
  }
}

TEST_CASE(
    "D2: a peer that takes a byte a second extends neither a write's deadline nor that of close") {
  for (const bool closing : {false, true}) {
    Scripted s;
    s.shake();
    s.faults->stall_writes_at = s.faults->bytes_written.load();
    s.clock.when_idle([&] {
      s.clock.advance(1s);
      ++s.faults->stall_writes_at;
      return true;
    });
    s.conn->set_write_deadline(within(5s, s.clock));
    if (closing) {
      const CloseReport report = s.conn->close();
      CHECK_FALSE(report.alert_sent);
      CHECK(s.faults->closes == 1);
    } else {
      CHECK(s.conn->write("accepted, and under way") == 23);
      const auto flushed = s.conn->flush();
      REQUIRE_FALSE(flushed.has_value());
      CHECK(flushed.error().code == Errc::timed_out);
    }
    CHECK(s.elapsed() == 5s);
  }
}

TEST_CASE("C11: a peer that sends a record a second does not extend a graceful close") {
  Scripted s;
  s.shake();
  s.clock.when_idle([&] {
    s.clock.advance(1s);
    s.peer.deliver(ContentType::application_data, {1, 2, 3});
    return true;
  });
  CHECK(s.conn->close_gracefully(within(5s, s.clock)).alert_sent);
  CHECK(s.elapsed() == 5s);
  CHECK(s.faults->closes == 1);
}

TEST_CASE("C9: behind the handshake a close_notify that is not authenticated is no end of file") {
  Scripted s;
  s.shake();
  s.peer.raw(record_of(21, {1, 0}));
  CHECK(s.read().starts_with("error: "));
  CHECK(s.read() != "error: truncated");
}

TEST_CASE("C9: a stream that is cut inside a record, or by a reset, is no end of file") {
  for (const bool reset : {false, true}) {
    Scripted s;
    s.shake();
    s.peer.deliver(ContentType::application_data, {'w', 'h', 'o', 'l', 'e'});
    const Octets cut = s.peer.sealed(ContentType::application_data, {'c', 'u', 't'});
    s.peer.raw({cut.begin(), cut.end() - 1});
    if (!reset) REQUIRE(s.peer_transport->shut_down_writing().has_value());
    CHECK(s.read() == "whole");
    if (reset) s.faults->fail_reads_at_call = 0;
    CHECK(s.read() == (reset ? "error: transport_failed" : "error: truncated"));
    CHECK(s.read() == (reset ? "error: transport_failed" : "error: truncated"));
  }
}

TEST_CASE("C12: no alert follows our close_notify") {
  Scripted s;
  s.shake();
  REQUIRE(s.conn->close_write().has_value());
  s.peer.raw(record_of(23, Octets(30, 7)));
  CHECK(s.read() == "error: bad_record_mac");
  CHECK(s.read() == "error: bad_record_mac");
  s.faults->end_reads_at = s.faults->bytes_read.load();
  (void)s.conn->close();
  s.peer.collect();
  REQUIRE(s.peer.alerts.size() == 1);
  CHECK(s.peer.alerts[0].level == AlertLevel::warning);
  CHECK(s.peer.alerts[0].description == Alert::close_notify);
}

TEST_CASE("C12: nothing follows our fatal alert, whatever is called") {
  Scripted s;
  s.shake();
  s.peer.raw(record_of(23, Octets(30, 7)));
  CHECK(s.read() == "error: bad_record_mac");
  CHECK_FALSE(s.conn->write("x").has_value());
  CHECK_FALSE(s.conn->close_write().has_value());
  CHECK_FALSE(s.conn->flush().has_value());
  CHECK_FALSE(s.conn->handshake().has_value());
  s.peer.raw(record_of(23, Octets(30, 8)));
  CHECK(s.read() == "error: bad_record_mac");
  s.faults->end_reads_at = s.faults->bytes_read.load();
  CHECK(s.conn->close().alert_sent);
  s.peer.collect();
  REQUIRE(s.peer.alerts.size() == 1);
  CHECK(s.peer.alerts[0].description == Alert::bad_record_mac);
  CHECK(s.faults->shut_downs == 1);
}

TEST_CASE(
    "a transport that reports more bytes than it was given fails that direction with misuse, and "
    "the other one goes on") {
  Scripted writing;
  writing.shake();
  writing.faults->miscount_writes = true;
  (void)writing.conn->write("x");
  CHECK(writing.conn->write("y").error().code == Errc::misuse);
  writing.peer.raw(writing.peer.sealed(ContentType::application_data, octets(bytes_of("read"))));
  CHECK(writing.read() == "read");

  Scripted reading;
  reading.shake();
  reading.faults->miscount_reads = true;
  reading.peer.raw(reading.peer.sealed(ContentType::application_data, octets(bytes_of("lost"))));
  CHECK(reading.read() == "error: misuse");
  CHECK(reading.read() == "error: misuse");
  CHECK(reading.conn->write("x").has_value());
}
