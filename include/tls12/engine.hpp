// TLS 1.2 without I/O: bytes from the peer in, bytes for the peer out, application data both ways.
//
// The engine never blocks, reads no clock and makes no system call: the same bytes, the same
// randomness and the same wall-clock reading in give the same bytes out. It belongs to one thread
// at a time.
//
// Lifetimes. Only these calls end a view of the engine's memory; destroying the engine, or
// assigning another to it, ends all of them. Moving an engine ends none.
//
//   view                              ends with
//   output()                          each call that is not const
//   begin_send()                      sent()
//   input_space()                     received(), release_buffers(), another input_space() or
//                                     begin_receive()
//   begin_receive()                   received()
//   readable()                        consume() of more than 0 bytes
//   state(), error()                  nothing; their contents may change with each call that is
//                                     not const
//
// Asynchronous I/O. begin_send() and begin_receive() give bytes that no other call moves, changes
// or frees: not write(), received(), consume(), an answer, an alert, abort(), close_write(),
// transport_ended() or release_buffers(). One send and one receive may be under way at once.
// Complete each exactly once, by sent() or received(), when the system has stopped using the bytes.
// A cancelled operation completes with the number of bytes that it moved, which may be 0; nothing
// is lost:
//
//   if (!sending && !engine.output().empty())
//     start_send(engine.begin_send());        // completes with sent(n)
//   if (!receiving)
//     start_receive(engine.begin_receive());  // completes with received(n)
//
// Keep the engine alive until both operations have completed.
//
// It cannot see a fork(). After one, only one process may go on with an engine: two would protect
// records under the same keys and nonces. Conn enforces this (C16).
//
// tls12/config.hpp says what callbacks may do: they run inside calls that are not const.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/config.hpp"
#include "tls12/error.hpp"
#include "tls12/request.hpp"
#include "tls12/state.hpp"
#include "tls12/time.hpp"

namespace tls12 {

/// Ways for a protocol above to prove that it speaks over this very connection (RFC 5929, RFC
/// 9266).
enum class ChannelBinding : std::uint8_t {
  /// RFC 5929 §3: the first Finished of the latest handshake. After an abbreviated handshake only
  /// with extended_master_secret (RFC 7627 §5.4, §6.1).
  tls_unique,
  tls_server_end_point,  ///< RFC 5929 §4: a hash of the server's certificate
  /// RFC 9266 §2: 32 bytes exported for the purpose; with extended_master_secret alone, and at a
  /// client only with ClientConfig::renegotiation `never` (§4.2).
  tls_exporter,
};

/// Whether what is written may wait for more.
enum class Flush : std::uint8_t {
  now,    ///< all of it is sealed at once
  later,  ///< what does not fill a record is held back: the next write, flush(), close_write() or a
          ///< handshake seals it, in one record with what follows
};

class TLS12_API Engine {
 public:
  /// A client that expects the server to be `server_name`, a DNS name or an IP address in text
  /// (never sent as server_name, RFC 6066 §3).
  /// The ClientHello is in output() at once. A name that is neither makes an engine with error()
  /// Errc::bad_host_name.
  static Engine client(const ClientContext& context, std::string_view server_name,
                       WallTime now = wall_time());
  static Engine server(const ServerContext& context, WallTime now = wall_time());
  /// The fault that a peer's first bytes show, for servers that answer other protocols in their own
  /// way: Errc::plain_http, Errc::not_tls (the detail names the protocol if it is known), or one of
  /// a record's header. Nothing: the bytes may be TLS, or are too few; 18 are always enough.
  static std::optional<Error> check_first_bytes(Bytes first);

  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  // ------------------------------------------------ from the peer
  /// Where received bytes are to be put. Empty while the engine cannot take more: plaintext is
  /// unread, a step waits for an answer, or reading is over.
  /// Empty too while a receive is under way.
  MutableBytes input_space();
  /// The same, for a receive that completes later: the bytes stay in their place until received()
  /// is called.
  MutableBytes begin_receive();
  /// The first `n` bytes of input_space() are filled now. What follows shows in the other members.
  /// Ends a receive that begin_receive() began; 0 if nothing was received. Errors: Errc::misuse if
  /// `n` is larger than the space that was given, which changes nothing: for example -1, the value
  /// of a failed POSIX call.
  [[nodiscard]] Result<void> received(std::size_t n);
  /// The transport ended. Without the peer's close_notify before it, this is the error
  /// Errc::truncated. A receive that is under way goes on until received().
  void transport_ended();

  /// From now on, `ask` is called between two steps of a handshake's work; Conn asks whether the
  /// deadline has passed (Conn::set_deadline says how long steps can be). If it returns true, the
  /// call that is at work returns: then has_work() is true and input_space() is empty, until work()
  /// goes on. Nothing is lost: interruptions change no byte of output(). `ask` follows the rules
  /// of callbacks in tls12/config.hpp.
  void interrupt_if(std::function<bool()> ask);
  bool has_work() const;
  /// Goes on with it.
  void work();

  // ------------------------------------------------ for the peer
  /// Bytes that wait to be sent, from the start; they stay until sent() says how many went.
  /// Bytes that were queued during an asynchronous send follow once all bytes before them were
  /// sent: call output() again.
  Bytes output() const;
  /// The same, for a send that completes later: the bytes stay in their place until sent() is
  /// called. Meanwhile this returns an empty view, and output() the bytes of the send.
  Bytes begin_send();
  /// The first `n` bytes of output() were sent. Ends a send that begin_send() began; 0 if nothing
  /// was sent. Errors:
  /// Errc::misuse if `n` is larger than output(), which changes nothing: for example -1, the value
  /// of a failed POSIX call.
  [[nodiscard]] Result<void> sent(std::size_t n);
  /// Whether output() starts in the middle of a record (part of it was sent already).
  bool mid_record() const;

  // ------------------------------------------------ the handshake
  /// Also while a renegotiation is under way (ClientConfig::renegotiation): state() and the keys
  /// are the former handshake's until it is complete.
  bool handshaking() const;
  /// The row of RFC 5246 figure 1 that is due ("ServerHello", "(sign)"), "complete" behind the
  /// last.
  std::string_view due() const;
  /// The kind of the open request; `nothing` if there is none.
  Wants wants() const;
  /// A copy of the open request, for which the handshake waits. Errors: Errc::out_of_memory.
  Result<Request> request() const;
  /// Errors: Errc::not_waiting_for_that, which changes nothing. What an answer does to the
  /// handshake shows in the other members.
  Result<void> answer(const Answer& answer);

  // ------------------------------------------------ application data
  /// Decrypted bytes that were not consumed yet: a view into the engine's buffer, valid until
  /// consume().
  Bytes readable() const;
  /// Errors: Errc::misuse if `n` is larger than readable(), which changes nothing.
  [[nodiscard]] Result<void> consume(std::size_t n);
  /// Seals as much of `data` as the output limit allows (whole records; 0 when output is full), and
  /// returns how much.
  /// What Flush::later holds back, less than a record, is accepted: it counts against the output
  /// limit as if it were sealed, and is lost only with the connection, by an error or by
  /// CommonConfig::strict_close. Errors: Errc::handshake_not_complete; Errc::closed after
  /// close_write(); the sticky error.
  Result<std::size_t> write(Bytes data, Flush flush = Flush::now);
  /// The same for buffers in a row, as if they were one: many small ones make few records. Returns
  /// how many bytes were taken, over all of them.
  Result<std::size_t> write(std::span<const Bytes> buffers, Flush flush = Flush::now);
  /// Seals what is held back. Errors: the sticky error.
  Result<void> flush();
  /// Makes records small again where `dynamic_records` is on, as they are at first. For whoever
  /// drives the engine to call when nothing was sent for a second, the engine having no clock; Conn
  /// does.
  void restart_record_sizes();

  // ------------------------------------------------ secrets for protocols above
  /// RFC 5705 §4: fills `out` with keying material that both ends can compute. `label` is one that
  /// IANA knows or starts with "EXPERIMENTAL"; no context and an empty one differ. Errors:
  /// Errc::handshake_not_complete; Errc::misuse for a label that TLS uses itself, a context of more
  /// than 65,535 bytes, a connection without extended_master_secret (RFC 7627 §5.4), or a
  /// configuration that keeps no master secret.
  Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                      MutableBytes out) const;
  /// Errors: Errc::handshake_not_complete; Errc::misuse if this connection has no such binding:
  /// without extended_master_secret (see ChannelBinding), a tls_exporter where the client may
  /// renegotiate, a tls_server_end_point without a server certificate (the server showed a raw
  /// public key, or this is a server that resumed a session), or with one whose signature has no
  /// hash of its own (RFC 5929 §4.1).
  Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const;

  // ------------------------------------------------ the session store
  /// Takes what the configuration's SessionStore is to keep or to forget, if there is something:
  /// after a handshake, and after an error that ends the session (RFC 5246 §7.2.2). The engine
  /// calls neither put() nor erase(): send output() first, then apply the update on any thread.
  /// Conn does this.
  std::optional<SessionUpdate> take_session_update();

  // ------------------------------------------------ the end
  /// Queues our close_notify, once; nothing can be written after it. A renegotiation in which we
  /// would still have to speak ends with it. Errors: Errc::handshake_not_complete, which changes
  /// nothing.
  Result<void> close_write();
  /// Ends the connection at once with this fatal alert, for a reason of the protocol above
  /// (access_denied, user_canceled: RFC 5246 §7.2.2): error() is Errc::aborted then. Where an error
  /// is known already, that stays.
  void abort(Alert alert);
  bool write_closed() const;
  /// The peer's close_notify has come, authenticated, and all plaintext before it was consumed.
  bool peer_closed() const;
  /// The peer's last warning alert, in a handshake or since the last application data. Not
  /// close_notify.
  std::optional<Alert> warning() const;

  /// The first fatal error. It stays; its alert, if the rule has one, is the last thing in
  /// output().
  const std::optional<Error>& error() const;
  const ConnectionState& state() const;
  /// Gives back the memory of buffers that are empty and that no operation uses. Call it when the
  /// connection goes idle; Conn does.
  void release_buffers();

 private:
  class TLS12_HIDDEN Impl;
  struct TLS12_HIDDEN Retire {
    void operator()(Impl* impl) const;
  };
  class TLS12_HIDDEN Call;
  using Owner = std::unique_ptr<Impl, Retire>;
  TLS12_HIDDEN explicit Engine(Owner impl);
  Owner impl_;
};

}  // namespace tls12
