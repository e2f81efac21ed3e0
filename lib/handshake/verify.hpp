// The checks that an end makes of its peer: its certificate, and its signature.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "handshake/proofs.hpp"
#include "handshake/question.hpp"
#include "session/session.hpp"
#include "tls12/messages.hpp"
#include "tls12/time.hpp"
#include "tls12/verify.hpp"
#include "x509/verify.hpp"

namespace tls12::handshake {

struct ServerVerification {
  std::span<const Certificate> presented;
  std::span<const UnusableCertificate> unusable;
  const TrustStore& trust;
  std::string_view server_name;
  const VerifyPolicy& policy;
  WallTime now;
  const Provider& provider;
  Bytes stapled_ocsp;  ///< empty: none came
  bool staple_was_requested;
  Bytes timestamps;             ///< of the TLS extension; empty: none came
  bool accept_any_certificate;  ///< ClientConfig::dangerous: then the chain of the result is empty
  std::optional<VerifyFailure>* failure;  ///< for a verdict that may accept it; null: for none
  Work& work;
  x509::KnownSignatures& known;
};
/// RFC 5246 §7.4.2, RFC 5280 §6, RFC 9525. Nothing where the work was interrupted: it is to be
/// asked again, with what is known by then.
/// Errors: those of tls12::verify.
Result<std::optional<PeerVerified>> verify_server(const ServerVerification& what);

struct ClientVerification {
  std::span<const Certificate> presented;
  std::span<const UnusableCertificate> unusable;
  const TrustStore& trust;
  const VerifyPolicy& policy;
  WallTime now;
  const Provider& provider;
  std::optional<VerifyFailure>* failure;  ///< likewise
  Work& work;
  x509::KnownSignatures& known;
};
/// RFC 5246 §7.4.6, RFC 5280 §6. Likewise. Errors: those of tls12::verify.
Result<std::optional<PeerVerified>> verify_client(const ClientVerification& what);

/// RFC 4279 §2: the peer has the pre-shared key, which its Finished proves. Nothing if the key
/// exchange has none.
std::optional<PeerVerified> verified_by_psk(KeyExchange key_exchange);
/// RFC 5246 §7.3: the peer has the session's master secret, which its Finished proves. Takes the
/// session's chain.
PeerVerified verified_before(session::Session& session);
/// The application accepted certificates that failed (`dangerous.verdict_decides`). They are the
/// chain.
PeerVerified verified_by_verdict(const Acceptance&, std::vector<Certificate> presented);
/// What a configuration asks of the key that its peer shows.
struct PeerRules {
  const VerifyPolicy& policy;
  const std::function<bool(Bytes)>& accept_raw_public_key;
  const std::vector<CertificateType>& types;  ///< RFC 7250: those accepted; empty: X.509
  const Provider& provider;
};
/// Whether a peer may show its key in this way.
bool accepts(const PeerRules& rules, CertificateType type);
/// RFC 7250 §4.2, §6. Errors: Errc::raw_public_key_refused.
Result<PeerVerified> verify_raw_public_key(const PeerRules& rules, Bytes public_key_info);
/// Whether the peer of a session satisfies the rules now: its certificates may have expired, a
/// function may say something else, and the session may be of a configuration with other rules.
/// Costs no public-key operation. A session that is believed_anyway must be verified again as well.
bool still_believed(const session::Session& session, WallTime now, const PeerRules& rules);
/// The configuration does not verify this client: it sent no certificate and need not, or its
/// certificate is not verified by this mode. Nothing otherwise.
std::optional<PeerVerified> no_verification_asked(const Negotiated& negotiated,
                                                  ClientAuthentication mode);

struct KeyExchangeSignature {
  const ServerKeyExchange& message;
  ListOf16<SignatureScheme> offered;  ///< by our signature_algorithms
  const PublicKey& key;               ///< the server's
  const Certificate* certificate;     ///< that it is from; null for a raw public key
  Bytes client_random, server_random;
  const Provider& provider;
};
/// RFC 5246 §7.4.3, RFC 8422 §5.4. Errors: signature_scheme_not_offered,
/// signature_scheme_wrong_for_key, bad_signature.
Result<SignatureVerified> verify_key_exchange_signature(const KeyExchangeSignature& what);

struct HandshakeSignature {
  const CertificateVerify& message;
  ListOf16<SignatureScheme> offered;  ///< by our CertificateRequest
  const PublicKey& key;
  const Certificate* certificate;
  Bytes messages;  ///< all of the handshake so far, without this one
  const Provider& provider;
};
/// RFC 5246 §7.4.8. Errors: as above.
Result<SignatureVerified> verify_certificate_verify(const HandshakeSignature& what);
/// This handshake has no signature of the peer: of a server, where the key exchange proves the key
/// by using it or a session is resumed; of a client without a certificate. Nothing otherwise.
/// `role` is that of the end that verifies.
std::optional<SignatureVerified> no_signature_expected(Role role, const Negotiated& negotiated);

}  // namespace tls12::handshake
