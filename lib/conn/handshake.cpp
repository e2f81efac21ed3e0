// The handshake on a connection's time: one call drives it, others wait for that one, each by its
// own deadline.
#include <algorithm>
#include <utility>

#include "conn/callbacks.hpp"

namespace tls12 {
Result<void> Conn::Impl::handshake() {
  auto lock = enter();
  if (!lock) return fail(Error(Errc::not_owner).in(Phase::handshake));
  if (auto error = await_engine(*lock, Side::both, Phase::handshake)) return fail(*error);
  if (auto error = ended()) return fail(tagged(*error, Phase::handshake));
  return complete_handshake(*lock, Side::both);
}

/// Over is it when the engine says so and the last flight is with the transport: until then the
/// peer still waits for us. A renegotiation is a handshake like the first one, with a time of its
/// own.
bool Conn::Impl::handshake_pending() {
  if (handshake_over_ && engine_.handshaking()) {
    handshake_over_ = false;
    handshake_deadline_.reset();
  }
  if (!handshake_over_ && !engine_.handshaking() && !engine_.error() &&
      (engine_.output().empty() || write_error_)) {
    handshake_over_ = established_ = true;
    keep_update();
    wake();
  }
  return !handshake_over_;
}

Result<void> Conn::Impl::complete_handshake(Lock& lock, Side side) {
  if (!handshake_deadline_) handshake_deadline_ = within(handshake_timeout_, clock_);
  bool driving = false;
  const auto leave = [&](Result<void> result) {
    if (driving) {
      driven_ = false;
      wake();
    }
    return result ? result : fail(tagged(result.error(), Phase::handshake));
  };
  for (;;) {
    if (auto error = await_engine(lock, side, Phase::handshake)) return leave(fail(*error));
    if (!handshake_pending()) break;
    if (auto error = ended()) return leave(fail(*error));
    if (read_error_ && engine_.handshaking()) return leave(fail(read_error_->in(Phase::handshake)));
    if (handshake_deadline_->passed(now())) return leave(fail(expire_handshake()));
    if (deadline(side).passed(now())) return leave(fail(out_of_time(Phase::handshake)));
    if (side == Side::read && !engine_.readable().empty())
      return leave({});  // what came before a renegotiation's ServerHello
    const Deadline until = std::min(*handshake_deadline_, deadline(side));
    if (driven_ && !driving) {
      wait(lock, Interest::none, until);
      continue;
    }
    driven_ = driving = true;
    if (auto done = go_on(lock, side, until); !done) return leave(done);
  }
  if (closing_) return leave(fail(Errc::closed));
  const auto done = leave({});
  (void)update_sessions(lock);
  return done;
}

/// One step of whoever drives: sends, receives, or waits for the peer or for an answer from
/// outside.
Result<void> Conn::Impl::go_on(Lock& lock, Side side, Deadline until) {
  work_until_ = until;
  if (time_lookup(lock) || ask(lock)) return {};
  push();
  // The peer may close as soon as it has our last flight: that is for the next read.
  if (!handshake_pending()) return {};
  if (pull(lock)) {
    if (!engine_.readable().empty()) wake();  // a reader's, who waits until this is done
    lock.mutex()->give_way();
    return {};
  }
  // A reader goes on to hear why the peer takes nothing any more; a writer has its answer.
  if (write_error_ && side != Side::read) return fail(write_error_->in(Phase::handshake));
  wait(lock, interest(), std::min(until, lookup_deadline_.value_or(Deadline::never())));
  return {};
}

/// ServerConfig::session_lookup_timeout: a session that is not provided in time is missing. True
/// when that was so.
bool Conn::Impl::time_lookup(Lock& lock) {
  const bool waits = engine_.wants() == Wants::session;
  if (waits && !lookup_deadline_) lookup_deadline_ = within(session_lookup_timeout_, clock_);
  if (waits && !lookup_deadline_->passed(now())) return false;
  lookup_deadline_.reset();
  if (!waits) return false;
  run_engine(lock, [](Engine& engine) { (void)engine.answer(SessionAnswer{}); });
  settle();
  return true;
}

/// Tells the caller's hook, once an answer; true if it did, and anything may have happened
/// meanwhile.
bool Conn::Impl::ask(Lock& lock) {
  const Wants wants = engine_.wants();
  if (wants == Wants::nothing) reported_ = wants;
  if (wants == reported_ || !on_request_) return false;
  reported_ = wants;
  std::optional<Error> thrown;
  const auto call = on_request_;
  lock.unlock();
  try {
    const Inside::Open open(this);
    call(wants);
  } catch (...) { thrown = caught(); }
  lock_again(lock);
  if (thrown) {
    failure_ = thrown->in(Phase::handshake);
    abort_engine(Alert::internal_error);
  }
  return true;
}

/// handshake_timeout is final: no alert, teardown.
Error Conn::Impl::expire_handshake() {
  failure_ =
      Error(Errc::handshake_timed_out, busy_ ? "a callback" : engine_.due()).in(Phase::handshake);
  tear_down();
  return *failure_;
}

/// A deadline of the caller's passed; in a handshake, the error names the row that was due.
Error Conn::Impl::out_of_time(Phase phase) const {
  if (!engine_.handshaking()) return Error(Errc::timed_out).in(phase);
  return Error(Errc::timed_out, engine_.due()).in(Phase::handshake);
}

Wants Conn::Impl::wants() const {
  const auto lock = enter();
  return lock ? requested() : Wants::nothing;
}

Wants Conn::Impl::requested() const {
  return closing_ || failure_ || busy_ ? Wants::nothing : engine_.wants();
}

Result<Request> Conn::Impl::request() const {
  const auto lock = enter();
  if (!lock) return fail(Error(Errc::not_owner).in(Phase::handshake));
  return requested() == Wants::nothing ? Request{} : engine_.request();
}

Result<void> Conn::Impl::answer(const Answer& answer) {
  auto entered = enter();
  if (!entered) return fail(Error(Errc::not_owner).in(Phase::handshake));
  Lock& lock = *entered;
  if (closing_) return fail(Error(Errc::closed).in(Phase::handshake));
  if (busy_ || failure_) return fail(Error(Errc::not_waiting_for_that).in(Phase::handshake));
  work_until_ = Deadline(
      now());  // what follows from the answer is the work of the call that drives the handshake
  (void)time_lookup(lock);
  if (closing_) return fail(Error(Errc::closed).in(Phase::handshake));
  Result<void> given;
  run_engine(lock, [&](Engine& engine) { given = engine.answer(answer); });
  if (given) reported_ = Wants::nothing;  // the next may be of the same kind
  settle();
  wake();
  return given;
}

void Conn::Impl::on_request(std::function<void(Wants)> call) {
  if (const auto lock = enter()) on_request_ = std::move(call);
}

}  // namespace tls12
