// Sessions that can be resumed (RFC 5246 §7.3 figure 2, RFC 5077): where they are kept, and the
// keys of tickets.
//
// Processes (C16): a forked child has a copy of a store in memory and of the ticket keys, and may
// use both;
// later changes stay in the process that makes them. No nonce is used twice: each connection that
// resumes a session has fresh keys, and the nonce of each ticket is random. Keys of
// TicketKeys::rotating() that exist at the fork are common to parent and child. Later ones differ:
// a ticket of another process is then a miss, and costs a full handshake. Give processes that are
// to resume each other's sessions the same keys by from_secrets() or from_file(). No thread may use
// a store or keys at the fork: its lock would stay held in the child.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"
#include "tls12/time.hpp"

namespace tls12 {

/// Where sessions are kept: a server's by session ID (RFC 5246 §7.4.1.3), a client's by server.
/// Shared by connections and threads.
///
/// A session is resumed by a configuration that trusts the same anchors by the same VerifyPolicy,
/// asks the same of its peer and still speaks its suite; what is decided by functions
/// (VerifyPolicy::check, accept_anyway, accept_raw_public_key, find_psk) is asked again. All else
/// gets a full handshake.
/// A session is opaque bytes in a versioned format (lib/session/session.hpp), which hold a master
/// secret: whoever stores them elsewhere guards and encrypts them. What a store gives back damaged,
/// or does not find, is a miss and costs a full handshake, never an error.
///
/// What a store may do (tls12/config.hpp has the rules of all callbacks):
/// - Many threads call it at the same time. `take` calls nothing of the application, so get() may
///   call it under a lock of the store.
/// - put() and erase() are not part of the handshake (see SessionUpdate). Conn calls them after the
///   last flight was sent, without its lock. One that blocks holds the call of that one thread.
///   Both ends can use the connection meanwhile, and handshake_timeout does not count.
/// - get() is part of the handshake; at a client, of Conn::client() and dial(). One that blocks
///   holds the handshake, whose deadline is checked when get() has returned. Look up a store that
///   is not in this process from outside: ServerConfig::look_up_elsewhere has a budget.
/// - put() and erase() may call the connection back, except calls that wait (Conn::on_request()).
///   An exception that leaves them is dropped.
class TLS12_API SessionStore {
 public:
  virtual ~SessionStore() = default;
  /// Keeps a copy, in place of what was kept under this key, at most until `expires`.
  virtual void put(Bytes key, Bytes session, WallTime expires) = 0;
  /// Calls `take` with the session, if there is one that has not expired at `now`; the bytes are
  /// valid during the call. Whether it was called.
  virtual bool get(Bytes key, WallTime now, const std::function<void(Bytes session)>& take) = 0;
  virtual void erase(Bytes key) = 0;
};

/// A change that a connection owes to the SessionStore of its configuration: a session to keep, or
/// one to forget (RFC 5246 §7.2.2). Engine::take_session_update() gives it out; Conn carries it
/// out. It holds all that it needs: it may outlive the connection, and any thread may apply it.
class TLS12_API SessionUpdate {
 public:
  /// Calls the store's put() or erase(). An exception is dropped: a session that is not kept costs
  /// a full handshake.
  void apply() const noexcept;

  struct TLS12_HIDDEN Content;

 private:
  friend struct Internals;
  explicit SessionUpdate(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

struct MemoryStoreLimits {
  std::size_t sessions = 20'000;  ///< the least recently used is forgotten first
  std::size_t bytes = std::size_t{64}
                      << 20;  ///< of keys, sessions and what keeping them costs: 256 more each,
                              ///< which is more than the process asks for
};

/// In this process: every operation takes the same time however many are kept; what is forgotten is
/// wiped.
TLS12_API std::shared_ptr<SessionStore> make_memory_session_store(
    const MemoryStoreLimits& limits = {});

/// The keys under which a server seals sessions into tickets (RFC 5077 §4), with AES-256-GCM, the
/// same on every machine. Thread-safe; shared by configurations and, by their secrets, by the
/// machines of a farm.
class TLS12_API TicketKeys {
 public:
  /// One key as it is shared: 16 bytes that name it on the wire, 32 secret ones.
  static constexpr std::size_t kSecretSize = 48;
  struct Schedule {
    std::chrono::seconds seal_for = std::chrono::hours(12);  ///< how long a key seals new tickets
    std::chrono::seconds accept_for =
        std::chrono::hours(36);  ///< how long it opens tickets, counted from its beginning; a
                                 ///< ticket that it opened then is renewed
  };

  /// Random keys of this process, made when they are needed and rotated by the clock that each
  /// connection was given. Errors: Errc::misuse when a key would seal for longer than it opens;
  /// Errc::out_of_memory.
  static Result<std::shared_ptr<TicketKeys>> rotating(const Schedule& schedule,
                                                      ProviderPtr provider = default_provider());
  /// The same, by the default schedule.
  static Result<std::shared_ptr<TicketKeys>> rotating(ProviderPtr provider = default_provider());
  /// Keys that somebody else rotates: the first seals, all open. Errors: Errc::misuse when there is
  /// none, or one is not kSecretSize bytes.
  static Result<std::shared_ptr<TicketKeys>> from_secrets(
      const std::vector<std::vector<std::uint8_t>>& secrets,
      ProviderPtr provider = default_provider());
  /// The same for keys that are in use: from now on these. Errors: as from_secrets, which change
  /// nothing; Errc::misuse for rotating keys.
  Result<void> replace(const std::vector<std::vector<std::uint8_t>>& secrets);
  /// The file of a farm: one key a line, 96 hexadecimal digits; `#` starts a comment. Errors:
  /// Errc::file_unreadable, Errc::bad_configuration.
  static Result<std::shared_ptr<TicketKeys>> from_file(const std::string& path,
                                                       ProviderPtr provider = default_provider());

  struct TLS12_HIDDEN Content;
  ~TicketKeys();

 private:
  friend struct Internals;
  TLS12_HIDDEN explicit TicketKeys(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

}  // namespace tls12
