// Records of a connection: small ones again behind a pause, many buffers in one write, and what is
// held back, by its deadlines and at its end.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/conn_pair.hpp"
#include "tls12/observer.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

using Sizes = std::vector<std::size_t>;

/// Keeps the sizes of the records of application data that come, without what protects them.
class Watcher final : public Observer {
 public:
  explicit Watcher(Sizes& sizes) : sizes_(sizes) {}
  void on_record(const Record& record) override {
    if (record.direction == Direction::received && record.type == ContentType::application_data)
      sizes_.push_back(record.fragment.size());
  }

 private:
  Sizes& sizes_;
};

/// A pair whose peer notes the sizes of records.
struct WatchedConnPair {
  explicit WatchedConnPair(Role role)
      : b(role, watched(live_client_config(), role == Role::server),
          watched(live_server_config(), role == Role::client)) {}
  template <class Config>
  Config watched(Config config, bool is_peer) {
    if (is_peer) config.common.observe = [this](Role) { return std::make_unique<Watcher>(sizes); };
    return config;
  }
  /// The sizes that came since the last call.
  Sizes came() {
    b.peer->run();
    return std::exchange(sizes, {});
  }

  Sizes sizes;
  ConnectedConnPair b;
};

}  // namespace

TEST_CASE(
    "a server's records begin small again when nothing was sent for a second, and not before") {
  WatchedConnPair w(Role::server);
  Conn& conn = *w.b.conn;
  const std::string bulk = numbered(200'000);
  const auto largest = [&] { return std::ranges::max(w.came()); };
  CHECK(conn.write(bulk) == bulk.size());
  CHECK(w.came().front() < 1428);
  for (int i = 0; i < 3; ++i) {
    w.b.clock.advance(999ms);
    CHECK(conn.write(std::string_view(bulk).substr(0, 40'000)) == 40'000);
    CHECK(largest() == kMaxPlaintext);
  }
  w.b.clock.advance(1s);
  CHECK(conn.write(std::string_view(bulk).substr(0, 40'000)) == 40'000);
  CHECK(largest() < 1428);
}

TEST_CASE("a write that waited long for its peer was no pause") {
  WatchedConnPair w(Role::server);
  const std::string bulk = numbered(1'000'000);
  w.b.stall_behind(500'000);
  w.b.clock.when_idle([&] {
    if (w.b.faults->stall_writes_at != kNever) w.b.clock.advance(1min);
    w.b.flow();
    return w.b.peer->step();
  });
  CHECK(w.b.conn->write(bulk) == bulk.size());
  (void)w.came();
  CHECK(w.b.conn->write(std::string_view(bulk).substr(0, 40'000)) == 40'000);
  CHECK(std::ranges::max(w.came()) == kMaxPlaintext);
}

TEST_CASE("a write of many buffers makes as few records as hold them") {
  for (const Role role : kRoles) {
    WatchedConnPair w(role);
    const std::string all = numbered(3000);
    std::vector<Bytes> buffers = {{}};
    for (std::size_t at = 0; at < all.size(); at += 10)
      buffers.push_back(bytes_of(all).subspan(at, 10));
    buffers.push_back({});
    CHECK(w.b.conn->write(buffers) == all.size());
    CHECK(w.came().size() == (role == Role::client ? 1 : 3));
    CHECK(w.b.peer->got == all);
    CHECK(w.b.conn->write(std::span<const Bytes>{}) == 0);
  }
}

TEST_CASE(
    "D7: a write of many buffers returns a short count over all of them, and what follows goes on "
    "from there") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    const std::string all = numbered(1 << 20);
    b.stall_behind(70'000);
    const auto from = [&](std::size_t at) {
      std::vector<Bytes> buffers;
      for (; at < all.size(); at += buffers.back().size())
        buffers.push_back(bytes_of(all).subspan(at, std::min<std::size_t>(777, all.size() - at)));
      return buffers;
    };
    b.by(1s);
    auto n = b.conn->write(from(0));
    REQUIRE(n.has_value());
    CHECK(b.elapsed() == 1s);
    std::size_t accepted = *n;
    CHECK(b.conn->state().bytes_sent ==
          accepted);  // nothing is held back: a reader that is blocked pushes only what is sealed
    CHECK(accepted >= 70'000 - 2000);
    CHECK(accepted <= 70'000 + Limits().output);
    b.by(1s);
    if (n = b.conn->write(from(accepted)); n) accepted += *n;
    b.flow();
    b.by(1s);
    CHECK(b.conn->write(from(accepted)) == all.size() - accepted);
    b.peer->run();
    CHECK(b.peer->got == all);
  }
}

TEST_CASE(
    "what is written with Flush::later is sent in one record with the next write, or by flush()") {
  for (const Role role : kRoles) {
    WatchedConnPair w(role);
    Conn& conn = *w.b.conn;
    const std::size_t calls = w.b.faults->write_calls;
    CHECK(conn.write("one ", Flush::later) == 4);
    CHECK(conn.write("two ", Flush::later) == 4);
    CHECK(w.b.faults->write_calls == calls);
    CHECK(conn.write("three") == 5);
    CHECK(w.came() == Sizes{13});
    CHECK(conn.write("four", Flush::later) == 4);
    CHECK(w.came() == Sizes{});
    CHECK(conn.flush().has_value());
    CHECK(w.came() == Sizes{4});
    CHECK(w.b.peer->got == "one two threefour");
  }
}

TEST_CASE(
    "D7: a read that finds nothing to return sends what is held back, so that the answer can come; "
    "one that has something does not") {
  for (const Role role : kRoles) {
    WatchedConnPair w(role);
    ConnPair& b = w.b;
    b.by(1s);
    b.say("abcdef");
    CHECK(b.read(3) == "abc");
    CHECK(b.conn->write("ques", Flush::later) == 4);
    CHECK(b.read(3) == "def");
    CHECK(w.came() == Sizes{});
    CHECK(b.conn->write("tion", Flush::later) == 4);
    b.answer("question", "answer");
    CHECK(b.read() == "answer");
    CHECK(w.came() == Sizes{8});
    CHECK(b.elapsed() == 0s);
  }
}

TEST_CASE(
    "D3: behind its deadline a write with Flush::later accepts nothing, and what was held back "
    "stays") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    CHECK(b.conn->write("held", Flush::later) == 4);
    b.by(-1s);
    const std::size_t calls = b.calls();
    CHECK(code_of(b.conn->write("more", Flush::later)) == "timed_out");
    CHECK(code_of(b.conn->flush()) == "timed_out");
    CHECK(b.calls() == calls);
    b.by(1s);
    CHECK(b.conn->flush().has_value());
    b.peer->run();
    CHECK(b.peer->got == "held");
  }
}

TEST_CASE("D7: flush() that times out loses nothing of what was held back") {
  ConnectedConnPair b(Role::client);
  b.stall_behind(7);
  CHECK(b.conn->write("held", Flush::later) == 4);
  b.by(1s);
  CHECK(code_of(b.conn->flush()) == "timed_out");
  CHECK(b.elapsed() == 1s);
  CHECK(b.conn->write(", and more", Flush::later).error().code == Errc::timed_out);
  b.flow();
  b.by(1s);
  CHECK(b.conn->write(", and more") == 10);
  b.peer->run();
  CHECK(b.peer->got == "held, and more");
}

TEST_CASE("C1, C8, C11, C13: every end sends what was held back, in front of close_notify") {
  enum class End { close, close_write, gentle, destructor };
  for (const Role role : kRoles) {
    for (const End end : {End::close, End::close_write, End::gentle, End::destructor}) {
      ConnectedConnPair b(role);
      CHECK(b.conn->write("kept to ", Flush::later) == 8);
      CHECK(b.conn->write("the end", Flush::later) == 7);
      if (end == End::close) CHECK(b.conn->close().alert_sent);
      if (end == End::close_write) CHECK(b.conn->close_write().has_value());
      if (end == End::gentle) CHECK(b.conn->close_gracefully(within(1s, b.clock)).alert_sent);
      if (end == End::destructor) b.conn.reset();
      b.peer->run();
      CHECK(b.peer->got == "kept to the end");
      CHECK(b.peer->engine.peer_closed());
      CHECK_FALSE(b.peer->engine.error().has_value());
    }
  }
}

TEST_CASE(
    "C3: close is bounded with data held back as without, and behind its deadline it makes one "
    "attempt with all of it") {
  for (const Role role : kRoles) {
    ConnectedConnPair stalled(role);
    CHECK(stalled.conn->write("held", Flush::later) == 4);
    stalled.stall_behind(9);
    const CloseReport late = stalled.conn->close();
    CHECK(stalled.elapsed() == 5s);
    CHECK_FALSE(late.alert_sent);
    CHECK(late.error->code == Errc::timed_out);
    CHECK(stalled.faults->closes == 1);

    ConnectedConnPair b(role);
    CHECK(b.conn->write("held", Flush::later) == 4);
    b.by(-1s);
    CHECK(b.conn->close().alert_sent);
    CHECK(b.elapsed() == 0s);
    b.peer->run();
    CHECK(b.peer->got == "held");
    CHECK(b.peer->engine.peer_closed());
  }
}

TEST_CASE("C2, C8: before the handshake is complete there is nothing to hold back") {
  ConnPair b(Role::client);
  b.peer->frozen = true;
  b.by(1s);
  CHECK(code_of(b.conn->write("x", Flush::later)) == "timed_out");
  const std::size_t written = b.faults->bytes_written;
  b.conn->close();
  CHECK(b.faults->bytes_written == written);
}

TEST_CASE("C10: the peer's close_notify leaves what is held back to be sent") {
  for (const Role role : kRoles) {
    ConnectedConnPair b(role);
    b.say("bye");
    REQUIRE(b.peer->engine.close_write().has_value());
    b.peer->send(kNever);
    CHECK(b.conn->write("held", Flush::later) == 4);
    CHECK(b.read() == "bye");
    CHECK(b.read() == "");
    CHECK(b.conn->write(" on", Flush::later) == 3);
    CHECK(b.conn->close().alert_sent);
    b.peer->run();
    CHECK(b.peer->got == "held on");
  }
}

TEST_CASE("C15: when writing fails, data held back fails with it, and reading goes on") {
  ConnectedConnPair b(Role::client);
  CHECK(b.conn->write("held", Flush::later) == 4);
  b.faults->fail_writes_at_call = b.faults->write_calls.load();
  CHECK(code_of(b.conn->flush()) == "connection_reset");
  CHECK(code_of(b.conn->write("more", Flush::later)) == "connection_reset");
  b.say("last words");
  CHECK(b.read() == "last words");
  CHECK(b.conn->close().error->code == Errc::connection_reset);
}
