// C9 to C11: how the peer ends a connection, on a fake clock.
#include <doctest/doctest.h>

#include <array>

#include "support/conn_pair.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE("C9: the peer's close_notify is the end of file, behind all plaintext, again and again") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    b.say("first");
    b.say("second");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->run();
    std::string got;
    for (std::string part = b.read(4); !part.empty(); part = b.read(4)) got += part;
    CHECK(got == "firstsecond");
    CHECK(b.read() == "");
    CHECK(b.read() == "");
    CHECK_FALSE(b.conn->error().has_value());
  }
}

TEST_CASE(
    "C9: a transport that ends without close_notify is truncated, behind the plaintext that was "
    "complete") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    b.say("complete");
    REQUIRE(b.peer->end->shut_down_writing().has_value());
    CHECK(b.read() == "complete");
    CHECK(b.read() == "error: truncated");
    CHECK(b.read() == "error: truncated");
    CHECK(b.conn->error().has_value());
  }
}

TEST_CASE("C9: whoever must live with peers that just hang up asks for it by name") {
  ClientConfig config = live_client_config();
  config.dangerous.accept_truncation = true;
  ConnectedConnPair b(Role::client, config);
  b.say("complete");
  REQUIRE(b.peer->end->shut_down_writing().has_value());
  CHECK(b.read() == "complete");
  CHECK(b.read() == "");
  CHECK(b.read() == "");

  ConnPair early(Role::client, config);
  REQUIRE(early.peer->end->shut_down_writing().has_value());
  CHECK(early.read() == "error: truncated");
}

TEST_CASE("C9: a close_notify before the handshake is complete is a failure") {
  constexpr std::array<std::uint8_t, 7> kCloseNotify = {21, 3, 3, 0, 2, 1, 0};
  ConnPair b(Role::client);
  b.peer->frozen = true;
  REQUIRE(b.peer->end->write(kCloseNotify).has_value());
  CHECK(b.read() == "error: close_notify_before_finished");
  CHECK(code_of(b.conn->write("x")) == "close_notify_before_finished");
}

// Shows RFC 5246 7.2.1-3
TEST_CASE("C10: the peer's close_notify leaves our writing open; ours is sent by close") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    b.say("request");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->run();
    CHECK(b.read() == "request");
    CHECK(b.read() == "");
    CHECK(b.conn->write("answer") == 6);
    b.peer->run();
    CHECK(b.peer->got == "answer");
    CHECK_FALSE(b.peer->engine.peer_closed());
    const CloseReport report = b.conn->close();
    CHECK(report.alert_sent);
    CHECK(report.peer_closed);
    b.peer->run();
    CHECK(b.peer->engine.peer_closed());
  }
}

TEST_CASE(
    "C10: strict_close answers at once and ends writing; failing to answer never fails the read") {
  ServerConfig config = live_server_config();
  config.common.strict_close = true;
  for (const bool broken : {false, true}) {
    ConnectedConnPair b(Role::server, live_client_config(), config);
    b.say("request");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->run();
    if (broken) b.faults->fail_writes_at_call = 0;
    CHECK(b.read() == "request");
    CHECK(b.read() == "");
    b.peer->run();
    CHECK(b.peer->engine.peer_closed() != broken);
    CHECK_FALSE(b.conn->write("late").has_value());
  }
}

TEST_CASE(
    "C11: close_gracefully waits for the peer's close_notify and discards what comes before it") {
  ConnectedConnPair b(Role::client);
  int naps = 0;
  b.clock.when_idle([&] {
    b.clock.advance(100ms);
    b.peer->receive();
    if (++naps == 3) b.say(numbered(5000));
    if (naps == 6) REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->send(kNever);
    return true;
  });
  const CloseReport report = b.conn->close_gracefully(within(10s, b.clock));
  CHECK(report.alert_sent);
  CHECK(report.peer_closed);
  CHECK(static_cast<bool>(report));
  CHECK(b.elapsed() < 1s);
  CHECK(b.faults->closes == 1);
}

TEST_CASE("C11: close_gracefully is bounded in time and in bytes") {
  ConnectedConnPair silent(Role::client);
  const CloseReport report = silent.conn->close_gracefully(within(3s, silent.clock));
  CHECK(report.alert_sent);
  CHECK_FALSE(report.peer_closed);
  CHECK(silent.elapsed() == 3s);

  ConnectedConnPair chatty(Role::client);
  const std::string noise = numbered(16000);
  chatty.clock.when_idle([&] {
    chatty.peer->receive();
    (void)chatty.peer->engine.write(bytes_of(noise));
    return chatty.peer->send(kNever);
  });
  const std::size_t before = chatty.faults->bytes_read;
  CHECK(chatty.conn->close_gracefully(Deadline::never()).alert_sent);
  CHECK(chatty.faults->bytes_read - before < (1 << 20) + (1 << 18));
  CHECK(chatty.elapsed() == 0s);
}

TEST_CASE("C9: a handshake succeeds though the peer's stream ends right after its Finished") {
  std::size_t received = 0;
  {
    ConnectedConnPair server(Role::server);
    received = server.faults->bytes_read;
  }
  ConnPair server(Role::server);
  server.faults->end_reads_at = received;
  CHECK(code_of(server.conn->handshake()) == "success");
  CHECK(server.read() == "error: truncated");
}
