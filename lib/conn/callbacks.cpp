// What other threads do while a callback runs, and what the session store is owed.
#include "conn/callbacks.hpp"

#include <algorithm>
#include <memory>

namespace tls12 {

void Conn::Delete::operator()(Impl* impl) const {
  if (Impl::Inside::of(impl) == nullptr) return Impl::destroy(impl);
  impl->retire();
}

/// The Conn is destroyed from inside: the connection goes with the call that the callback runs in,
/// which ends soon.
void Conn::Impl::retire() noexcept {
  retired_ = true;
  try {
    if (!transport_closed_) transport_->wake();
  } catch (...) {}
}

/// After a callback. It may have forked: in the child, threads that had the lock are missing.
void Conn::Impl::lock_again(Lock& lock) {
  if (!owned()) std::construct_at(&mutex_);
  lock.lock();
}

/// Waits, by the caller's deadline, while a callback of a handshake runs in another thread.
std::optional<Error> Conn::Impl::await_engine(Lock& lock, Side side, Phase phase) {
  while (busy_) {
    if (closing_) return Error(Errc::closed).in(phase);
    if (failure_) return failure_;
    if (!handshake_over_ && handshake_deadline_ && handshake_deadline_->passed(now()))
      return expire_handshake();
    if (deadline(side).passed(now())) return Error(Errc::timed_out).in(Phase::handshake);
    const Deadline handshake =
        handshake_over_ ? Deadline::never() : handshake_deadline_.value_or(Deadline::never());
    wait(lock, Interest::none, std::min(handshake, deadline(side)));
  }
  return std::nullopt;
}

/// Takes what the engine owes to the session store, for a thread without the lock to carry out.
void Conn::Impl::keep_update() {
  if (auto update = engine_.take_session_update()) {
    session_update_ = std::move(update);
    has_session_update_ = true;
  }
}

/// Carries it out, and says whether there was something. The store may block: the flight is with
/// the transport, and other threads can use the connection. What these find meanwhile comes after
/// it.
bool Conn::Impl::update_sessions(Lock& lock) {
  if (updating_sessions_ || !session_update_) return false;
  updating_sessions_ = true;
  while (const auto update = std::exchange(session_update_, std::nullopt)) {
    has_session_update_ = false;
    lock.unlock();
    {
      const Inside::Open open(this);
      update->apply();
    }
    lock_again(lock);
  }
  updating_sessions_ = false;
  return true;
}

void Conn::Impl::update_sessions() {
  if (!has_session_update_) return;
  if (auto lock = enter()) (void)update_sessions(*lock);
}

/// A callback threw outside the engine. There is no alert: the transport may be what failed.
Error Conn::Impl::fail_by_exception(Error error) noexcept {
  error.alert.reset();
  try {
    const auto lock = enter();
    if (!lock) return Errc::not_owner;
    if (failure_) return *failure_;
    failure_ = error;
    wake();
    tear_down();
  } catch (...) {}
  return error;
}

}  // namespace tls12
