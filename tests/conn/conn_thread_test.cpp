// What threads and real sockets add: D4, D5, D8, D11, C4, C5, C14.
#include <doctest/doctest.h>
#include <fcntl.h>

#include <atomic>
#include <thread>
#include <vector>

#include "conn/real_time.hpp"
#include "conn/sockets.hpp"
#include "support/conn_pair.hpp"
#include "tls12/tls12.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

const std::string kFlood(64 << 20, 'x');  // more than sockets hold

/// Until `conn`'s thread is likely to be inside its wait; correctness never hangs on it.
void let_it_block() { std::this_thread::sleep_for(20ms); }

}  // namespace

TEST_CASE("D4: a deadline that is set sooner ends a call that is blocked") {
  ConnectedTcpPair j;
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
  ConnectedTcpPair j;
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
  ConnectedTcpPair j;
  j.client->set_read_deadline(within(1500ms));
  const auto cpu = thread_cpu();
  CHECK(read_once(*j.client) == "error: timed_out");
  CHECK(thread_cpu() - cpu < 15ms);
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
    ConnectedTcpPair j;
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
    const SilentListener mute;
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
  ConnectedTcpPair j;
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
  ConnectedTcpPair j;
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
  ConnectedTcpPair j;
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
  ConnectedTcpPair j;
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
