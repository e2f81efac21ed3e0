// The two checks a client makes of its server: its certificate, and its signature.
#pragma once

#include <span>
#include <string_view>

#include "handshake/proofs.hpp"
#include "tls12/messages.hpp"
#include "tls12/time.hpp"
#include "tls12/verify.hpp"

namespace tls12::handshake {

struct ServerVerification {
  std::span<const Certificate> presented;
  const TrustStore& trust;
  const VerifyPolicy& policy;
  std::string_view server_name;
  WallTime now;
  const Provider& provider;
  bool accept_any_certificate;  ///< ClientConfig::dangerous: then the chain of the result is empty
};
/// RFC 5246 §7.4.2, RFC 5280 §6, RFC 6125. Errors: those of tls12::verify.
Result<PeerVerified> verify_server(const ServerVerification& what);

struct KeyExchangeSignature {
  const ServerKeyExchange& message;
  ListOf16<SignatureScheme> offered;  ///< by our signature_algorithms
  const Certificate& certificate;     ///< the server's
  Bytes client_random, server_random;
  const Provider& provider;
};
/// RFC 5246 §7.4.3, RFC 8422 §5.4. Errors: signature_scheme_not_offered, signature_scheme_wrong_for_key, bad_signature.
Result<SignatureVerified> verify_key_exchange_signature(const KeyExchangeSignature& what);

}  // namespace tls12::handshake
