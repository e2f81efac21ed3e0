// A connection under test in one thread: at the other end of its (faulty) in-memory transport is a
// bare engine, which runs whenever the connection would wait; when that has nothing to do either,
// the fake clock jumps to the deadline.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "support/engine_peer.hpp"
#include "support/faulty_transport.hpp"
#include "tls12/certificate.hpp"
#include "tls12/conn.hpp"

namespace tls12::test {

inline const DevelopmentIdentity& identity() {
  static const DevelopmentIdentity made = [] {
    auto identity = make_development_identity({"localhost", "127.0.0.1"}, KeyKind::ed25519);
    REQUIRE(identity.has_value());
    return *identity;
  }();
  return made;
}

inline ClientConfig client_config() {
  return {.trust = TrustStore::of({identity().ca.chain()[0]})};
}
inline ServerConfig server_config() { return {.identities = {identity().leaf}}; }

inline ClientContext client_context(const ClientConfig& config = client_config()) {
  auto built = config.build();
  REQUIRE(built.has_value());
  return *built;
}
inline ServerContext server_context(const ServerConfig& config = server_config()) {
  auto built = config.build();
  REQUIRE(built.has_value());
  return *built;
}

struct Bench {
  explicit Bench(Role role, const ClientConfig& c = client_config(),
                 const ServerConfig& s = server_config()) {
    MemoryPair pair = memory_pair(clock).value();
    TransportPtr transport = std::make_unique<FaultyTransport>(std::move(pair.first), faults);
    if (role == Role::client) {
      peer = std::make_unique<Peer>(Engine::server(server_context(s)), std::move(pair.second));
      auto made = Conn::client(std::move(transport), client_context(c), "localhost");
      REQUIRE(made.has_value());
      conn.emplace(std::move(*made));
    } else {
      peer = std::make_unique<Peer>(Engine::client(client_context(c), "localhost"),
                                    std::move(pair.second));
      auto made = Conn::server(std::move(transport), server_context(s));
      REQUIRE(made.has_value());
      conn.emplace(std::move(*made));
    }
    clock.jump_when_idle(true);
    clock.when_idle([this] { return peer->step(); });
    start = clock.now();
  }

  void shake() {
    REQUIRE(conn->handshake().has_value());
    peer->run();
    REQUIRE_FALSE(peer->engine.handshaking());
    start = clock.now();
  }
  /// The peer writes and its transport has it.
  void say(std::string_view text) {
    REQUIRE(peer->engine.write(bytes_of(text)) == text.size());
    peer->send(kNever);
  }
  /// Once the peer has the question whole.
  void answer(std::string question, std::string with) {
    clock.when_idle([this, question = std::move(question), with = std::move(with)] {
      const bool moved = peer->step();
      if (peer->got == question) {
        peer->got.clear();
        say(with);
      }
      return moved;
    });
  }
  /// The transport takes so many bytes more, and then none, until it flows again.
  void stall_behind(std::size_t bytes) { faults->stall_writes_at = faults->bytes_written + bytes; }
  void flow() { faults->stall_writes_at = kNever; }
  std::size_t calls() const { return faults->read_calls + faults->write_calls + faults->waits; }
  void by(Duration d) { conn->set_deadline(within(d, clock)); }
  Duration elapsed() const { return clock.now() - start; }

  /// What a read came to: the text, or the name of the error; "" at the end of file.
  std::string read(std::size_t at_most = 65536) {
    std::string buffer(at_most, '\0');
    const auto n = conn->read({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
    if (!n) return std::string("error: ").append(rule(n.error().code).name);
    buffer.resize(*n);
    return buffer;
  }

  FakeClock clock;
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  std::unique_ptr<Peer> peer;
  std::optional<Conn> conn;
  TimePoint start;
};

/// Whose handshake is done.
struct Shaken : Bench {
  explicit Shaken(Role role, const ClientConfig& c = client_config(),
                  const ServerConfig& s = server_config())
      : Bench(role, c, s) {
    shake();
  }
};

/// Bytes that are easy to tell apart.
inline std::string numbered(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t x = 1;
  for (char& c : text) {
    x = x * 1664525 + 1013904223;
    c = static_cast<char>(x >> 24);
  }
  return text;
}

inline std::string code_of(const Error& error) { return std::string(rule(error.code).name); }

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "success" : code_of(result.error());
}

inline constexpr Role kRoles[] = {Role::client, Role::server};

}  // namespace tls12::test
