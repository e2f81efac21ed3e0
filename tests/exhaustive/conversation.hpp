// One whole conversation of a connection under test: handshake, a request, its answer, the end. One
// thread: the other end runs whenever the connection would wait; when that has nothing to do
// either, the fake clock jumps to the deadline.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "exhaustive/other_end.hpp"
#include "support/conn_pair.hpp"
#include "support/requested.hpp"

namespace tls12::test {

inline constexpr Duration kAllowed = std::chrono::seconds(1);

struct Conversation : MemoryConn {
  /// Where the connection's own doings begin and end.
  struct Border {
    Border(Conversation& conversation, bool inside)
        : c(conversation), before(std::exchange(c.inside_conn, inside)) {
      tell();
    }
    ~Border() {
      c.inside_conn = before;
      tell();
    }
    void tell() const {
      if (c.border) c.border(c.inside_conn);
    }
    Conversation& c;
    const bool before;
  };

  /// With `with`, instead of the kind's own, at the other end.
  Conversation(const Kind& k, Role role, std::vector<ScriptedEnd::Line> with = {})
      : MemoryConn(role, client_of(k), server_of(k)), kind(k) {
    const Role others = peer_of(role);
    if (kind.scripted())
      other =
          std::make_unique<ScriptedEnd>(others, kind, std::move(peer_transport),
                                        with.empty() ? script_of(kind, others) : std::move(with));
    else
      other = std::make_unique<EngineEnd>(
          kind, make_engine(others, client_of(kind), server_of(kind)), std::move(peer_transport));
    got.reserve(256);
    clock.when_idle([this] { return idle(); });
  }
  ~Conversation() { conn.reset(); }

  // ------------------------------------------------ the application
  /// Goes on where the last call ended, up to the answer's end. What stopped it, if anything did.
  std::optional<Error> talk() {
    for (; done < 4; ++done)
      if (auto went = call(done); !went) return went.error();
    return std::nullopt;
  }
  Result<void> call(std::size_t which) {
    const Border inside(*this, true);
    switch (which) {
      case 0: return drive ? conn->handshake() : Result<void>{};
      case 1: return write();
      case 2: return read(kReply.size());
      default: return ended ? Result<void>{} : read(kNever);
    }
  }
  Result<void> write() {
    while (written < kRequest.size()) {
      const auto n = conn->write(bytes_of(kRequest).subspan(written),
                                 kind.held_back ? Flush::later : Flush::now);
      if (!n) return fail(n.error());
      written += *n;
    }
    return kind.held_back ? conn->flush() : Result<void>{};
  }
  /// Up to so many bytes, or the end of file.
  Result<void> read(std::size_t up_to) {
    std::array<std::uint8_t, 256> piece;
    while (got.size() < up_to && !ended) {
      const auto n = conn->read(piece);
      if (!n) return fail(n.error());
      got += text_of(Bytes(piece).first(*n));
      ended = *n == 0;
    }
    return {};
  }
  /// Deadlines and elapsed() count from here.
  void by(Duration d) {
    start = clock.now();
    MemoryConn::by(d);
  }

  /// The other end does what there is left to do.
  void settle() {
    while (idle()) {}
  }
  bool idle() {
    if (busy && busy()) return true;
    const Border outside(*this, false);
    const std::lock_guard one(stepping);
    if (conn->wants() == Wants::signature) {
      const auto [scheme, algorithm, message] = requested<SignatureRequest>(*conn);
      if (conn->answer(SignatureAnswer{sign_elsewhere(kind, algorithm, message)})) return true;
    }
    return other->step() || (stuck && stuck());
  }

  Result<void> close_write() {
    const Border inside(*this, true);
    return conn->close_write();
  }
  CloseReport close() {
    const Border inside(*this, true);
    return conn->close();
  }

  // ------------------------------------------------ what must hold
  /// Nothing went wrong, and both ends have all.
  void check_right() {
    CHECK(got == kReply);
    CHECK(ended);
    CHECK(other->got() == kRequest);
    CHECK(other->complete());
    CHECK(conn->state().handshake_complete);
    CHECK(!conn->error());
  }
  void check_closed_right() {
    const CloseReport report = conn->close();
    settle();
    check_right();
    CHECK(report.alert_sent);
    CHECK(report.peer_closed);
    CHECK(!report.error);
    CHECK(other->closed());
    CHECK(!other->fault());
    check_gone();
  }
  /// The transport was given back, once, and nothing can be done any more.
  void check_gone() {
    CHECK(faults->closes == 1);
    std::array<std::uint8_t, 1> byte;
    CHECK(conn->read(byte).error().code == Errc::closed);
    CHECK(conn->write("x").error().code == Errc::closed);
  }
  /// What either end has is the beginning of what the other said, and all of it where an end of
  /// file was told.
  void check_nothing_wrong_was_read() {
    CHECK(kReply.starts_with(got));
    CHECK(kRequest.starts_with(other->got()));
    if (ended) CHECK(got == kReply);
    if (other->closed()) CHECK(other->got() == kRequest.substr(0, written));
  }

  const Kind& kind;
  std::unique_ptr<OtherEnd> other;

  bool drive = true;  ///< begins with handshake(); else with write()
  std::size_t done = 0, written = 0;
  std::string got;
  bool ended = false;
  std::mutex stepping;
  std::function<bool()> busy;  ///< true: another thread is at work, and time stands still
  bool inside_conn = false;
  std::function<void(bool inside)> border;
  std::function<bool()> stuck;  ///< called when nothing moves any more; whether it changed that
};

/// A conversation in which nothing goes wrong: how much there is of it.
struct Measured {
  std::size_t handshake_read = 0, handshake_written = 0;  ///< bytes when handshake() came back
  std::size_t asked = 0;  ///< bytes written when the request was out
  std::size_t awaited =
      0;  ///< bytes whose writing a call waits for: those, or another handshake's behind them
  std::size_t read = 0, written_closed = 0;  ///< bytes at the answer's end, and behind close()
  std::size_t read_calls = 0, write_calls = 0;
};

inline Measured measure(const Kind& kind, Role role, std::size_t piece = kNever) {
  Conversation c(kind, role);
  c.faults->read_piece = c.faults->write_piece = piece;
  c.by(kAllowed);
  Measured m;
  const auto shaken = c.conn->handshake();
  if (!shaken) MESSAGE(shaken.error().message());
  REQUIRE(shaken.has_value());
  m.handshake_read = c.faults->bytes_read;
  m.handshake_written = c.faults->bytes_written;
  REQUIRE(c.write().has_value());
  m.asked = m.awaited = c.faults->bytes_written;
  REQUIRE(!c.talk());
  m.read = c.faults->bytes_read;
  if (kind.other == Kind::Other::renegotiates) m.awaited = c.faults->bytes_written;
  c.check_closed_right();
  m.written_closed = c.faults->bytes_written;
  m.read_calls = c.faults->read_calls;
  m.write_calls = c.faults->write_calls;
  CHECK(c.elapsed() == Duration::zero());
  return m;
}

/// A record with so many bytes of plaintext, its header included.
inline std::size_t record_size(const Kind& kind, std::size_t plaintext) {
  if (kind.suite == kCbc)
    return 5 + 16 + (plaintext / 16 + 1) * 16 +
           32;  // RFC 7366: IV, plaintext and padding in whole blocks, MAC
  return 5 + (kind.suite == kChaCha20 ? 0 : 8) + plaintext + 16;
}

inline const char* name(Role role) { return role == Role::client ? "client" : "server"; }

/// Runs `run(kind, role)`, which says how many points it tried, for every kind and role; together
/// they are to be `at_least` (in a full run).
template <class Run>
void for_each_kind(std::size_t at_least, Run run) {
  std::size_t points = 0;
  for (const Kind& kind : kKinds) {
    for (const Role role : kind.roles) {
      INFO(std::string(kind.name) << ", as a " << std::string(name(role)));
      const std::size_t n = run(kind, role);
      CHECK(n > 0);
      MESSAGE(std::string(kind.name) << ", as a " << std::string(name(role)) << ": points: " << n);
      points += n;
    }
  }
  CHECK(points >= at_least / kSampled);
  MESSAGE("points: " << points);
}

}  // namespace tls12::test
