// A connected stream socket.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>

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
    const int events = (has(interest, Interest::read) ? POLLIN : 0) | (has(interest, Interest::write) ? POLLOUT : 0);
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
    return ask(socket_.number(), address.get(), &address.size) == 0 ? address.text() : std::string();
  }

  Descriptor socket_;
  Sleepers sleepers_;
};

}  // namespace

Result<TransportPtr> tcp_transport(int descriptor) try {
  Descriptor socket(descriptor);
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return fail(socket_error(errno));
  // A flight is handed over in one piece: waiting for more would only delay it. (Fails, harmlessly, on a socket that is not TCP's.)
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return std::make_unique<TcpTransport>(std::move(socket));
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::connect)); }

}  // namespace tls12
