// One TLS connection over one transport: every call comes back in time, whatever the peer does.
//
// The promises have numbers: (D1) to (D12) about deadlines, (C1) to (C16) about the end. Each has
// tests whose names start with it.
//
// Threads: one may read while another writes; any number may close, set deadlines, answer and look,
// at any time. Behind the handshake neither reader nor writer ever waits for the other's blocked
// I/O; no lock is held across a call that blocks (C14).
//
// Processes (C16): only the process that made a connection owns it. In a forked child, every call
// returns Errc::not_owner, wants() is `nothing`, state() is empty, and calls without a result do
// nothing.
// Nothing is sent, and the destructor only closes the child's descriptor. disown() and adopt() move
// a connection to a child, with all of its state: a handshake that is not complete, a record that
// is half sent, deadlines. They work in this order, so that no two processes ever use the same
// nonce:
//
//   while (auto conn = listener->accept()) {   // a process for each connection
//     if (!conn->disown()) continue;           // before the fork: no process owns it
//     const pid_t child = fork();
//     if (child == 0) {
//       if (conn->adopt()) serve(*conn);       // the first process that calls it owns it
//       _exit(0);
//     }
//     if (child < 0 && conn->adopt()) refuse(*conn);
//   }                                          // closes the descriptor of the parent, nothing else
//
// A prefork server whose children accept by themselves needs neither: see listener.hpp.
// Every call checks the owner with one load of memory and no system call. clone() without CLONE_VM,
// and _Fork(), are seen as fork() is. After vfork() or clone(CLONE_VM) the child shares this
// memory: like any function, those of this library must not be called there. posix_spawn() and
// exec() close the library's own descriptors; one that was given to tcp_transport() keeps its
// flags.
// A child inherits the descriptors of all connections, and of each dial() that another thread was
// in. The peer sees the end of the TCP stream when the last process closes its copy; it sees our
// close_notify at once. If threads of the parent were inside a call of a connection at the fork,
// its keys and its memory stay in the child until it exits; otherwise the destructor wipes the
// keys.
// POSIX allows a child of a process with several threads few functions before exec(). The calls of
// an inherited Conn are safe there, adopt() and the destructor included. Everything else, such as
// dial(), a handshake, session stores and contexts, may wait for a lock that a thread of the parent
// held.
//
// tls12/config.hpp says what callbacks may do. While one of a handshake blocks in one thread,
// state(), export_keying_material() and channel_binding() of others wait for it; abort() takes
// effect after it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/config.hpp"
#include "tls12/deadline.hpp"
#include "tls12/engine.hpp"
#include "tls12/error.hpp"
#include "tls12/request.hpp"
#include "tls12/state.hpp"
#include "tls12/transport.hpp"

namespace tls12 {

/// What closing a connection came to (C7).
struct CloseReport {
  bool alert_sent = false;     ///< our close_notify (or the fatal alert that took its place) was
                               ///< handed to the transport, to its last byte
  bool peer_closed = false;    ///< the peer's close_notify was seen
  std::optional<Error> error;  ///< the transport's failure first; else why the alert could not be
                               ///< sent (timed_out, or what ended the connection)

  explicit operator bool() const { return !error.has_value(); }
};

class TLS12_API Conn {
 public:
  /// Ends of a connection over `transport`. The handshake begins with the first handshake(), read()
  /// or write().
  /// `server_name` is a DNS name or an IP address as text; the zone of an IPv6 address is ignored.
  /// Errors: Errc::bad_host_name, Errc::out_of_memory.
  static Result<Conn> client(TransportPtr transport, const ClientContext& context,
                             std::string_view server_name);
  static Result<Conn> server(TransportPtr transport, const ServerContext& context);

  Conn(Conn&&) noexcept;
  Conn& operator=(Conn&&) noexcept;
  /// Sends what the transport takes at once, close_notify included, and tears it down. Never blocks
  /// (C13). Before the handshake is complete nothing is sent.
  ~Conn();

  // ------------------------------------------------ deadlines
  /// Absolute points on the transport's clock, one for reading and one for writing; none is set at
  /// first: wait for ever (D1).
  /// A call ends by its deadline whatever the peer does meanwhile: empty records, warning alerts,
  /// pieces of a handshake, a byte a second extend nothing (D2). Behind its deadline a call returns
  /// what is known already (plaintext, the end of file, the error that lasts), else Errc::timed_out
  /// at once, without touching the transport (D3). A change takes effect promptly on calls that
  /// other threads are blocked in, sooner or later than before (D4). Waiting takes no CPU, and
  /// neither EINTR nor EAGAIN is ever seen (D8).
  /// The error is Errc::timed_out, equal to std::errc::timed_out, with the phase that was not done
  /// in time (D9), and loses nothing: set a later deadline and go on, reading (D6) or writing (D7),
  /// byte for byte.
  ///
  /// Deadlines hold while this end computes (D12). All work that a peer can cause is counted in
  /// steps and bounded by Limits::work. The deadline, a change of it and close() are noticed
  /// between two steps: a call returns at most one step after its deadline, and a later call goes
  /// on. Most steps take less than 0.1 ms. The longest, with libsodium and mbedTLS on a machine of
  /// 2020:
  /// - reading a Certificate message of the largest size that Limits allows: 5 ms
  /// - validating one path of such certificates, or checking it against the strict profile: 10 ms
  /// - verifying one signature: 1 ms for P-256, 2.5 ms for P-521, 4 ms for the slowest RSA key that
  ///   is accepted
  /// - one key exchange: 1 ms for P-256, 2.5 ms for P-521, 35 ms for ffdhe8192, 90 ms in a server's
  ///   own field of 4096 bits (larger ones are refused)
  /// - one signature or decryption by this end's own key: 15 ms for RSA with 4096 bits
  /// - a call of a function of the configuration
  /// A call that goes on with an interrupted verification may repeat up to 20 ms of it first. It
  /// verifies no signature twice.
  void set_deadline(Deadline both);
  void set_read_deadline(Deadline deadline);
  void set_write_deadline(Deadline deadline);

  // ------------------------------------------------ the handshake
  /// Completes the handshake, by the earlier of the two deadlines. read() and write() do it by
  /// themselves, sending and receiving by their own deadline; when two threads need it, one drives,
  /// the other waits by its own deadline and takes over if that one leaves (D5).
  /// CommonConfig::handshake_timeout bounds every handshake, from the first call that drives it,
  /// whatever trickles in, answers from outside included, even where no deadline is set; when it
  /// has passed there is no alert, the transport is torn down, and that is final (D5, D6).
  /// Errors: Errc::timed_out (go on later); Errc::handshake_timed_out (final:
  /// CommonConfig::handshake_timeout passed); what the peer or the transport did.
  Result<void> handshake();
  /// The kind of the open request, for which the handshake waits, or a read() where a server
  /// requests a renegotiation. Calls that need the answer wait by their deadlines. `nothing` once
  /// the handshake is over or has failed.
  Wants wants() const;
  /// Called once for each request, by the thread that drives the handshake, with no lock held. It
  /// must not block: the answer may come from inside it, or later from any thread. Set before the
  /// handshake begins.
  /// It follows the rules of callbacks in tls12/config.hpp, except: it may make all calls that do
  /// not wait for the peer. These are refused: handshake(), read(), write(), flush(),
  /// close_write(), on_request().
  void on_request(std::function<void(Wants)> call);
  /// A copy of the open request. Errors: Errc::not_owner; Errc::out_of_memory.
  Result<Request> request() const;
  /// Any thread may answer. A late answer has no effect. After a renegotiation was accepted,
  /// CommonConfig::handshake_timeout counts.
  /// Errors: Errc::not_waiting_for_that; Errc::closed (after close()); Errc::not_owner.
  Result<void> answer(const Answer& answer);

  // ------------------------------------------------ data
  /// Decrypted bytes: at least one; 0, again and again: the peer's close_notify, authenticated,
  /// behind all that it sent. A transport that ends without it is Errc::truncated, never an end of
  /// file, unless Dangerous::accept_truncation asks for that (C9).
  /// The peer's close_notify leaves our writing open; CommonConfig::strict_close asks for the
  /// letter of RFC 5246 §7.2.1: what is not sealed yet is dropped, our close_notify follows what
  /// is, and failing to send it never fails the read (C10).
  /// A read also pushes out what an earlier write left queued, or, once it knows of nothing to
  /// return, held back, and never blocks for that (D7). It outlives errors of the transport's
  /// writing, on to the peer's alert, end or error (C15). A fault of the peer is told to it: the
  /// call that finds the fault sends a fatal alert as far as it goes at once, behind any half-sent
  /// record; behind the alert's last byte the sending side is shut down, and nothing follows it.
  /// Plaintext from before the fault comes first, then both directions fail with the same error for
  /// ever (C12). Errors: Errc::empty_buffer; Errc::timed_out;
  /// Errc::truncated (the transport ended without close_notify); Errc::closed (by this end); what
  /// the peer or the transport did, for ever.
  Result<std::size_t> read(MutableBytes into);
  /// Seals and sends. Comes back when all is with the transport, or at the deadline with how many
  /// bytes were accepted: these are sent, in order and byte for byte, by later calls: write, flush,
  /// read, close (D7).
  /// With Flush::later it keeps back what does not fill a record, accepted though not sent: the
  /// next write completes it, and flush(), close_write(), close() or a read that finds nothing to
  /// return send it. No time does: whoever writes last, and does not read, flushes.
  /// Errors: Errc::timed_out (none was accepted); Errc::closed (behind close_write() or close());
  /// others as read().
  Result<std::size_t> write(Bytes from, Flush flush = Flush::now);
  Result<std::size_t> write(std::string_view text, Flush flush = Flush::now) {
    return write(bytes_of(text), flush);
  }
  /// The same for buffers in a row, as if they were one: many small ones make few records. Counts
  /// the bytes over all of them.
  Result<std::size_t> write(std::span<const Bytes> from, Flush flush = Flush::now);
  /// Waits, by the write deadline, until everything that was accepted, held back or not, is with
  /// the transport. Errors: as write().
  Result<void> flush();

  // ------------------------------------------------ the end
  /// Flushes, what is held back included, sends close_notify and leaves reading open; later writes
  /// are Errc::closed (C8).
  /// Errors: Errc::handshake_not_complete, which changes nothing; Errc::timed_out (it is queued;
  /// later calls send it); others as write().
  Result<void> close_write();
  /// Flushes, what is held back included, sends close_notify, and tears the transport down, even
  /// when the alert could not be sent (C1): all by the write deadline or, if there is none, within
  /// CommonConfig::close_timeout, whatever the peer does. It overrides no deadline; behind one that
  /// has passed it makes one attempt that does not block (C3). Before the handshake is complete
  /// nothing is sent, nor the handshake begun or continued (C2).
  /// A record that is half sent is finished before the close_notify; if there is no time for that,
  /// there is no alert (C6). Behind a fatal alert of ours it waits, within the same time, for the
  /// peer's end, and discards what still comes: a reset would eat the alert (C12).
  /// If another thread computes in the first handshake, close() waits for the end of its step, at
  /// most 200 ms: if that completes the handshake, close_notify is sent. A callback that blocks
  /// longer costs the alert. In a renegotiation, close() waits for a callback within its own time.
  /// Blocked calls of other threads promptly return Errc::closed (C5). Any thread may call it, any
  /// number of times at once: the descriptor is closed once, and each call reports the same (C4).
  CloseReport close();
  /// As close(), but between close_notify and teardown waits, by `deadline`, for the peer's
  /// close_notify, and discards what still arrives, up to 1 MiB, so that no reset destroys data in
  /// flight (C11). A write deadline that is set holds for the sending part; where neither is set,
  /// CommonConfig::close_timeout does. A close() from another thread, or a graceful one with an
  /// earlier deadline, shortens it.
  CloseReport close_gracefully(Deadline deadline);
  /// Breaks off with this fatal alert, for a reason of the protocol above (access_denied, say):
  /// sent as far as it goes at once, the rest by close(). Blocked calls of other threads, and all
  /// later ones, are Errc::aborted.
  void abort(Alert alert);

  // ------------------------------------------------ processes
  /// Makes this copy inert, and lets one process take the connection over with adopt(): this one,
  /// or one that is forked later. All other calls return Errc::not_owner meanwhile. The deadlines
  /// go on.
  /// Errors: Errc::not_owner; Errc::closed (after close()); Errc::misuse while another thread is
  /// inside a call; Errc::out_of_memory. An error changes nothing.
  Result<void> disown();
  /// Makes this process the owner. In the process that owns the connection it has no effect.
  /// No other call on this copy may be under way, except calls that return Errc::not_owner.
  /// Errors: Errc::not_owner if disown() was not called before the fork, or if a process adopted it
  /// before.
  Result<void> adopt();

  // ------------------------------------------------ a look
  /// A copy of what was agreed on. (One without anything in it, if there is no memory for a copy.)
  ConnectionState state() const;
  /// RFC 5705 and its channel bindings, as Engine has them, once the handshake is complete.
  Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                      MutableBytes out) const;
  Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const;
  /// What ended the connection for good, for both directions; none while it can go on or was
  /// closed.
  std::optional<Error> error() const;
  /// Addresses as text, "192.0.2.1:443"; empty where the transport has none, or without memory.
  /// Also in a process that does not own the connection.
  std::string local() const;
  std::string peer() const;

 private:
  class TLS12_HIDDEN Impl;
  TLS12_HIDDEN explicit Conn(std::unique_ptr<Impl> impl);
  struct TLS12_HIDDEN Delete {
    void operator()(Impl* impl) const;
  };
  std::unique_ptr<Impl, Delete> impl_;
};

/// A client's connection to `host`, resolved, connected (every address tried) and with its
/// handshake complete, all by one deadline (and the handshake within
/// CommonConfig::handshake_timeout); a name lookup that hangs is left behind, and ends by itself
/// (D10). The connection's own deadlines are not set. `server_name`, if it is not `host`: whom the
/// certificate must be for. A zone of `host` ("fe80::1%eth0") chooses the interface and is not part
/// of the name. Errors: Errc::bad_host_name, before anything is sent; those of connect_tcp() and
/// Conn::handshake(), each with its Phase.
TLS12_API Result<Conn> dial(std::string_view host, std::uint16_t port, const ClientContext& context,
                            Deadline deadline = {}, std::string_view server_name = {});

}  // namespace tls12
