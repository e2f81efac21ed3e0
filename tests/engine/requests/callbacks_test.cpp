// Callbacks that throw, call their engine back, or destroy it.
#include "support/callbacks.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

#include "support/engine_pair.hpp"
#include "support/requested.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// Two engines, of which a callback may destroy one.
struct DestructiblePair {
  std::optional<Engine> client, server;

  DestructiblePair(const ClientConfig& c, const ServerConfig& s) {
    client.emplace(Engine::client(c.build().value(), "localhost", kNow));
    server.emplace(Engine::server(s.build().value(), kNow));
  }
  std::optional<Engine>& of(Role role) { return role == Role::client ? client : server; }
  void talk() {
    while (give(client, server) || give(server, client)) {}
  }
  bool complete() const {
    return client && server && client->state().handshake_complete &&
           server->state().handshake_complete;
  }

 private:
  static bool give(std::optional<Engine>& from, std::optional<Engine>& to) {
    if (!from || !to || from->output().empty()) return false;
    const MutableBytes space = to->input_space();
    const std::size_t n = std::min(space.size(), from->output().size());
    if (n == 0) return false;
    std::copy_n(from->output().begin(), n, space.begin());
    (void)from->sent(n);
    (void)to->received(n);
    return true;
  }
};

std::string code_of(const auto& result) {
  return result ? "success" : std::string(rule(result.error().code).name);
}

/// Makes every call that is not const, and checks that each is refused.
void call_all(Engine& engine) {
  const std::size_t queued = engine.output().size();
  CHECK(engine.input_space().empty());
  CHECK(engine.begin_receive().empty());
  CHECK(engine.begin_send().empty());
  CHECK(code_of(engine.received(0)) == "misuse");
  CHECK(code_of(engine.sent(0)) == "misuse");
  CHECK(code_of(engine.consume(0)) == "misuse");
  engine.transport_ended();
  engine.release_buffers();
  engine.restart_record_sizes();
  engine.abort(Alert::user_canceled);
  CHECK_FALSE(engine.take_session_update().has_value());
  CHECK(code_of(engine.write(bytes_of("x"))) == "misuse");
  CHECK(code_of(engine.flush()) == "misuse");
  CHECK(code_of(engine.close_write()) == "misuse");
  for (const Answer& answer : test::one_of_each_answer())
    CHECK(code_of(engine.answer(answer)) == "misuse");
  // What is const may be called.
  CHECK(engine.output().size() == queued);
  CHECK(engine.wants() == Wants::nothing);
  CHECK_FALSE(engine.error().has_value());
  (void)engine.readable();
  (void)engine.state();
  (void)engine.due();
}

}  // namespace

TEST_CASE(
    "an exception that leaves any call of a callback is callback_threw, and the peer gets "
    "internal_error") {
  for (const Callback& callback : callbacks()) {
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    int calls = 0;
    for (int at = 0; at <= calls; ++at) {  // at its first call, its second, and so on
      CAPTURE(at);
      ClientConfig c = client_config();
      ServerConfig s = server_config();
      calls = 0;
      callback.install(c, s, [&] {
        if (calls++ == at) throw std::runtime_error("thrown by the test");
      });
      DestructiblePair ends(c, s);
      ends.talk();
      if (calls <= at) break;
      Engine& engine = *ends.of(callback.end);
      REQUIRE(engine.error().has_value());
      CHECK(engine.error()->code == Errc::callback_threw);
      CHECK(engine.error()->about() == "thrown by the test");
      CHECK(engine.error()->alert == Alert::internal_error);
      CHECK_FALSE(engine.handshaking());
      CHECK(engine.wants() == Wants::nothing);
      CHECK(engine.input_space().empty());
      CHECK(code_of(engine.write(bytes_of("x"))) == "callback_threw");
      // The peer hears it once, and nothing after it.
      const Engine& peer = *ends.of(peer_of(callback.end));
      REQUIRE(peer.error().has_value());
      CHECK(peer.error()->code == Errc::peer_alert);
      CHECK(peer.error()->alert == Alert::internal_error);
      CHECK(engine.output().empty());
    }
    CHECK(calls > 0);
  }
}

TEST_CASE(
    "an exception that is no std::exception is callback_threw, and std::bad_alloc is "
    "out_of_memory") {
  for (const bool memory : {false, true}) {
    ClientConfig c = client_config();
    c.verify.check = [&](const VerifiedChain&) -> std::optional<std::string> {
      if (memory) throw std::bad_alloc();
      throw 7;
    };
    EnginePair pair(c);
    pair.talk();
    REQUIRE(pair.client.error().has_value());
    CHECK(pair.client.error()->code == (memory ? Errc::out_of_memory : Errc::callback_threw));
    CHECK(pair.server.error()->alert == Alert::internal_error);
  }
}

TEST_CASE("an exception of interrupt_if's function is callback_threw, wherever it is called") {
  for (const Role end : {Role::client, Role::server}) {
    CAPTURE(static_cast<int>(end));
    int calls = 0;
    for (int at = 0; at <= calls; ++at) {
      CAPTURE(at);
      ClientConfig c = client_config();
      ServerConfig s = server_config();
      callback::show_client_certificate(c, s);
      DestructiblePair ends(c, s);
      Engine& engine = *ends.of(end);
      calls = 0;
      engine.interrupt_if([&]() -> bool {
        if (calls++ == at) throw std::runtime_error("thrown by the test");
        return false;
      });
      ends.talk();
      if (calls <= at) break;
      REQUIRE(engine.error().has_value());
      CHECK(engine.error()->code == Errc::callback_threw);
      CHECK(engine.error()->about() == "thrown by the test");
      CHECK_FALSE(engine.has_work());
      const Engine& peer = *ends.of(peer_of(end));
      REQUIRE(peer.error().has_value());
      CHECK(peer.error()->alert == Alert::internal_error);
      CHECK(engine.output().empty());
    }
    CHECK(calls > 3);
  }
}

TEST_CASE("interrupt_if's function may call back or destroy its engine, as a callback may") {
  for (const Role end : {Role::client, Role::server}) {
    for (const bool destroys : {false, true}) {
      CAPTURE(static_cast<int>(end));
      CAPTURE(destroys);
      DestructiblePair ends(client_config(), server_config());
      int calls = 0;
      ends.of(end)->interrupt_if([&] {
        ++calls;
        if (destroys) return ends.of(end).reset(), false;
        return call_all(*ends.of(end)), false;
      });
      ends.talk();
      CHECK(calls > 0);
      CHECK(ends.of(end).has_value() == !destroys);
      CHECK(ends.complete() == !destroys);
    }
  }
}

TEST_CASE("a call from inside a callback is refused, and changes nothing") {
  for (const Callback& callback : callbacks()) {
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    ClientConfig c = client_config();
    ServerConfig s = server_config();
    DestructiblePair* talking = nullptr;
    int called = 0;
    callback.install(c, s, [&] {
      if (talking == nullptr) return;  // the engine is being made
      ++called;
      call_all(*talking->of(callback.end));
    });
    DestructiblePair ends(c, s);
    talking = &ends;
    ends.talk();
    CHECK((called > 0) != callback.at_beginning);
    CHECK(ends.complete());
  }
}

TEST_CASE("an engine that is destroyed by its own callback is gone after the call") {
  for (const Callback& callback : callbacks()) {
    if (callback.at_beginning) continue;
    CAPTURE(callback.name);
    CAPTURE(static_cast<int>(callback.end));
    ClientConfig c = client_config();
    ServerConfig s = server_config();
    DestructiblePair* talking = nullptr;
    callback.install(c, s, [&] {
      if (talking != nullptr) talking->of(callback.end).reset();
    });
    DestructiblePair ends(c, s);
    talking = &ends;
    ends.talk();
    CHECK_FALSE(ends.of(callback.end).has_value());
  }
}

TEST_CASE("an engine that is moved inside its own callback goes on at its new place") {
  ClientConfig c = client_config();
  std::optional<Engine> moved;
  DestructiblePair* talking = nullptr;
  c.verify.check = [&](const VerifiedChain&) {
    moved.emplace(std::move(*talking->client));
    return std::optional<std::string>();
  };
  DestructiblePair ends(c, server_config());
  talking = &ends;
  ends.talk();
  REQUIRE(moved.has_value());
  ends.client.emplace(std::move(*moved));
  ends.talk();
  CHECK(ends.complete());
}

TEST_CASE("an exception of an observer that receives a failure is dropped") {
  struct Throwing final : Observer {
    void on_alert(Direction, const AlertMessage&) override { throw std::runtime_error("on_alert"); }
    void on_error(const Error&) override { throw std::runtime_error("on_error"); }
  };
  ClientConfig c = client_config();
  c.common.observe = [](Role) { return std::make_unique<Throwing>(); };
  c.verify.check = [](const VerifiedChain&) {
    return std::optional<std::string>("refused by the test");
  };
  EnginePair pair(c);
  pair.talk();
  REQUIRE(pair.client.error().has_value());
  CHECK(pair.client.error()->code == Errc::certificate_refused);
  REQUIRE(pair.server.error().has_value());
  CHECK(pair.server.error()->code == Errc::peer_alert);
}

TEST_CASE("SessionStore::get of a server that throws fails the handshake") {
  ClientConfig c = client_config();
  ServerConfig s = server_config();
  c.sessions = make_memory_session_store();
  const auto store = std::make_shared<ActingStore>();
  s.sessions = store;
  s.tickets = false;
  ConnectedEnginePair first(c, s);
  store->on_get = [] { throw std::runtime_error("get"); };
  EnginePair second(c, s);
  second.talk();
  REQUIRE(second.server.error().has_value());
  CHECK(second.server.error()->code == Errc::callback_threw);
}

TEST_CASE("the engine leaves put and erase to its driver, after the flight") {
  ClientConfig c = client_config();
  const auto store = std::make_shared<ActingStore>();
  int puts = 0, erased = 0;
  store->on_put = [&] { ++puts; };
  store->on_erase = [&] { ++erased; };
  c.sessions = store;
  DestructiblePair ends(c, server_config());
  ends.talk();
  REQUIRE(ends.complete());
  CHECK(puts == 0);
  const auto update = ends.client->take_session_update();
  REQUIRE(update.has_value());
  CHECK_FALSE(ends.client->take_session_update().has_value());
  ends.client->abort(Alert::user_canceled);
  const auto forget = ends.client->take_session_update();
  REQUIRE(forget.has_value());
  CHECK(erased == 0);
  ends.client.reset();  // an update outlives its engine
  update->apply();
  CHECK(puts == 1);
  forget->apply();
  CHECK(erased == 1);
}

TEST_CASE("a session that is to be forgotten takes the place of the one that was to be kept") {
  ClientConfig c = client_config();
  const auto store = std::make_shared<ActingStore>();
  int puts = 0, erased = 0;
  store->on_put = [&] { ++puts; };
  store->on_erase = [&] { ++erased; };
  c.sessions = store;
  DestructiblePair ends(c, server_config());
  ends.talk();
  ends.client->abort(Alert::user_canceled);
  ends.client->take_session_update().value().apply();
  CHECK(puts == 0);
  CHECK(erased == 1);
}

TEST_CASE("an exception of put or erase is dropped") {
  ClientConfig c = client_config();
  const auto store = std::make_shared<ActingStore>();
  store->on_put = store->on_erase = [] { throw std::runtime_error("no"); };
  c.sessions = store;
  EnginePair pair(c);
  pair.talk();
  CHECK(pair.complete());
  pair.client.abort(Alert::user_canceled);
  CHECK_NOTHROW(pair.client.take_session_update().value().apply());
}
