#include "handshake/endpoint.hpp"

#include <algorithm>

#include "handshake/verify.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::handshake {
namespace {

/// A message is parsed, hashed and, if it is a ClientHello, read again by each step that chooses
/// something by it.
constexpr std::size_t kOctetsOfOneStep = 16;

}  // namespace

Result<void> Endpoint::receive(Act message, Bytes bytes) {
  if (message == Act::change_cipher_spec)
    return {};  // nothing to understand, and not a handshake message: it is not hashed (RFC 5246
                // §7.4.9)
  if (const auto paid = pay(1 + bytes.size() / kOctetsOfOneStep); !paid) return paid;
  const Bytes body = bytes.subspan(wire::kHandshakeHeaderSize);
  if (observer_ != nullptr) {
    const auto type = static_cast<HandshakeType>(message);
    if (const auto parsed = wire::parse(type, body, syntax()))
      observer_->on_message({Direction::received, type, bytes, *parsed});
  }
  if (const auto understood = understand(message, body); !understood) return understood;
  return transcript_.add(bytes);
}

void Endpoint::suite_chosen(const wire::SuiteRow& suite) {
  suite_ = &suite;
  state_.cipher_suite = suite.suite;
  negotiated_.key_exchange = suite.key_exchange;
  channel_.version_negotiated();
  transcript_.use(*provider()[suite.prf_hash].implementation);
}

void Endpoint::resume(const wire::SuiteRow& suite) {
  suite_chosen(suite);
  transcript_.stop_keeping();  // nothing is signed
  negotiated_.resumed = true;
  state_.resumed = true;
  state_.group = session_->group;
  const bool client_signed = role_ == Role::server && !(session_->peer_certificates.empty() &&
                                                        session_->peer_raw_public_key.empty());
  (client_signed ? state_.client_signature_scheme : state_.signature_scheme) =
      session_->signature_scheme;
  state_.psk_identity = session_->psk_identity;
  state_.peer_certificates = std::move(session_->peer_certificates);
  state_.peer_raw_public_key = std::move(session_->peer_raw_public_key);
}

void Endpoint::use_max_fragment_length(std::uint8_t code) {
  max_fragment_length_ = code;
  if (code != 0)
    state_.send_fragment_limit = state_.receive_fragment_limit = std::size_t{1} << (8 + code);
}

Result<void> Endpoint::keep_certificates(const Certificates& message) {
  const std::size_t count = message.certificate_list.size(), limit = config_.limits.certificates;
  if (count > limit)
    return fail(Errc::certificate_path_too_long,
                std::to_string(count) + " certificates came; Limits::certificates allows " +
                    std::to_string(limit));
  state_.peer_certificates.clear();
  unusable_certificates_.clear();
  std::size_t place = 0;
  for (const Bytes der : message.certificate_list) {
    auto certificate = Certificate::from_der(der);
    const bool may_do_without =
        place > 0 && !certificate && certificate.error().code != Errc::out_of_memory;
    if (may_do_without)
      unusable_certificates_.push_back({place, certificate.error()});
    else if (!certificate)
      return fail(certificate.error());
    else
      state_.peer_certificates.push_back(std::move(*certificate));
    ++place;
  }
  return {};
}

void Endpoint::read_session(Bytes bytes, std::span<const Certificate> known) {
  if (pay(1 + bytes.size() / kOctetsOfOneStep)) session_ = session::parse_session(bytes, known);
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
    case Wants::verdict: return VerdictRequest{verify_failure_, state_.peer_certificates};
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

Result<Outcome> Endpoint::await_verdict() {
  if (peer_verified_) state_.verified_chain = peer_verified_->chain();  // for whoever judges
  if (!question_.ask(Wants::verdict)) return Outcome::waits;
  const auto verdict = question_.take_verdict();
  if (!verdict && verify_failure_ && verdict.error().about().empty())
    return fail(verify_failure_->error);
  if (!verdict) return fail(verdict.error());
  if (verify_failure_) peer_verified_ = verified_by_verdict(*verdict, state_.peer_certificates);
  return Outcome::done;
}

Result<Outcome> Endpoint::derive_keys() {
  auto schedule = negotiated_.resumed
                      ? KeySchedule::resume(provider(), *suite_, session_->master_secret.bytes())
                      : KeySchedule::from({.provider = provider(),
                                           .suite = *suite_,
                                           .pre_master_secret = pre_master_secret_.bytes(),
                                           .client_random = client_random_,
                                           .server_random = server_random_,
                                           .session_hash = state_.extended_master_secret
                                                               ? std::optional(transcript_.hash())
                                                               : std::nullopt});
  pre_master_secret_.clear();  // RFC 5246 §8.1: once the master secret is computed
  if (!schedule) return fail(schedule.error());
  keys_ = std::move(*schedule);
  if (observer_ != nullptr)
    observer_->on_secret({"CLIENT_RANDOM", client_random_, keys_->master_secret()});
  const auto block = keys_->key_block(client_random_, server_random_, state_.encrypt_then_mac);
  if (!block) return fail(block.error());
  if (const auto set = channel_.set_pending(*block); !set) return fail(set.error());
  return Outcome::done;
}

Result<Outcome> Endpoint::send_change_cipher_spec() {
  if (const auto sent = channel_.send_change_cipher_spec(); !sent) return fail(sent.error());
  return Outcome::done;
}

Result<Outcome> Endpoint::send_finished() {
  const auto data = keys_->verify_data(role_, transcript_.hash());
  if (!data) return fail(data.error());
  (role_ == Role::client ? kept_.client_verify_data : kept_.server_verify_data) = *data;
  return emit(Finished{.verify_data = *data});
}

Result<void> Endpoint::receive_finished(Bytes body) {
  const auto finished = wire::parse_finished(body);
  if (!finished) return fail(finished.error());
  auto verified = keys_->verify_finished(peer_of(role_), transcript_.hash(), finished->verify_data);
  if (!verified) return fail(verified.error());
  finished_verified_ = *verified;
  std::ranges::copy(
      finished->verify_data,
      (role_ == Role::client ? kept_.server_verify_data : kept_.client_verify_data).begin());
  return {};
}

session::Session Endpoint::session_of() const {
  return {.suite = suite_->suite,
          .master_secret = Secret<kMasterSecretSize>::copy_of(keys_->master_secret()),
          .extended_master_secret = state_.extended_master_secret,
          .established = session_ && negotiated_.resumed ? session_->established : now_,
          .max_fragment_length = max_fragment_length_,
          .group = state_.group,
          .signature_scheme = role_ == Role::server && state_.client_signature_scheme
                                  ? state_.client_signature_scheme
                                  : state_.signature_scheme,
          .psk_identity = state_.psk_identity,
          .peer_certificates = state_.peer_certificates,
          .verified_chain = peer_verified_ ? peer_verified_->chain() : std::vector<Certificate>(),
          .believed_anyway = peer_verified_ && peer_verified_->believed_anyway(),
          .peer_raw_public_key = state_.peer_raw_public_key};
}

Result<Outcome> Endpoint::complete(PeerVerified& peer, const SignatureVerified&,
                                   const FinishedVerified&) {
  state_.verified_chain = peer.release();
  state_.handshake_complete = true;
  kept_.prf_hash = suite_->prf_hash;
  if (config_.keep_master_secret)
    kept_.master_secret = Secret<kMasterSecretSize>::copy_of(keys_->master_secret());
  kept_.client_random = client_random_;
  kept_.server_random = server_random_;
  kept_.encrypt_then_mac |= state_.encrypt_then_mac;
  return Outcome::done;
}

}  // namespace tls12::handshake
