#include "handshake/server.hpp"

#include <algorithm>

#include "crypto/cost.hpp"
#include "handshake/premaster.hpp"
#include "handshake/verify.hpp"
#include "session/ticket.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kPointFormats[] = {static_cast<std::uint8_t>(EcPointFormat::uncompressed)};
constexpr std::uint8_t kCertificateTypes[] = {
    static_cast<std::uint8_t>(ClientCertificateType::rsa_sign),
    static_cast<std::uint8_t>(ClientCertificateType::ecdsa_sign)};

bool verifies(ClientAuthentication asked) {
  return asked == ClientAuthentication::verify_if_given ||
         asked == ClientAuthentication::require_and_verify;
}
bool requires_certificate(ClientAuthentication asked) {
  return asked == ClientAuthentication::require_any ||
         asked == ClientAuthentication::require_and_verify;
}

}  // namespace

Server::Server(ServerContext context, const Environment& environment)
    : Endpoint(Role::server, context.config().common, environment), context_(std::move(context)) {}

Result<Outcome> Server::send(Act message) {
  switch (message) {
    case Act::server_hello: return send_server_hello();
    case Act::certificate: return send_certificate();
    case Act::certificate_status: return send_certificate_status();
    case Act::server_key_exchange: return send_server_key_exchange();
    case Act::certificate_request: return send_certificate_request();
    case Act::server_hello_done: return send_server_hello_done();
    case Act::new_session_ticket: return send_new_session_ticket();
    case Act::change_cipher_spec: return send_change_cipher_spec();
    case Act::finished: return send_finished();
    default: return fail(Errc::internal_error, name(message));
  }
}

Result<Outcome> Server::take(Act local_step) {
  switch (local_step) {
    case Act::choose_configuration: return choose_configuration();
    case Act::look_up_session: return look_up_session();
    case Act::negotiate: return negotiate();
    case Act::sign: return sign_parameters();
    case Act::derive_keys: return derive_keys();
    case Act::verify_peer: return verify_peer();
    case Act::complete:
      if (!peer_verified_ || !signature_verified_ || !finished_verified_) break;
      return complete(*peer_verified_, *signature_verified_, *finished_verified_);
    default: break;
  }
  return fail(Errc::internal_error, name(local_step));
}

Result<void> Server::understand(Act message, Bytes body) {
  switch (message) {
    case Act::client_hello: return receive_client_hello(body);
    case Act::certificate: return receive_certificate(body);
    case Act::client_key_exchange: return receive_client_key_exchange(body);
    case Act::certificate_verify: return receive_certificate_verify(body);
    case Act::finished: return receive_finished(body);
    default: return fail(Errc::internal_error, name(message));
  }
}

// ------------------------------------------------ ClientHello

// RFC 5246 §7.4.1.2.
Result<void> Server::receive_client_hello(Bytes body) {
  const auto hello = wire::parse_client_hello(body);
  if (!hello) return fail(hello.error());
  if (const auto checked = check_client_hello(*hello); !checked) return checked;
  state_.secure_renegotiation = signals_secure_renegotiation(*hello);
  client_version_ = hello->client_version;
  std::ranges::copy(hello->random, client_random_.begin());
  if (hello->server_name) state_.server_name = *hello->server_name;
  return {};
}

Result<ClientHello> Server::client_hello() const {
  return wire::parse_client_hello(transcript_.kept().subspan(wire::kHandshakeHeaderSize));
}

// A local step: it may be taken again.
Result<Outcome> Server::choose_configuration() {
  const auto hello = client_hello();
  if (!hello) return fail(hello.error());
  if (config().configure) {
    auto chosen = config().configure(*hello);
    if (!chosen) return fail(chosen.error());
    context_ = std::move(*chosen);
  }
  if (!state_.secure_renegotiation && !config().dangerous.allow_missing_secure_renegotiation)
    return fail(Errc::secure_renegotiation_missing);
  // RFC 7627 §5.2: a server that has it uses it whenever the client offers it.
  state_.extended_master_secret = hello->extended_master_secret;
  if (!hello->extended_master_secret && config().common.require_extended_master_secret)
    return fail(Errc::extended_master_secret_missing);
  return Outcome::done;
}

// RFC 5246 §7.3, RFC 5077 §3.4: by ticket where there is one, and then not by ID.
Result<Outcome> Server::look_up_session() {
  const auto hello = client_hello();
  if (!hello) return fail(hello.error());
  const auto& content = internals(context_);
  if (content.ticket_keys && hello->session_ticket && !hello->session_ticket->empty()) {
    if (const auto opened =
            session::open_ticket(*content.ticket_keys, *hello->session_ticket, now_)) {
      read_session(opened->session);
      ticket_is_old_ = opened->renew;
    }
  } else if (config().look_up_elsewhere && !hello->session_id.empty()) {
    if (!question_.ask(Wants::session, hello->session_id)) return Outcome::waits;
    if (const auto found = question_.take()) read_session(*found);
    if (session_ && now_ >= session_->expires) session_.reset();
  } else if (config().sessions && !hello->session_id.empty()) {
    config().sessions->get(hello->session_id, now_, [&](Bytes bytes) { read_session(bytes); });
  }
  if (!session_) return Outcome::done;
  // RFC 7627 §5.3: without the extension that it was made with, a session is an attack.
  if (session_->extended_master_secret && !hello->extended_master_secret)
    return fail(Errc::session_extended_master_secret_changed);
  if (!may_resume(*hello)) session_.reset();
  if (session_ && config().sessions) remember_where(hello->session_id);
  return Outcome::done;
}

// What does not fit any more gets a full handshake, never an error.
bool Server::may_resume(const ClientHello& hello) const {
  const bool ours_still = std::ranges::find(ours().suites, session_->suite,
                                            &wire::SuiteRow::suite) != ours().suites.end();
  const bool theirs_still = hello.cipher_suites.contains(session_->suite);
  if (!ours_still || !theirs_still) return false;
  const bool fresh =
      now_ < session_->established + config().session_lifetime && now_ >= session_->established;
  const bool same_secrets = session_->extended_master_secret == hello.extended_master_secret;
  const bool bare_mac = wire::find(session_->suite)->cbc() != nullptr && !hello.encrypt_then_mac;
  if (bare_mac && config().common.require_encrypt_then_mac) return false;
  return fresh && same_secrets && session_->binding == binding() && still_believes_client();
}

bool Server::still_believes_client() const {
  if (!still_believed(*session_, now_, peer_rules())) return false;
  const auto verify = [this](Work& work, x509::KnownSignatures& known) {
    return verify_certificates(session_->peer_certificates, nullptr, work, known).has_value();
  };
  if (session_->believed_anyway && !at_once(verify)) return false;
  return !has_psk(wire::find(session_->suite)->key_exchange) || knows_psk(session_->psk_identity);
}

// A key that was taken back resumes nothing.
bool Server::knows_psk(std::string_view identity) const {
  auto key = config().find_psk ? config().find_psk(identity) : std::nullopt;
  if (key) wipe(*key);
  return key && !key->empty();
}

// Whom this configuration trusts, and what it asks of clients.
session::Binding Server::binding() const {
  const unsigned asked = static_cast<unsigned>(config().client_authentication) |
                         (config().verdict_elsewhere ? 8u : 0u) |
                         (config().dangerous.verdict_decides ? 16u : 0u);
  return internals(context_).bindings.of(state_.server_name, provider(),
                                         static_cast<std::uint8_t>(asked), config().client_trust,
                                         config().verify);
}

PeerRules Server::peer_rules() const {
  return {.policy = config().verify,
          .accept_raw_public_key = config().accept_raw_public_key,
          .types = config().client_certificate_types,
          .provider = provider()};
}

// RFC 5246 §7.4.1.3 and §7.4.1.4.1. A resumed session has its suite and its certificate already.
Result<Outcome> Server::negotiate() {
  const auto hello = client_hello();
  if (!hello) return fail(hello.error());
  if (const auto known = check_server_name(internals(context_), *hello); !known)
    return fail(known.error());
  const auto protocol = choose_protocol(internals(context_), *hello);
  if (!protocol) return fail(protocol.error());
  protocol_ = *protocol;
  if (session_) return Outcome::done;
  const auto choice = choose(internals(context_), *hello);
  if (!choice) return fail(choice.error());
  choice_ = *choice;
  return Outcome::done;
}

// ------------------------------------------------ our flight

// RFC 5246 §7.4.1.3.
Result<Outcome> Server::send_server_hello() {
  const auto hello = client_hello();
  if (!hello) return fail(hello.error());
  const wire::SuiteRow& suite = session_ ? *wire::find(session_->suite) : *choice_.suite;
  if (const auto drawn = draw(server_random_); !drawn) return fail(drawn.error());
  ServerHello answer{.random = server_random_, .cipher_suite = suite.suite};
  if (hello->ec_point_formats && has_ecdhe(suite.key_exchange))
    answer.ec_point_formats = kPointFormats;  // RFC 8422 §5.2
  if (!protocol_.empty())
    answer.application_layer_protocol_negotiation = protocol_;    // RFC 7301 §3.1
  answer.extended_master_secret = state_.extended_master_secret;  // RFC 7627 §5.2
  answer.encrypt_then_mac = state_.encrypt_then_mac =
      hello->encrypt_then_mac && suite.cbc() != nullptr;                 // RFC 7366 §3
  if (state_.secure_renegotiation) answer.renegotiation_info = Bytes{};  // RFC 5746 §3.6
  // RFC 5077 §3.2: to whom asks for one, and to whom has one that is due for another.
  answer.session_ticket =
      internals(context_).ticket_keys && hello->session_ticket && (!session_ || ticket_is_old_);
  negotiated_.new_session_ticket = answer.session_ticket;
  ticket_room_ = ticket_room(*hello);
  if (const auto limited = limit_fragments(*hello, answer); !limited) return fail(limited.error());
  if (!session_)
    if (const auto chosen = show_key(*hello, answer); !chosen) return fail(chosen.error());
  if (const auto given = give_session_id(); !given) return fail(given.error());
  answer.session_id = session_ ? hello->session_id : gives_id_ ? Bytes(new_id_) : Bytes{};
  state_.application_protocol = text_of(protocol_);

  // Not in send_server_key_exchange, which needs it signed already: the step between may be taken
  // again, and draws nothing.
  if (!session_ && choice_.group != nullptr) {
    if (const auto paid = pay(steps_to_agree(choice_.group->algorithm)); !paid)
      return fail(paid.error());
    if (const auto generated = key_agreement_.generate(provider(), *choice_.group); !generated)
      return fail(generated.error());
  }
  const auto sent = emit(answer);  // behind which the ClientHello is not read again
  if (session_) {
    resume(suite);
    return sent;
  }
  if (choice_.group != nullptr) state_.group = choice_.group->group;
  if (choice_.credential.identity != nullptr)
    state_.identity = choice_.credential.identity->identity;
  if (has_signature(suite.key_exchange)) state_.signature_scheme = choice_.credential.scheme;
  suite_chosen(suite);
  if (!asks_client_) transcript_.stop_keeping();
  return sent;
}

// RFC 5246 §7.4.1.3: an ID to resume by, where no ticket will be given (RFC 5077 §3.4).
Result<void> Server::give_session_id() {
  gives_id_ = !session_ && config().sessions && !negotiated_.new_session_ticket;
  return gives_id_ ? draw(new_id_) : Result<void>();
}

// RFC 6066 §3, §8, RFC 6962 §3.3.1, RFC 7250 §4.2: how the key was chosen and is shown, and what
// goes with it.
Result<void> Server::show_key(const ClientHello& hello, ServerHello& answer) {
  if (!has_certificate(choice_.suite->key_exchange)) return {};
  answer.server_name = choice_.by_name;
  // RFC 7250 §4.2: the client is told the type if it sent the extension.
  const CertificateType type = choice_.credential.type;
  if (hello.server_certificate_types) answer.server_certificate_type = type;
  if (const auto chosen = choose_client_certificate_type(hello, answer); !chosen) return chosen;
  if (type == CertificateType::raw_public_key) return {};
  const Identity& identity = choice_.credential.identity->identity;
  answer.status_request = negotiated_.certificate_status =
      hello.status_request && !identity.ocsp_response().empty();
  if (hello.signed_certificate_timestamp && !identity.signed_certificate_timestamps().empty())
    answer.signed_certificate_timestamps =
        ListOfOpaque<2>(identity.signed_certificate_timestamps());
  return {};
}

// RFC 7250 §4.2: how the client is to show its key. One that has no way to is not asked, or refused
// where it must.
Result<void> Server::choose_client_certificate_type(const ClientHello& hello, ServerHello& answer) {
  const ClientAuthentication asked = config().client_authentication;
  if (asked == ClientAuthentication::none) return {};
  const auto common =
      common_certificate_types(config().client_certificate_types, hello.client_certificate_types);
  if (common.empty())
    return requires_certificate(asked)
               ? fail(Errc::certificate_type_not_offered, "client_certificate_type")
               : Result<void>();
  peer_certificate_type_ = common.front();
  if (hello.client_certificate_types) answer.client_certificate_type = peer_certificate_type_;
  asks_client_ = true;
  return {};
}

// RFC 8449 §4, §5: record_size_limit stands in for max_fragment_length where both are offered, and
// is agreed upon in every handshake. RFC 6066 §1.1, §4:
// max_fragment_length is the session's.
Result<void> Server::limit_fragments(const ClientHello& hello, ServerHello& answer) {
  if (hello.record_size_limit) {
    const std::size_t own =
        config().common.record_size_limit != 0 ? config().common.record_size_limit : kMaxPlaintext;
    answer.record_size_limit = static_cast<std::uint16_t>(own);
    state_.send_fragment_limit = std::min<std::size_t>(*hello.record_size_limit, kMaxPlaintext);
    state_.receive_fragment_limit = own;
  } else if (session_) {
    use_max_fragment_length(session_->max_fragment_length);
  } else if (hello.max_fragment_length) {
    answer.max_fragment_length = hello.max_fragment_length;
    use_max_fragment_length(*hello.max_fragment_length);
  }
  channel_.limit_fragments(state_.send_fragment_limit, state_.receive_fragment_limit);
  return {};
}

// RFC 5246 §7.4.2.
Result<Outcome> Server::send_certificate() {
  const config::EncodedIdentity& shown = *choice_.credential.identity;
  if (choice_.credential.type == CertificateType::raw_public_key)
    return emit(Certificates{.raw_public_key = shown.identity.public_key_info()});
  return emit(Certificates{.certificate_list = ListOfOpaque<3>(shown.certificate_list)});
}

Result<Outcome> Server::send_certificate_status() {
  return emit(
      CertificateStatus{.ocsp_response = choice_.credential.identity->identity.ocsp_response()});
}

ServerKeyExchange Server::key_exchange_params() const {
  ServerKeyExchange message{.key_exchange = suite_->key_exchange,
                            .psk_identity_hint = bytes_of(config().psk_identity_hint)};
  if (choice_.group == nullptr) return message;
  if (has_dhe(suite_->key_exchange)) {
    const DhParameters field = dh_parameters(choice_.group->algorithm);
    message.dh_p = field.prime;
    message.dh_g = field.generator;
    message.dh_Ys = key_agreement_.public_value();
  } else {
    message.group = choice_.group->group;
    message.point = key_agreement_.public_value();
  }
  return message;
}

// RFC 5246 §7.4.3, RFC 8422 §5.4: what proves that we hold the certificate's key. A key that lives
// elsewhere is waited for.
Result<Outcome> Server::sign_parameters() {
  if (!signing_.begun()) {
    signing_.begin(choice_.credential);
    signing_.message().append(client_random_);
    signing_.message().append(server_random_);
    if (const auto written = wire::serialize_params(key_exchange_params(), signing_.message());
        !written)
      return fail(written.error());
  }
  return sign();
}

// RFC 5246 §7.4.3, RFC 4279 §2: with a bare key shared beforehand, there is only a hint to give.
Result<Outcome> Server::send_server_key_exchange() {
  if (suite_->key_exchange == KeyExchange::psk && config().psk_identity_hint.empty())
    return Outcome::left_out;
  ServerKeyExchange message = key_exchange_params();
  message.scheme = signing_.scheme();
  message.signature = signing_.signature();
  return emit(message);
}

// RFC 5246 §7.4.4.
Result<Outcome> Server::send_certificate_request() {
  if (!asks_client_) return Outcome::left_out;
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
Result<void> Server::receive_certificate(Bytes body) {
  const auto message = wire::parse_certificates(body, peer_certificate_type_);
  if (!message) return fail(message.error());
  negotiated_.client_certificate = message->raw_public_key || !message->certificate_list.empty();
  if (!negotiated_.client_certificate) {
    transcript_.stop_keeping();
    return requires_certificate(config().client_authentication)
               ? fail(Errc::client_certificate_missing)
               : Result<void>();
  }
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
Result<void> Server::receive_client_key_exchange(Bytes body) {
  const auto message = wire::parse_client_key_exchange(body, suite_->key_exchange);
  if (!message) return fail(message.error());
  if (suite_->key_exchange == KeyExchange::rsa) {
    encrypted_premaster_.assign(message->exchange_keys.begin(), message->exchange_keys.end());
    return {};
  }
  if (choice_.group != nullptr)
    if (const auto agreed = key_agreement_.agree(message->exchange_keys, pre_master_secret_);
        !agreed)
      return agreed;
  return has_psk(suite_->key_exchange) ? mix_psk(text_of(message->psk_identity)) : Result<void>();
}

Result<Outcome> Server::derive_keys() {
  if (suite_->key_exchange == KeyExchange::rsa && !negotiated_.resumed)
    if (const auto decrypted = decrypt_premaster(); !decrypted || *decrypted == Outcome::waits)
      return decrypted;
  return Endpoint::derive_keys();
}

// RFC 5246 §7.4.7.1: whatever is wrong with the ciphertext, the handshake goes on with random
// bytes, and fails where nobody learns why.
Result<Outcome> Server::decrypt_premaster() {
  const PrivateKey& key = choice_.credential.identity->identity.key();
  Secret<kMaxSignatureSize> block(kMaxSignatureSize);
  Result<std::size_t> size = 0;
  if (key.is_elsewhere()) {
    if (!question_.ask(Wants::decryption, encrypted_premaster_)) return Outcome::waits;
    // A refusal, and a block that is none, leave it empty.
    if (const auto answer = question_.take(); answer && answer->size() <= block.size()) {
      std::ranges::copy(*answer, block.bytes().begin());
      size = answer->size();
    }
  } else {
    size = key.decrypt(encrypted_premaster_, provider().rng(), block.bytes());
  }
  if (!size) return fail(size.error());
  Secret<kRsaPreMasterRandomSize> random(kRsaPreMasterRandomSize);
  if (const auto drawn = draw(random.bytes()); !drawn) return fail(drawn.error());
  const RsaPreMasterSecret secret =
      rsa_pre_master_secret(block.bytes().first(*size), client_version_, random.bytes());
  pre_master_secret_ = PreMasterSecret::copy_of(secret.bytes());
  return Outcome::done;
}

// RFC 4279 §2: an unknown name is told, or goes on with a key that nobody has, so that strangers do
// not learn who is known.
Result<void> Server::mix_psk(std::string_view identity) {
  auto key = config().find_psk(identity);
  if (!key || key->empty() || key->size() > kMaxPskSize) {
    if (config().reveal_unknown_psk) return fail(Errc::unknown_psk_identity);
    key.emplace(kMasterSecretSize);
    if (const auto drawn = draw(*key); !drawn) return drawn;
  }
  add_psk(pre_master_secret_, *key);
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
  signature_verified_ = *verified;
  transcript_.stop_keeping();
  state_.client_signature_scheme = message->scheme;
  return {};
}

Result<Outcome> Server::verify_peer() {
  if (!negotiated_.client_certificate) signature_verified_ = no_signature_expected();
  if (!peer_verified_ && !verify_failure_) {
    auto verified = judge_client();
    if (!verified && !verify_failure_) return fail(verified.error());
    if (verified && !*verified) return Outcome::waits;
    if (verified) peer_verified_ = std::move(*verified);
  }
  return config().verdict_elsewhere && client_showed_key() ? await_verdict() : Outcome::done;
}

// In this handshake, or in that of the session if there is a verdict on resumption, too.
bool Server::client_showed_key() const {
  if (!negotiated_.resumed) return negotiated_.client_certificate;
  return config().verdict_on_resumption &&
         (!state_.peer_certificates.empty() || !state_.peer_raw_public_key.empty());
}

Result<std::optional<PeerVerified>> Server::judge_client() {
  if (negotiated_.resumed) return verified_before(*session_);
  if (has_psk(suite_->key_exchange)) return verified_by_psk();
  if (!negotiated_.client_certificate) return no_verification_asked();
  if (peer_certificate_type_ == CertificateType::raw_public_key)
    return verify_raw_public_key(peer_rules(), state_.peer_raw_public_key);
  if (!verifies(config().client_authentication)) return no_verification_asked();
  auto* failure = config().dangerous.verdict_decides ? &verify_failure_ : nullptr;
  return verify_certificates(state_.peer_certificates, failure, work_, known_signatures_);
}

Result<std::optional<PeerVerified>> Server::verify_certificates(
    std::span<const Certificate> presented, std::optional<VerifyFailure>* failure, Work& work,
    x509::KnownSignatures& known) const {
  return verify_client({.presented = presented,
                        .unusable = unusable_certificates_,
                        .trust = config().client_trust,
                        .policy = config().verify,
                        .now = now_,
                        .provider = provider(),
                        .failure = failure,
                        .work = work,
                        .known = known});
}

// ------------------------------------------------ the end

// RFC 5077 §3.3: the lifetime that is left; a ticket that would be too large is empty instead.
Result<Outcome> Server::send_new_session_ticket() {
  const session::Session session = session_to_keep();
  const auto left =
      std::max(session.established + config().session_lifetime - now_, std::chrono::seconds(0));
  std::vector<std::uint8_t> ticket;
  if (const auto bytes = serialize(session);
      bytes && bytes->size() + session::kTicketOverhead <= ticket_room_) {
    auto sealed = session::seal_ticket(*internals(context_).ticket_keys, *bytes, now_);
    if (!sealed) return fail(sealed.error());
    ticket = std::move(*sealed);
  }
  return emit(NewSessionTicket{.lifetime_hint = static_cast<std::uint32_t>(left.count()),
                               .ticket = ticket});
}

// A ticket that this server would refuse later, in a ClientHello like this one, is not issued.
std::size_t Server::ticket_room(const ClientHello& hello) const {
  const std::size_t offered = hello.session_ticket.value_or(Bytes{}).size();
  const std::size_t others =
      transcript_.kept().size() - offered + session::kSessionIdSize - hello.session_id.size();
  return std::min(kMaxTicket,
                  config_.limits.client_hello - std::min(config_.limits.client_hello, others));
}

session::Session Server::session_to_keep() const {
  session::Session session = session_of();
  session.binding = binding();
  session.expires = session.established + config().session_lifetime;
  return session;
}

Result<Outcome> Server::complete(PeerVerified& peer, const SignatureVerified& signature,
                                 const FinishedVerified& finished) {
  const Credential& own = choice_.credential;
  if (own.identity != nullptr && own.type == CertificateType::x509)
    kept_.server_certificate = own.identity->identity.chain().front();
  if (gives_id_) {
    const session::Session session = session_to_keep();
    if (auto bytes = serialize(session))
      channel_.owe(
          session::keep_session(config().sessions, new_id_, std::move(*bytes), session.expires));
    remember_where(new_id_);
  }
  return Endpoint::complete(peer, signature, finished);
}

// RFC 5246 §7.2: a connection that fails takes its session with it.
void Server::remember_where(Bytes session_id) {
  kept_.store = config().sessions;
  kept_.session_id.assign(session_id.begin(), session_id.end());
}

}  // namespace tls12::handshake
