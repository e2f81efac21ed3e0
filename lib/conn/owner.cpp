// Which process may use a connection (C16).
#include <memory>

#include "conn/conn_impl.hpp"

namespace tls12 {

std::optional<Conn::Impl::Lock> Conn::Impl::enter() const {
  // In a forked child the lock may be held for ever: it is not touched there.
  if (!owned()) return std::nullopt;
  Lock lock(mutex_);
  if (!owned()) return std::nullopt;  // disown() had the lock before
  return lock;
}

Result<void> Conn::Impl::disown() {
  const auto lock = enter();
  if (!lock) return fail(Errc::not_owner);
  if (closing_) return fail(Errc::closed);
  if (is_used()) return fail(Errc::misuse, "another thread's call is under way");
  auto claim = SharedClaim::make();
  if (!claim) return fail(claim.error());
  claim_ = std::move(*claim);
  disowned_by_ = process_number();
  owner_ = 0;
  return {};
}

Result<void> Conn::Impl::adopt() {
  if (owned()) return {};
  if (!claim_) return fail(Errc::not_owner, "disown() was not called before the fork");
  if (!claim_->take()) return fail(Errc::not_owner, "it was adopted before");
  // At the fork, a thread that is missing here may have held the lock, on its way to not_owner.
  if (disowned_by_ != process_number()) std::construct_at(&mutex_);
  owner_ = process_number();
  return {};
}

void Conn::Impl::destroy(Impl* impl) {
  if (impl->owned() || impl->abandon()) delete impl;
}

/// Closes the descriptor of a process that does not own the connection. False if threads of the
/// owner were inside at the fork: then nothing else can be touched, and a condition variable that
/// has waiters cannot be destroyed.
bool Conn::Impl::abandon() {
  try {
    if (!transport_closed_) (void)transport_->close();
  } catch (...) {}  // of the application's transport
  torn_down_ = transport_closed_ = true;
  if (!mutex_.try_lock()) return false;
  mutex_.unlock();
  return !is_used();
}

}  // namespace tls12
