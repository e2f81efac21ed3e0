// One interface that sees a connection from inside: records, messages, state, alerts, secrets. It
// costs nothing when absent.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/error.hpp"
#include "tls12/messages.hpp"
#include "tls12/registry.hpp"

namespace tls12 {

struct ConnectionState;

enum class Direction : std::uint8_t { sent, received };

/// Calls come from whatever thread drives the connection, one at a time for one connection. Views
/// are valid during the call alone.
/// It follows the rules of callbacks in tls12/config.hpp, except: one that blocks after the
/// handshake holds every call on its Conn, close() included; and an exception is dropped if the
/// connection is failing already.
class TLS12_API Observer {
 public:
  virtual ~Observer() = default;

  /// One record. `fragment` is its plaintext; `wire_size` counts header, explicit nonce and tag;
  /// `sequence` is RFC 5246 §6.1's.
  struct Record {
    Direction direction;
    ContentType type;
    ProtocolVersion version;
    bool is_protected;
    std::uint64_t sequence;
    std::size_t wire_size;
    Bytes fragment;
  };
  virtual void on_record(const Record&) {}

  /// One handshake message. `bytes` is header and body as they are hashed; `message` the same,
  /// parsed.
  struct Message {
    Direction direction;
    HandshakeType type;
    Bytes bytes;
    const HandshakeMessage& message;
  };
  virtual void on_message(const Message&) {}

  virtual void on_change_cipher_spec(Direction) {}
  virtual void on_alert(Direction, const AlertMessage&) {}

  /// The handshake moved on: the row that is due now ("ServerHello", "(sign)", …), or "complete".
  virtual void on_due(std::string_view) {}
  /// The handshake is complete; `state` is what was agreed.
  virtual void on_complete(const ConnectionState&) {}
  /// The connection failed, once and for ever.
  virtual void on_error(const Error&) {}

  /// A secret, by the label of the NSS key log format ("CLIENT_RANDOM"): the key of that line, and
  /// the secret itself.
  struct SecretLine {
    std::string_view label;
    Bytes client_random;
    Bytes secret;
  };
  virtual void on_secret(const SecretLine&) {}
};

/// Makes the observer of one new connection; null for none. Called by Engine::client(),
/// Engine::server(), Conn::client(), Conn::server() and dial(). An exception is their error:
/// Errc::callback_threw.
using ObserverFactory = std::function<std::unique_ptr<Observer>(Role)>;

/// Observers that append lines of the NSS key log format to `path` (created with mode 0600), one
/// line a secret in one write, so that many connections and processes may share it. Wireshark reads
/// it. A line that a pipe does not take at once is dropped: a reader that stops delays no
/// connection. Errors: Errc::file_unreadable, also for a pipe without a reader.
/// `failed` is called for each other line that is not written in full (a full disk), with
/// Errc::file_unreadable and errno; it follows the rules of an observer's functions. The library
/// does not read SSLKEYLOGFILE.
TLS12_API Result<ObserverFactory> key_log_file(const std::string& path,
                                               std::function<void(const Error&)> failed = {});

/// An observer that passes every event to all that `factories` make, in order.
TLS12_API ObserverFactory observe_with(std::vector<ObserverFactory> factories);

}  // namespace tls12
