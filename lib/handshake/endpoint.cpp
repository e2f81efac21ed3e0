#include "handshake/endpoint.hpp"

#include <algorithm>

#include "handshake/verify.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::handshake {
namespace {

/// Octets of a message that are parsed and hashed in one step of work.
constexpr std::size_t kOctetsOfOneStep = 16;

}  // namespace

Result<Outcome> Endpoint::receive(const Handler& handler, Bytes message) {
  // Not a handshake message, and not hashed (RFC 5246 §7.4.9).
  if (handler.step == Step::change_cipher_spec) return handler.call.function(*this, {});
  if (const auto paid = pay(1 + message.size() / kOctetsOfOneStep); !paid)
    return fail(paid.error());
  const Bytes body = message.subspan(wire::kHandshakeHeaderSize);
  if (observer_ != nullptr) {
    const auto type = static_cast<HandshakeType>(handler.step);
    if (const auto parsed = wire::parse(type, body, syntax()))
      observer_->on_message({Direction::received, type, message, *parsed});
  }
  // Later rows read the ClientHello where the transcript keeps it. Finished and CertificateVerify
  // are about the messages before them.
  if (handler.step == Step::client_hello) {
    if (const auto added = transcript_.add(message); !added) return fail(added.error());
    return handler.call.function(*this, transcript_.kept().subspan(wire::kHandshakeHeaderSize));
  }
  if (const auto handled = handler.call.function(*this, body); !handled) return handled;
  if (const auto added = transcript_.add(message); !added) return fail(added.error());
  return Outcome::done;
}

// RFC 5246 §7.4.8: the messages themselves are kept as long as the client may sign them.
void Endpoint::forget_messages() {
  const Agreement* agreement = phases_.find<Agreement>();
  if (agreement == nullptr) return;
  if (!agreement->terms.client_may_sign || !flow_.may_come(Step::certificate_verify))
    transcript_.stop_keeping();
}

wire::Syntax Endpoint::syntax() const {
  const Agreement* agreement = phases_.find<Agreement>();
  return {.key_exchange = negotiated_.key_exchange,
          .certificate_type = agreement != nullptr ? agreement->terms.peer_certificate_type
                                                   : CertificateType::x509};
}

void Endpoint::agree(Agreement&& terms) {
  Agreement& agreement = phases_.create(std::move(terms));
  const wire::SuiteRow& suite = *agreement.suite;
  state_.cipher_suite = suite.suite;
  negotiated_.key_exchange = suite.key_exchange;
  channel_.version_negotiated();
  channel_.limit_fragments(state_.send_fragment_limit, state_.receive_fragment_limit);
  transcript_.use(*provider()[suite.prf_hash].implementation);
  forget_messages();
  if (agreement.session) take_session(*agreement.session);
}

void Endpoint::take_session(session::Session& session) {
  negotiated_.resumed = true;
  state_.resumed = true;
  state_.group = session.group;
  const bool client_signed = role_ == Role::server && !(session.peer_certificates.empty() &&
                                                        session.peer_raw_public_key.empty());
  (client_signed ? state_.client_signature_scheme : state_.signature_scheme) =
      session.signature_scheme;
  state_.psk_identity = session.psk_identity;
  state_.peer_certificates = std::move(session.peer_certificates);
  state_.peer_raw_public_key = std::move(session.peer_raw_public_key);
}

Result<void> Endpoint::keep_certificates(const Certificates& message) {
  const std::size_t count = message.certificate_list.size(), limit = config_.limits.certificates;
  if (count > limit)
    return fail(Errc::certificate_path_too_long,
                std::to_string(count) + " certificates came; Limits::certificates allows " +
                    std::to_string(limit));
  state_.peer_certificates.clear();
  PeerCertificates& peer = phases_.create(PeerCertificates{});
  std::size_t place = 0;
  for (const Bytes der : message.certificate_list) {
    auto certificate = Certificate::from_der(der);
    const bool may_do_without =
        place > 0 && !certificate && certificate.error().code != Errc::out_of_memory;
    if (may_do_without)
      peer.unusable.push_back({place, certificate.error()});
    else if (!certificate)
      return fail(certificate.error());
    else
      state_.peer_certificates.push_back(std::move(*certificate));
    ++place;
  }
  return {};
}

std::span<const UnusableCertificate> Endpoint::unusable_certificates() const {
  const PeerCertificates* peer = phases_.find<PeerCertificates>();
  return peer != nullptr ? std::span<const UnusableCertificate>(peer->unusable)
                         : std::span<const UnusableCertificate>();
}

std::optional<session::Session> Endpoint::read_session(Bytes bytes,
                                                       std::span<const Certificate> known) {
  return pay(1 + bytes.size() / kOctetsOfOneStep) ? session::parse_session(bytes, known)
                                                  : std::nullopt;
}

Result<void> Endpoint::keep_raw_public_key(Bytes public_key_info) {
  x509::der::Fault fault;
  x509::der::Reader reader(public_key_info, fault);
  const x509::SubjectKey key = x509::read_subject_public_key_info(reader);
  reader.finish();
  if (fault) return fail(Errc::bad_der, fault.what);
  if (!key.supported) return fail(Errc::certificate_algorithm_unsupported);
  state_.peer_certificates.clear();
  state_.peer_raw_public_key.assign(public_key_info.begin(), public_key_info.end());
  return {};
}

PublicKey Endpoint::peer_key() const {
  if (const Certificate* certificate = peer_certificate()) return certificate->public_key();
  x509::der::Fault fault;
  x509::der::Reader reader(state_.peer_raw_public_key, fault);
  return x509::read_subject_public_key_info(reader).key;
}

Request Endpoint::request() const {
  const Bytes about = question_.about();
  switch (wants()) {
    case Wants::signature: return signing_.request();
    case Wants::decryption: return DecryptionRequest{{about.begin(), about.end()}};
    case Wants::session: return SessionRequest{{about.begin(), about.end()}};
    case Wants::verdict: {
      const VerifyFailure* failure = phases_.find<VerifyFailure>();
      return VerdictRequest{failure != nullptr ? std::optional(*failure) : std::nullopt,
                            state_.peer_certificates};
    }
    case Wants::nothing:
    case Wants::renegotiation: break;
  }
  return {};
}

void Endpoint::answer(const Answer& with) {
  if (const auto* signature = std::get_if<SignatureAnswer>(&with))
    signing_.answer(signature->signature);
  else
    question_.answer(with);
}

bool Endpoint::is_peer_checked() const {
  return phases_.find<PeerVerified>() != nullptr || phases_.find<VerifyFailure>() != nullptr;
}

Result<Outcome> Endpoint::keep_check(Result<std::optional<PeerVerified>> result,
                                     std::optional<VerifyFailure> failure) {
  if (!result && !failure) return fail(result.error());
  if (result && !*result) return Outcome::waits;
  if (result)
    phases_.create(std::move(**result));
  else
    phases_.create(std::move(*failure));
  return Outcome::done;
}

Result<Outcome> Endpoint::await_verdict() {
  // The application decides by the chain.
  if (const PeerVerified* verified = phases_.find<PeerVerified>())
    state_.verified_chain = verified->chain();
  if (!question_.ask(Wants::verdict)) return Outcome::waits;
  const auto verdict = question_.take_verdict();
  const VerifyFailure* failure = phases_.find<VerifyFailure>();
  if (!verdict && failure != nullptr && verdict.error().about().empty())
    return fail(failure->error);
  if (!verdict) return fail(verdict.error());
  if (failure != nullptr) phases_.create(verified_by_verdict(*verdict, state_.peer_certificates));
  return Outcome::done;
}

// ------------------------------------------------ rows that both ends have

Result<Outcome> Endpoint::derive_keys(const Agreement& agreement,
                                      const PreMasterSecret* pre_master_secret) {
  const auto& session = agreement.session;
  if (!session && pre_master_secret == nullptr) return fail(Errc::internal_error);
  auto schedule =
      session ? KeySchedule::resume(provider(), *agreement.suite, session->master_secret.bytes())
              : KeySchedule::from({.provider = provider(),
                                   .suite = *agreement.suite,
                                   .pre_master_secret = pre_master_secret->bytes(),
                                   .client_random = agreement.client_random,
                                   .server_random = agreement.server_random,
                                   .session_hash = state_.extended_master_secret
                                                       ? std::optional(transcript_.hash())
                                                       : std::nullopt});
  phases_.end<PreMasterSecret>();  // RFC 5246 §8.1: once the master secret is computed
  if (!schedule) return fail(schedule.error());
  KeySchedule& keys = phases_.create(std::move(*schedule));
  if (observer_ != nullptr)
    observer_->on_secret({"CLIENT_RANDOM", agreement.client_random, keys.master_secret()});
  const auto block =
      keys.key_block(agreement.client_random, agreement.server_random, state_.encrypt_then_mac);
  if (!block) return fail(block.error());
  if (const auto set = channel_.set_pending(*block); !set) return fail(set.error());
  return Outcome::done;
}

Result<Outcome> Endpoint::send_change_cipher_spec() {
  if (const auto sent = channel_.send_change_cipher_spec(); !sent) return fail(sent.error());
  return Outcome::done;
}

Result<Outcome> Endpoint::send_finished(KeySchedule& keys) {
  const auto data = keys.verify_data(role_, transcript_.hash());
  if (!data) return fail(data.error());
  (role_ == Role::client ? secrets_.client_verify_data : secrets_.server_verify_data) = *data;
  return emit(Finished{.verify_data = *data});
}

Result<void> Endpoint::receive_finished(Bytes body, KeySchedule& keys) {
  const auto finished = wire::parse_finished(body);
  if (!finished) return fail(finished.error());
  auto verified = keys.verify_finished(peer_of(role_), transcript_.hash(), finished->verify_data);
  if (!verified) return fail(verified.error());
  phases_.create(*verified);
  std::ranges::copy(
      finished->verify_data,
      (role_ == Role::client ? secrets_.server_verify_data : secrets_.client_verify_data).begin());
  return {};
}

session::Session Endpoint::session_of(const Agreement& agreement, const KeySchedule& keys,
                                      const PeerVerified* peer) const {
  return {.suite = agreement.suite->suite,
          .master_secret = Secret<kMasterSecretSize>::copy_of(keys.master_secret()),
          .extended_master_secret = state_.extended_master_secret,
          .established = agreement.session ? agreement.session->established : now_,
          .max_fragment_length = agreement.terms.max_fragment_length,
          .group = state_.group,
          .signature_scheme = role_ == Role::server && state_.client_signature_scheme
                                  ? state_.client_signature_scheme
                                  : state_.signature_scheme,
          .psk_identity = state_.psk_identity,
          .peer_certificates = state_.peer_certificates,
          .verified_chain = peer != nullptr ? peer->chain() : std::vector<Certificate>(),
          .believed_anyway = peer != nullptr && peer->believed_anyway(),
          .peer_raw_public_key = state_.peer_raw_public_key};
}

Result<Outcome> Endpoint::complete(const Agreement& agreement, const KeySchedule& keys,
                                   PeerVerified& peer, const SignatureVerified&,
                                   const FinishedVerified&) {
  state_.verified_chain = peer.release();
  state_.handshake_complete = true;
  secrets_.prf_hash = agreement.suite->prf_hash;
  if (config_.keep_master_secret)
    secrets_.master_secret = Secret<kMasterSecretSize>::copy_of(keys.master_secret());
  secrets_.client_random = agreement.client_random;
  secrets_.server_random = agreement.server_random;
  secrets_.encrypt_then_mac |= state_.encrypt_then_mac;
  return Outcome::done;
}

}  // namespace tls12::handshake
