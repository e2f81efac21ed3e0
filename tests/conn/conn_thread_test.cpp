// What threads and real sockets add: D4, D5, D10, D11, C4, C5, C12, C14, and how a user's code
// reads.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "conn/bench.hpp"
#include "conn/real_time.hpp"
#include "conn/sockets.hpp"
#include "support/requested.hpp"
#include "tls12/tls12.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

const std::string kFlood(64 << 20, 'x');  // more than sockets hold

/// Until `conn`'s thread is likely to be inside its wait; correctness never hangs on it.
void let_it_block() { std::this_thread::sleep_for(20ms); }

}  // namespace

TEST_CASE("A user's client and server read as they should, and talk") {
  auto server_side = ServerConfig{.identities = {identity().leaf}}.build();
  auto listener = Listener::on("127.0.0.1", 0, *server_side);
  REQUIRE(listener.has_value());
  std::vector<std::thread> workers;
  std::thread serving([&] {
    while (auto conn = listener->accept()) {
      workers.emplace_back(
          [](Conn c) {
            c.set_deadline(within(5s));
            const std::string request = read_once(c);
            (void)c.write("you said: " + request);
            (void)c.close_gracefully(within(5s));
          },
          std::move(*conn));
    }
  });

  auto config = ClientConfig{.trust = TrustStore::of({identity().ca.chain()[0]})}.build();
  auto conn = dial("localhost", listener->port(), *config, within(5s));
  REQUIRE_MESSAGE(conn.has_value(), conn.error().message());
  conn->set_deadline(within(2s));
  auto sent = conn->write("hello");
  CHECK(sent == 5);
  CHECK(read_all(*conn) == "you said: hello");
  CHECK(conn->state().handshake_complete);
  CHECK(conn->state().server_name == "localhost");
  CHECK(conn->peer().ends_with(":" + std::to_string(listener->port())));
  auto closed = conn->close();
  CHECK(closed.alert_sent);
  CHECK(closed.peer_closed);
  CHECK_FALSE(closed.error.has_value());

  listener->close();
  serving.join();
  for (auto& w : workers) w.join();
}

TEST_CASE(
    "Dialling an address in text verifies the certificate's IP address; another name is refused "
    "with an alert") {
  auto listening = Listener::on("127.0.0.1", 0, server_context());
  REQUIRE(listening.has_value());
  std::string server_saw;
  std::thread serving([&] {
    for (int i = 0; i < 2; ++i) {
      auto conn = listening->accept(within(10s));
      conn->set_deadline(within(10s));
      const auto done = conn->handshake();
      server_saw +=
          done ? "complete;" : code_of(done) + " " + std::string(name(*done.error().alert)) + ";";
    }
  });
  CHECK(dial("127.0.0.1", listening->port(), client_context(), within(10s)).has_value());
  const Stopwatch watch;
  const auto other =
      dial("127.0.0.1", listening->port(), client_context(), within(10s), "example.org");
  CHECK(code_of(other) == "certificate_name_mismatch");
  CHECK(other.error().phase == Phase::handshake);
  // C12: the alert is not eaten by a reset.
  serving.join();
  CHECK(server_saw == "complete;peer_alert bad_certificate;");
  CHECK(watch.elapsed() < 5s);
}

TEST_CASE("Dialling an IPv6 address with a zone verifies the address without it") {
  const auto made = make_development_identity({"::1"}, KeyKind::ed25519);
  REQUIRE(made.has_value());
  auto listening = Listener::on("::1", 0, server_context({.identities = {made->leaf}}));
  if (!listening) {
    MESSAGE("skipped: this machine has no IPv6");
    return;
  }
  std::thread serving([&] {
    auto conn = listening->accept(within(10s));
    conn->set_deadline(within(10s));
    (void)conn->handshake();
  });
  const ClientConfig config{.trust = TrustStore::of({made->ca.chain()[0]})};
  const auto conn = dial("::1%1", listening->port(), client_context(config), within(10s));
  serving.join();
  REQUIRE(conn.has_value());
  CHECK(conn->state().server_name == "::1");
}

TEST_CASE("Dialling a name that no certificate can have fails before anything is sent") {
  for (const char* host : {"", "m\xc3\xbcller.example", "two words", "https://example.org"}) {
    CAPTURE(host);
    const auto conn = dial(host, 1, client_context(), within(10s));
    REQUIRE_FALSE(conn.has_value());
    CHECK(conn.error().code == Errc::bad_host_name);
    CHECK(conn.error().phase == Phase::configure);
  }
}

TEST_CASE("D4: a deadline that is set sooner ends a call that is blocked") {
  Joined j;
  for (const bool reading : {true, false}) {
    std::string result;
    j.client->set_deadline(Deadline::never());
    std::thread blocked([&] {
      if (reading) {
        result = read_once(*j.client);
      } else {
        const auto n = j.client->write(kFlood);
        result = n && *n == kFlood.size() ? "wrote all" : "error: timed_out";
      }
    });
    let_it_block();
    const Stopwatch watch;
    j.client->set_deadline(within(0s));
    blocked.join();
    CHECK(result == "error: timed_out");
    CHECK(watch.elapsed() < kPrompt);
  }
}

TEST_CASE("D4: a deadline that is set later lets a blocked call go on") {
  Joined j;
  j.client->set_read_deadline(within(60ms));
  std::string result;
  std::thread blocked([&] { result = read_once(*j.client); });
  let_it_block();
  j.client->set_read_deadline(within(10s));
  std::this_thread::sleep_for(100ms);
  CHECK(j.server->write("in time") == 7);
  blocked.join();
  CHECK(result == "in time");
}

TEST_CASE(
    "D5: a reader and a writer that both need the handshake wait each by its own deadline, and one "
    "takes over") {
  MemoryPair pair = memory_pair().value();
  auto client = Conn::client(std::move(pair.first), client_context(), "localhost");
  Peer peer(Engine::server(server_context()), std::move(pair.second));
  std::string read_result, write_result;
  client->set_read_deadline(within(100ms));
  client->set_write_deadline(within(10s));
  std::thread reader([&] { read_result = read_once(*client); });
  std::thread writer([&] { write_result = code_of(client->write("hello")); });
  reader.join();
  CHECK(read_result == "error: timed_out");
  while (peer.got != "hello") {
    peer.end->wait(Interest::read, within(10ms), peer.end->wakes());
    peer.run();
  }
  writer.join();
  CHECK(write_result == "success");
}

TEST_CASE("D8: a read that waits for a silent peer costs no CPU") {
  Joined j;
  j.client->set_read_deadline(within(1500ms));
  const auto cpu = thread_cpu();
  CHECK(read_once(*j.client) == "error: timed_out");
  CHECK(thread_cpu() - cpu < 15ms);
}

TEST_CASE("D10: dial ends at its deadline when the peer takes the connection and never speaks") {
  const Mute mute;
  const Stopwatch watch;
  const auto late = dial("127.0.0.1", mute.port(), client_context(), within(300ms));
  CHECK(code_of(late) == "timed_out");
  CHECK(late.error().phase == Phase::handshake);
  CHECK(watch.elapsed() >= 300ms);
  CHECK(watch.elapsed() < 300ms + kPrompt);
}

TEST_CASE("D10: dial without a deadline is bounded by handshake_timeout") {
  const Mute mute;
  ClientConfig config = client_config();
  config.common.handshake_timeout = 200ms;
  const Stopwatch watch;
  const auto late = dial("127.0.0.1", mute.port(), client_context(config));
  CHECK(code_of(late) == "handshake_timed_out");
  CHECK(watch.elapsed() < 200ms + kPrompt);
}

TEST_CASE(
    "D11: peers that connect and stall delay neither accepting nor another peer's handshake") {
  auto listening = Listener::on("127.0.0.1", 0, server_context());
  REQUIRE(listening.has_value());
  std::vector<TransportPtr> stalled;
  for (int i = 0; i < 20; ++i)
    stalled.push_back(*connect_tcp("127.0.0.1", listening->port(), within(5s)));
  std::vector<Conn> accepted;
  const Stopwatch watch;
  for (int i = 0; i < 20; ++i) accepted.push_back(std::move(*listening->accept(within(5s))));
  CHECK(watch.elapsed() < kPrompt);
  std::thread serving([&] {
    auto conn = listening->accept(within(5s));
    conn->set_deadline(within(5s));
    (void)conn->write("served");
    (void)conn->close_gracefully(within(5s));
  });
  auto conn = dial("127.0.0.1", listening->port(), client_context(), within(5s));
  REQUIRE(conn.has_value());
  CHECK(read_all(*conn) == "served");
  (void)conn->close();
  serving.join();
}

TEST_CASE(
    "C4, C5: any number of threads close at once, blocked calls return closed promptly, the "
    "descriptor is closed once") {
  for (int round = 0; round < 10; ++round) {
    Joined j;
    std::string read_result, write_result;
    std::thread reader([&] { read_result = read_once(*j.client); });
    std::thread writer([&] { write_result = code_of(j.client->write(kFlood)); });
    j.client->set_write_deadline(within(100ms));
    if (round % 2 == 0) let_it_block();
    j.client->set_write_deadline(within(round % 3 == 0 ? -1s : 50ms));
    const Stopwatch watch;
    std::vector<std::thread> closers;
    std::atomic<int> reports = 0;
    for (int i = 0; i < 8; ++i) {
      closers.emplace_back([&] {
        (void)j.client->close();
        ++reports;
      });
    }
    for (auto& c : closers) c.join();
    reader.join();
    writer.join();
    CHECK(watch.elapsed() < 50ms + kPrompt);
    CHECK(reports == 8);
    CHECK(read_result == "error: closed");
    // A writer that ran into its deadline first was right too.
    CHECK((write_result == "closed" || write_result == "timed_out" || write_result == "success"));
    CHECK(read_once(*j.client) == "error: closed");
  }
}

TEST_CASE("C5: close releases a handshake that hangs") {
  for (const bool writing : {false, true}) {
    const Mute mute;
    auto transport = connect_tcp("127.0.0.1", mute.port(), within(5s));
    const int descriptor = (*transport)->descriptor();
    auto conn = Conn::client(std::move(*transport), client_context(), "localhost");
    std::string result;
    std::thread blocked(
        [&] { result = writing ? code_of(conn->write("x")) : code_of(conn->handshake()); });
    let_it_block();
    const Stopwatch watch;
    (void)conn->close();
    blocked.join();
    CHECK(watch.elapsed() < kPrompt);
    CHECK(result == "closed");
    CHECK(fcntl(descriptor, F_GETFD) == -1);
  }
}

TEST_CASE(
    "C5: a close that is busy flushing releases blocked calls at once, and itself obeys a deadline "
    "that is set sooner") {
  const auto faults = std::make_shared<Faults>();
  MemoryPair pair = memory_pair().value();
  auto client = Conn::client(std::make_unique<FaultyTransport>(std::move(pair.first), faults),
                             client_context(), "localhost");
  Peer peer(Engine::server(server_context()), std::move(pair.second));
  client->set_deadline(within(10s));
  std::thread shaking([&] { (void)client->handshake(); });
  while (peer.engine.handshaking()) {
    peer.run();
    peer.end->wait(Interest::read, within(10ms), peer.end->wakes());
  }
  shaking.join();
  faults->stall_writes_at = faults->bytes_written.load();

  client->set_deadline(within(30s));
  std::string result;
  std::thread reader([&] { result = read_once(*client); });
  let_it_block();
  const Stopwatch watch;
  CloseReport report;
  std::thread closer([&] { report = client->close(); });
  reader.join();
  CHECK(result == "error: closed");
  client->set_write_deadline(within(0s));
  closer.join();
  CHECK(watch.elapsed() < kPrompt);
  CHECK_FALSE(report.alert_sent);
  REQUIRE(report.error.has_value());
  CHECK(report.error->code == Errc::timed_out);
}

TEST_CASE("C5: close hurries a graceful close that waits for its peer") {
  Joined j;
  CloseReport gentle;
  std::thread waiting([&] { gentle = j.client->close_gracefully(Deadline::never()); });
  let_it_block();
  const Stopwatch watch;
  CHECK(j.client->close().alert_sent);
  waiting.join();
  CHECK(watch.elapsed() < kPrompt);
  CHECK(gentle.alert_sent);
  CHECK_FALSE(gentle.peer_closed);
}

TEST_CASE("C14: full duplex: megabytes both ways at once arrive whole") {
  Joined j;
  const std::string there = numbered(8 << 20), back = numbered((8 << 20) + 1);
  std::string got_there, got_back;
  const auto send = [](Conn& conn, const std::string& text) {
    CHECK(conn.write(text) == text.size());
    CHECK(conn.close_write().has_value());
  };
  std::thread a([&] { send(*j.client, there); });
  std::thread b([&] { send(*j.server, back); });
  std::thread c([&] { got_there = read_all(*j.server); });
  std::thread d([&] { got_back = read_all(*j.client); });
  for (auto* t : {&a, &b, &c, &d}) t->join();
  CHECK((got_there == there));
  CHECK((got_back == back));
  CHECK(j.client->close().peer_closed);
  CHECK(j.server->close().peer_closed);
}

TEST_CASE("C14: a writer that is stuck delays no reader") {
  Joined j;
  std::thread stuck([&] { (void)j.client->write(kFlood); });
  let_it_block();
  const Stopwatch watch;
  for (int i = 0; i < 50; ++i) {
    CHECK(j.server->write("news") == 4);
    CHECK(read_once(*j.client) == "news");
  }
  CHECK(watch.elapsed() < 1s);
  j.client->set_write_deadline(within(0s));
  (void)j.client->close();
  stuck.join();
}

TEST_CASE(
    "C14, D7: a reader that was blocked already pushes what a write left queued behind its "
    "deadline") {
  Joined j;
  const std::string text = numbered(24 << 20);
  std::string got;
  j.client->set_write_deadline(within(1400ms));
  std::thread reader([&] { (void)read_once(*j.client); });
  std::this_thread::sleep_for(1100ms);  // a reader looks up once after a second, and then no more
  const auto n = j.client->write(text);
  REQUIRE(n.has_value());
  REQUIRE(*n < text.size());
  // Nobody writes any more: what was accepted comes through the reader.
  j.server->set_read_deadline(within(3s));
  while (got.size() < *n) {
    const std::string part = read_once(*j.server);
    if (part.empty() || part.starts_with("error: ")) break;
    got += part;
  }
  CHECK((got == text.substr(0, *n)));
  (void)j.server->close();
  reader.join();
}

TEST_CASE(
    "A signature from another thread completes the handshake; one that never comes ends at the "
    "deadline") {
  const Identity& leaf = identity().leaf;
  const PrivateKey elsewhere = PrivateKey::elsewhere(KeyKind::ed25519);
  ServerConfig config;
  config.identities = {*Identity::from({leaf.chain().begin(), leaf.chain().end()}, elsewhere)};
  for (const bool answered : {true, false}) {
    Bench b(Role::server, client_config(), config);
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
  const Identity& leaf = identity().leaf;
  ServerConfig config;
  config.identities = {*Identity::from({leaf.chain().begin(), leaf.chain().end()},
                                       PrivateKey::elsewhere(KeyKind::ed25519))};
  Bench b(Role::server, client_config(), config);
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
  ClientConfig config = client_config();
  config.verdict_elsewhere = true;
  for (const char how : {'i', 't', 'r', 'n'}) {
    CAPTURE(how);
    Bench b(Role::client, config);
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
  ClientConfig client = client_config();
  client.sessions = make_memory_session_store();
  ServerConfig server = server_config();
  server.tickets = false;
  server.sessions = store;
  server.look_up_elsewhere = true;
  for (const bool resumed : {false, true}) {
    Bench b(Role::server, client, server);
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
