// Proof tokens: each can be made by the functions that did the check alone. The steps that rely on
// a check take its token as a parameter, so that leaving the check out does not compile.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "tls12/certificate.hpp"
#include "tls12/registry.hpp"

namespace tls12 {
enum class ClientAuthentication : std::uint8_t;
enum class KeyExchange : std::uint8_t;
}  // namespace tls12

namespace tls12::session {
struct Session;
}

namespace tls12::handshake {

class Acceptance;
struct Negotiated;

/// The peer is authenticated: by its certificate, by a pre-shared key, by the session that is
/// resumed, or because the configuration accepts any peer by name. Made in verify.cpp alone.
class PeerVerified {
 public:
  /// From the peer's certificate to the trust anchor; empty unless a certificate was verified.
  const std::vector<Certificate>& chain() const { return chain_; }
  /// Whether the certificate failed, and accept_anyway or the verdict from outside accepted it.
  bool believed_anyway() const { return believed_anyway_; }
  std::vector<Certificate> release() { return std::move(chain_); }

 private:
  friend Result<std::optional<PeerVerified>> verify_server(const struct ServerVerification&);
  friend Result<std::optional<PeerVerified>> verify_client(const struct ClientVerification&);
  friend Result<PeerVerified> verify_raw_public_key(const struct PeerRules&, Bytes);
  friend std::optional<PeerVerified> verified_by_psk(KeyExchange);
  friend PeerVerified verified_before(session::Session&);
  friend PeerVerified verified_by_verdict(const Acceptance&, std::vector<Certificate>);
  friend std::optional<PeerVerified> no_verification_asked(const Negotiated&, ClientAuthentication);
  explicit PeerVerified(std::vector<Certificate> chain, bool anyway = false)
      : chain_(std::move(chain)), believed_anyway_(anyway) {}
  std::vector<Certificate> chain_;
  bool believed_anyway_;
};

/// The peer's signature is right: over the server's key exchange parameters, or over the client's
/// handshake; or the key exchange has none, because the premaster secret itself proves who has the
/// key. Made in verify.cpp alone.
class SignatureVerified {
 private:
  friend Result<SignatureVerified> verify_key_exchange_signature(
      const struct KeyExchangeSignature&);
  friend Result<SignatureVerified> verify_certificate_verify(const struct HandshakeSignature&);
  friend std::optional<SignatureVerified> no_signature_expected(Role, const Negotiated&);
  SignatureVerified() = default;
};

/// The peer's Finished matches our view of the handshake. Made in key_schedule.cpp alone.
class FinishedVerified {
 private:
  friend class KeySchedule;
  FinishedVerified() = default;
};

}  // namespace tls12::handshake
