// A server's listening socket. Accepting never handshakes: a peer that stalls delays nobody else
// (D11).
//
// Processes (C16): a forked child may accept, also while threads of the parent do, and it owns the
// connections that it accepted. Each process closes its own copy; the port is free when the last
// one has.
// A prefork server:
//
//   auto listener = tls12::Listener::on("0.0.0.0", 8443, *context);
//   for (int i = 0; i < 8; ++i) {
//     if (fork() == 0) {
//       while (auto conn = listener->accept()) serve(*conn);
//       _exit(0);
//     }
//   }
//
// No thread may be inside reload() at the fork. What the children share: see session.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tls12/api.hpp"
#include "tls12/config.hpp"
#include "tls12/conn.hpp"
#include "tls12/deadline.hpp"
#include "tls12/error.hpp"
#include "tls12/transport.hpp"

namespace tls12 {

/// Any number of threads may accept, and any may close or reload.
class TLS12_API Listener {
 public:
  /// Listens on `address` (an address of this machine as text, or a name of it) and `port` (0: a
  /// free one). An empty address, and "::", stand for all addresses of this machine, IPv6 and IPv4.
  /// Errors: Errc::address_in_use, host_not_found, transport_failed; the detail names address and
  /// port.
  static Result<Listener> on(std::string_view address, std::uint16_t port,
                             const ServerContext& context);

  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();

  /// The next connection; its handshake begins with its first call. What passes by itself (a peer
  /// that left in the queue, descriptors that ran out) is waited out, without spinning (D8).
  /// Errors: Errc::timed_out; Errc::closed; Errc::transport_failed when the socket itself is
  /// broken;
  /// Errc::out_of_memory, after which the next call may succeed.
  Result<Conn> accept(Deadline deadline = {});
  /// As accept(), without TLS on it.
  Result<TransportPtr> accept_transport(Deadline deadline = {});
  /// Connections that are accepted from now on are `context`'s; those that were are not touched.
  void reload(const ServerContext& context);
  /// Stops listening; accepts that are under way, and later ones, promptly return Errc::closed
  /// (C5).
  void close();

  /// What it listens on, as text: "127.0.0.1:8443", "[::]:443"; and the port alone.
  std::string address() const;
  std::uint16_t port() const;

 private:
  class TLS12_HIDDEN Impl;
  TLS12_HIDDEN explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tls12
