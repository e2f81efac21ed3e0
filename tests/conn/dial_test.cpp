// Dialling: names, addresses and deadlines, over real sockets (D10).
#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "conn/real_time.hpp"
#include "conn/sockets.hpp"
#include "support/conn_pair.hpp"
#include "tls12/tls12.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE("A user's client and server read as they should, and talk") {
  auto server_side = ServerConfig{.identities = {live_identity().leaf}}.build();
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

  auto config = ClientConfig{.trust = TrustStore::of({live_identity().ca.chain()[0]})}.build();
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

TEST_CASE("D10: dial ends at its deadline when the peer takes the connection and never speaks") {
  const SilentListener mute;
  const Stopwatch watch;
  const auto late = dial("127.0.0.1", mute.port(), client_context(), within(300ms));
  CHECK(code_of(late) == "timed_out");
  CHECK(late.error().phase == Phase::handshake);
  CHECK(watch.elapsed() >= 300ms);
  CHECK(watch.elapsed() < 300ms + kPrompt);
}

TEST_CASE("D10: dial without a deadline is bounded by handshake_timeout") {
  const SilentListener mute;
  ClientConfig config = live_client_config();
  config.common.handshake_timeout = 200ms;
  const Stopwatch watch;
  const auto late = dial("127.0.0.1", mute.port(), client_context(config));
  CHECK(code_of(late) == "handshake_timed_out");
  CHECK(watch.elapsed() < 200ms + kPrompt);
}
