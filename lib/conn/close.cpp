// Close: what is queued, our alert, then teardown, in bounded time whatever the peer does.
#include <algorithm>
#include <array>

#include "conn/callbacks.hpp"

namespace tls12 {
namespace {

/// How much of what the peer still sends is read and thrown away: closing a socket that has unread
/// bytes makes the kernel reset the connection, which would destroy our last bytes at the peer. A
/// peer that sends more is not waiting for them.
constexpr std::size_t kDrainLimit = 1 << 20;

/// Set at twice the longest step of the engine's work that Conn::set_deadline() lists.
constexpr Duration kLongestStep = std::chrono::milliseconds(200);

}  // namespace

CloseReport Conn::Impl::close(std::optional<Deadline> gentle_until) {
  attention_ = true;
  auto entered = enter();
  if (!entered) return {.error = Error(Errc::not_owner).in(Phase::close)};
  Lock& lock = *entered;
  if (!closing_) {
    closing_ = true;
    closing_since_ = now();
    gentle_until_ = gentle_until;
    wake();
    // The engine stops at its next step. That may complete the first handshake: then the alert is
    // sent (C1), else it is not (C2). A callback that blocks is waited for in a renegotiation
    // alone.
    const Deadline step = established_ ? Deadline::never() : within(kLongestStep, clock_);
    const auto until = [&] { return std::min(goodbye_deadline(), step); };
    while (busy_ && !until().passed(now())) wait(lock, Interest::none, until());
    goodbye_late_ = busy_ && established_;
    if (!busy_ && !torn_down_) say_goodbye(lock);
    tear_down();
  } else if (!torn_down_) {
    // Another thread is at it. A close() hurries a graceful one, and so does a graceful one that
    // has less time.
    if (!gentle_until && gentle_until_) {
      gentle_until_.reset();
      closing_since_ = now();
      wake();
    } else if (gentle_until && gentle_until_ && *gentle_until < *gentle_until_) {
      gentle_until_ = gentle_until;
      wake();
    }
    while (!torn_down_) wait(lock, Interest::none, Deadline::never());
  }
  ++closers_;
  closed_.wait(lock, [&] { return transport_closed_; });
  --closers_;
  return report();
}

void Conn::Impl::abort(Alert alert) {
  const auto lock = enter();
  if (!lock || closing_) return;
  abort_engine(alert);
}

void Conn::Impl::abort_engine(Alert alert) {
  if (busy_) {
    abort_with_ = alert;
    return;
  }
  engine_.abort(alert);
  settle();
}

/// The error the engine found is one that it told the peer of.
bool Conn::Impl::our_alert_is_fatal() const {
  const auto& error = engine_.error();
  return error && error->alert && error->category() != Category::peer_alert;
}

/// By when all is to be sent. The caller's deadlines are never overridden.
Deadline Conn::Impl::goodbye_deadline() const {
  const Deadline set = std::min(write_deadline_, gentle_until_.value_or(Deadline::never()));
  if (!set.is_never()) return set;
  return close_timeout_ >= TimePoint::max() - closing_since_
             ? Deadline::never()
             : Deadline(closing_since_ + close_timeout_);
}

/// By when the peer is to have come to its end.
Deadline Conn::Impl::drain_deadline() const {
  return gentle_until_ ? *gentle_until_ : goodbye_deadline();
}

void Conn::Impl::say_goodbye(Lock& lock) {
  if (our_alert_is_fatal()) {
    flush_goodbye(lock);
    if (writing_shut_) drain(lock, true);
    return;
  }
  // Before the handshake is complete, an alert is nobody's business: close_notify counts only when
  // it is authenticated.
  if (engine_.error() || failure_ || !engine_.state().handshake_complete) return;
  (void)engine_.close_write();
  flush_goodbye(lock);
  // A peer that took nothing in time is not waited for.
  drain(lock, gentle_until_.has_value() && !goodbye_late_);
}

void Conn::Impl::flush_goodbye(Lock& lock) {
  for (;;) {
    push();
    if (write_error_ || engine_.output().empty()) return;
    if (goodbye_deadline().passed(now())) {
      goodbye_late_ = true;
      return;
    }
    wait(lock, Interest::write, goodbye_deadline());
  }
}

/// Throws away what still arrives, up to the peer's end; a patient one waits for it.
void Conn::Impl::drain(Lock& lock, bool patient) {
  std::size_t drained = 0;
  while (drained < kDrainLimit && !engine_.peer_closed() && !read_ended_ && !read_error_) {
    if (const std::size_t n = drain_once(); n > 0) {
      drained += n;
      if (patient && drain_deadline().passed(now())) return;
      lock.mutex()->give_way();
      continue;
    }
    // A close() that came meanwhile has no patience with a peer that was told properly.
    if (!our_alert_is_fatal() && !gentle_until_) patient = false;
    if (!patient || drain_deadline().passed(now())) return;
    wait(lock, Interest::read, drain_deadline());
  }
}

/// How many bytes went; 0: there are none now, or there is an end.
std::size_t Conn::Impl::drain_once() {
  if (const std::size_t n = engine_.readable().size(); n > 0) { return engine_.consume(n) ? n : 0; }
  work_until_ = drain_deadline();
  std::array<std::uint8_t, 4096> scrap;
  // An engine that failed takes no more; one that goes on is to find the peer's close_notify.
  const MutableBytes space = engine_.error() ? MutableBytes(scrap) : engine_.input_space();
  if (space.empty()) return 0;
  auto got = receive(space);
  if (!got) {
    read_error_ = got.error();
  } else if (*got && **got == 0) {
    read_ended_ = true;
  } else if (*got) {
    if (engine_.error()) return **got;
    if (const auto received = engine_.received(**got)) return **got;
    read_error_ = Error(Errc::misuse);
  }
  return 0;
}

CloseReport Conn::Impl::report() const {
  CloseReport report;
  if (busy_) {
    report.error = close_error_    ? close_error_
                   : goodbye_late_ ? std::optional(Error(Errc::timed_out).in(Phase::close))
                                   : failure_;
    return report;
  }
  report.alert_sent =
      !write_error_ && engine_.output().empty() && (engine_.write_closed() || our_alert_is_fatal());
  report.peer_closed = engine_.peer_closed();
  if (close_error_) {
    report.error = close_error_;
  } else if (write_error_) {
    report.error = write_error_->in(Phase::close);
  } else if (failure_ || engine_.error()) {
    report.error = failure_ ? failure_ : engine_.error();
  } else if (read_error_) {
    report.error = read_error_;
  } else if (goodbye_late_) {
    report.error = Error(Errc::timed_out).in(Phase::close);
  }
  return report;
}

/// C13: what the transport takes at once. As in close(), a handshake that is not complete is left
/// as it is.
Conn::Impl::~Impl() {
  if (torn_down_) return;
  Lock lock(mutex_);
  try {
    if (our_alert_is_fatal() || engine_.close_write()) {
      push();
      drain(lock, false);
    }
    tear_down();
  } catch (...) {}  // of a transport: its own destructor is left
}

}  // namespace tls12
