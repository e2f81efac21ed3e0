// A server that renegotiates, and a connection that lets it: reads and writes carry the second
// handshake as they carry the first, by their deadlines.
#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <future>

#include "support/conn_pair.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// The server does one step of its script whenever the connection would wait; when there is none,
/// time jumps to the deadline.
struct Renegotiating : MemoryConn {
  static ClientConfig client_allowing(Renegotiation allowed) {
    ClientConfig config;
    config.dangerous.accept_any_certificate = true;
    config.renegotiation = allowed;
    config.common.handshake_timeout = 10s;
    return config;
  }
  explicit Renegotiating(Renegotiation allowed = Renegotiation::freely)
      : MemoryConn(Role::client, client_allowing(allowed)) {
    clock.when_idle([this] { return step(); });
    script = handshake();
    REQUIRE(conn->handshake());
    start = clock.now();
  }
  ~Renegotiating() { conn.reset(); }

  bool step() {
    server.collect();
    if (script.empty()) return false;
    const auto next = script.front();
    script.pop_front();
    next();
    return true;
  }
  std::deque<std::function<void()>> handshake() {
    return {[this] { server.send_server_flight(); },
            [this] {
              server.change_cipher_spec();
              server.send(HandshakeType::finished);
            }};
  }
  void say(std::string_view text) {
    server.deliver(ContentType::application_data, octets(bytes_of(text)));
  }
  void ask() { server.send(HandshakeType::hello_request); }

  std::string heard() {
    server.collect();
    return server.data();
  }

  ScriptedPeer server{Role::server, *peer_transport};
  std::deque<std::function<void()>> script;
};

}  // namespace

// Shows RFC 5246 6.2.1-4
TEST_CASE("a read carries a renegotiation, and gives what came before, amid and behind it") {
  Renegotiating r;
  r.say("before, ");
  r.ask();
  CHECK(r.read() == "before, ");
  r.script = r.handshake();
  r.script.push_front([&] { r.say("amid, "); });
  r.script.push_back([&] { r.say("behind"); });
  CHECK(r.read() == "amid, ");
  CHECK(r.conn->state().renegotiations == 0);
  CHECK(r.read() == "behind");
  CHECK(r.conn->state().renegotiations == 1);
  CHECK(r.clock.now() == r.start);
}

// Shows RFC 5246 7.1-2
TEST_CASE("a write waits for a renegotiation under way, and goes under its keys") {
  Renegotiating r;
  r.say("x");
  r.ask();
  CHECK(r.read() == "x");
  r.script = r.handshake();
  REQUIRE(r.conn->write(bytes_of("written")) == 7U);
  CHECK(r.heard() == "written");
  CHECK(r.conn->state().renegotiations == 1);
}

TEST_CASE(
    "a renegotiation in which the server falls silent ends as any handshake does: by "
    "handshake_timeout, for good") {
  Renegotiating r;
  r.ask();
  CHECK(r.read() == "error: handshake_timed_out");
  CHECK(r.clock.now() - r.start == 10s);
  CHECK(r.read() == "error: handshake_timed_out");
}

TEST_CASE(
    "a deadline that passes in a renegotiation says what was due, and another call goes on with "
    "it") {
  Renegotiating r;
  r.ask();
  r.conn->set_deadline(within(1s, r.clock));
  std::array<std::uint8_t, 8> buffer;
  const auto late = r.conn->read(buffer);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::timed_out);
  CHECK(late.error().message().find("ServerHello") != std::string::npos);
  CHECK(r.clock.now() - r.start == 1s);
  r.conn->set_deadline(Deadline::never());
  r.script = r.handshake();
  r.script.push_back([&] { r.say("behind"); });
  CHECK(r.read() == "behind");
}

TEST_CASE(
    "Renegotiation::ask: a read asks the hook about each request, and carries the renegotiation "
    "that it accepts") {
  Renegotiating r(Renegotiation::ask);
  std::vector<Wants> wanted;
  r.conn->on_request([&](Wants wants) {
    wanted.push_back(wants);
    CHECK(r.conn->answer(RenegotiationAnswer{wanted.size() != 1}).has_value());
  });
  r.conn->set_deadline(within(60s, r.clock));
  r.server.deliver(ContentType::handshake, Octets(8, 0));  // two requests in one record
  r.script = r.handshake();
  r.script.push_back([&] { r.say("after"); });
  CHECK(r.read() == "after");
  CHECK(wanted == std::vector{Wants::renegotiation, Wants::renegotiation});
  CHECK(r.conn->state().renegotiations == 1);
  r.server.collect();
  REQUIRE(r.server.alerts.size() == 1);
  CHECK(r.server.alerts[0].description == Alert::no_renegotiation);
}

TEST_CASE("Renegotiation::ask: a read waits for the answer by its deadline, and writes go on") {
  Renegotiating r(Renegotiation::ask);
  r.ask();
  r.conn->set_read_deadline(within(30s, r.clock));  // handshake_timeout does not count yet
  CHECK(r.read() == "error: timed_out");
  CHECK(r.clock.now() - r.start == 30s);
  CHECK(r.conn->wants() == Wants::renegotiation);
  REQUIRE(r.conn->write(bytes_of("before")) == 6U);
  CHECK(r.heard() == "before");
  r.conn->set_read_deadline(within(60s, r.clock));
  REQUIRE(r.conn->answer(RenegotiationAnswer{true}));
  CHECK(r.conn->wants() == Wants::nothing);
  CHECK(r.conn->answer(RenegotiationAnswer{true}).error().code == Errc::not_waiting_for_that);
  r.script = r.handshake();
  r.script.push_back([&] { r.say("after"); });
  CHECK(r.read() == "after");
  CHECK(r.conn->state().renegotiations == 1);
}

TEST_CASE("Renegotiation::ask: an answer from another thread ends the wait of a blocked read") {
  Renegotiating r(Renegotiation::ask);
  std::promise<void> asked;
  r.conn->on_request([&](Wants) { asked.set_value(); });
  r.clock.jump_when_idle(false);
  r.ask();
  r.script = r.handshake();
  r.script.push_back([&] { r.say("after"); });
  r.clock.when_idle([&, before = r.server.seen.size()] {
    r.server.collect();
    return r.server.seen.size() > before && r.step();  // the ClientHello follows the answer
  });
  auto reader = std::async(std::launch::async, [&] { return r.read(); });
  asked.get_future().wait();
  CHECK(r.conn->wants() == Wants::renegotiation);
  r.conn->answer(RenegotiationAnswer{true}).value();
  CHECK(reader.get() == "after");
}

TEST_CASE("C2: close() amid a renegotiation says close_notify, for a first handshake is complete") {
  Renegotiating r;
  r.say("x");
  r.ask();
  CHECK(r.read() == "x");
  const CloseReport report = r.conn->close();
  CHECK(report.alert_sent);
  r.server.collect();
  REQUIRE(r.server.alerts.size() == 1);
  CHECK(r.server.alerts[0].description == Alert::close_notify);
}

TEST_CASE(
    "a writer in a renegotiation goes on when a reader in another thread has taken what the server "
    "sent before it") {
  Renegotiating r;
  r.clock.jump_when_idle(false);
  r.clock.when_idle({});
  r.say("before");
  r.ask();
  REQUIRE(r.read() == "before");  // and the HelloRequest behind it was taken up
  r.say("amid");                  // fills the engine: it takes no ServerHello until this was read
  auto writer =
      std::async(std::launch::async, [&] { return r.conn->write(bytes_of("written")) == 7U; });
  CHECK(r.read() == "amid");
  r.server.collect();
  r.server.seen.clear();
  r.server.send_server_flight();
  auto reader = std::async(std::launch::async, [&] { return r.read(); });
  while (!r.server.saw(HandshakeType::finished)) r.server.collect();
  r.server.change_cipher_spec();
  r.server.send(HandshakeType::finished);
  r.say("behind");
  CHECK(writer.get());
  CHECK(reader.get() == "behind");
  CHECK(r.heard() == "written");
}
