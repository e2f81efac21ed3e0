#include "conn/socket.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace tls12 {
namespace {

constexpr Duration kBlindNap = std::chrono::milliseconds(10);

/// RFC 4007 §11.2: an interface's name, or its number.
std::string zone_name(std::uint32_t index) {
  std::array<char, IF_NAMESIZE> name = {};
  return if_indextoname(index, name.data()) != nullptr ? std::string(name.data())
                                                       : std::to_string(index);
}

}  // namespace

int Descriptor::close() {
  if (number_ < 0) return 0;
  // Linux gives the number back even when close() says EINTR: trying again could close another
  // thread's descriptor.
  return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
}

std::uint16_t Address::port() const {
  if (storage.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  if (storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  return 0;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> host = {};
  if (storage.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, host.data(),
              host.size());
    return host_and_port(host.data(), port());
  }
  if (storage.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
      inet_ntop(AF_INET, in.sin6_addr.s6_addr + 12, host.data(), host.size());
      return host_and_port(host.data(), port());
    }
    inet_ntop(AF_INET6, &in.sin6_addr, host.data(), host.size());
    std::string text = host.data();
    if (in.sin6_scope_id != 0) text.append("%").append(zone_name(in.sin6_scope_id));
    return host_and_port(text, port());
  }
  return {};
}

std::string host_and_port(std::string_view host, std::uint16_t port) {
  const bool colons = host.find(':') != std::string_view::npos;
  std::string text(colons ? "[" : "");
  return text.append(host).append(colons ? "]:" : ":").append(std::to_string(port));
}

Error socket_error(int system_error, std::string_view detail) {
  const Errc code = [&] {
    switch (system_error) {
      case ECONNRESET:
      case ECONNABORTED:
      case EPIPE: return Errc::connection_reset;
      case ECONNREFUSED: return Errc::connection_refused;
      // The kernel's own patience ran out: no deadline of the caller's did, so this is no
      // timed_out.
      case ETIMEDOUT:
      case EHOSTUNREACH:
      case EHOSTDOWN:
      case ENETUNREACH:
      case ENETDOWN: return Errc::host_unreachable;
      case EADDRINUSE: return Errc::address_in_use;
      case ENOMEM:
      case ENOBUFS: return Errc::out_of_memory;
      default: return Errc::transport_failed;
    }
  }();
  Error error(code, detail);
  error.alert.reset();  // nothing was sent
  error.system_error = system_error;
  return error;
}

int poll_until(pollfd* polls, std::size_t count, Deadline until) {
  timespec span = {};
  if (!until.is_never()) {
    using namespace std::chrono;
    // Coming back early is allowed; an hour keeps every time_t small enough.
    const Duration left =
        std::clamp<Duration>(until.point() - monotonic_clock().now(), Duration::zero(), hours(1));
    span.tv_sec = static_cast<decltype(span.tv_sec)>(duration_cast<seconds>(left).count());
    span.tv_nsec = static_cast<decltype(span.tv_nsec)>((left % seconds(1)).count());
  }
  const int ready = ppoll(polls, count, until.is_never() ? nullptr : &span, nullptr);
  // Without memory it fails at once: the caller, which looks again, must not spin.
  if (ready < 0 && errno != EINTR)
    std::this_thread::sleep_until(std::min(until, within(kBlindNap)).point());
  return std::max(0, ready);
}

}  // namespace tls12
