#include "conn/listening_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace tls12 {
namespace {

/// How long to leave the queue alone when there is no descriptor or memory for the next connection:
/// it stays readable, so that waiting for the socket itself would spin.
constexpr Duration kScarcityPause = std::chrono::milliseconds(50);

enum class Trouble { none_waiting, passing, scarcity, fatal };

Trouble trouble(int system_error) {
  switch (system_error) {
    case EAGAIN: return Trouble::none_waiting;
    // accept(2): Linux hands over errors that the new connection already has.
    case EINTR:
    case ECONNABORTED:
    case ECONNRESET:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case ETIMEDOUT:
    case EPERM: return Trouble::passing;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM: return Trouble::scarcity;
    default: return Trouble::fatal;
  }
}

Result<Descriptor> listen_on(int family, const sockaddr* address, socklen_t size,
                             std::string_view name) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1, off = 0;
  const bool is_any =
      family == AF_INET6 &&
      IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  // Connections of an earlier process that linger in TIME_WAIT must not keep the port.
  if (!socket || setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      (is_any && setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) ||
      bind(socket.number(), address, size) != 0 || listen(socket.number(), SOMAXCONN) != 0) {
    return fail(socket_error(errno, name).in(Phase::configure));
  }
  return socket;
}

/// One socket for IPv6 and IPv4 where the machine has both.
Result<Descriptor> listen_on_all(std::uint16_t port, std::string_view name) {
  sockaddr_in6 all = {};
  all.sin6_family = AF_INET6;
  all.sin6_port = htons(port);
  auto socket = listen_on(AF_INET6, reinterpret_cast<const sockaddr*>(&all), sizeof all, name);
  if (socket || socket.error().code == Errc::address_in_use) return socket;
  sockaddr_in ipv4 = {};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(port);
  return listen_on(AF_INET, reinterpret_cast<const sockaddr*>(&ipv4), sizeof ipv4, name);
}

}  // namespace

Result<Descriptor> ListeningSocket::open(std::string_view address, std::uint16_t port) {
  const std::string host(address), service = std::to_string(port);
  const std::string name = host_and_port(address, port);
  if (host.empty()) return listen_on_all(port, name);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* list = nullptr;
  if (const int status = getaddrinfo(host.c_str(), service.c_str(), &hints, &list); status != 0) {
    return fail(
        Error(Errc::host_not_found, std::string(name).append(": ").append(gai_strerror(status)))
            .in(Phase::configure));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, freeaddrinfo);
  const auto listen = [&](const addrinfo& a) {
    return listen_on(a.ai_family, a.ai_addr, a.ai_addrlen, name);
  };
  Result<Descriptor> socket = listen(*list);
  for (const addrinfo* a = list->ai_next; !socket && a != nullptr; a = a->ai_next)
    socket = listen(*a);
  return socket;
}

ListeningSocket::ListeningSocket(Descriptor socket) : socket_(std::move(socket)) {
  address_.size = sizeof address_.storage;
  getsockname(socket_.number(), address_.get(), &address_.size);
}

/// The parent's threads, which may have held a lock or waited, are not in a forked child.
void ListeningSocket::enter_process() {
  process_.enter([this] {
    std::construct_at(&mutex_);
    std::construct_at(&left_);
    std::construct_at(&sleepers_);
    inside_ = 0;
  });
}

Result<Descriptor> ListeningSocket::accept(Deadline deadline) {
  enter_process();
  {
    const std::lock_guard held(mutex_);
    if (closed_) return fail(Error(Errc::closed).in(Phase::connect));
    ++inside_;
  }
  Result<Descriptor> accepted = accept_open(deadline);
  const std::lock_guard held(mutex_);
  if (--inside_ == 0 && closed_) left_.notify_all();
  return accepted;
}

Result<Descriptor> ListeningSocket::accept_open(Deadline deadline) {
  for (;;) {
    const std::uint64_t seen = sleepers_.wakes();
    {
      const std::lock_guard held(mutex_);
      if (closed_) return fail(Error(Errc::closed).in(Phase::connect));
    }
    if (deadline.passed(monotonic_clock().now()))
      return fail(Error(Errc::timed_out, address_.text()).in(Phase::connect));
    if (Descriptor taken(accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        taken)
      return taken;
    const int error = errno;
    switch (trouble(error)) {
      case Trouble::none_waiting: sleepers_.wait(socket_.number(), POLLIN, deadline, seen); break;
      case Trouble::passing: break;
      case Trouble::scarcity:
        sleepers_.wait(-1, 0, std::min(deadline, within(kScarcityPause)), seen);
        break;
      case Trouble::fatal: return fail(socket_error(error, address_.text()).in(Phase::connect));
    }
  }
}

void ListeningSocket::close() {
  enter_process();
  std::unique_lock lock(mutex_);
  closed_ = true;
  sleepers_.wake();
  left_.wait(lock, [&] { return inside_ == 0; });
  socket_.close();
}

}  // namespace tls12
