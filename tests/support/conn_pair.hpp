// A Conn under test, in one thread: its transport is in memory, and its clock moves only to the
// deadline of a call that has nothing to do.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/configs.hpp"
#include "support/engine_peer.hpp"
#include "support/faulty_transport.hpp"
#include "tls12/conn.hpp"

namespace tls12::test {

inline constexpr Role kRoles[] = {Role::client, Role::server};

inline ClientContext client_context(const ClientConfig& config = live_client_config()) {
  return config.build().value();
}
inline ServerContext server_context(const ServerConfig& config = live_server_config()) {
  return config.build().value();
}

/// The end of `role` as a connection, or as an engine.
inline Conn make_conn(Role role, TransportPtr transport,
                      const ClientConfig& c = live_client_config(),
                      const ServerConfig& s = live_server_config()) {
  return role == Role::client
             ? Conn::client(std::move(transport), client_context(c), "localhost").value()
             : Conn::server(std::move(transport), server_context(s)).value();
}
inline Engine make_engine(Role role, const ClientConfig& c = live_client_config(),
                          const ServerConfig& s = live_server_config()) {
  return role == Role::client ? Engine::client(client_context(c), "localhost")
                              : Engine::server(server_context(s));
}

inline std::string code_of(const Error& error) { return std::string(rule(error.code).name); }

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "success" : code_of(result.error());
}

/// What a read returned: the text, or the name of the error; "" at the end of file.
inline std::string read_once(Conn& conn, std::size_t at_most = 65536) {
  std::string buffer(at_most, '\0');
  const auto n = conn.read({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
  if (!n) return "error: " + code_of(n);
  buffer.resize(*n);
  return buffer;
}

/// A Conn over a faulty transport in memory, on a fake clock. The peer is up to the test.
struct MemoryConn {
  explicit MemoryConn(Role role, const ClientConfig& c = live_client_config(),
                      const ServerConfig& s = live_server_config()) {
    MemoryPair pair = memory_pair(clock).value();
    peer_transport = std::move(pair.second);
    conn.emplace(
        make_conn(role, std::make_unique<FaultyTransport>(std::move(pair.first), faults), c, s));
    clock.jump_when_idle(true);
    start = clock.now();
  }

  /// Sets both deadlines to `d` from now.
  void by(Duration d) { conn->set_deadline(within(d, clock)); }
  Duration elapsed() const { return clock.now() - start; }
  std::size_t calls() const { return faults->read_calls + faults->write_calls + faults->waits; }

  std::string read(std::size_t at_most = 65536) { return read_once(*conn, at_most); }

  FakeClock clock;
  std::shared_ptr<Faults> faults = std::make_shared<Faults>();
  TransportPtr peer_transport;
  std::optional<Conn> conn;
  TimePoint start;
};

/// A Conn and its peer, an engine, which runs whenever the Conn would wait.
struct ConnPair : MemoryConn {
  explicit ConnPair(Role role, const ClientConfig& c = live_client_config(),
                    const ServerConfig& s = live_server_config())
      : MemoryConn(role, c, s),
        peer(std::make_unique<Peer>(make_engine(peer_of(role), c, s), std::move(peer_transport))) {
    clock.when_idle([this] { return peer->step(); });
  }
  ~ConnPair() { conn.reset(); }

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

  std::unique_ptr<Peer> peer;
};

/// A Conn and its peer whose handshake is complete.
struct ConnectedConnPair : ConnPair {
  explicit ConnectedConnPair(Role role, const ClientConfig& c = live_client_config(),
                             const ServerConfig& s = live_server_config())
      : ConnPair(role, c, s) {
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

}  // namespace tls12::test
