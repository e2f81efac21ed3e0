// What every file about sockets needs: an owned descriptor, an address, and what errno means.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <utility>

#include "tls12/deadline.hpp"
#include "tls12/error.hpp"
#include "tls12/transport.hpp"

namespace tls12 {

/// Closes its descriptor once.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  int release() { return std::exchange(number_, -1); }
  /// 0, or errno.
  int close();

 private:
  int number_ = -1;
};

struct Address {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  std::uint16_t port() const;
  /// "192.0.2.1:443" (also of an IPv4-mapped address), "[2001:db8::1]:443", "[fe80::1%eth0]:443".
  std::string text() const;
};

/// "example.org:443", "[2001:db8::1]:443"
std::string host_and_port(std::string_view host, std::uint16_t port);

/// The rule that `system_error` (an errno) breaks, about `detail`.
Error socket_error(int system_error, std::string_view detail = {});

/// As tcp_transport(), for a socket that this library connected or accepted.
Result<TransportPtr> transport_over(Descriptor socket);

/// Like ppoll: how many of the `count` polls (pollfd) are ready, by `until` on the monotonic clock.
/// A signal counts as none.
int poll_until(pollfd* polls, std::size_t count, Deadline until);

}  // namespace tls12
