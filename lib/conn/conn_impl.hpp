// Inside a connection: an engine and a transport behind one lock, two deadlines, and how far each
// direction has come.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "conn/process.hpp"
#include "conn/turn_lock.hpp"
#include "tls12/conn.hpp"

namespace tls12 {

/// `error`, with the phase it came up in, if it does not say one.
inline Error tagged(const Error& error, Phase phase) {
  return error.phase == Phase::none ? error.in(phase) : error;
}

/// How a call uses the lock: it holds `mutex_` all the time but in wait(). The transport's read and
/// write are called with it held: they never block, so that this delays nobody by more than a copy,
/// and engine and wire cannot disagree about what was sent.
class Conn::Impl {
 public:
  class Inside;
  enum class Waits : std::uint8_t {
    no,
    for_teardown,
    yes
  };  ///< what a call may wait for; yes: for the peer

  Impl(Engine engine, TransportPtr transport, const CommonConfig& common, bool accept_truncation,
       Duration session_lookup_timeout = {});
  ~Impl();

  // callbacks.hpp: every public call, and what callbacks may do
  template <class Body>
  auto call(Waits waits, Phase phase, Body body) -> decltype(body(*this));
  template <class T, class Body>
  T look(T otherwise, Body body);
  void retire() noexcept;

  // conn.cpp
  Result<std::size_t> read(MutableBytes into);
  Result<std::size_t> write(std::span<const Bytes> from, Flush flush);
  Result<void> close_write();
  void set_deadlines(std::optional<Deadline> read, std::optional<Deadline> write);
  ConnectionState state() const;
  std::optional<Error> error() const;
  Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                      MutableBytes out) const;
  Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const;

  // handshake.cpp
  Result<void> handshake();
  Wants wants() const;
  Result<Request> request() const;
  Result<void> answer(const Answer& answer);
  void on_request(std::function<void(Wants)> call);

  // close.cpp
  CloseReport close(std::optional<Deadline> gentle_until);
  CloseReport close_from_outside(std::optional<Deadline> gentle_until);
  void abort(Alert alert);

  // owner.cpp (C16)
  Result<void> disown();
  Result<void> adopt();
  bool owned() const { return owner_ == process_number(); }
  bool abandon();
  static void destroy(Impl* impl);

  const std::string& local() const { return local_; }
  const std::string& peer() const { return peer_; }

 private:
  using Lock = std::unique_lock<TurnLock>;
  /// Whose deadline a call goes by.
  enum class Side { read, write, both };

  // owner.cpp: the lock, or nothing in a process that does not own the connection
  std::optional<Lock> enter() const;
  bool is_used() const { return waiting_ > 0 || closers_ > 0 || driven_ || busy_; }

  // wire.cpp: everything that touches the transport
  Result<std::optional<std::size_t>> receive(MutableBytes into);
  void push();
  bool pull(Lock& lock);
  void settle();
  Interest interest() const;
  void wait(Lock& lock, Interest interest, Deadline until);
  void wake();
  void tear_down();
  void close_transport();

  // conn.cpp
  TimePoint now() const { return clock_.now(); }
  Deadline deadline(Side side) const;
  std::optional<Error> ended() const;
  std::optional<Result<std::size_t>> take(Lock& lock, MutableBytes into);
  Result<std::size_t> leave_write(Result<std::size_t> result);
  void wait_to_read(Lock& lock);

  // callbacks.cpp, callbacks.hpp
  void lock_again(Lock& lock);
  template <class Call>
  void run_engine(Lock& lock, Call call);
  std::optional<Error> await_engine(Lock& lock, Side side, Phase phase);
  void keep_update();
  bool update_sessions(Lock& lock);
  void update_sessions();
  Error fail_by_exception(Error error) noexcept;

  // handshake.cpp
  bool handshake_pending();
  bool time_lookup(Lock& lock);
  Result<void> complete_handshake(Lock& lock, Side side);
  Result<void> go_on(Lock& lock, Side side, Deadline until);
  Wants requested() const;
  bool ask(Lock& lock);
  Error expire_handshake();
  Error out_of_time(Phase phase) const;

  // close.cpp
  void abort_engine(Alert alert);
  bool our_alert_is_fatal() const;
  Deadline goodbye_deadline() const;
  Deadline drain_deadline() const;
  void say_goodbye(Lock& lock);
  void flush_goodbye(Lock& lock);
  void drain(Lock& lock, bool patient);
  std::size_t drain_once();
  CloseReport report() const;

  mutable TurnLock mutex_;
  Engine engine_;
  TransportPtr transport_;
  Clock& clock_;
  const Duration handshake_timeout_, close_timeout_, session_lookup_timeout_;
  const bool accept_truncation_;
  std::string local_, peer_;

  Deadline read_deadline_, write_deadline_;
  Deadline work_until_;  // of the call that is at work in the engine (D12)
  std::atomic<bool> attention_ =
      false;  // a deadline changes, or close() was called: whoever is at work gives way
  std::optional<Deadline> handshake_deadline_;  // set when the first call drives the handshake
  bool handshake_over_ = false;                 // and its last flight is with the transport
  bool driven_ = false;                         // some call drives the handshake now
  bool established_ = false;                 // it was over once: there is a renegotiation at most
  std::optional<Deadline> lookup_deadline_;  // set while the handshake waits for a session
  Wants reported_ = Wants::nothing;          // the request that on_request_ was called for
  std::function<void(Wants)> on_request_;

  bool retired_ = false;  // the Conn was destroyed by a callback
  bool busy_ = false;     // a thread is inside the engine without the lock: no other one touches it
  mutable std::condition_variable_any engine_free_;
  std::optional<Alert> abort_with_;               // abort() while busy_
  std::optional<SessionUpdate> session_update_;   // owed to the store
  bool updating_sessions_ = false;                // a thread carries it out
  std::atomic<bool> has_session_update_ = false;  // looked at without the lock

  std::optional<Error> failure_;                   // ours, not the engine's: ends both directions
  std::optional<Error> read_error_, write_error_;  // the transport's, one direction each
  bool read_ended_ = false;                        // the transport's end has come
  bool can_take_ = true;                           // the engine had room for bytes when last asked
  bool fault_seen_ = false;                        // engine_.error() was acted upon
  bool writing_shut_ = false;
  TimePoint last_sent_ = {};  // when the transport took something of ours

  bool closing_ = false, torn_down_ = false, transport_closed_ = false;
  TimePoint closing_since_ = {};
  std::optional<Deadline> gentle_until_;
  bool goodbye_late_ = false;  // close() ran out of time before the alert was out
  std::optional<Error> close_error_;
  std::condition_variable_any closed_;  // transport_closed_ became true

  int waiting_ = 0, waiting_to_write_ = 0;  // threads inside transport_->wait()
  int closers_ = 0;                         // threads inside closed_.wait()

  std::atomic<std::uint64_t> owner_ = process_number();  // 0 after disown()
  std::optional<SharedClaim> claim_;                     // made by disown()
  std::uint64_t disowned_by_ = 0;
};

}  // namespace tls12
