// C16: one process owns a connection. The children are real ones.
#include <sys/syscall.h>

#include <array>
#include <atomic>

#include "conn/blocked_calls.hpp"
#include "conn/fork/forked.hpp"
#include "conn/sockets.hpp"
#include "support/callbacks.hpp"
#include "support/requested.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

enum class Point {
  before_handshake,
  handshaking,
  idle,
  half_sent,
  after_close_write,
  reading,
  closing
};
constexpr Point kPoints[] = {Point::before_handshake, Point::handshaking,       Point::idle,
                             Point::half_sent,        Point::after_close_write, Point::reading,
                             Point::closing};

/// A connection at one point of its life.
struct At : SocketConnPair {
  At(Role role, Point p) : SocketConnPair(role), point(p) {
    CAPTURE(static_cast<int>(p));
    if (point == Point::before_handshake) return;
    if (point == Point::handshaking) {
      conn->set_deadline(within(10ms));
      CHECK(code_of(conn->handshake()) == "timed_out");
      conn->set_deadline(within(20s));
      return;
    }
    shake();
    if (point == Point::half_sent) accepted = stall();
    if (point == Point::after_close_write) CHECK(conn->close_write().has_value());
    const std::size_t waits = own->waits;
    if (point == Point::reading) blocked.emplace([this] { text = read(); });
    if (point == Point::closing)
      blocked.emplace([this] { report = conn->close_gracefully(within(20s)); });
    if (blocked) serve_until([&] { return own->waits > waits; });
    if (point != Point::half_sent) peer->run();
  }
  ~At() {
    if (blocked && blocked->joinable()) blocked->join();
  }
  bool has_handshake() const {
    return point != Point::before_handshake && point != Point::handshaking;
  }

  std::string read() {
    std::array<std::uint8_t, 64> buffer;
    const auto n = conn->read(buffer);
    return n ? std::string(text_of(Bytes(buffer).first(*n))) : code_of(n);
  }

  /// Goes on with the connection, and checks that the peer gets everything, once and in order.
  void finish() {
    if (!has_handshake()) shake();
    if (blocked) {
      if (point == Point::reading) CHECK(peer->engine.write(bytes_of("hello")) == 5);
      if (point == Point::closing) CHECK(peer->engine.close_write().has_value());
      serve_during([this] { blocked->join(); });
      CHECK(text == (point == Point::reading ? "hello" : ""));
    }
    if (point == Point::closing) {
      CHECK(report);
      CHECK(report.peer_closed);
      return;
    }
    const bool writes = point != Point::after_close_write;
    serve_during([&] {
      if (writes) CHECK(conn->write("after") == 5);
      CHECK(conn->close().alert_sent);
    });
    CHECK(peer->engine.peer_closed());
    CHECK_FALSE(peer->engine.error().has_value());
    CHECK(peer->got == accepted + (writes ? "after" : ""));
  }

  const Point point;
  std::string accepted, text;
  CloseReport report;
  std::optional<std::thread> blocked;
};

/// Makes every call. The names of those that did not return not_owner.
std::string calls_that_are_not_refused(Conn& conn) {
  std::string wrong;
  const auto expect = [&](const char* call, const auto& result) {
    if (result || result.error().code != Errc::not_owner) wrong.append(call).append(" ");
  };
  std::array<std::uint8_t, 16> buffer;
  const Bytes one = bytes_of("child");
  expect("handshake", conn.handshake());
  expect("read", conn.read(buffer));
  expect("write", conn.write(one));
  expect("write all", conn.write(std::span(&one, 1)));
  expect("flush", conn.flush());
  expect("close_write", conn.close_write());
  expect("request", conn.request());
  for (const Answer& answer : test::one_of_each_answer()) expect("answer", conn.answer(answer));
  expect("export", conn.export_keying_material("EXPERIMENTAL", {}, buffer));
  expect("channel_binding", conn.channel_binding(ChannelBinding::tls_server_end_point));
  expect("disown", conn.disown());
  conn.set_deadline(within(0s));
  conn.on_request({});
  conn.abort(Alert::internal_error);
  for (const CloseReport& report : {conn.close(), conn.close_gracefully(within(1s))})
    if (!report.error || report.error->code != Errc::not_owner) wrong += "close ";
  if (const auto error = conn.error(); !error || error->code != Errc::not_owner) wrong += "error ";
  if (conn.wants() != Wants::nothing) wrong += "wants ";
  if (conn.state().handshake_complete) wrong += "state ";
  return wrong;
}

std::string use_and_destroy(std::optional<Conn>& conn) {
  std::string wrong = calls_that_are_not_refused(*conn);
  if (code_of(conn->adopt()) != "not_owner") wrong += "adopt";
  conn.reset();
  return wrong;
}

pid_t raw_clone() {
  return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

}  // namespace

TEST_CASE(
    "C16: in a forked child every call is not_owner, nothing is sent or shut down, and the parent "
    "goes on") {
  for (const Role role : kRoles) {
    for (const Point point : kPoints) {
      CAPTURE(static_cast<int>(role));
      CAPTURE(static_cast<int>(point));
      At at(role, point);
      const int before = at.pending();
      CHECK(in_child([&] { return use_and_destroy(at.conn); }) == "");
      CHECK(at.pending() == before);
      CHECK_FALSE(at.is_shut());
      at.finish();
      const Nonces nonces(at.wire);
      CHECK(nonces.records > 0);
      CHECK(nonces.distinct.size() == nonces.records);
    }
  }
}

TEST_CASE("C16: a child made by clone(), which runs no handlers of fork(), is seen too") {
  At at(Role::client, Point::idle);
  CHECK(in_child([&] { return use_and_destroy(at.conn); }, raw_clone) == "");
  CHECK(at.pending() == 0);
  CHECK_FALSE(at.is_shut());
  at.finish();
}

TEST_CASE(
    "C16: a child's child does not own the connection, and the child may go on with its own") {
  At at(Role::client, Point::idle);
  const std::string wrong = in_child([&]() -> std::string {
    At own(Role::client, Point::idle);
    std::string text =
        in_child([&] { return use_and_destroy(at.conn) + use_and_destroy(own.conn); });
    own.finish();
    return text;
  });
  CHECK(wrong == "");
  at.finish();
}

TEST_CASE("C16: move assignment in a child closes its descriptor and sends nothing") {
  At at(Role::client, Point::idle), other(Role::client, Point::idle);
  CHECK(in_child([&]() -> std::string {
          *at.conn = std::move(*other.conn);
          return {};
        }) == "");
  CHECK(at.pending() == 0);
  CHECK(other.pending() == 0);
  at.finish();
  other.finish();
}

TEST_CASE("C16: a child that a callback forks sends nothing when the callback returns") {
  for (const bool in_check : {false, true}) {
    CAPTURE(in_check);
    int ends[2], report[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    REQUIRE(::pipe2(report, O_CLOEXEC) == 0);
    pid_t child = -1;
    const auto fork_and_wait = [&] {
      child = ::fork();
      if (child == 0) {
        ::alarm(20);
        return;
      }
      int status = -1;
      ::waitpid(child, &status, 0);
      CHECK(status == 0);
    };
    ClientConfig config = live_client_config();
    config.verdict_elsewhere = !in_check;
    config.verify.check = [&](const VerifiedChain&) -> std::optional<std::string> {
      if (in_check) fork_and_wait();
      return std::nullopt;
    };
    Peer peer(Engine::server(server_context()), tcp_transport(ends[1]).value());
    std::optional<Conn> conn =
        Conn::client(tcp_transport(ends[0]).value(), client_context(config), "localhost").value();
    conn->set_deadline(within(20s));
    conn->on_request([&](Wants) {
      fork_and_wait();
      if (child > 0) CHECK(conn->answer(VerdictAnswer{.accept = true}).has_value());
    });
    std::thread shaking([&] {
      const std::string outcome = code_of(conn->handshake());
      if (child > 0) {
        CHECK(outcome == "success");
        return;
      }
      conn.reset();
      _exit(::write(report[1], outcome.data(), outcome.size()) > 0 ? 0 : 1);
    });
    for (int i = 0; i < 2000 && peer.engine.handshaking(); ++i) {
      peer.run();
      peer.end->wait(Interest::read, within(10ms), peer.end->wakes());
    }
    shaking.join();
    char text[32] = {};
    CHECK(::read(report[0], text, sizeof text) > 0);
    CHECK(std::string(text) == "not_owner");
    CHECK_FALSE(peer.engine.error().has_value());
    ::close(report[0]);
    ::close(report[1]);
  }
}

TEST_CASE("C16: a child that an observer forks inside write() sends nothing") {
  struct Forks : Observer {
    explicit Forks(pid_t& c) : child(c) {}
    void on_record(const Record& record) override {
      if (record.direction != Direction::sent || record.type != ContentType::application_data)
        return;
      child = ::fork();
      if (child == 0) return;
      int status = -1;
      ::waitpid(child, &status, 0);
      CHECK(status == 0);
    }
    pid_t& child;
  };
  pid_t child = -1;
  ClientConfig config = live_client_config();
  config.common.observe = [&](Role) { return std::make_unique<Forks>(child); };
  SocketConnPair b(Role::client, config);
  b.shake();
  const std::string outcome = code_of(b.conn->write("one record"));
  if (child == 0) _exit(outcome == "not_owner" ? 0 : 1);
  CHECK(outcome == "success");
  b.serve_during([&] { CHECK(b.conn->close().alert_sent); });
  CHECK(b.peer->got == "one record");
  CHECK_FALSE(b.peer->engine.error().has_value());
}

TEST_CASE(
    "C16: disown() before the fork and adopt() in the child hand a connection over at every "
    "point") {
  for (const Role role : kRoles) {
    for (const Point point : {Point::before_handshake, Point::handshaking, Point::idle,
                              Point::half_sent, Point::after_close_write}) {
      CAPTURE(static_cast<int>(role));
      CAPTURE(static_cast<int>(point));
      At at(role, point);
      if (at.has_handshake() && point != Point::after_close_write && point != Point::half_sent) {
        at.serve_during([&] { CHECK(at.conn->write("parent ") == 7); });
        at.accepted += "parent ";
      }
      REQUIRE(at.conn->disown().has_value());
      CHECK(calls_that_are_not_refused(*at.conn) == "");
      Child child([&]() -> std::string {
        if (auto adopted = at.conn->adopt(); !adopted) return "adopt: " + code_of(adopted);
        if (auto again = at.conn->adopt(); !again) return "adopt again: " + code_of(again);
        if (point != Point::after_close_write) {
          for (int i = 0; i < 3; ++i)
            if (auto n = at.conn->write("child "); !n || *n != 6) return "write: " + code_of(n);
        }
        const CloseReport report = at.conn->close();
        return report.alert_sent ? "" : "close: " + code_of(report.error.value_or(Error()));
      });
      at.serve_until([&] { return !child.running() || at.peer->engine.peer_closed(); });
      CHECK(child.finish() == "");
      CHECK(code_of(at.conn->write("parent")) == "not_owner");
      CHECK(code_of(at.conn->adopt()) == "not_owner");
      CHECK_FALSE(at.is_shut());
      at.conn.reset();
      CHECK(at.is_shut());
      at.peer->run();
      CHECK(at.peer->engine.peer_closed());
      CHECK_FALSE(at.peer->engine.error().has_value());
      CHECK(at.peer->got ==
            at.accepted + (point == Point::after_close_write ? "" : "child child child "));
      const Nonces nonces(at.wire);
      CHECK(nonces.records >= 2);
      CHECK(nonces.distinct.size() == nonces.records);
    }
  }
}

TEST_CASE("C16: of all processes that call adopt() at once, exactly one becomes the owner") {
  At at(Role::client, Point::idle);
  REQUIRE(at.conn->disown().has_value());
  int gate[2];
  REQUIRE(::pipe2(gate, O_CLOEXEC) == 0);
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(std::make_unique<Child>([&]() -> std::string {
      ::close(gate[1]);
      char nothing;
      (void)!::read(gate[0], &nothing, 1);  // until the parent opens the gate
      if (!at.conn->adopt()) return {};
      return at.conn->write("x") ? "x" : "failed";
    }));
  }
  ::close(gate[1]);
  const bool ours = at.conn->adopt().has_value();
  if (ours) CHECK(at.conn->write("x") == 1);
  std::string written = ours ? "x" : "";
  for (auto& child : children) written += child->finish();
  ::close(gate[0]);
  CHECK(written == "x");
  at.serve_until([&] { return at.peer->got == "x"; });
  CHECK_FALSE(at.peer->engine.error().has_value());
}

TEST_CASE("C16: a child that was forked before disown() cannot adopt") {
  At at(Role::client, Point::idle);
  int gate[2];
  REQUIRE(::pipe2(gate, O_CLOEXEC) == 0);
  Child child([&] {
    ::close(gate[1]);
    char nothing;
    (void)!::read(gate[0], &nothing, 1);
    return code_of(at.conn->adopt());
  });
  REQUIRE(at.conn->disown().has_value());
  ::close(gate[1]);
  CHECK(child.finish() == "not_owner");
  ::close(gate[0]);
  CHECK(at.conn->adopt().has_value());
  at.finish();
}

TEST_CASE("C16: disown() is refused while a thread is inside a call, and after close()") {
  StillConnPair b(Role::client);
  b.shake();
  b.stand_still();
  auto reading = b.blocked([&] { return b.read(); });
  CHECK(code_of(b.conn->disown()) == "misuse");
  b.say("hello");
  CHECK(b.outcome(reading) == "hello");
  b.conn->close();
  CHECK(code_of(b.conn->disown()) == "closed");
}

TEST_CASE("C16: a child is not held up by a lock that a thread of its parent held at the fork") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  // An observer that blocks after the handshake holds the lock.
  std::atomic<bool> holds = false, inside = false, over = false;
  ClientConfig config = live_client_config();
  config.common.observe = [&](Role) {
    return std::make_unique<ActingObserver>(ActingObserver::record, [&] {
      if (!holds) return;
      inside = true;
      while (!over) std::this_thread::yield();
    });
  };
  Peer peer(Engine::server(server_context()), tcp_transport(ends[1]).value());
  std::optional<Conn> conn =
      Conn::client(tcp_transport(ends[0]).value(), client_context(config), "localhost").value();
  std::thread shaking([&] { CHECK(conn->handshake().has_value()); });
  while (peer.engine.handshaking()) peer.run();
  shaking.join();
  holds = true;
  std::thread writing([&] { CHECK(conn->write("x") == 1); });
  while (!inside) std::this_thread::yield();
  // A second one waits for the lock.
  std::atomic<pid_t> looks = 0;
  std::thread looking([&] {
    looks = ::gettid();
    CHECK(conn->wants() == Wants::nothing);
  });
  while (looks == 0) std::this_thread::yield();
  wait_until_asleep(looks);
  CHECK(in_child([&] { return use_and_destroy(conn); }) == "");
  over = true;
  writing.join();
  looking.join();
}

TEST_CASE(
    "C16: destroying a child's copy closes its descriptor alone, also if threads were inside a "
    "call") {
  for (const Point point : kPoints) {
    CAPTURE(static_cast<int>(point));
    At at(Role::client, point);
    CHECK(in_child([&]() -> std::string {
            const std::size_t before = open_descriptors();
            at.conn.reset();
            return std::to_string(before - open_descriptors());
          }) == "1");
    at.finish();
  }
}

TEST_CASE(
    "C16: a child of a listening process accepts, also if a thread of the parent was accepting") {
  std::optional<Listener> listening = Listener::on("127.0.0.1", 0, server_context()).value();
  const std::uint16_t port = listening->port();
  std::string parents;
  std::atomic<pid_t> acceptor = 0;
  std::thread accepting([&] {
    acceptor = ::gettid();
    parents = code_of(listening->accept(within(20s)));
  });
  while (acceptor == 0) std::this_thread::yield();
  wait_until_asleep(acceptor);
  Child child([&]() -> std::string {
    auto conn = listening->accept(within(10s));
    if (!conn) return "accept: " + code_of(conn);
    conn->set_deadline(within(10s));
    if (auto n = conn->write("child"); !n) return "write: " + code_of(n);
    conn->close();
    listening.reset();
    return {};
  });
  listening->close();
  accepting.join();
  CHECK(parents == "closed");
  auto conn = dial("127.0.0.1", port, client_context(), within(10s));
  REQUIRE(conn.has_value());
  std::array<std::uint8_t, 16> buffer;
  const auto n = conn->read(buffer);
  REQUIRE(n.has_value());
  CHECK(text_of(Bytes(buffer).first(*n)) == "child");
  CHECK(child.finish() == "");
}

TEST_CASE("C16: a child can dial, and its dialled connection is its own") {
  auto listening = Listener::on("127.0.0.1", 0, server_context()).value();
  Child child([&]() -> std::string {
    auto conn = dial("localhost", listening.port(), client_context(), within(10s), "localhost");
    if (!conn) return "dial: " + conn.error().message();
    return conn->write("child") ? "" : "write";
  });
  auto conn = listening.accept(within(10s));
  REQUIRE(conn.has_value());
  conn->set_deadline(within(10s));
  std::array<std::uint8_t, 16> buffer;
  const auto n = conn->read(buffer);
  REQUIRE(n.has_value());
  CHECK(text_of(Bytes(buffer).first(*n)) == "child");
  CHECK(child.finish() == "");
}
