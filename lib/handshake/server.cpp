#include "handshake/server.hpp"

#include <algorithm>

#include "crypto/cost.hpp"
#include "handshake/extensions/table.hpp"
#include "handshake/premaster.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kCertificateTypes[] = {
    static_cast<std::uint8_t>(ClientCertificateType::rsa_sign),
    static_cast<std::uint8_t>(ClientCertificateType::ecdsa_sign)};

}  // namespace

Server::Server(ServerContext context, const Environment& environment)
    : Endpoint(Role::server, context.config().common, environment), context_(std::move(context)) {}

std::span<const Handler> Server::handlers() const {
  static constexpr Handler kHandlers[] = {
      {Step::client_hello, call<&Server::receive_client_hello>},
      {Step::choose_configuration, call<&Server::choose_configuration>},
      {Step::look_up_session, call<&Server::look_up_session>},
      {Step::negotiate, call<&Server::negotiate>},
      {Step::server_hello, call<&Server::send_server_hello>},
      {Step::certificate, call<&Server::send_certificate>},
      {Step::certificate_status, call<&Server::send_certificate_status>},
      {Step::sign, call<&Server::sign_parameters>},
      {Step::server_key_exchange, call<&Server::send_server_key_exchange>},
      {Step::certificate_request, call<&Server::send_certificate_request>},
      {Step::server_hello_done, call<&Server::send_server_hello_done>},
      {Step::certificate, call<&Server::receive_certificate>},
      {Step::client_key_exchange, call<&Server::receive_client_key_exchange>},
      {Step::derive_keys, call<&Server::derive_keys>},
      {Step::certificate_verify, call<&Server::receive_certificate_verify>},
      {Step::verify_peer, call<&Server::verify_peer>},
      {Step::change_cipher_spec, call<&Server::receive_change_cipher_spec>},
      {Step::finished, call<&Server::receive_finished>},
      {Step::new_session_ticket, call<&Server::send_new_session_ticket>},
      {Step::change_cipher_spec, call<&Server::send_change_cipher_spec>},
      {Step::finished, call<&Server::send_finished>},
      {Step::complete, call<&Server::complete>},
  };
  static_assert(covers_figures(kHandlers, Role::server));
  return kHandlers;
}

// ------------------------------------------------ ClientHello

// RFC 5246 §7.4.1.2.
Result<void> Server::receive_client_hello(Bytes body) {
  const auto hello = wire::parse_client_hello(body);
  if (!hello) return fail(hello.error());
  if (const auto checked = check_client_hello(*hello); !checked) return checked;
  if (const auto checked = check_extensions(*hello, state_); !checked) return checked;
  client_version_ = hello->client_version;
  phases_.create(ReceivedHello{.hello = *hello, .size = transcript_.kept().size()});
  return {};
}

Result<Outcome> Server::choose_configuration(const ReceivedHello& received) {
  if (config().configure) {
    auto chosen = config().configure(received.hello);
    if (!chosen) return fail(chosen.error());
    context_ = std::move(*chosen);
  }
  if (const auto met = require_extensions(internals(context_), received.hello, state_); !met)
    return fail(met.error());
  return Outcome::done;
}

// RFC 5246 §7.4.1.3 and §7.4.1.4.1. A resumed session has its suite and its certificate already.
Result<Outcome> Server::negotiate(const ReceivedHello& received, const FoundSession& found) {
  if (found.session) {
    phases_.create(Choice{.suite = wire::find(found.session->suite)});
    return Outcome::done;
  }
  const auto choice = choose(internals(context_), received.hello);
  if (!choice) return fail(choice.error());
  phases_.create(*choice);
  return Outcome::done;
}

// ------------------------------------------------ the server's flight

// RFC 5246 §7.4.1.3.
Result<Outcome> Server::send_server_hello(const ReceivedHello& received, FoundSession& found,
                                          const Choice& choice) {
  const ClientHello& hello = received.hello;
  const bool resumes = found.session.has_value();
  Agreement agreement{.suite = choice.suite};
  std::ranges::copy(hello.random, agreement.client_random.begin());
  if (const auto drawn = draw(agreement.server_random); !drawn) return fail(drawn.error());
  ServerHello message{.random = agreement.server_random, .cipher_suite = choice.suite->suite};
  SentAnswer answer{.context = internals(context_),
                    .hello = hello,
                    .hello_size = received.size,
                    .suite = *choice.suite,
                    .choice = choice,
                    .session = resumes ? &*found.session : nullptr,
                    .ticket_is_old = found.ticket_is_old,
                    .state = state_,
                    .negotiated = negotiated_,
                    .terms = agreement.terms};
  if (const auto answered = answer_extensions(answer, message); !answered)
    return fail(answered.error());
  // RFC 5246 §7.4.1.3: the ID of a new session, unless a ticket will be sent (RFC 5077 §3.4).
  if (!resumes && config().sessions && !negotiated_.new_session_ticket) {
    agreement.new_session_id.resize(wire::kSessionIdSize);
    if (const auto drawn = draw(agreement.new_session_id); !drawn) return fail(drawn.error());
  }
  message.session_id = resumes ? hello.session_id : Bytes(agreement.new_session_id);
  if (const auto generated = generate_share(choice); !generated) return fail(generated.error());
  const auto sent = emit(message);
  if (!sent) return sent;
  agreement.session = std::move(found.session);
  phases_.end<ReceivedHello>();
  phases_.end<FoundSession>();
  agree(std::move(agreement));
  if (resumes) return sent;
  if (choice.group != nullptr) state_.group = choice.group->group;
  if (choice.credential.identity != nullptr) state_.identity = choice.credential.identity->identity;
  if (has_signature(choice.suite->key_exchange)) state_.signature_scheme = choice.credential.scheme;
  return sent;
}

// Before the local step that signs the share: such a step may be taken again, and draws nothing.
Result<void> Server::generate_share(const Choice& choice) {
  KeyAgreement& share = phases_.create(KeyAgreement());
  if (choice.group == nullptr) return {};
  if (const auto paid = pay(steps_to_agree(choice.group->algorithm)); !paid) return paid;
  return share.generate(provider(), *choice.group);
}

// RFC 5246 §7.4.2.
Result<Outcome> Server::send_certificate(const Choice& choice) {
  const config::EncodedIdentity& own = *choice.credential.identity;
  if (choice.credential.type == CertificateType::raw_public_key)
    return emit(Certificates{.raw_public_key = own.identity.public_key_info()});
  return emit(Certificates{.certificate_list = ListOfOpaque<3>(own.certificate_list)});
}

// RFC 6066 §8.
Result<Outcome> Server::send_certificate_status(const Choice& choice) {
  return emit(
      CertificateStatus{.ocsp_response = choice.credential.identity->identity.ocsp_response()});
}

ServerKeyExchange Server::parameters(const Agreement& agreement, const Choice& choice,
                                     const KeyAgreement& share) const {
  const KeyExchange kind = agreement.suite->key_exchange;
  ServerKeyExchange message{.key_exchange = kind,
                            .psk_identity_hint = bytes_of(config().psk_identity_hint)};
  if (choice.group == nullptr) return message;
  if (has_dhe(kind)) {
    const DhParameters field = dh_parameters(choice.group->algorithm);
    message.dh_p = field.prime;
    message.dh_g = field.generator;
    message.dh_Ys = share.public_value();
  } else {
    message.group = choice.group->group;
    message.point = share.public_value();
  }
  return message;
}

// RFC 5246 §7.4.3, RFC 8422 §5.4: proves that this server has the certificate's key. An external
// key is waited for.
Result<Outcome> Server::sign_parameters(const Agreement& agreement, const Choice& choice,
                                        const KeyAgreement& share) {
  if (!signing_.begun()) {
    signing_.begin(choice.credential);
    signing_.message().append(agreement.client_random);
    signing_.message().append(agreement.server_random);
    const auto written =
        wire::serialize_params(parameters(agreement, choice, share), signing_.message());
    if (!written) return fail(written.error());
  }
  return sign();
}

// RFC 5246 §7.4.3, RFC 4279 §2: for PSK alone the message holds a hint, or is left out.
Result<Outcome> Server::send_server_key_exchange(const Agreement& agreement, const Choice& choice,
                                                 const KeyAgreement& share) {
  if (agreement.suite->key_exchange == KeyExchange::psk && config().psk_identity_hint.empty())
    return Outcome::left_out;
  ServerKeyExchange message = parameters(agreement, choice, share);
  message.scheme = signing_.scheme();
  message.signature = signing_.signature();
  return emit(message);
}

// RFC 5246 §7.4.4.
Result<Outcome> Server::send_certificate_request(const Agreement& agreement) {
  if (!agreement.terms.client_may_sign) return Outcome::left_out;
  negotiated_.certificate_requested = true;
  state_.client_certificate_requested = true;
  return emit(CertificateRequest{
      .certificate_types = kCertificateTypes,
      .supported_signature_algorithms = ours().scheme_list(),
      .certificate_authorities = ListOfOpaque<2>(internals(context_).authorities_wire)});
}

// RFC 5246 §7.4.5.
Result<Outcome> Server::send_server_hello_done() { return emit(ServerHelloDone{}); }

// ------------------------------------------------ the client's answer

// RFC 5246 §7.4.6.
Result<void> Server::receive_certificate(Bytes body, const Agreement& agreement) {
  const auto message = wire::parse_certificates(body, agreement.terms.peer_certificate_type);
  if (!message) return fail(message.error());
  negotiated_.client_certificate = message->raw_public_key || !message->certificate_list.empty();
  if (!negotiated_.client_certificate)
    return requires_certificate(config().client_authentication)
               ? fail(Errc::client_certificate_missing)
               : Result<void>();
  if (message->raw_public_key) return keep_raw_public_key(*message->raw_public_key);
  if (const auto kept = keep_certificates(*message); !kept) return kept;
  // A key that cannot sign has no way to prove itself.
  const x509::ParsedCertificate& certificate = internals(*peer_certificate());
  if (!certificate.subject_key.supported) return fail(Errc::certificate_algorithm_unsupported);
  if (!certificate.extensions.allows(x509::KeyUsage::digital_signature))
    return fail(Errc::certificate_key_usage);
  return {};
}

// RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2, §3, RFC 5489 §2.
Result<void> Server::receive_client_key_exchange(Bytes body, const Agreement& agreement,
                                                 const Choice& choice, KeyAgreement& share) {
  const KeyExchange kind = agreement.suite->key_exchange;
  const auto message = wire::parse_client_key_exchange(body, kind);
  if (!message) return fail(message.error());
  if (kind == KeyExchange::rsa) {
    const Bytes ciphertext = message->exchange_keys;
    phases_.create(EncryptedPreMaster{{ciphertext.begin(), ciphertext.end()}});
    return {};
  }
  PreMasterSecret& secret = phases_.create(PreMasterSecret());
  if (choice.group != nullptr)
    if (const auto agreed = share.agree(message->exchange_keys, secret); !agreed) return agreed;
  return has_psk(kind) ? mix_psk(text_of(message->psk_identity), secret) : Result<void>();
}

Result<Outcome> Server::derive_keys(const Agreement& agreement, const Choice& choice,
                                    const EncryptedPreMaster* encrypted,
                                    const PreMasterSecret* pre_master_secret) {
  if (encrypted != nullptr) {
    const auto decrypted = decrypt_pre_master_secret(choice, *encrypted);
    if (!decrypted || *decrypted == Outcome::waits) return decrypted;
    pre_master_secret = phases_.find<PreMasterSecret>();
  }
  return Endpoint::derive_keys(agreement, pre_master_secret);
}

// RFC 5246 §7.4.7.1: with a faulty ciphertext the handshake continues with random bytes, and fails
// where the client cannot learn the reason.
Result<Outcome> Server::decrypt_pre_master_secret(const Choice& choice,
                                                  const EncryptedPreMaster& encrypted) {
  const PrivateKey& key = choice.credential.identity->identity.key();
  Secret<kMaxSignatureSize> block(kMaxSignatureSize);
  Result<std::size_t> size = 0;
  if (key.is_elsewhere()) {
    if (!question_.ask(Wants::decryption, encrypted.ciphertext)) return Outcome::waits;
    // A refusal, and a block that is too long, leave it empty.
    if (const auto answer = question_.take(); answer && answer->size() <= block.size()) {
      std::ranges::copy(*answer, block.bytes().begin());
      size = answer->size();
    }
  } else {
    size = key.decrypt(encrypted.ciphertext, provider().rng(), block.bytes());
  }
  if (!size) return fail(size.error());
  Secret<kRsaPreMasterRandomSize> random(kRsaPreMasterRandomSize);
  if (const auto drawn = draw(random.bytes()); !drawn) return fail(drawn.error());
  const RsaPreMasterSecret secret =
      rsa_pre_master_secret(block.bytes().first(*size), client_version_, random.bytes());
  phases_.create(PreMasterSecret::copy_of(secret.bytes()));
  phases_.end<EncryptedPreMaster>();
  return Outcome::done;
}

// RFC 4279 §2: an unknown identity is refused by name, or gets a random key, so that strangers do
// not learn which identities exist.
Result<void> Server::mix_psk(std::string_view identity, PreMasterSecret& secret) {
  auto key = config().find_psk(identity);
  if (!key || key->empty() || key->size() > kMaxPskSize) {
    if (config().reveal_unknown_psk) return fail(Errc::unknown_psk_identity);
    key.emplace(kMasterSecretSize);
    if (const auto drawn = draw(*key); !drawn) return drawn;
  }
  add_psk(secret, *key);
  wipe(*key);
  state_.psk_identity = identity;
  return {};
}

// RFC 5246 §7.4.8.
Result<void> Server::receive_certificate_verify(Bytes body) {
  const auto message = wire::parse_certificate_verify(body);
  if (!message) return fail(message.error());
  const PublicKey key = peer_key();
  if (const auto paid = pay(steps_to_verify(key, transcript_.kept().size())); !paid) return paid;
  auto verified = verify_certificate_verify({.message = *message,
                                             .offered = ours().scheme_list(),
                                             .key = key,
                                             .certificate = peer_certificate(),
                                             .messages = transcript_.kept(),
                                             .provider = provider()});
  if (!verified) return fail(verified.error());
  phases_.create(*verified);
  state_.client_signature_scheme = message->scheme;
  return {};
}

Result<Outcome> Server::verify_peer(Agreement& agreement) {
  if (const auto none = no_signature_expected(Role::server, negotiated_)) phases_.create(*none);
  if (!is_peer_checked()) {
    std::optional<VerifyFailure> failure;
    auto verified = authenticate_client(agreement, failure);
    const auto kept = keep_check(std::move(verified), std::move(failure));
    if (!kept || *kept == Outcome::waits) return kept;
  }
  return config().verdict_elsewhere && client_sent_key() ? await_verdict() : Outcome::done;
}

// In this handshake, or in that of the session if there is a verdict on resumption, too.
bool Server::client_sent_key() const {
  if (!negotiated_.resumed) return negotiated_.client_certificate;
  return config().verdict_on_resumption &&
         (!state_.peer_certificates.empty() || !state_.peer_raw_public_key.empty());
}

Result<std::optional<PeerVerified>> Server::authenticate_client(
    Agreement& agreement, std::optional<VerifyFailure>& failure) {
  if (agreement.session) return verified_before(*agreement.session);
  if (auto verified = verified_by_psk(agreement.suite->key_exchange)) return verified;
  if (negotiated_.client_certificate &&
      agreement.terms.peer_certificate_type == CertificateType::raw_public_key)
    return verify_raw_public_key(peer_rules(), state_.peer_raw_public_key);
  if (auto verified = no_verification_asked(negotiated_, config().client_authentication))
    return verified;
  auto* judged = config().dangerous.verdict_decides ? &failure : nullptr;
  return verify_certificates(state_.peer_certificates, judged, work_, known_signatures_);
}

Result<std::optional<PeerVerified>> Server::verify_certificates(
    std::span<const Certificate> presented, std::optional<VerifyFailure>* failure, Work& work,
    x509::KnownSignatures& known) const {
  return verify_client({.presented = presented,
                        .unusable = unusable_certificates(),
                        .trust = config().client_trust,
                        .policy = config().verify,
                        .now = now_,
                        .provider = provider(),
                        .failure = failure,
                        .work = work,
                        .known = known});
}

PeerRules Server::peer_rules() const {
  return {.policy = config().verify,
          .accept_raw_public_key = config().accept_raw_public_key,
          .types = config().client_certificate_types,
          .provider = provider()};
}

// ------------------------------------------------ the end

Result<Outcome> Server::complete(const Agreement& agreement, const Choice& choice,
                                 const KeySchedule& keys, PeerVerified& peer,
                                 const SignatureVerified& signature,
                                 const FinishedVerified& finished) {
  const Credential& own = choice.credential;
  if (own.identity != nullptr && own.type == CertificateType::x509)
    secrets_.server_certificate = own.identity->identity.chain().front();
  if (const Bytes id = agreement.new_session_id; !id.empty()) {
    const session::Session session = session_to_keep(agreement, keys, &peer);
    if (auto bytes = serialize(session))
      channel_.owe(
          session::keep_session(config().sessions, id, std::move(*bytes), session.expires));
    remember_session(id);
  }
  return Endpoint::complete(agreement, keys, peer, signature, finished);
}

}  // namespace tls12::handshake
