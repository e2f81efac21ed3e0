#include "handshake/verify.hpp"

#include <algorithm>

#include "base/buffer.hpp"
#include "handshake/figures.hpp"
#include "handshake/negotiate.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/certificate/pin.hpp"

namespace tls12::handshake {
namespace {

struct Signed {
  SignatureScheme scheme;
  Bytes signature, message;
  ListOf16<SignatureScheme> offered;
  const PublicKey& key;
  const Certificate* certificate;
  const Provider& provider;
  const char* where;
};

// RFC 5246 §7.4.3, §7.4.8: the scheme must be one that the other end offered, and compatible with
// the key.
Result<void> check(const Signed& what) {
  if (!what.offered.contains(what.scheme))
    return fail(Errc::signature_scheme_not_offered, name(what.scheme));
  const auto algorithm =
      what.certificate != nullptr
          ? config::algorithm_for(what.scheme, internals(*what.certificate).subject_key)
          : wire::algorithm_for(what.scheme, what.key.kind);
  if (!algorithm) return fail(Errc::signature_scheme_wrong_for_key, name(what.scheme));
  const auto& verifier = what.provider[algorithm->family];
  if (!verifier) return fail(Errc::algorithm_unavailable, name(what.scheme));
  if (!verifier.implementation->verify(what.key, algorithm->hash, algorithm->salt_size,
                                       what.message, what.signature))
    return fail(Errc::bad_signature, what.where);
  return {};
}

struct Believed {
  std::vector<Certificate> chain;
  bool anyway;
};

/// Asks for a verdict, and notes whether it is accept_anyway's. Nothing if it was interrupted.
/// `judged`, if it is not null, gets a failure that the application may accept: the peer's fault,
/// and not ours.
template <class Verdict>
Result<std::optional<Believed>> believe(const VerifyPolicy& policy,
                                        std::optional<VerifyFailure>* judged, Verdict verdict_by) {
  bool anyway = false;
  const auto& accept = policy.dangerous.accept_anyway;
  std::optional<VerifyPolicy> noting;
  if (accept) {
    noting = policy;
    noting->dangerous.accept_anyway = [&](const VerifyFailure& failure,
                                          std::span<const Certificate> presented) {
      return anyway = accept(failure, presented);
    };
  }
  auto verdict = verdict_by(noting ? *noting : policy);
  if (!verdict) return std::nullopt;
  if (!*verdict) {
    const Error error = verdict->error().error;
    if (judged != nullptr && error.category() == Category::protocol)
      *judged = std::move(verdict->error());
    return fail(error);
  }
  return Believed{.chain = std::move((*verdict)->certificates), .anyway = anyway};
}

}  // namespace

Result<std::optional<PeerVerified>> verify_server(const ServerVerification& what) {
  if (what.accept_any_certificate) return PeerVerified({});
  const auto verdict = [&](const VerifyPolicy& policy) {
    return x509::verify({.presented = what.presented,
                         .trust = what.trust,
                         .peer_name = {what.server_name},
                         .purpose = Purpose::server,
                         .now = what.now,
                         .policy = policy,
                         .stapled_ocsp = what.stapled_ocsp,
                         .staple_was_requested = what.staple_was_requested,
                         .timestamps = what.timestamps,
                         .provider = what.provider,
                         .unusable = what.unusable},
                        what.work, what.known);
  };
  auto believed = believe(what.policy, what.failure, verdict);
  if (!believed) return fail(believed.error());
  if (!*believed) return std::nullopt;
  return PeerVerified(std::move((*believed)->chain), (*believed)->anyway);
}

Result<std::optional<PeerVerified>> verify_client(const ClientVerification& what) {
  const auto verdict = [&](const VerifyPolicy& policy) {
    return x509::verify({.presented = what.presented,
                         .trust = what.trust,
                         .peer_name = PeerName::any(),
                         .purpose = Purpose::client,
                         .now = what.now,
                         .policy = policy,
                         .provider = what.provider,
                         .unusable = what.unusable},
                        what.work, what.known);
  };
  auto believed = believe(what.policy, what.failure, verdict);
  if (!believed) return fail(believed.error());
  if (!*believed) return std::nullopt;
  return PeerVerified(std::move((*believed)->chain), (*believed)->anyway);
}

std::optional<PeerVerified> verified_by_psk(KeyExchange key_exchange) {
  return has_psk(key_exchange) ? std::optional(PeerVerified({})) : std::nullopt;
}

PeerVerified verified_before(session::Session& session) {
  return PeerVerified(std::move(session.verified_chain), session.believed_anyway);
}
PeerVerified verified_by_verdict(const Acceptance&, std::vector<Certificate> presented) {
  return PeerVerified(std::move(presented), true);
}

bool accepts(const PeerRules& rules, CertificateType type) {
  return rules.types.empty() ? type == CertificateType::x509
                             : std::ranges::find(rules.types, type) != rules.types.end();
}

Result<PeerVerified> verify_raw_public_key(const PeerRules& rules, Bytes public_key_info) {
  const auto& accept = rules.accept_raw_public_key;
  const auto& pins = rules.policy.pins;
  const bool pinned = pins.empty() || x509::is_pinned(public_key_info, pins, rules.provider);
  const bool accepted = accept ? accept(public_key_info) : !pins.empty();
  return pinned && accepted ? Result<PeerVerified>(PeerVerified({}))
                            : fail(Errc::raw_public_key_refused);
}

bool still_believed(const session::Session& session, WallTime now, const PeerRules& rules) {
  if (const Bytes key = session.peer_raw_public_key; !key.empty())
    return accepts(rules, CertificateType::raw_public_key) && verify_raw_public_key(rules, key);
  if (!session.peer_certificates.empty() && !accepts(rules, CertificateType::x509)) return false;
  const std::vector<Certificate>& chain = session.verified_chain;
  if (chain.empty() || session.believed_anyway) return true;
  const auto is_valid = [&](const Certificate& c) {
    return c.not_before() <= now && now <= c.not_after();
  };
  const bool valid = rules.policy.pins_suffice || std::ranges::all_of(chain, is_valid);
  return valid && (!rules.policy.check || !rules.policy.check({.certificates = chain}));
}

std::optional<PeerVerified> no_verification_asked(const Negotiated& negotiated,
                                                  ClientAuthentication mode) {
  const bool verifies = mode == ClientAuthentication::verify_if_given ||
                        mode == ClientAuthentication::require_and_verify;
  const bool missing = !negotiated.client_certificate && requires_certificate(mode);
  if (missing || (verifies && negotiated.client_certificate)) return std::nullopt;
  return PeerVerified({});
}

Result<SignatureVerified> verify_key_exchange_signature(const KeyExchangeSignature& what) {
  Buffer signed_bytes;
  signed_bytes.append(what.client_random);
  signed_bytes.append(what.server_random);
  signed_bytes.append(what.message.params);
  const auto checked = check({.scheme = what.message.scheme,
                              .signature = what.message.signature,
                              .message = signed_bytes.view(),
                              .offered = what.offered,
                              .key = what.key,
                              .certificate = what.certificate,
                              .provider = what.provider,
                              .where = "ServerKeyExchange"});
  if (!checked) return fail(checked.error());
  return SignatureVerified();
}

Result<SignatureVerified> verify_certificate_verify(const HandshakeSignature& what) {
  const auto checked = check({.scheme = what.message.scheme,
                              .signature = what.message.signature,
                              .message = what.messages,
                              .offered = what.offered,
                              .key = what.key,
                              .certificate = what.certificate,
                              .provider = what.provider,
                              .where = "CertificateVerify"});
  if (!checked) return fail(checked.error());
  return SignatureVerified();
}

std::optional<SignatureVerified> no_signature_expected(Role role, const Negotiated& negotiated) {
  const bool has_none = role == Role::client
                            ? negotiated.resumed || !has_signature(negotiated.key_exchange)
                            : !negotiated.client_certificate;
  return has_none ? std::optional(SignatureVerified()) : std::nullopt;
}

}  // namespace tls12::handshake
