// Callbacks that throw, block, call their connection back, or destroy it.
#include "support/callbacks.hpp"
#include "support/requested.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <stdexcept>

#include "conn/blocked_calls.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

std::string code_of(const CloseReport& report) {
  return report.error ? test::code_of(*report.error) : "success";
}
std::string said(const auto& result) { return test::code_of(result); }

/// A pair with a callback that does `act`, once it is armed.
struct Called {
  explicit Called(const Callback& callback) {
    ClientConfig c = live_client_config();
    ServerConfig s = live_server_config();
    callback.install(c, s, [this] {
      if (act) act();
    });
    pair = std::make_unique<StillConnPair>(callback.end, c, s);
  }
  Conn& conn() const { return *pair->conn; }

  Act act;
  std::unique_ptr<StillConnPair> pair;
};

/// Those that a handshake calls, once there is a connection.
std::vector<Callback> callbacks_of_handshakes() {
  auto all = callbacks();
  std::erase_if(all, [](const Callback& callback) { return callback.at_beginning; });
  return all;
}

std::string text_of_read(Conn& conn) {
  std::uint8_t byte = 0;
  return said(conn.read({&byte, 1}));
}

/// The calls that wait for the peer.
void check_waiting_calls_are_refused(Conn& conn) {
  CHECK(said(conn.handshake()) == "misuse");
  CHECK(text_of_read(conn) == "misuse");
  CHECK(said(conn.write("x")) == "misuse");
  CHECK(said(conn.flush()) == "misuse");
  CHECK(said(conn.close_write()) == "misuse");
}

void check_all_calls_are_refused(Conn& conn) {
  check_waiting_calls_are_refused(conn);
  std::uint8_t byte = 0;
  for (const Answer& answer : test::one_of_each_answer())
    CHECK(said(conn.answer(answer)) == "misuse");
  CHECK(said(conn.export_keying_material("EXPERIMENTAL", std::nullopt, {&byte, 1})) == "misuse");
  CHECK(said(conn.request()) == "misuse");
  CHECK(said(conn.channel_binding(ChannelBinding::tls_unique)) == "misuse");
  CHECK(code_of(conn.close()) == "misuse");
  CHECK(code_of(conn.close_gracefully(Deadline::never())) == "misuse");
  REQUIRE(conn.error().has_value());
  CHECK(conn.error()->code == Errc::misuse);
  CHECK(conn.wants() == Wants::nothing);
  CHECK_FALSE(conn.state().handshake_complete);
  conn.set_deadline(Deadline(TimePoint{}));
  conn.abort(Alert::user_canceled);
  conn.on_request({});
}

}  // namespace

TEST_CASE(
    "an exception that leaves a callback is the connection's lasting error, and the peer gets "
    "internal_error") {
  for (const Callback& callback : callbacks_of_handshakes()) {
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    Called called(callback);
    called.act = [] { throw std::runtime_error("thrown by the test"); };
    const auto done = called.conn().handshake();
    REQUIRE_FALSE(done.has_value());
    CHECK(done.error().code == Errc::callback_threw);
    CHECK(done.error().about() == "thrown by the test");
    called.pair->peer->run();
    REQUIRE(called.pair->peer->engine.error().has_value());
    CHECK(called.pair->peer->engine.error()->alert == Alert::internal_error);
    CHECK(text_of_read(called.conn()) == "callback_threw");
    CHECK(said(called.conn().write("x")) == "callback_threw");
    CHECK(code_of(called.conn().close()) == "callback_threw");
    CHECK(called.pair->faults->closes == 1);
  }
}

TEST_CASE("an exception while a connection is made is the error of client() and server()") {
  for (const Callback& callback : callbacks()) {
    if (!callback.at_beginning) continue;
    ClientConfig c = live_client_config();
    ServerConfig s = live_server_config();
    callback.install(c, s, [] { throw std::runtime_error("thrown by the test"); });
    const auto made = Conn::client(memory_pair().value().first, client_context(c), "localhost");
    CHECK(said(made) == "callback_threw");
  }
  ServerConfig s = live_server_config();
  s.common.observe = [](Role) -> std::unique_ptr<Observer> {
    throw std::runtime_error("thrown by the test");
  };
  CHECK(said(Conn::server(memory_pair().value().first, server_context(s))) == "callback_threw");
}

TEST_CASE("a call from inside a callback is refused, and changes nothing") {
  for (const Callback& callback : callbacks_of_handshakes()) {
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    Called called(callback);
    int calls = 0;
    called.act = [&] {
      ++calls;
      check_all_calls_are_refused(called.conn());
    };
    CHECK(said(called.conn().handshake()) == "success");
    called.act = nullptr;
    CHECK(calls > 0);
    CHECK(said(called.conn().write("x")) == "success");
  }
}

TEST_CASE("a connection that is destroyed by a callback ends the call with closed") {
  for (const Callback& callback : callbacks_of_handshakes()) {
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    Called called(callback);
    called.act = [&] { called.pair->conn.reset(); };
    CHECK(said(called.conn().handshake()) == "closed");
    CHECK_FALSE(called.pair->conn.has_value());
    CHECK(called.pair->faults->closes == 1);
  }
}

TEST_CASE(
    "C3, C5, D3: while a callback blocks, other threads' calls end in time, and the handshake goes "
    "on or is closed") {
  for (const bool closes : {false, true}) {
    for (const Callback& callback : callbacks_of_handshakes()) {
      CAPTURE(closes);
      CAPTURE(callback.name);
      CAPTURE(static_cast<int>(callback.end));
      std::latch entered(1), release(1);
      bool first = true;
      Called called(callback);
      called.act = [&] {
        if (!std::exchange(first, false)) return;
        entered.count_down();
        release.wait();
      };
      Conn& conn = called.conn();
      auto driver = std::async(std::launch::async, [&] { return said(conn.handshake()); });
      entered.wait();
      CHECK(conn.wants() == Wants::nothing);
      CHECK_FALSE(conn.error().has_value());
      CHECK(said(conn.answer(VerdictAnswer{.accept = true})) == "not_waiting_for_that");
      conn.set_deadline(within(1s, called.pair->clock));
      CHECK(text_of_read(conn) == "timed_out");
      CHECK(said(conn.write("x")) == "timed_out");
      CHECK(said(conn.handshake()) == "timed_out");
      conn.set_deadline(Deadline::never());
      if (closes) {
        const TimePoint since = called.pair->clock.now();
        CHECK(code_of(conn.close()) == "success");
        CHECK(called.pair->clock.now() - since <= 200ms);
        CHECK(called.pair->faults->closes == 1);
        CHECK(text_of_read(conn) == "closed");
      }
      release.count_down();
      CHECK(called.pair->outcome(driver) == (closes ? "closed" : "success"));
    }
  }
}

TEST_CASE(
    "C1, C2: close() waits for an engine that is at work in another thread, and sends close_notify "
    "if "
    "that completes the handshake") {
  int complete = 0;
  for (const Callback& callback : callbacks_of_handshakes()) {
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    std::latch entered(1), release(1);
    bool first = true;
    Called called(callback);
    StillConnPair& b = *called.pair;
    called.act = [&] {
      if (!std::exchange(first, false)) return;
      b.clock.jump_when_idle(false);
      b.clock.when_idle({});
      entered.count_down();
      release.wait();
    };
    auto driver = std::async(std::launch::async, [&] { return said(b.conn->handshake()); });
    entered.wait();
    CloseReport report;
    auto closer = b.blocked([&] { return code_of(report = b.conn->close()); });
    release.count_down();
    CHECK(b.outcome(driver) == "closed");
    CHECK(b.outcome(closer) == "success");
    CHECK(report.alert_sent == b.conn->state().handshake_complete);
    b.peer->run();
    CHECK(b.peer->engine.peer_closed() == report.alert_sent);
    complete += report.alert_sent;
  }
  CHECK(complete > 0);
}

namespace {

/// A handshake in a thread of its own, which waits in verify.check until it is released.
struct BlockedVerification {
  BlockedVerification() { entered.wait(); }
  std::string released() {
    release.count_down();
    return pair.outcome(handshake);
  }

  std::latch entered{1}, release{1};
  StillConnPair pair{Role::client, config()};
  std::future<std::string> handshake =
      std::async(std::launch::async, [this] { return said(pair.conn->handshake()); });

 private:
  ClientConfig config() {
    ClientConfig c = live_client_config();
    c.verify.check = [this](const VerifiedChain&) {
      entered.count_down();
      release.wait();
      return std::optional<std::string>();
    };
    return c;
  }
};

}  // namespace

TEST_CASE("abort() while a callback blocks takes effect when it returns") {
  BlockedVerification blocked;
  StillConnPair& b = blocked.pair;
  b.conn->abort(Alert::user_canceled);
  CHECK(blocked.released() == "aborted");
  b.peer->run();
  CHECK(b.peer->engine.error()->alert == Alert::user_canceled);
}

TEST_CASE("D5: handshake_timeout passes while a callback blocks") {
  ClientConfig c = live_client_config();
  StillConnPair* pair = nullptr;
  c.verify.check = [&](const VerifiedChain&) {
    pair->clock.advance(12s);
    return std::optional<std::string>();
  };
  StillConnPair b(Role::client, c);
  pair = &b;
  CHECK(said(b.conn->handshake()) == "handshake_timed_out");
  CHECK(b.faults->closes == 1);
}

TEST_CASE("D5: handshake_timeout ends a call that waits for a callback in another thread") {
  BlockedVerification blocked;
  StillConnPair& b = blocked.pair;
  CHECK(said(b.conn->handshake()) == "handshake_timed_out");
  CHECK(b.elapsed() == CommonConfig().handshake_timeout);
  CHECK(b.faults->closes == 1);
  CHECK(blocked.released() == "handshake_timed_out");
}

// ------------------------------------------------ on_request

namespace {

ClientConfig with_verdict() {
  ClientConfig c = live_client_config();
  c.verdict_elsewhere = true;
  return c;
}

}  // namespace

TEST_CASE("on_request may make every call that does not wait") {
  StillConnPair b(Role::client, with_verdict());
  b.conn->on_request([&](Wants wants) {
    CHECK(wants == Wants::verdict);
    CHECK(b.conn->wants() == Wants::verdict);
    check_waiting_calls_are_refused(*b.conn);
    CHECK_FALSE(b.conn->error().has_value());
    CHECK(b.conn->state().verified_chain.size() == 2);
    b.conn->set_deadline(within(1h, b.clock));
    b.conn->on_request({});  // has no effect here
    CHECK(said(b.conn->answer(VerdictAnswer{.accept = true})) == "success");
  });
  CHECK(said(b.conn->handshake()) == "success");
}

TEST_CASE("on_request that throws fails the connection, and the peer gets internal_error") {
  StillConnPair b(Role::client, with_verdict());
  b.conn->on_request([&](Wants) { throw std::runtime_error("thrown by the test"); });
  const auto done = b.conn->handshake();
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == Errc::callback_threw);
  CHECK(done.error().about() == "thrown by the test");
  b.peer->run();
  REQUIRE(b.peer->engine.error().has_value());
  CHECK(b.peer->engine.error()->alert == Alert::internal_error);
  CHECK(text_of_read(*b.conn) == "callback_threw");
}

TEST_CASE("on_request may close its connection or destroy it") {
  for (const bool destroys : {false, true}) {
    StillConnPair b(Role::client, with_verdict());
    b.conn->on_request([&](Wants) {
      if (destroys)
        b.conn.reset();
      else
        CHECK(code_of(b.conn->close()) == "success");
    });
    CHECK(said(b.conn->handshake()) == "closed");
    CHECK(b.faults->closes == 1);
  }
}

TEST_CASE("a callback of the engine below on_request is refused all calls again") {
  ClientConfig c = with_verdict();
  StillConnPair* pair = nullptr;
  bool answering = false;
  int refused = 0;
  c.common.observe = [&](Role) {
    return std::make_unique<ActingObserver>(ActingObserver::due, [&] {
      if (!answering) return;
      ++refused;
      CHECK(said(pair->conn->answer(VerdictAnswer{.accept = true})) == "misuse");
      CHECK(pair->conn->wants() == Wants::nothing);
    });
  };
  StillConnPair b(Role::client, c);
  pair = &b;
  b.conn->on_request([&](Wants) {
    answering = true;
    CHECK(said(b.conn->answer(VerdictAnswer{.accept = true})) == "success");
    answering = false;
  });
  CHECK(said(b.conn->handshake()) == "success");
  CHECK(refused > 0);
}

// ------------------------------------------------ transports

TEST_CASE("a transport that throws ends the connection with callback_threw, at every call") {
  bool shaken = false;
  for (std::size_t at = 0; !shaken; ++at) {
    CAPTURE(at);
    ConnPair b(Role::client);
    std::size_t calls = 0;
    b.faults->before_call = [&] {
      if (calls++ == at || shaken) throw std::runtime_error("thrown by the test");
    };
    const std::string done = said(b.conn->handshake());
    shaken = done == "success";  // then the read below throws
    if (!shaken) CHECK(done == "callback_threw");
    CHECK(text_of_read(*b.conn) == "callback_threw");
    CHECK(said(b.conn->write("x")) == "callback_threw");
    CHECK(b.faults->closes == 1);
    CHECK(code_of(b.conn->close()) == "callback_threw");
  }
}

TEST_CASE("a transport that calls back is refused") {
  ConnPair b(Role::client);
  b.faults->before_call = [&] {
    CHECK(code_of(b.conn->close()) == "misuse");
    CHECK(said(b.conn->write("x")) == "misuse");
  };
  CHECK(said(b.conn->handshake()) == "success");
  b.faults->before_call = nullptr;
}

TEST_CASE("a transport that destroys its connection in wait() ends the call with closed") {
  ConnPair b(Role::client);
  b.shake();
  b.clock.when_idle([&] {
    b.conn.reset();
    return true;
  });
  CHECK(text_of_read(*b.conn) == "closed");
  CHECK(b.faults->closes == 1);
}
