// Fragments in, whole handshake messages out: record boundaries mean nothing to them (RFC 5246
// §6.2.1, §7.4).
#pragma once

#include <optional>

#include "base/buffer.hpp"
#include "tls12/error.hpp"
#include "tls12/limits.hpp"
#include "tls12/registry.hpp"
#include "wire/codec.hpp"

namespace tls12::record {

/// A message that lies whole in its fragment is given as a view of that; only one that is cut is
/// copied. Memory is given back with the message.
class HandshakeAssembly {
 public:
  struct Message {
    HandshakeType type = {};
    Bytes bytes = {};  ///< header and body, as they are hashed
    Bytes body() const;
  };

  explicit HandshakeAssembly(const Limits& limits)
      : hello_limit_(limits.client_hello),
        certificate_limit_(limits.certificate_message),
        message_limit_(limits.handshake_message) {}

  /// The plaintext of the next handshake record. It must stay where it is until next() gives
  /// nothing more, or keep() was called. The fragment before it has been used up in one of these
  /// ways.
  void add(Bytes fragment) { fragment_ = fragment; }
  /// The next whole message, or nothing when it takes another fragment. `syntax` tells how the
  /// messages are to be read. A message is valid until the next call of a member that is not const.
  /// Errors, as soon as the message's header is there: Errc::handshake_message_too_large (over the
  /// limit), Errc::message_trailing_data (larger than its structure allows as well). May throw
  /// std::bad_alloc.
  Result<std::optional<Message>> next(wire::Syntax syntax = {});
  /// Copies what next() has not given yet, so that the fragment may go: for an end that has to wait
  /// in the middle of a record.
  void keep();

  /// Whether bytes wait that next() has not given: the start of a message, or more. Then no key may
  /// change: a change_cipher_spec stands between messages, never inside one (RFC 5246 §7.1).
  bool partial() const { return buffer_.size() > given_ || !fragment_.empty(); }

 private:
  Result<std::size_t> message_size(Bytes start, wire::Syntax syntax) const;
  std::size_t limit_of(HandshakeType type) const;
  void drop_given();
  void take(std::size_t upto);

  Buffer buffer_;          // of a message that is cut, or what keep() copied
  std::size_t given_ = 0;  // bytes at the front of buffer_ that the last message views
  Bytes fragment_ = {};    // what was not looked at yet
  std::size_t hello_limit_, certificate_limit_, message_limit_;
};

}  // namespace tls12::record
