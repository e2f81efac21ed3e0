// The handshake as RFC 5246 draws it: figure 1 and figure 2 as tables, and the runner that alone
// knows their order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "tls12/bytes.hpp"
#include "tls12/error.hpp"
#include "tls12/messages.hpp"
#include "tls12/registry.hpp"

namespace tls12::handshake {

/// What a row is about: a message on the wire, or a local step that one end takes between messages.
enum class Act : std::uint16_t {
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_status = 22,
  change_cipher_spec = 0x100,  // its own content type (RFC 5246 §7.1), but it has its place in the
                               // figures; no HandshakeType has this number
  // Local steps: the only ones that may wait for an answer from outside. They may be taken again,
  // draw no randomness before they can finish, and hash nothing.
  choose_configuration = 0x200,
  look_up_session,
  negotiate,
  verify_peer,
  choose_identity,
  sign,
  derive_keys,
  complete,
};
constexpr bool is_local(Act act) { return act >= Act::choose_configuration; }
constexpr Act act_of(HandshakeType type) { return static_cast<Act>(type); }
/// "ServerHello", "[ChangeCipherSpec]", "(verify peer)": a static text, for errors, traces, tests
/// and diagrams.
const char* name(Act act);

/// What both ends know alike; rows ask it whether they apply.
struct Negotiated {
  KeyExchange key_exchange = KeyExchange::ecdhe_ecdsa;
  bool resumed = false;
  bool certificate_status = false;  ///< the server's hello says that it may come (RFC 6066 §8)
  bool new_session_ticket = false;  ///< the server's hello says that it will come (RFC 5077 §3.3)
  bool certificate_requested = false;
  bool client_certificate = false;  ///< the client's Certificate is not empty
};

enum class Presence : std::uint8_t { required, sender_decides };

struct Row {
  Role who;  ///< the sender of the message, or the end that takes the local step
  Act act;
  bool (*applies)(const Negotiated&) = [](const Negotiated&) { return true; };
  Presence presence = Presence::required;
};

/// RFC 5246 §7.3, figure 1: the full handshake. Shared by both roles.
std::span<const Row> full_handshake();
/// RFC 5246 §7.3, figure 2: the abbreviated one. What stands before its ServerHello is figure 1's.
std::span<const Row> abbreviated_handshake();

enum class Outcome : std::uint8_t {
  done,
  waits,     ///< a local step that has no answer yet, or whose work was interrupted
  left_out,  ///< a message that the sender may leave out, and did
};

/// One end's functions, a row each (lib/handshake/client.cpp, server.cpp). None of them knows what
/// comes next.
class Steps {
 public:
  virtual ~Steps() = default;
  virtual const Negotiated& negotiated() const = 0;
  /// Before each row of ours: whether to go on another time.
  virtual bool pause() { return false; }
  virtual Result<Outcome> take(Act local_step) = 0;  ///< may be called again
  virtual Result<Outcome> send(Act message) = 0;     ///< called once
  virtual Result<void> receive(
      Act message,
      Bytes bytes) = 0;  ///< called once; `bytes` are header and body, empty for ChangeCipherSpec
};

/// The runner. The first error stays.
class Flow {
 public:
  Flow(Role role, Steps& steps, std::span<const Row> full = full_handshake(),
       std::span<const Row> abbreviated = abbreviated_handshake());

  /// Takes our local steps and sends our messages until the peer has to speak, an answer is waited
  /// for, or the handshake is complete.
  Result<Outcome> advance();
  /// Takes the peer's next message: the row that is due, or a later one if those between are the
  /// sender's to leave out. Anything else is Errc::unexpected_message
  /// (unexpected_change_cipher_spec), which names the row that was due. Not to be called while a
  /// local step waits.
  Result<Outcome> receive(Act message, Bytes bytes);

  bool complete() const { return at_ == rows_.size(); }
  /// Whether this message of the peer's is due.
  bool awaits(Act message) const;
  /// Whether no message of ours is left.
  bool ours_are_sent() const;
  /// The row that is due; "complete" behind the last.
  const char* due() const;

 private:
  const Row* due_row() const;
  bool ours(const Row& row) const { return row.who == role_; }
  bool concerns_us(const Row& row) const;
  void next();
  std::unexpected<Error> fail(Error error);

  Role role_;
  Steps& steps_;
  std::span<const Row> rows_, abbreviated_;
  std::size_t at_ = 0;
  std::optional<Error> error_;
};

}  // namespace tls12::handshake
