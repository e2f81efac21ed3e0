// A connected stream socket.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <string>

#include "conn/no_memory.hpp"
#include "conn/sleepers.hpp"
#include "conn/socket.hpp"
#include "tls12/transport.hpp"

namespace tls12 {
namespace {

class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(Descriptor socket) : socket_(std::move(socket)) {}

  Result<std::optional<std::size_t>> read(MutableBytes into) override {
    return moved([&] { return recv(socket_.number(), into.data(), into.size(), 0); });
  }
  Result<std::optional<std::size_t>> write(Bytes from) override {
    return moved([&] { return send(socket_.number(), from.data(), from.size(), MSG_NOSIGNAL); });
  }
  Result<void> shut_down_writing() override {
    if (shutdown(socket_.number(), SHUT_WR) == 0) return {};
    return fail(socket_error(errno));
  }
  Result<void> close() override {
    if (const int error = socket_.close(); error != 0) return fail(socket_error(error));
    return {};
  }

  std::uint64_t wakes() const override { return sleepers_.wakes(); }
  void wake() override { sleepers_.wake(); }
  void wait(Interest interest, Deadline until, std::uint64_t seen) override {
    const int events = (has(interest, Interest::read) ? POLLIN : 0) |
                       (has(interest, Interest::write) ? POLLOUT : 0);
    sleepers_.wait(socket_.number(), static_cast<short>(events), until, seen);
  }
  Clock& clock() override { return monotonic_clock(); }

  std::string local() const override { return name_by(getsockname); }
  std::string peer() const override { return name_by(getpeername); }
  int descriptor() const override { return socket_.number(); }

 private:
  /// What `call`, a recv or a send, came to.
  template <class Call>
  static Result<std::optional<std::size_t>> moved(Call call) {
    for (;;) {
      const ssize_t n = call();
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
      if (errno != EINTR) return fail(socket_error(errno));
    }
  }
  std::string name_by(int (*ask)(int, sockaddr*, socklen_t*)) const {
    Address address;
    address.size = sizeof address.storage;
    return ask(socket_.number(), address.get(), &address.size) == 0 ? address.text()
                                                                    : std::string();
  }

  Descriptor socket_;
  Sleepers sleepers_;
};

/// Reads one integer option of the socket level; -1 and errno if that fails.
int option(int descriptor, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

Result<void> check_connected_stream(int descriptor) {
  const auto refuse = [&](const char* reason) {
    return fail(Errc::not_a_stream_socket, "descriptor " + std::to_string(descriptor) + reason);
  };
  const int type = option(descriptor, SO_TYPE);
  if (type < 0 && errno == EBADF) return refuse(" is not open");
  if (type < 0 && errno == ENOTSOCK) return refuse(" is not a socket");
  if (type < 0) return fail(socket_error(errno));
  if (type != SOCK_STREAM) return refuse(" is a socket of another type");
  if (option(descriptor, SO_ACCEPTCONN) == 1) return refuse(" listens");
  Address peer;
  peer.size = sizeof peer.storage;
  if (getpeername(descriptor, peer.get(), &peer.size) == 0) return {};
  // A peer that has reset the connection already leaves a socket that was connected.
  if (const int error = option(descriptor, SO_ERROR); error > 0) return fail(socket_error(error));
  return refuse(" is not connected");
}

}  // namespace

Result<TransportPtr> tcp_transport(int descriptor) try {
  Descriptor socket(descriptor);
  if (auto checked = check_connected_stream(descriptor); !checked) return fail(checked.error());
  return transport_over(std::move(socket));
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::connect)); }

Result<TransportPtr> transport_over(Descriptor socket) try {
  const int descriptor = socket.number();
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0)
    return fail(socket_error(errno));
  // A flight is handed over in one piece: waiting for more would only delay it. (Fails, harmlessly,
  // on a socket that is not TCP's.)
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::make_unique<TcpTransport>(std::move(socket));
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::connect)); }

}  // namespace tls12
