// Answers that a connection waits for: signatures, verdicts, sessions, from the hook or another
// thread.
#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <thread>
#include <vector>

#include "support/conn_pair.hpp"
#include "support/requested.hpp"
#include "tls12/tls12.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE(
    "A signature from another thread completes the handshake; one that never comes ends at the "
    "deadline") {
  const Identity& leaf = live_identity().leaf;
  const PrivateKey elsewhere = PrivateKey::elsewhere(KeyKind::ed25519);
  ServerConfig config;
  config.identities = {*Identity::from({leaf.chain().begin(), leaf.chain().end()}, elsewhere)};
  for (const bool answered : {true, false}) {
    ConnPair b(Role::server, live_client_config(), config);
    std::optional<SignatureRequest> request;
    b.conn->on_request([&](Wants wants) {
      CHECK(wants == Wants::signature);
      CHECK_FALSE(request.has_value());
      request = requested<SignatureRequest>(*b.conn);
    });
    b.by(3s);
    CHECK(code_of(b.conn->handshake()) == "timed_out");
    REQUIRE(request.has_value());
    CHECK(b.conn->wants() == Wants::signature);
    if (answered) {
      std::array<std::uint8_t, 512> signature;
      const auto size = leaf.key().sign(request->algorithm, request->message,
                                        default_provider()->rng(), signature);
      REQUIRE(size.has_value());
      std::thread([&] {
        CHECK(b.conn->answer(SignatureAnswer{Bytes(signature).first(*size)}).has_value());
      }).join();
      b.by(3s);
      CHECK(code_of(b.conn->handshake()) == "success");
      CHECK(code_of(b.conn->answer(SignatureAnswer{Bytes{}})) == "not_waiting_for_that");
    } else {
      b.conn->set_deadline(Deadline::never());
      CHECK(code_of(b.conn->handshake()) == "handshake_timed_out");
      CHECK(b.elapsed() == 10s);
      CHECK(b.faults->closes == 1);
      CHECK(b.conn->wants() == Wants::nothing);
      CHECK(b.conn->request().value().index() == 0);
    }
  }
}

TEST_CASE("Behind close() no answer is wanted any more, and none is taken") {
  const Identity& leaf = live_identity().leaf;
  ServerConfig config;
  config.identities = {*Identity::from({leaf.chain().begin(), leaf.chain().end()},
                                       PrivateKey::elsewhere(KeyKind::ed25519))};
  ConnPair b(Role::server, live_client_config(), config);
  b.by(3s);
  CHECK(code_of(b.conn->handshake()) == "timed_out");
  CHECK(b.conn->wants() == Wants::signature);
  (void)b.conn->close();
  CHECK(b.conn->wants() == Wants::nothing);
  CHECK(b.conn->request().value().index() == 0);
  CHECK(code_of(b.conn->answer(SignatureAnswer{Bytes{}})) == "closed");
}

TEST_CASE(
    "Other answers come from inside the hook or from another thread; each is asked for once") {
  ClientConfig config = live_client_config();
  config.verdict_elsewhere = true;
  for (const char how : {'i', 't', 'r', 'n'}) {
    CAPTURE(how);
    ConnPair b(Role::client, config);
    std::vector<Wants> asked;
    b.conn->on_request([&](Wants wants) {
      asked.push_back(wants);
      if (how == 'i') CHECK(b.conn->answer(VerdictAnswer{.accept = true}).has_value());
    });
    b.by(3s);
    CHECK(code_of(b.conn->handshake()) == (how == 'i' ? "success" : "timed_out"));
    CHECK(asked == std::vector<Wants>{Wants::verdict});
    if (how == 'i') continue;
    CHECK(b.conn->wants() == Wants::verdict);
    CHECK(b.conn->state().peer_certificates.size() == 1);
    CHECK(code_of(b.conn->answer(SessionAnswer{})) == "not_waiting_for_that");
    const auto request = requested<VerdictRequest>(*b.conn);
    CHECK_FALSE(request.failure.has_value());
    CHECK(request.presented.size() == 1);
    if (how == 'n') {
      b.conn->set_deadline(Deadline::never());
      CHECK(code_of(b.conn->handshake()) == "handshake_timed_out");
      continue;
    }
    std::thread([&] {
      CHECK(b.conn->answer(VerdictAnswer{.accept = how == 't', .reason = "no"}).has_value());
    }).join();
    b.by(3s);
    CHECK(code_of(b.conn->handshake()) == (how == 't' ? "success" : "certificate_refused"));
    CHECK(asked.size() == 1);
  }
}

TEST_CASE(
    "A session that is looked up elsewhere, and a premaster secret that is decrypted there, reach "
    "their connection as copies") {
  struct Store final : SessionStore {
    std::vector<std::uint8_t> id, session;
    void put(Bytes key, Bytes value, WallTime) override {
      id.assign(key.begin(), key.end()), session.assign(value.begin(), value.end());
    }
    bool get(Bytes, WallTime, const std::function<void(Bytes)>&) override { return false; }
    void erase(Bytes) override {}
  };
  const auto store = std::make_shared<Store>();
  ClientConfig client = live_client_config();
  client.sessions = make_memory_session_store();
  ServerConfig server = live_server_config();
  server.tickets = false;
  server.sessions = store;
  server.look_up_elsewhere = true;
  for (const bool resumed : {false, true}) {
    ConnPair b(Role::server, client, server);
    b.conn->on_request([&](Wants wants) {
      CHECK(wants == Wants::session);
      CHECK(requested<SessionRequest>(*b.conn).id == store->id);
      CHECK(b.conn->answer(SessionAnswer{store->session}).has_value());
    });
    b.by(3s);
    CHECK(code_of(b.conn->handshake()) == "success");
    CHECK(b.conn->state().resumed == resumed);
    b.peer->run();
  }
}
