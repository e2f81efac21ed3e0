// One TLS connection over one transport: every call comes back in time, whatever the peer does.
//
// Threads: one may read while another writes; any number may close, set deadlines, answer and look, at any time. Neither reader nor writer
// ever waits for the other's blocked I/O.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/bytes.hpp"
#include "tls12/config.hpp"
#include "tls12/deadline.hpp"
#include "tls12/engine.hpp"
#include "tls12/error.hpp"
#include "tls12/state.hpp"
#include "tls12/transport.hpp"

namespace tls12 {

/// What closing a connection came to.
struct CloseReport {
  bool alert_sent = false;     ///< our close_notify (or the fatal alert that took its place) was handed to the transport, to its last byte
  bool peer_closed = false;    ///< the peer's close_notify was seen
  std::optional<Error> error;  ///< the transport's failure; else why the alert could not be sent (timed_out, or what ended the connection before)

  explicit operator bool() const { return !error.has_value(); }
};

/// A signature that the handshake waits for, from a key that lives elsewhere.
struct SignatureRequest {
  SignatureScheme scheme;
  SignatureAlgorithm algorithm;
  std::vector<std::uint8_t> message;
};

class Conn {
 public:
  /// Ends of a connection over `transport`. The handshake begins with the first handshake(), read() or write().
  /// `server_name` is a DNS name or an IP address as text. Errors: Errc::bad_host_name, Errc::out_of_memory.
  static Result<Conn> client(TransportPtr transport, const ClientContext& context, std::string_view server_name);
  static Result<Conn> server(TransportPtr transport, const ServerContext& context);

  Conn(Conn&&) noexcept;
  Conn& operator=(Conn&&) noexcept;
  /// Sends what the transport takes at once, close_notify included, and tears it down. Never blocks.
  ~Conn();

  // ------------------------------------------------ deadlines
  /// Absolute, one for reading and one for writing; none is set at first: wait for ever. A change takes effect on blocked calls too.
  /// A deadline that passes ends calls with Errc::timed_out and loses nothing: set a later one and go on.
  void set_deadline(Deadline both);
  void set_read_deadline(Deadline deadline);
  void set_write_deadline(Deadline deadline);

  // ------------------------------------------------ the handshake
  /// Completes the handshake, by the earlier of the two deadlines. read() and write() do it by themselves, each by its own deadline.
  /// Errors: Errc::timed_out (go on later); Errc::handshake_timed_out (final: CommonConfig::handshake_timeout passed); what the peer or the
  /// transport did.
  Result<void> handshake();
  /// What the handshake waits for; calls that need it wait too, by their deadlines. Any thread may answer.
  Wants wants() const;
  /// Errors: Errc::not_waiting_for_that.
  Result<SignatureRequest> signature_wanted() const;
  Result<void> provide_signature(Bytes signature);
  Result<void> refuse_signature();
  /// Called once for each signature that is wanted, by the thread that drives the handshake, with no lock held. It must not block: the answer
  /// may come from inside it, or later from any thread. Set before the handshake begins.
  void on_signature_wanted(std::function<void(SignatureRequest)> call);

  // ------------------------------------------------ data
  /// Decrypted bytes: at least one; 0: the peer's close_notify, never a cut wire. Also pushes out what an earlier write left queued.
  /// Errors: Errc::empty_buffer; Errc::timed_out; Errc::truncated (the transport ended without close_notify); Errc::closed (by this end);
  /// what the peer or the transport did, for ever.
  Result<std::size_t> read(MutableBytes into);
  /// Seals and sends. Comes back when all is with the transport, or at the deadline with how many bytes were accepted: these are sent, in
  /// order, by later calls. Errors: Errc::timed_out (none was accepted); Errc::closed (behind close_write() or close()); others as read().
  Result<std::size_t> write(Bytes from);
  Result<std::size_t> write(std::string_view text) { return write(bytes_of(text)); }
  /// Waits, by the write deadline, until everything that was accepted is with the transport. Errors: as write().
  Result<void> flush();

  // ------------------------------------------------ the end
  /// Flushes, sends close_notify and leaves reading open. Errors: Errc::handshake_not_complete, which changes nothing; Errc::timed_out (it is
  /// queued; later calls send it); others as write().
  Result<void> close_write();
  /// Flushes, sends close_notify, tears the transport down, all by the write deadline or, if there is none, within
  /// CommonConfig::close_timeout. Before the handshake is complete nothing is sent. Blocked calls of other threads return Errc::closed.
  /// Called again, it reports the same.
  CloseReport close();
  /// As close(), but between close_notify and teardown waits for the peer's close_notify, and discards what still arrives, up to 1 MiB.
  CloseReport close_gracefully(Deadline deadline);

  // ------------------------------------------------ a look
  /// A copy of what was agreed on. (One without anything in it, if there is no memory for a copy.)
  ConnectionState state() const;
  /// What ended the connection for good, for both directions; none while it can go on or was closed.
  std::optional<Error> error() const;
  /// Addresses as text, "192.0.2.1:443"; empty where the transport has none.
  std::string local() const;
  std::string peer() const;

 private:
  class Impl;
  explicit Conn(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A client's connection to `host`, resolved, connected and with its handshake complete, all by one deadline (and the handshake within
/// CommonConfig::handshake_timeout). The connection's own deadlines are not set. `server_name`, if it is not `host`: whom the certificate
/// must be for. Errors: those of connect_tcp() and Conn::handshake(), each with its Phase.
Result<Conn> dial(std::string_view host, std::uint16_t port, const ClientContext& context, Deadline deadline = {}, std::string_view server_name = {});

}  // namespace tls12
