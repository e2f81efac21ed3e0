#include "conn/connect.hpp"

#include <algorithm>
#include <cerrno>
#include <new>

#include "conn/no_memory.hpp"
#include "conn/resolve.hpp"
#include "tls12/transport.hpp"

namespace tls12 {
namespace {

std::vector<Address> families_taking_turns(const std::vector<Address>& addresses) {
  std::vector<Address> first, second, mixed;
  for (const Address& a : addresses)
    (a.storage.ss_family == addresses.front().storage.ss_family ? first : second).push_back(a);
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

class Race {
 public:
  Race(const std::vector<Address>& addresses, const std::string& name)
      : addresses_(families_taking_turns(addresses)), name_(name) {}

  Result<Descriptor> run(Deadline deadline) {
    for (;;) {
      const TimePoint now = monotonic_clock().now();
      if (deadline.passed(now)) return fail(Error(Errc::timed_out, name_).in(Phase::connect));
      if (may_start(now)) {
        if (Descriptor winner = start(now)) return winner;
        continue;
      }
      if (running_.empty()) return fail(worst_.in(Phase::connect));
      poll_until(polls_.data(), polls_.size(),
                 next_ < addresses_.size() ? std::min(deadline, next_start_) : deadline);
      if (Descriptor winner = look()) return winner;
    }
  }

 private:
  bool may_start(TimePoint now) const {
    return next_ < addresses_.size() && (running_.empty() || next_start_.passed(now));
  }

  /// Begins the next attempt; a descriptor if it is connected at once.
  Descriptor start(TimePoint now) {
    const Address& address = addresses_[next_++];
    Descriptor socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return failed(errno);
    if (connect(socket.number(), address.get(), address.size) == 0) return socket;
    // EINTR leaves the attempt going on, like EINPROGRESS.
    if (errno != EINPROGRESS && errno != EINTR) return failed(errno);
    polls_.push_back({socket.number(), POLLOUT, 0});
    running_.push_back(std::move(socket));
    next_start_ = Deadline(now + kAttemptDelay);
    return {};
  }

  /// Ends the attempts that came to something; a descriptor if one of them is connected.
  Descriptor look() {
    for (std::size_t i = 0; i < polls_.size();) {
      if (polls_[i].revents == 0) {
        ++i;
        continue;
      }
      int error = 0;
      socklen_t size = sizeof error;
      if (getsockopt(polls_[i].fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
      if (error == 0) return std::move(running_[i]);
      failed(error);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      polls_.erase(polls_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return {};
  }

  Descriptor failed(int system_error) {
    const Error error = socket_error(system_error, name_);
    // An answer, even a bad one, tells more than silence or a missing route.
    const bool better =
        error.code == Errc::connection_refused || error.code == Errc::connection_reset;
    if (worst_.system_error == 0 || better) worst_ = error;
    next_start_ = Deadline(TimePoint::min());
    return {};
  }

  std::vector<Address> addresses_;
  const std::string& name_;
  std::size_t next_ = 0;
  Deadline next_start_{TimePoint::min()};
  std::vector<Descriptor> running_;
  std::vector<pollfd> polls_;  // of running_, in the same order
  Error worst_{Errc::host_unreachable};
};

}  // namespace

Result<Descriptor> connect_to_any(const std::vector<Address>& addresses, Deadline deadline,
                                  const std::string& name) {
  return Race(addresses, name).run(deadline);
}

Result<TransportPtr> connect_tcp(std::string_view host, std::uint16_t port, Deadline deadline) try {
  if (deadline.passed(monotonic_clock().now()))
    return fail(Error(Errc::timed_out, host).in(Phase::resolve));
  const std::string text(host);
  auto addresses = resolve(text, port, deadline);
  if (!addresses) return fail(addresses.error());
  auto socket = connect_to_any(*addresses, deadline, host_and_port(text, port));
  if (!socket) return fail(socket.error());
  return transport_over(std::move(*socket));
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::connect)); }

}  // namespace tls12
