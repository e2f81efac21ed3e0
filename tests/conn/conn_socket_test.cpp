// What the kernel can do to a connection: full buffers, resets, signals, and numbers that are used
// again.
#include <doctest/doctest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include <array>
#include <atomic>
#include <vector>

#include "conn/real_time.hpp"
#include "conn/sockets.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

constexpr std::array<std::uint8_t, 30> kForged = {23, 3, 3, 0, 25};

/// Writes until the socket takes no more and the queue is full. How much was accepted.
std::size_t fill(Conn& conn, std::string_view text) {
  std::size_t accepted = 0;
  for (;;) {
    conn.set_write_deadline(within(50ms));
    const auto n = conn.write(text.substr(accepted));
    if (!n) break;
    accepted += *n;
    REQUIRE(accepted < text.size());
  }
  return accepted;
}

/// A thread that is sent signals, which interrupt every call of the system, as long as this lives.
class Pestered {
 public:
  explicit Pestered(pthread_t victim) {
    struct sigaction quiet = {};
    quiet.sa_handler = [](int) {};  // without SA_RESTART
    sigaction(SIGUSR1, &quiet, &old_);
    pest_ = std::thread([this, victim] {
      while (!done_) {
        pthread_kill(victim, SIGUSR1);
        std::this_thread::sleep_for(100us);
      }
    });
  }
  ~Pestered() {
    done_ = true;
    pest_.join();
    sigaction(SIGUSR1, &old_, nullptr);
  }

 private:
  struct sigaction old_ = {};
  std::atomic<bool> done_ = false;
  std::thread pest_;
};

}  // namespace

TEST_CASE("D1: each direction of a socket ends at its own deadline") {
  TcpConnPair s;
  s.shake();
  s.conn->set_read_deadline(within(60ms));
  s.conn->set_write_deadline(within(10s));
  const Stopwatch watch;
  CHECK(read_once(*s.conn) == "error: timed_out");
  CHECK(watch.elapsed() >= 55ms);
  CHECK(watch.elapsed() < 5s);
  CHECK(s.conn->write("still open") == 10);
}

TEST_CASE("D6: a socket's read that timed out in the middle of a record goes on byte for byte") {
  TcpConnPair s;
  s.shake();
  const std::string text = numbered(16000);
  REQUIRE(s.peer->engine.write(bytes_of(text)) == text.size());
  std::string got;
  while (!s.peer->engine.output().empty()) {
    s.peer->send(3000);
    s.conn->set_read_deadline(within(5ms));
    if (const std::string part = read_once(*s.conn); part != "error: timed_out") got += part;
  }
  s.conn->set_read_deadline(within(5s));
  while (got.size() < text.size()) got += read_once(*s.conn);
  CHECK((got == text));
}

TEST_CASE("D7: what a full socket did not take comes whole, by the next write and by a flush") {
  TcpConnPair s;
  s.shake();
  const std::string text = numbered(32 << 20);
  std::size_t sent = fill(*s.conn, text);
  std::atomic<bool> done = false;
  std::thread serving([&] {
    while (!done || s.peer->got.size() < sent) s.serve_once();
  });
  s.conn->set_write_deadline(within(20s));
  const auto rest = s.conn->write(std::string_view(text).substr(sent));
  REQUIRE(rest.has_value());
  sent += *rest;
  CHECK(s.conn->flush().has_value());
  done = true;
  serving.join();
  CHECK(sent == text.size());
  CHECK((s.peer->got == text));
}

TEST_CASE("D8: signals that interrupt every call are never seen, and lose nothing") {
  ConnectedTcpPair j;
  const std::string text = numbered(8 << 20);
  std::string got;
  std::size_t written = 0;
  std::thread writer([&] {
    const Pestered pestered(pthread_self());
    written = j.client->write(text).value_or(0);
    (void)j.client->close_write();
  });
  std::thread reader([&] {
    // One process has one handler; the writer's pest has set it.
    std::this_thread::sleep_for(1ms);
    got = read_all(*j.server);
  });
  writer.join();
  reader.join();
  CHECK(written == text.size());
  CHECK((got == text));

  std::string waited;
  std::thread waiter([&] {
    const Pestered pestered(pthread_self());
    j.client->set_read_deadline(within(50ms));
    const Stopwatch watch;
    waited = read_once(*j.client);
    CHECK(watch.elapsed() >= 45ms);
  });
  waiter.join();
  CHECK(waited == "error: timed_out");
}

TEST_CASE(
    "D8: a read of a socket that is broken for writing, and a write to one that the peer shut, do "
    "not spin") {
  TcpConnPair s;
  s.shake();
  // The peer's end has come, and nothing more will: a blocked writer waits for room alone.
  const std::string text(32 << 20, 'x');
  REQUIRE(s.peer->engine.close_write().has_value());
  s.peer->send(kNever);
  REQUIRE(s.peer->end->shut_down_writing().has_value());
  CHECK(read_once(*s.conn) == "");
  (void)fill(*s.conn, text);
  s.conn->set_write_deadline(within(300ms));
  const auto cpu = thread_cpu();
  (void)s.conn->flush();
  CHECK(thread_cpu() - cpu < 15ms);
}

TEST_CASE(
    "C1, C3: a peer that reads nothing delays close by the write deadline and no more, and the "
    "descriptor is gone") {
  TcpConnPair s;
  s.shake();
  (void)fill(*s.conn, std::string(32 << 20, 'x'));
  s.conn->set_write_deadline(within(100ms));
  const Stopwatch watch;
  const CloseReport report = s.conn->close();
  CHECK(watch.elapsed() >= 95ms);
  CHECK(watch.elapsed() < 100ms + kPrompt);
  CHECK_FALSE(report.alert_sent);
  CHECK(fcntl(s.descriptor, F_GETFD) == -1);

  TcpConnPair past;
  past.shake();
  (void)fill(*past.conn, std::string(32 << 20, 'x'));
  const Stopwatch again;
  CHECK_FALSE(past.conn->close().alert_sent);  // fill() left a deadline that has passed
  CHECK(again.elapsed() < kPrompt);
}

TEST_CASE("C2: close before the handshake leaves no byte on the socket, only its end") {
  TcpConnPair s;
  CHECK_FALSE(s.conn->close().alert_sent);
  std::array<std::uint8_t, 1> byte;
  s.peer->end->wait(Interest::read, within(5s), s.peer->end->wakes());
  const auto n = s.peer->end->read(byte);
  REQUIRE(n.has_value());
  CHECK(*n == 0);
}

TEST_CASE("A handshake that ends in a reset after a warning alert names the alert") {
  TcpConnPair s;
  constexpr std::uint8_t kUnrecognizedName[] = {21, 3, 3, 0, 2, 1, 112};
  const auto written = s.peer->end->write(kUnrecognizedName);
  REQUIRE(written.has_value());
  REQUIRE(*written == sizeof kUnrecognizedName);
  s.conn->set_deadline(within(50ms));
  CHECK(code_of(s.conn->handshake()) == "timed_out");  // the alert has come
  s.let_peer_reset();
  REQUIRE(s.peer->end->close().has_value());
  s.conn->set_deadline(within(5s));
  const auto done = s.conn->handshake();
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().code == Errc::connection_reset);
  CHECK(done.error().warning == Alert::unrecognized_name);
}

TEST_CASE("C4: a descriptor whose number is used again is not closed a second time") {
  TcpConnPair s;
  s.shake();
  const int number = s.descriptor;
  std::vector<std::thread> closers;
  for (int i = 0; i < 4; ++i) closers.emplace_back([&] { (void)s.conn->close(); });
  for (auto& c : closers) c.join();
  const int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(other >= 0);
  const int again = dup2(other, number);
  REQUIRE(again == number);
  (void)s.conn->close();
  (void)s.conn->close_gracefully(within(1s));
  CHECK(read_once(*s.conn) == "error: closed");
  CHECK_FALSE(s.conn->write("x").has_value());
  s.conn->set_deadline(within(1s));
  s.conn.reset();
  CHECK(fcntl(number, F_GETFD) != -1);
  ::close(number);
  if (other != number) ::close(other);
}

TEST_CASE("C5: close releases a reader and a writer that are blocked in the kernel") {
  TcpConnPair s;
  s.shake();
  std::string read_result, write_result;
  std::thread reader([&] { read_result = read_once(*s.conn); });
  std::thread writer([&] { write_result = code_of(s.conn->write(std::string(64 << 20, 'x'))); });
  while (s.peer->end->descriptor() >= 0) {
    std::array<char, 1> byte;
    if (recv(s.peer_descriptor, byte.data(), 1, MSG_PEEK | MSG_DONTWAIT) == 1)
      break;  // the writer is under way
    std::this_thread::yield();
  }
  std::this_thread::sleep_for(20ms);
  std::thread closer([&] { (void)s.conn->close(); });
  // Both come back while close() still waits for room, up to its five seconds.
  const Stopwatch watch;
  reader.join();
  writer.join();
  CHECK(watch.elapsed() < 4s);
  CHECK(read_result == "error: closed");
  CHECK(write_result == "closed");
  s.conn->set_write_deadline(within(0s));
  closer.join();
}

TEST_CASE("C6: a record that a full socket cut is finished before the close_notify") {
  TcpConnPair s;
  s.shake();
  const std::string text = numbered(32 << 20);
  const std::size_t sent = fill(*s.conn, text);
  s.conn->set_write_deadline(within(20s));
  CloseReport report;
  std::thread closing([&] { report = s.conn->close(); });
  s.serve_to_the_end();
  closing.join();
  CHECK(report.alert_sent);
  CHECK(s.peer->engine.peer_closed());
  CHECK((s.peer->got == text.substr(0, sent)));
}

TEST_CASE("C8, C9, C10: over sockets each end closes its writing in its own time") {
  ConnectedTcpPair j;
  CHECK(j.client->write("request") == 7);
  CHECK(j.client->close_write().has_value());
  CHECK(code_of(j.client->write("more")) == "closed");
  CHECK(read_all(*j.server) == "request");
  CHECK(read_once(*j.server) == "");
  CHECK(j.server->write("answer") == 6);
  CHECK(j.server->close().alert_sent);
  CHECK(read_all(*j.client) == "answer");
  CHECK(read_once(*j.client) == "");
  CHECK(j.client->close().peer_closed);
}

TEST_CASE("C9: a socket that ends, or is reset, without close_notify is never an end of file") {
  for (const bool reset : {false, true}) {
    TcpConnPair s;
    s.shake();
    s.say_and_vanish("complete", reset);
    s.conn->set_read_deadline(within(5s));
    std::string all = read_once(*s.conn);
    if (all == "complete") all = read_once(*s.conn);
    // A reset may destroy what was complete; it is told, in any case.
    CHECK((all == "error: truncated" || (reset && all == "error: connection_reset")));
    CHECK(read_once(*s.conn) == all);
  }
}

TEST_CASE(
    "C11: a graceful close destroys nothing in flight, though the peer had sent what nobody read") {
  TcpConnPair s(Role::server);
  s.shake();
  const std::string text = numbered(3 << 20);
  // The peer has said much that is never read, and reads slowly itself.
  REQUIRE(s.peer->engine.write(bytes_of(numbered(100000))) == 100000);
  s.peer->send(kNever);
  CloseReport report;
  std::thread answering([&] {
    s.conn->set_write_deadline(within(20s));
    (void)s.conn->write(text);
    report = s.conn->close_gracefully(within(20s));
  });
  for (int i = 0; i < 3000 && !s.peer->engine.peer_closed() && !s.peer->engine.error(); ++i)
    s.serve_once();
  CHECK((s.peer->got == text));
  CHECK(s.peer->engine.peer_closed());
  CHECK_FALSE(s.peer->engine.error().has_value());
  REQUIRE(s.peer->engine.close_write().has_value());
  s.peer->send(kNever);
  answering.join();
  CHECK(report.alert_sent);
  CHECK(report.peer_closed);
}

TEST_CASE("C12: no reset eats our fatal alert, though the peer goes on sending") {
  TcpConnPair s;
  s.shake();
  const std::string noise = numbered(200000);
  REQUIRE(s.peer->end->write(kForged).has_value());
  REQUIRE(s.peer->engine.write(bytes_of(noise)) == noise.size());
  s.peer->send(kNever);
  CHECK(read_once(*s.conn) == "error: bad_record_mac");
  CloseReport report;
  std::thread closing([&] { report = s.conn->close(); });
  // The alert comes through, then our end; only then does this peer close.
  for (int i = 0; i < 200; ++i) {
    s.peer->send(kNever);
    if (s.peer->engine.error()) break;
    s.serve_once();
  }
  REQUIRE(s.peer->engine.error().has_value());
  CHECK(s.peer->engine.error()->code == Errc::peer_alert);
  CHECK(s.peer->engine.error()->alert == Alert::bad_record_mac);
  std::array<std::uint8_t, 16> scrap;
  s.peer->end->wait(Interest::read, within(5s), s.peer->end->wakes());
  const auto end = s.peer->end->read(scrap);
  REQUIRE(end.has_value());
  CHECK(*end == 0);
  REQUIRE(s.peer->end->close().has_value());
  closing.join();
  CHECK(report.alert_sent);
}

TEST_CASE("C13: the destructor of a connection whose socket is full does not wait") {
  TcpConnPair s;
  s.shake();
  (void)fill(*s.conn, std::string(32 << 20, 'x'));
  s.conn->set_deadline(Deadline::never());
  const Stopwatch watch;
  s.conn.reset();
  CHECK(watch.elapsed() < kPrompt);
  CHECK(fcntl(s.descriptor, F_GETFD) == -1);
}

TEST_CASE("C15: behind a broken pipe a read still hears what the peer said last") {
  TcpConnPair s;
  s.shake();
  REQUIRE(s.peer->engine.write(bytes_of("why: ")) == 5);
  REQUIRE(s.peer->engine.write(bytes_of("no more")) == 7);
  REQUIRE(s.peer->engine.close_write().has_value());
  s.peer->send(kNever);
  // Bytes that the peer has not read make its close a reset.
  CHECK(s.conn->write("unread") == 6);
  REQUIRE(s.peer->end->close().has_value());
  s.conn->set_deadline(within(5s));
  std::string failure;
  for (int i = 0; i < 1000 && failure.empty(); ++i) {
    if (const auto n = s.conn->write("more"); !n) failure = code_of(n);
    std::this_thread::sleep_for(1ms);
  }
  CHECK(failure == "connection_reset");
  CHECK(code_of(s.conn->write("again")) == "connection_reset");
  CHECK(read_all(*s.conn) == "why: no more");
  CHECK(read_once(*s.conn) == "");
}

TEST_CASE("No descriptor is left over, however connections end") {
  {
    ConnectedTcpPair warm;  // what is made once: a thread's eventfd, the configuration
    warm.client->set_read_deadline(within(1ms));
    (void)read_once(*warm.client);
  }
  const std::size_t before = open_descriptors();
  for (int round = 0; round < 5; ++round) {
    {
      ConnectedTcpPair j;
      (void)j.client->close();
      (void)j.server->close_gracefully(within(1s));
    }
    {
      TcpConnPair dropped;
      dropped.shake();
    }
    { const TcpConnPair never_shaken; }
    {
      TcpConnPair reset;
      reset.shake();
      reset.say_and_vanish("x", true);
      (void)read_all(*reset.conn);
      (void)reset.conn->close();
    }
    {
      TcpConnPair blocked;
      std::thread reader([&] { (void)read_once(*blocked.conn); });
      std::this_thread::sleep_for(2ms);
      (void)blocked.conn->close();
      reader.join();
    }
    {
      const SilentListener mute;
      ClientConfig config = live_client_config();
      config.common.handshake_timeout = 20ms;
      CHECK_FALSE(dial("127.0.0.1", mute.port(), client_context(config)).has_value());
      CHECK_FALSE(dial("127.0.0.1", mute.port(), client_context(), within(20ms)).has_value());
      CHECK_FALSE(dial("localhost", 1, client_context(), within(1s)).has_value());
    }
  }
  CHECK(open_descriptors() == before);
}
