// Between engine and transport.
#include "conn/callbacks.hpp"

namespace tls12 {

/// Hands queued output to the transport, as much as it takes now. Never blocks.
void Conn::Impl::push() {
  if (busy_ || torn_down_ || write_error_ || engine_.output().empty()) return;
  if (!owned()) {  // a callback of the caller's forked
    write_error_ = Errc::not_owner;
    return;
  }
  while (!engine_.output().empty()) {
    auto taken = transport_->write(engine_.output());
    if (!taken) {
      write_error_ = taken.error();
      break;
    }
    if (!*taken) return;
    if (const auto sent = engine_.sent(**taken); !sent) {  // a transport that counts wrong
      write_error_ = sent.error();
      break;
    }
    last_sent_ = now();
  }
  // Whoever waits for the transport to take the rest has nothing to wait for any more.
  if (waiting_to_write_ > 0) wake();
  // Nothing follows a fatal alert: the peer is to see that at once.
  if (!write_error_ && our_alert_is_fatal() && !writing_shut_) {
    writing_shut_ = true;
    (void)transport_->shut_down_writing();
  }
}

Result<std::optional<std::size_t>> Conn::Impl::receive(MutableBytes into) {
  if (!owned()) return fail(Errc::not_owner);
  return transport_->read(into);
}

/// Goes on with the engine's work, or reads once from the transport into the engine. False: nothing
/// has come yet, or the engine takes nothing.
bool Conn::Impl::pull(Lock& lock) {
  can_take_ = false;
  if (!torn_down_ && engine_.has_work()) {
    run_engine(lock, [](Engine& engine) { engine.work(); });
    settle();
    return true;
  }
  if (torn_down_ || read_error_ || read_ended_) return false;
  const MutableBytes space = engine_.input_space();
  if (space.empty()) {
    // There may be no memory for it: an error, and nothing to wait for.
    settle();
    return engine_.error().has_value();
  }
  can_take_ = true;
  const bool could_write = !engine_.write_closed();
  auto got = receive(space);
  if (!got) {
    read_error_ = got.error();
    if (got.error().category() == Category::transport) read_error_->warning = engine_.warning();
  } else if (!*got) {
    return false;
  } else if (**got > 0) {
    Result<void> received;
    run_engine(lock, [&](Engine& engine) { received = engine.received(**got); });
    if (!received) read_error_ = received.error();
  } else {
    read_ended_ = true;
    if (!accept_truncation_ || engine_.handshaking()) engine_.transport_ended();
  }
  settle();
  // CommonConfig::strict_close: a writer's unsealed rest will never be sent.
  if (could_write && engine_.write_closed()) wake();
  return true;
}

/// Acts once on an error that the engine has found: its alert goes out as far as it goes at once,
/// and blocked calls are told.
void Conn::Impl::settle() {
  if (busy_ || !engine_.error() || fault_seen_) return;
  fault_seen_ = true;
  keep_update();  // RFC 5246 §7.2.2: the session is to be forgotten
  push();
  wake();
}

/// What to wait for when push() and pull() came to nothing.
Interest Conn::Impl::interest() const {
  const Interest in = can_take_ && !read_error_ && !read_ended_ ? Interest::read : Interest::none;
  const Interest out =
      !write_error_ && !engine_.output().empty() ? Interest::write : Interest::none;
  return in | out;
}

/// The only place where a call blocks. What it waited for is to be looked at anew: anything may
/// have happened meanwhile.
void Conn::Impl::wait(Lock& lock, Interest interest, Deadline until) {
  const std::uint64_t seen = transport_->wakes();
  const int writes = has(interest, Interest::write) ? 1 : 0;
  ++waiting_;
  waiting_to_write_ += writes;
  lock.unlock();
  std::optional<Error> thrown;
  try {
    const Inside::Open open(this, Waits::no);  // teardown would wait for this call
    transport_->wait(interest, until, seen);
  } catch (...) { thrown = caught(); }
  lock.lock();
  waiting_to_write_ -= writes;
  if (thrown && !failure_) {
    thrown->alert.reset();
    failure_ = thrown;
    tear_down();
  }
  if (--waiting_ == 0 && torn_down_) close_transport();
}

/// Makes every blocked call look again.
void Conn::Impl::wake() {
  if (waiting_ > 0 && !transport_closed_ && owned()) transport_->wake();
}

/// Ends the use of the transport; the last thread that leaves it closes it.
void Conn::Impl::tear_down() {
  if (torn_down_) return;
  torn_down_ = true;
  if (waiting_ > 0) {
    transport_->wake();
  } else {
    close_transport();
  }
}

void Conn::Impl::close_transport() {
  if (transport_closed_) return;
  try {
    if (auto done = transport_->close(); !done) close_error_ = done.error().in(Phase::close);
  } catch (...) { close_error_ = caught().in(Phase::close); }
  transport_closed_ = true;
  closed_.notify_all();
}

}  // namespace tls12
