// The signature that an end owes in its handshake (RFC 5246 §7.4.3, §7.4.8): made here, or waited
// for where the key lives elsewhere.
#pragma once

#include <array>
#include <optional>

#include "base/buffer.hpp"
#include "handshake/flow.hpp"
#include "handshake/negotiate.hpp"
#include "tls12/request.hpp"

namespace tls12::handshake {

class Signing {
 public:
  /// By the credential's key; its identity must outlive this. What is to be signed goes into
  /// message(), once.
  void begin(const Credential& credential) { credential_ = credential; }
  bool begun() const { return credential_.identity != nullptr; }
  Buffer& message() { return message_; }

  /// A local step: it waits for a key elsewhere until answer() was called. Errors:
  /// Errc::signature_refused and those of PrivateKey::sign.
  Result<Outcome> step(const Provider& provider);
  bool waits() const { return waits_; }
  SignatureRequest request() const {
    const Bytes message = message_.view();
    return {credential_.scheme, credential_.algorithm, {message.begin(), message.end()}};
  }
  /// Nothing: the key could not sign.
  void answer(std::optional<Bytes> signature);

  SignatureScheme scheme() const { return credential_.scheme; }
  Bytes signature() const { return Bytes(signature_).first(size_); }

 private:
  Result<Outcome> check_foreign(const Provider& provider) const;

  Credential credential_;
  Buffer message_;
  std::array<std::uint8_t, kMaxSignatureSize> signature_ = {};
  std::size_t size_ = 0;
  bool waits_ = false, refused_ = false;
};

}  // namespace tls12::handshake
