// All handshake messages of a handshake so far, without HelloRequests (RFC 5246 §7.4.9).
#pragma once

#include <optional>

#include "base/small_bytes.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"

namespace tls12::handshake {

/// A digest in place.
struct Digest {
  std::array<std::uint8_t, kMaxDigestSize> storage;
  std::size_t size = 0;
  Bytes bytes() const { return Bytes(storage).first(size); }
};

/// Keeps the bytes until the hash is known and nobody needs them any more: a CertificateVerify may
/// use a hash of its own, or none (RFC 5246 §7.4.8, RFC 8422 §5.10 for Ed25519).
class Transcript {
 public:
  explicit Transcript(std::size_t limit) : limit_(limit) {}

  /// Header and body of a message, in the order sent or received. Errors:
  /// Errc::handshake_message_too_large past the limit on kept bytes.
  Result<void> add(Bytes message);
  /// The PRF's hash is known now (RFC 5246 §5): hashes what was kept, and all that follows as it
  /// comes.
  void use(const HashFunction& function);
  /// Nobody will sign or verify the bytes themselves: forget them. After use().
  void stop_keeping();

  /// The messages themselves, since the first one; empty once forgotten.
  Bytes kept() const { return kept_.view(); }
  /// Of all messages so far. After use().
  Digest hash() const;

 private:
  std::size_t limit_;
  bool keeping_ = true;
  SmallBytes<1024> kept_;  // two hellos and more, which is all that most handshakes keep
  std::optional<Hash> hash_;
};

}  // namespace tls12::handshake
