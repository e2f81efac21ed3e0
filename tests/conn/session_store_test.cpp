// Session stores beside a connection: outside the handshake, and looked up within a budget.
#include <doctest/doctest.h>

#include <latch>
#include <stdexcept>

#include "conn/blocked_calls.hpp"
#include "support/callbacks.hpp"
#include "support/requested.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// A server whose sessions have IDs, a client that offers one, and the server's store.
struct Acquaintances {
  Acquaintances() {
    client.sessions = make_memory_session_store();
    server.tickets = false;
    server.sessions = store;
  }
  /// After a handshake of two such ends.
  void meet() {
    ConnPair b(Role::server, client, server);
    b.shake();
    b.conn->close();
    b.peer->run();
  }
  ClientConfig client = live_client_config();
  ServerConfig server = live_server_config();
  std::shared_ptr<ActingStore> store = std::make_shared<ActingStore>();
};

/// Both roles, with `store` at the end under test.
struct StoreConnPair : StillConnPair {
  StoreConnPair(Role role, const std::shared_ptr<ActingStore>& store)
      : StillConnPair(role, client_of(role, store), server_of(role, store)) {}
  static ClientConfig client_of(Role role, const std::shared_ptr<ActingStore>& store) {
    ClientConfig c = live_client_config();
    c.sessions = role == Role::client ? store : make_memory_session_store();
    c.tickets = false;
    return c;
  }
  static ServerConfig server_of(Role role, const std::shared_ptr<ActingStore>& store) {
    ServerConfig s = live_server_config();
    s.sessions = role == Role::server ? store : make_memory_session_store();
    s.tickets = false;
    return s;
  }
};

}  // namespace

TEST_CASE("put comes after the last flight, and what it takes counts for no handshake_timeout") {
  for (const Role role : kRoles) {
    const auto store = std::make_shared<ActingStore>();
    StoreConnPair b(role, store);
    int puts = 0;
    store->on_put = [&] {
      ++puts;
      b.peer->run();
      CHECK_FALSE(b.peer->engine.handshaking());
      b.clock.advance(12s);
    };
    CHECK(code_of(b.conn->handshake()) == "success");
    CHECK(puts == 1);
    CHECK(code_of(b.conn->write("x")) == "success");
  }
}

TEST_CASE("while put blocks, other threads use the connection, and the peer has its answer") {
  for (const Role role : kRoles) {
    const auto store = std::make_shared<ActingStore>();
    StoreConnPair b(role, store);
    std::latch entered(1), release(1);
    store->on_put = [&] {
      entered.count_down();
      release.wait();
    };
    auto driver = std::async(std::launch::async, [&] { return code_of(b.conn->handshake()); });
    entered.wait();
    CHECK(b.conn->state().handshake_complete);
    CHECK(code_of(b.conn->write("question")) == "success");
    b.peer->run();
    CHECK(b.peer->got == "question");
    b.say("answer");
    CHECK(b.read() == "answer");
    CHECK_FALSE(b.conn->close().error.has_value());
    release.count_down();
    CHECK(b.outcome(driver) == "success");
  }
}

TEST_CASE("a session is forgotten after the put that was under way") {
  const auto store = std::make_shared<ActingStore>();
  StoreConnPair b(Role::client, store);
  std::latch entered(1), release(1);
  std::string order;
  store->on_put = [&] {
    entered.count_down();
    release.wait();
    order += "put ";
  };
  store->on_erase = [&] { order += "erase"; };
  auto driver = std::async(std::launch::async, [&] { return code_of(b.conn->handshake()); });
  entered.wait();
  b.peer->run();
  b.peer->engine.abort(Alert::user_canceled);
  b.peer->run();
  CHECK(b.read() == "error: peer_alert");
  release.count_down();
  CHECK(b.outcome(driver) == "success");
  CHECK(order == "put erase");
}

TEST_CASE("a read that drives the handshake has the session kept before it waits for data") {
  for (const Role role : kRoles) {
    const auto store = std::make_shared<ActingStore>();
    StoreConnPair b(role, store);
    int puts = 0;
    store->on_put = [&] { ++puts; };
    b.by(1s);
    CHECK(b.read() == "error: timed_out");
    CHECK(puts == 1);
  }
}

TEST_CASE("put and erase may call back calls that do not wait, throw, and destroy the connection") {
  for (const Role role : kRoles) {
    const auto store = std::make_shared<ActingStore>();
    StoreConnPair b(role, store);
    store->on_put = [&] {
      CHECK(b.conn->state().handshake_complete);
      CHECK(code_of(b.conn->write("x")) == "misuse");
      CHECK(code_of(b.conn->handshake()) == "misuse");
      throw std::runtime_error("thrown by the test");
    };
    CHECK(code_of(b.conn->handshake()) == "success");
    store->on_erase = [&] { b.conn.reset(); };
    b.conn->abort(Alert::user_canceled);
    CHECK_FALSE(b.conn.has_value());
    CHECK(b.faults->closes == 1);
  }
}

TEST_CASE(
    "C12: a fatal alert has the session erased by the call that finds it, after our alert was "
    "sent") {
  for (const Role role : kRoles) {
    const auto store = std::make_shared<ActingStore>();
    StoreConnPair b(role, store);
    b.shake();
    int erased = 0;
    store->on_erase = [&] { ++erased; };
    b.peer->engine.abort(Alert::user_canceled);
    b.peer->run();
    CHECK(b.read() == "error: peer_alert");
    CHECK(erased == 1);
  }
}

TEST_CASE("a get that takes longer than handshake_timeout fails the handshake when it returns") {
  Acquaintances known;
  known.meet();
  StillConnPair b(Role::server, known.client, known.server);
  known.store->on_get = [&] { b.clock.advance(12s); };
  CHECK(code_of(b.conn->handshake()) == "handshake_timed_out");
}

TEST_CASE("a get that blocks holds no other call of its connection") {
  Acquaintances known;
  known.meet();
  StillConnPair b(Role::server, known.client, known.server);
  std::latch entered(1), release(1);
  known.store->on_get = [&] {
    entered.count_down();
    release.wait();
  };
  auto driver = std::async(std::launch::async, [&] { return code_of(b.conn->handshake()); });
  entered.wait();
  CHECK_FALSE(b.conn->close().error.has_value());
  CHECK(b.faults->closes == 1);
  release.count_down();
  CHECK(b.outcome(driver) == "closed");
}

// ------------------------------------------------ ServerConfig::session_lookup_timeout

TEST_CASE(
    "a session that is not provided within session_lookup_timeout is missing, and the handshake is "
    "a full one") {
  for (const auto budget : {50ms, 200ms}) {
    Acquaintances known;
    known.meet();
    known.server.look_up_elsewhere = true;
    if (budget != ServerConfig{}.session_lookup_timeout)
      known.server.session_lookup_timeout = budget;
    ConnPair b(Role::server, known.client, known.server);
    int asked = 0;
    b.conn->on_request([&](Wants wants) {
      CHECK(wants == Wants::session);
      ++asked;
    });
    CHECK(code_of(b.conn->handshake()) == "success");
    CHECK(asked == 1);
    CHECK(b.elapsed() == budget);
    CHECK_FALSE(b.conn->state().resumed);
  }
}

TEST_CASE(
    "an answer within session_lookup_timeout resumes the session, a later one has no effect") {
  for (const bool late : {false, true}) {
    CAPTURE(late);
    Acquaintances known;
    std::vector<std::uint8_t> kept;
    known.meet();
    known.server.look_up_elsewhere = true;
    StillConnPair b(Role::server, known.client, known.server);
    b.clock.jump_when_idle(false);
    auto driver = b.blocked([&] { return code_of(b.conn->handshake()); });
    while (b.conn->wants() != Wants::session) std::this_thread::yield();
    const auto id = requested<SessionRequest>(*b.conn).id;
    known.store->get(id, wall_time(),
                     [&](Bytes session) { kept.assign(session.begin(), session.end()); });
    REQUIRE_FALSE(kept.empty());
    b.clock.advance(late ? 50ms : 49ms);
    CHECK(code_of(b.conn->answer(SessionAnswer{kept})) ==
          (late ? "not_waiting_for_that" : "success"));
    CHECK(b.outcome(driver) == "success");
    CHECK(b.conn->state().resumed != late);
  }
}

TEST_CASE("a session lookup that no call waits for runs out all the same") {
  Acquaintances known;
  known.meet();
  known.server.look_up_elsewhere = true;
  ConnPair b(Role::server, known.client, known.server);
  b.by(10ms);
  CHECK(code_of(b.conn->handshake()) == "timed_out");
  REQUIRE(b.conn->wants() == Wants::session);
  b.clock.advance(1s);
  CHECK(code_of(b.conn->answer(SessionAnswer{})) == "not_waiting_for_that");
  b.by(1s);
  CHECK(code_of(b.conn->handshake()) == "success");
  CHECK_FALSE(b.conn->state().resumed);
}

TEST_CASE("session_lookup_timeout must not be negative") {
  ServerConfig s = live_server_config();
  s.session_lookup_timeout = -1ms;
  const auto built = s.build();
  REQUIRE_FALSE(built.has_value());
  CHECK(built.error().code == Errc::bad_configuration);
  CHECK(built.error().about() == "session_lookup_timeout");
}
