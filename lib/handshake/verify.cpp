#include "handshake/verify.hpp"

#include "base/buffer.hpp"
#include "handshake/negotiate.hpp"

namespace tls12::handshake {

Result<PeerVerified> verify_server(const ServerVerification& what) {
  if (what.accept_any_certificate) return PeerVerified({});
  auto verdict = verify({.presented = what.presented,
                         .trust = what.trust,
                         .peer_name = {what.server_name},
                         .purpose = Purpose::server,
                         .now = what.now,
                         .policy = what.policy,
                         .provider = what.provider});
  if (!verdict) return fail(verdict.error().error);
  return PeerVerified(std::move(verdict->certificates));
}

Result<SignatureVerified> verify_key_exchange_signature(const KeyExchangeSignature& what) {
  // RFC 5246 §7.4.3: the scheme must be one the client offered, and compatible with the key in the certificate.
  const SignatureScheme scheme = what.message.scheme;
  if (!what.offered.contains(scheme)) return fail(Errc::signature_scheme_not_offered, name(scheme));
  const auto algorithm = algorithm_for(scheme, what.certificate);
  if (!algorithm) return fail(Errc::signature_scheme_wrong_for_key, name(scheme));
  const auto& verifier = what.provider[algorithm->family];
  if (!verifier) return fail(Errc::algorithm_unavailable, name(scheme));

  Buffer signed_bytes;
  signed_bytes.append(what.client_random);
  signed_bytes.append(what.server_random);
  signed_bytes.append(what.message.params);
  if (!verifier.implementation->verify(what.certificate.public_key(), algorithm->hash, algorithm->salt_size, signed_bytes.view(), what.message.signature))
    return fail(Errc::bad_signature, "ServerKeyExchange");
  return SignatureVerified();
}

}  // namespace tls12::handshake
