// Around the callbacks that a connection calls: what they may call, how long the connection lives,
// exceptions, and the lock.
#pragma once

#include <utility>

#include "base/caught.hpp"
#include "conn/conn_impl.hpp"

namespace tls12 {

/// One public call, for as long as it runs. Calls of one connection nest in a thread only when a
/// callback calls back.
class Conn::Impl::Inside {
 public:
  Inside(Impl* impl, Waits waits) : impl_(impl), outer_(innermost_) {
    const Inside* same = of(impl);
    nested_ = same != nullptr;
    allowed_ = !nested_ || (same->open_ && waits <= *same->open_);
    innermost_ = this;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  /// A connection that was destroyed from inside goes with the outermost call.
  ~Inside() {
    innermost_ = outer_;
    if (!nested_ && impl_->retired_) destroy(impl_);
  }

  bool allowed() const { return allowed_; }
  /// The innermost call of this connection that this thread is inside, or null.
  static Inside* of(const Impl* impl) {
    Inside* inside = innermost_;
    while (inside != nullptr && inside->impl_ != impl) inside = inside->outer_;
    return inside;
  }

  /// While it lives, a callback runs without the lock: it may make all calls that wait for no more
  /// than `most`.
  class Open {
   public:
    explicit Open(const Impl* impl, Waits most = Waits::for_teardown) : inside_(of(impl)) {
      if (inside_ != nullptr) inside_->open_ = most;
    }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;
    ~Open() {
      if (inside_ != nullptr) inside_->open_.reset();
    }

   private:
    Inside* inside_;
  };

 private:
  // Without a destructor, a thread_local needs no memory.
  static thread_local constinit inline Inside* innermost_ = nullptr;

  Impl* impl_;
  Inside* outer_;
  bool nested_, allowed_;
  std::optional<Waits> open_;
};

/// Makes a public call: `body` gives a Result. A call that a callback must not make is
/// Errc::misuse; an exception is the connection's lasting error.
template <class Body>
auto Conn::Impl::call(Waits waits, Phase phase, Body body) -> decltype(body(*this)) {
  const Inside inside(this, waits);
  if (!inside.allowed())
    return fail(owned() ? Error(Errc::misuse, "a call from inside a callback").in(phase)
                        : Error(Errc::not_owner).in(phase));
  try {
    auto result = body(*this);
    update_sessions();
    if (retired_) return fail(Error(Errc::closed).in(phase));
    return result;
  } catch (...) { return fail(fail_by_exception(caught().in(phase))); }
}

/// The same for a call that has `otherwise` in place of an error.
template <class T, class Body>
T Conn::Impl::look(T otherwise, Body body) {
  const Inside inside(this, Waits::no);
  if (!inside.allowed()) return otherwise;
  try {
    return body(*this);
  } catch (...) {
    const Error error = caught();
    if (error.code != Errc::out_of_memory)
      (void)fail_by_exception(error);  // without memory there is nothing to see, and that is all
    return otherwise;
  }
}

/// Runs a call of the engine. During a handshake it may call a callback that blocks, so the lock is
/// not held: other calls wait by their own deadlines (await_engine()), and close() by its own.
/// After the handshake there is the observer alone.
template <class Call>
void Conn::Impl::run_engine(Lock& lock, Call call) {
  if (!engine_.handshaking()) return call(engine_);
  busy_ = true;
  lock.unlock();
  call(engine_);
  lock_again(lock);
  busy_ = false;
  if (abort_with_) engine_.abort(*std::exchange(abort_with_, std::nullopt));
  engine_free_.notify_all();
  wake();
}

}  // namespace tls12
