// Two engines in memory: a test carries their bytes.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/configs.hpp"
#include "tls12/engine.hpp"

namespace tls12::test {

/// Carries out what the engine owes to its session store, as Conn does.
inline void update_sessions(Engine& engine) {
  if (const auto update = engine.take_session_update()) update->apply();
}

/// Gives `to` the output of `from`, as much as it takes. Returns how many bytes moved.
inline std::size_t carry(Engine& from, Engine& to) {
  std::size_t moved = 0;
  while (!from.output().empty()) {
    const MutableBytes space = to.input_space();
    const std::size_t n = std::min(space.size(), from.output().size());
    if (n == 0) break;
    std::copy_n(from.output().begin(), n, space.begin());
    from.sent(n).value();
    to.received(n).value();
    moved += n;
  }
  update_sessions(from);
  update_sessions(to);
  return moved;
}

/// A client and a server that have exchanged nothing yet.
struct EnginePair {
  Engine client, server;

  EnginePair(const ClientContext& c, const ServerContext& s, std::string_view name, WallTime now)
      : client(Engine::client(c, name, now)), server(Engine::server(s, now)) {}
  explicit EnginePair(const ClientConfig& c = client_config(),
                      const ServerConfig& s = server_config(), std::string_view name = "localhost",
                      WallTime now = kNow)
      : EnginePair(c.build().value(), s.build().value(), name, now) {}
  explicit EnginePair(const PairConfig& config, std::string_view name = "localhost",
                      WallTime now = kNow)
      : EnginePair(config.client, config.server, name, now) {}

  /// Carries bytes both ways until nothing moves any more.
  void talk() {
    while (carry(client, server) + carry(server, client) != 0) {}
  }
  bool complete() const {
    return client.state().handshake_complete && server.state().handshake_complete;
  }
};

/// A client and a server whose handshake is complete.
struct ConnectedEnginePair : EnginePair {
  explicit ConnectedEnginePair(const ClientConfig& c = client_config(),
                               const ServerConfig& s = server_config(),
                               std::string_view name = "localhost", WallTime now = kNow)
      : EnginePair(c, s, name, now) {
    talk();
    if (complete()) return;
    const auto& error = client.error() ? client.error() : server.error();
    throw std::runtime_error("no handshake: " + (error ? error->message() : "an end waits"));
  }
  explicit ConnectedEnginePair(const PairConfig& config, std::string_view name = "localhost",
                               WallTime now = kNow)
      : ConnectedEnginePair(config.client, config.server, name, now) {}
};

/// A client and a server after all that they have to send, whether or not they connected.
inline EnginePair talked(const ClientConfig& c, const ServerConfig& s,
                         std::string_view name = "localhost", WallTime now = kNow) {
  EnginePair pair(c, s, name, now);
  pair.talk();
  return pair;
}
inline EnginePair talked(const PairConfig& config, WallTime now = kNow) {
  return talked(config.client, config.server, "localhost", now);
}

/// Takes all that can be read.
inline std::string read_all(Engine& engine) {
  std::string text;
  while (!engine.readable().empty()) {
    const std::size_t n = engine.readable().size();
    text += text_of(engine.readable());
    engine.consume(n).value();
  }
  return text;
}

}  // namespace tls12::test
