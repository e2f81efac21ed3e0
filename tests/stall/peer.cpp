#include "peer.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tls12::test {
namespace {

constexpr std::string_view kAnswer = "an answer of some length, so that a trickle takes its time\n";

/// What cannot be said any more shows in how the connection ends.
template <class T>
void ignore(const Result<T>&) {}

}  // namespace

Peer::Peer(int descriptor, Engine engine, Role role, const Point& point, Act act,
           Clock::duration patience)
    : descriptor_(descriptor),
      engine_(std::move(engine)),
      role_(role),
      point_(point),
      act_(act),
      patience_(patience),
      finder_(point_),
      connected_(role == Role::server) {}

Peer::~Peer() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Peer::reading() const {
  if (half_closed_ || cut_ || engine_.peer_closed() || engine_.error()) return false;
  return !reached_ || (point_.reads && act_ != Act::stall);
}

std::uint32_t Peer::interest() const {
  if (gone() || half_closed_) return 0;
  const bool writing = !connected_ || (!reached_ && !engine_.output().empty());
  return EPOLLRDHUP | (reading() ? EPOLLIN : 0U) | (writing ? EPOLLOUT : 0U);
}

void Peer::step(std::uint32_t events) {
  if (gone()) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0 && !reading()) return connection_broke(ECONNRESET);
  if ((events & EPOLLOUT) != 0) connected_ = true;
  if (connected_ && (reading() || !reached_)) talk();
  // Whoever does not read hears of the end all the same.
  if (!gone() && !reading() && (events & EPOLLRDHUP) != 0) other_end_closed("the other end closed");
}

void Peer::talk() {
  for (bool more = true; more && !gone();) {
    more = false;
    while (reading() && receive(kMaxPlaintext)) more = true;
    converse();
    // A peer that trickles sends more than what was looked at.
    if (reached_ || gone()) return;
    find_point();
    send(finder_.limit().value_or(looked_at_));
    if (!gone() && finder_.limit() == sent_) reached_ = Clock::now();
  }
}

// False when there is nothing now, or never again.
bool Peer::receive(std::size_t at_most) {
  const MutableBytes space = engine_.input_space();
  if (space.empty()) return false;
  const ssize_t n =
      ::recv(descriptor_, space.data(), std::min(space.size(), at_most), MSG_DONTWAIT);
  if (n > 0) {
    engine_.received(static_cast<std::size_t>(n)).value();
    if (engine_.error()) other_end_closed(engine_.error()->message());
    return true;
  }
  if (n == 0) other_end_closed("the other end closed");
  if (n < 0 && errno != EAGAIN && errno != EINTR) connection_broke(errno);
  return false;
}

void Peer::send(std::uint64_t up_to) {
  while (sent_ < up_to && !engine_.output().empty()) {
    const Bytes output = engine_.output();
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(output.size(), up_to - sent_));
    const ssize_t n = ::send(descriptor_, output.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) return connection_broke(errno);
    engine_.sent(static_cast<std::size_t>(n)).value();
    sent_ += static_cast<std::uint64_t>(n);
  }
}

/// What either end says behind the handshake.
void Peer::converse() {
  const bool heard = !engine_.readable().empty();
  engine_.consume(engine_.readable().size()).value();
  if (!engine_.state().handshake_complete || engine_.error()) return;
  if (role_ == Role::client && !std::exchange(asked_, true)) {
    ignore(engine_.write(bytes_of(point_.request)));
  } else if (role_ == Role::client && engine_.peer_closed() && !engine_.write_closed()) {
    ignore(engine_.close_write());
  } else if (role_ == Role::server && heard && !std::exchange(answered_, true)) {
    ignore(engine_.write(bytes_of(kAnswer)));
    ignore(engine_.close_write());
  }
}

void Peer::find_point() {
  const auto queued = sent_ + engine_.output().size();
  finder_.look_at(engine_.output().last(static_cast<std::size_t>(queued - looked_at_)));
  looked_at_ = queued;
}

void Peer::tick(Clock::time_point now) {
  if (gone() || !reached_) return;
  if (act_ == Act::trickle) trickle();
  if ((act_ == Act::cut || act_ == Act::reset) && !cut_ && now - *reached_ >= patience_) leave();
}

void Peer::trickle() {
  if (!point_.reads) {
    if (!half_closed_) receive(1);
    engine_.consume(engine_.readable().size()).value();
    return;
  }
  // A client's request has no end.
  if (engine_.output().empty() && asked_) ignore(engine_.write(bytes_of("x")));
  send(sent_ + 1);
}

void Peer::leave() {
  cut_ = true;
  if (act_ == Act::cut) {
    ::shutdown(descriptor_, SHUT_WR);
    return;
  }
  const linger none{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  ::close(std::exchange(descriptor_, -1));
}

void Peer::other_end_closed(const std::string& how) {
  half_closed_ = true;
  if (!reached_) {
    gone_ = true;
    failure_ = how;
  } else if (!released_) {
    released_ = Clock::now() - *reached_;
  }
}

void Peer::connection_broke(int reason) {
  other_end_closed(std::strerror(reason));
  gone_ = true;
}

}  // namespace tls12::test
