#include "conn/listening_socket.hpp"

#include <netdb.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace tls12 {
namespace {

/// How long to leave the queue alone when there is no descriptor or memory for the next connection: it stays readable, so that waiting for
/// the socket itself would spin.
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

Result<Descriptor> listen_on(const addrinfo& a, std::string_view name) {
  Descriptor socket(::socket(a.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  // Connections of an earlier process that linger in TIME_WAIT must not keep the port.
  if (!socket || setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 || bind(socket.number(), a.ai_addr, a.ai_addrlen) != 0 ||
      listen(socket.number(), SOMAXCONN) != 0) {
    return fail(socket_error(errno, name).in(Phase::configure));
  }
  return socket;
}

}  // namespace

Result<Descriptor> ListeningSocket::open(std::string_view address, std::uint16_t port) {
  const std::string host(address), service = std::to_string(port);
  const std::string name = host_and_port(address, port);
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* list = nullptr;
  if (const int status = getaddrinfo(host.c_str(), service.c_str(), &hints, &list); status != 0) {
    return fail(Error(Errc::host_not_found, std::string(name).append(": ").append(gai_strerror(status))).in(Phase::configure));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, freeaddrinfo);
  Result<Descriptor> socket = listen_on(*list, name);
  for (const addrinfo* a = list->ai_next; !socket && a != nullptr; a = a->ai_next) socket = listen_on(*a, name);
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
    if (deadline.passed(monotonic_clock().now())) return fail(Error(Errc::timed_out, address_.text()).in(Phase::connect));
    if (Descriptor taken(accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)); taken) return taken;
    const int error = errno;
    switch (trouble(error)) {
      case Trouble::none_waiting: sleepers_.wait(socket_.number(), POLLIN, deadline, seen); break;
      case Trouble::passing: break;
      case Trouble::scarcity: sleepers_.wait(-1, 0, std::min(deadline, within(kScarcityPause)), seen); break;
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
