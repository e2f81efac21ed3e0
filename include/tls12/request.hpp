// Requests: what a handshake needs from outside before it can go on, and the answers to them.
//
//   engine.answer(tls12::SignatureAnswer{signature});
//   conn.answer(tls12::VerdictAnswer{.accept = false, .reason = "revoked yesterday"});
//
// One request is open at a time. Only local steps wait for an answer: no message is processed
// meanwhile, and input stays bounded. An answer of another kind than the open request, and one
// that comes when no request is open, is Errc::not_waiting_for_that and has no effect.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "tls12/bytes.hpp"
#include "tls12/certificate.hpp"
#include "tls12/crypto.hpp"
#include "tls12/registry.hpp"
#include "tls12/verify.hpp"

namespace tls12 {

/// The kind of the open request, in the order of Request's alternatives.
enum class Wants : std::uint8_t { nothing, signature, decryption, session, verdict, renegotiation };

// ------------------------------------------------ requests

/// Sign `message` with the external key of state().identity (PrivateKey::elsewhere).
struct SignatureRequest {
  SignatureScheme scheme = {};
  SignatureAlgorithm algorithm = {};
  std::vector<std::uint8_t> message = {};
};

/// Decrypt the premaster secret of RSA key exchange with the external key of state().identity.
struct DecryptionRequest {
  std::vector<std::uint8_t> ciphertext = {};
};

/// Look up the session that the client offers by this ID (ServerConfig::look_up_elsewhere).
struct SessionRequest {
  std::vector<std::uint8_t> id = {};
};

/// Judge the peer that state() shows (`verdict_elsewhere` of either configuration).
struct VerdictRequest {
  /// Absent: the peer's certificate or raw public key was verified, and state().verified_chain is
  /// its chain. Otherwise why the certificate is not valid. This occurs only with
  /// `dangerous.verdict_decides`.
  std::optional<VerifyFailure> failure = {};
  std::vector<Certificate> presented = {};  ///< empty for a raw public key
};

/// A server requests a renegotiation, and the client's application decides (Renegotiation::ask).
/// No handshake is under way: data that is written meanwhile goes out before the renegotiation.
/// Nothing is read until the answer.
struct RenegotiationRequest {};

/// std::monostate: no request is open.
using Request = std::variant<std::monostate, SignatureRequest, DecryptionRequest, SessionRequest,
                             VerdictRequest, RenegotiationRequest>;

// ------------------------------------------------ answers
// Views need to be valid only during the call. An answer without a value refuses.

/// An RSA signature is verified before it is sent. Without a signature, and with a wrong RSA
/// signature, the handshake fails with Errc::signature_refused.
struct SignatureAnswer {
  std::optional<Bytes> signature = {};
};

/// All of the block that RSA's private operation makes of the ciphertext (RFC 8017 §5.1.2), as long
/// as the modulus. Do not look at its padding: that is done here, in constant time, and what is
/// wrong with it shows nowhere (RFC 5246 §7.4.7.1). Without a block the handshake goes on with a
/// random secret, as with wrong padding, and fails at Finished.
struct DecryptionAnswer {
  std::optional<Bytes> block = {};
};

/// The session as it was put into the store. Empty if there is none, if it has expired, or if the
/// store did not answer in time: the engine has no clock.
struct SessionAnswer {
  Bytes session = {};
};

/// A refusal fails the handshake with Errc::certificate_refused, `reason` as its detail, and this
/// alert to the peer: one of those of RFC 5246 §7.2.2, such as certificate_revoked or
/// access_denied. If the request has a `failure` and `reason` is empty, the handshake fails with
/// that failure's error and alert instead.
struct VerdictAnswer {
  bool accept = false;
  std::string_view reason = {};
  Alert alert = Alert::certificate_unknown;
};

/// Accepting begins the renegotiation: the ClientHello is sent. A refusal is answered as
/// CommonConfig::renegotiation_refusal says. close_write() refuses too.
struct RenegotiationAnswer {
  bool accept = false;
};

/// The alternatives answer those of Request, in the same order.
using Answer = std::variant<SignatureAnswer, DecryptionAnswer, SessionAnswer, VerdictAnswer,
                            RenegotiationAnswer>;

}  // namespace tls12
