// Connections over TCP on this machine, and what the kernel can do to them.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "support/conn_pair.hpp"
#include "tls12/listener.hpp"

namespace tls12::test {

/// Client and server over TCP, the handshake complete.
struct ConnectedTcpPair {
  explicit ConnectedTcpPair(const ServerConfig& config = live_server_config()) {
    auto listening = Listener::on("127.0.0.1", 0, server_context(config));
    REQUIRE(listening.has_value());
    std::thread serving([&] {
      auto accepted = listening->accept(within(std::chrono::seconds(10)));
      if (!accepted) return;
      accepted->set_deadline(within(std::chrono::seconds(10)));
      if (accepted->handshake()) server.emplace(std::move(*accepted));
    });
    auto dialled =
        dial("127.0.0.1", listening->port(), client_context(), within(std::chrono::seconds(10)));
    serving.join();
    REQUIRE(dialled.has_value());
    REQUIRE(server.has_value());
    server->set_deadline(Deadline::never());
    client.emplace(std::move(*dialled));
  }
  std::optional<Conn> client, server;
};

/// A connection whose peer is a bare engine on a bare socket, which does what a peer should not.
struct TcpConnPair {
  explicit TcpConnPair(Role role = Role::client) {
    auto listening = Listener::on("127.0.0.1", 0, server_context());
    REQUIRE(listening.has_value());
    auto connected = connect_tcp("127.0.0.1", listening->port(), within(std::chrono::seconds(10)));
    REQUIRE(connected.has_value());
    auto accepted = listening->accept_transport(within(std::chrono::seconds(10)));
    REQUIRE(accepted.has_value());
    descriptor = (*connected)->descriptor();
    peer_descriptor = (*accepted)->descriptor();
    peer.emplace(make_engine(peer_of(role)), std::move(*accepted));
    conn.emplace(make_conn(role, std::move(*connected)));
  }
  void shake() {
    std::thread shaking([&] { (void)conn->handshake(); });
    while (peer->engine.handshaking() && !peer->ended) serve_once();
    shaking.join();
    peer->run();
    REQUIRE_FALSE(peer->engine.error().has_value());
  }
  void serve_once() {
    peer->run();
    peer->end->wait(Interest::read, within(std::chrono::milliseconds(20)), peer->end->wakes());
  }
  /// Until the peer's transport has ended or its engine knows our close or alert.
  void serve_to_the_end() {
    for (int i = 0; i < 500 && !peer->ended && !peer->engine.error() && !peer->engine.peer_closed();
         ++i)
      serve_once();
  }
  /// What closing sends is a reset.
  void let_peer_reset() const {
    const linger reset{1, 0};
    setsockopt(peer_descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }

  /// The peer says something and is gone, without close_notify.
  void say_and_vanish(std::string_view text, bool by_reset) {
    REQUIRE(peer->engine.write(bytes_of(text)) == text.size());
    peer->send(kNever);
    if (by_reset) let_peer_reset();
    REQUIRE(peer->end->close().has_value());
  }

  int descriptor = -1, peer_descriptor = -1;
  std::optional<Peer> peer;
  std::optional<Conn> conn;
};

inline std::string read_all(Conn& conn) {
  std::string all;
  for (std::string part = read_once(conn); !part.empty(); part = read_once(conn)) {
    all += part;
    if (part.starts_with("error: ")) break;
  }
  return all;
}

/// A TCP peer that accepts and says nothing.
struct SilentListener {
  std::optional<Listener> listening = Listener::on("127.0.0.1", 0, server_context()).value();
  std::uint16_t port() const { return listening->port(); }
};

/// How many descriptors this process has open.
inline std::size_t open_descriptors() {
  std::size_t n = 0;
  DIR* folder = opendir("/proc/self/fd");
  REQUIRE(folder != nullptr);
  while (readdir(folder) != nullptr) ++n;
  closedir(folder);
  return n - 3;  // ".", "..", and the folder itself
}

}  // namespace tls12::test
