// Proof tokens: what can only be had by having checked something. The steps that rely on a check take its token as a
// parameter, so that leaving the check out does not compile.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "tls12/certificate.hpp"

namespace tls12::handshake {

/// The peer is who it should be, or the caller said by name that it does not matter. Made in verify.cpp alone.
class PeerVerified {
 public:
  const std::vector<Certificate>& chain() const { return chain_; }

 private:
  friend Result<PeerVerified> verify_server(const struct ServerVerification&);
  explicit PeerVerified(std::vector<Certificate> chain) : chain_(std::move(chain)) {}
  std::vector<Certificate> chain_;
};

/// The peer's signature over the key exchange parameters is right. Made in verify.cpp alone.
class SignatureVerified {
 private:
  friend Result<SignatureVerified> verify_key_exchange_signature(const struct KeyExchangeSignature&);
  SignatureVerified() = default;
};

/// The peer's Finished matches our view of the handshake. Made in key_schedule.cpp alone.
class FinishedVerified {
 private:
  friend class KeySchedule;
  FinishedVerified() = default;
};

}  // namespace tls12::handshake
