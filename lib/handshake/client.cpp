#include "handshake/client.hpp"

#include <algorithm>

#include "base/big_endian.hpp"
#include "base/copy.hpp"
#include "crypto/cost.hpp"
#include "handshake/extensions/table.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kNullCompression[] = {0};

}  // namespace

Client::Client(const ClientContext::Content& context, x509::ReferenceName server_name,
               const Environment& environment)
    : Endpoint(Role::client, context.config.common, environment),
      context_(context),
      names_server_(!server_name.is_address()) {
  state_.server_name = std::move(server_name).text();
}

std::span<const Handler> Client::handlers() const {
  static constexpr Handler kHandlers[] = {
      {Step::client_hello, call<&Client::send_client_hello>},
      {Step::server_hello, call<&Client::receive_server_hello>},
      {Step::certificate, call<&Client::receive_certificate>},
      {Step::certificate_status, call<&Client::receive_certificate_status>},
      {Step::server_key_exchange, call<&Client::receive_server_key_exchange>},
      {Step::certificate_request, call<&Client::receive_certificate_request>},
      {Step::server_hello_done, call<&Client::receive_server_hello_done>},
      {Step::verify_peer, call<&Client::verify_peer>},
      {Step::choose_identity, call<&Client::choose_identity>},
      {Step::certificate, call<&Client::send_certificate>},
      {Step::client_key_exchange, call<&Client::send_client_key_exchange>},
      {Step::derive_keys, call<&Client::derive_keys>},
      {Step::sign, call<&Client::sign_handshake>},
      {Step::certificate_verify, call<&Client::send_certificate_verify>},
      {Step::change_cipher_spec, call<&Client::send_change_cipher_spec>},
      {Step::finished, call<&Client::send_finished>},
      {Step::new_session_ticket, call<&Client::receive_new_session_ticket>},
      {Step::change_cipher_spec, call<&Client::receive_change_cipher_spec>},
      {Step::finished, call<&Client::receive_finished>},
      {Step::complete, call<&Client::complete>},
  };
  static_assert(covers_figures(kHandlers, Role::client));
  return kHandlers;
}

// ------------------------------------------------ ClientHello

// RFC 5246 §7.4.1.2. All 32 bytes of the random are random: the clock that the RFC puts first would
// identify this machine.
Result<Outcome> Client::send_client_hello() {
  ClientOffer& offer = phases_.create(ClientOffer{});
  if (const auto drawn = draw(offer.random); !drawn) return fail(drawn.error());
  offer.session = find_session();
  if (offer.session && !offer.session->ticket.empty())
    if (const auto drawn = draw(offer.id_beside_ticket); !drawn) return fail(drawn.error());
  auto sent = emit_client_hello(offer);
  if (sent || sent.error().code != Errc::field_too_long || !offer.session) return sent;
  // RFC 5246 §7.4.1.4: all extensions share 2^16-1 bytes. A ticket that does not fit beside the
  // others is not offered.
  offer.session.reset();
  return emit_client_hello(offer);
}

Result<Outcome> Client::emit_client_hello(const ClientOffer& offer) {
  const ClientConfig& config = context_.config;
  const Bytes ours = context_.algorithms.suites_wire;
  Offer extensions{.context = context_,
                   .server_name = names_server_ ? std::string_view(state_.server_name) : "",
                   .session = offer.session ? &*offer.session : nullptr,
                   .established = established_,
                   .secrets = secrets_,
                   .random = offer.random};
  std::vector<std::uint8_t> suites;
  // RFC 7507 §4: not with a session, whose version the server chose.
  const bool is_fallback = config.fallback && !offer.session;
  const auto reserved = extensions.reserved_value(0);
  if (reserved || is_fallback) {
    if (reserved) append_big_endian(*reserved, 2, suites);
    suites.insert(suites.end(), ours.begin(), ours.end());
    if (is_fallback)
      append_big_endian(static_cast<unsigned>(CipherSuite::TLS_FALLBACK_SCSV), 2, suites);
  }
  ClientHello hello{.random = offer.random,
                    .session_id = offer.session_id(),
                    .cipher_suites = ListOf16<CipherSuite>(suites.empty() ? ours : Bytes(suites)),
                    .compression_methods = kNullCompression};
  offer_extensions(extensions, hello);
  return emit(hello);
}

// ------------------------------------------------ ServerHello

// RFC 5246 §7.4.1.3.
Result<void> Client::receive_server_hello(Bytes body, ClientOffer& offer) {
  const auto hello = wire::parse_server_hello(body);
  if (!hello) return fail(hello.error());
  if (hello->server_version != ProtocolVersion::tls12)
    return fail(Errc::version_not_offered, name(hello->server_version));
  const auto suite =
      std::ranges::find(context_.algorithms.suites, hello->cipher_suite, &wire::SuiteRow::suite);
  if (suite == context_.algorithms.suites.end())
    return fail(Errc::suite_not_offered, name(hello->cipher_suite));
  if (hello->compression_method != 0) return fail(Errc::compression_not_offered);
  // RFC 5246 §7.3: the echo of the offered session ID accepts the session. Without a session, an ID
  // is that of a new one.
  const Bytes offered_id = offer.session_id();
  const bool resumes = !offered_id.empty() && std::ranges::equal(hello->session_id, offered_id);
  if (!resumes) offer.session.reset();

  const auto ours =
      wire::parse_client_hello(transcript_.kept().subspan(wire::kHandshakeHeaderSize));
  if (!ours) return fail(ours.error());
  Agreement agreement{.suite = *suite, .client_random = offer.random};
  ReceivedAnswer received{.context = context_,
                          .offered = *ours,
                          .hello = *hello,
                          .suite = **suite,
                          .session = offer.session ? &*offer.session : nullptr,
                          .established = established_,
                          .secrets = secrets_,
                          .state = state_,
                          .negotiated = negotiated_,
                          .terms = agreement.terms};
  if (const auto accepted = accept_extensions(received); !accepted) return accepted;
  if (resumes && (*suite)->suite != offer.session->suite)
    return fail(Errc::session_suite_changed, name((*suite)->suite));
  // RFC 5246 §7.4.2: a server that does not answer sends X.509, which this client may not accept.
  const CertificateType type = agreement.terms.peer_certificate_type;
  if (!resumes && has_certificate((*suite)->key_exchange) && !accepts(peer_rules(), type))
    return fail(Errc::certificate_type_not_offered, name(type));

  std::ranges::copy(hello->random, agreement.server_random.begin());
  agreement.session = std::move(offer.session);
  if (!resumes) agreement.new_session_id = copy(hello->session_id);
  phases_.end<ClientOffer>();
  agreement.terms.client_may_sign =
      !resumes && (!context_.identities.empty() || context_.config.choose_identity);
  agree(std::move(agreement));
  return {};
}

// ------------------------------------------------ the server's flight

// RFC 5246 §7.4.2.
Result<void> Client::receive_certificate(Bytes body, const Agreement& agreement) {
  const KeyExchange kind = agreement.suite->key_exchange;
  const auto message = wire::parse_certificates(body, agreement.terms.peer_certificate_type);
  if (!message) return fail(message.error());
  if (message->raw_public_key) return receive_raw_public_key(*message->raw_public_key, agreement);
  if (message->certificate_list.empty()) return fail(Errc::certificate_list_empty);
  if (const auto kept = keep_certificates(*message); !kept) return kept;
  // RFC 8422 §2: the key decides which suites a certificate serves; §5.3: an EC key must be on a
  // curve that was offered.
  const KeyKind key = peer_certificate()->public_key().kind;
  if (!fits(kind, key)) return fail(Errc::certificate_wrong_type, name(agreement.suite->suite));
  if (!usage_allows(kind, *peer_certificate()))
    return fail(Errc::certificate_key_usage, name(agreement.suite->suite));
  const auto curve = wire::curve_of(key);
  if (curve && !context_.algorithms.group_list().contains(*curve))
    return fail(Errc::curve_not_offered, name(*curve));
  return {};
}

// RFC 7250 §4.2: a key alone. The application knows its owner.
Result<void> Client::receive_raw_public_key(Bytes public_key_info, const Agreement& agreement) {
  if (const auto kept = keep_raw_public_key(public_key_info); !kept) return kept;
  if (!fits(agreement.suite->key_exchange, peer_key().kind))
    return fail(Errc::certificate_wrong_type, name(agreement.suite->suite));
  return {};
}

// RFC 6066 §8.
Result<void> Client::receive_certificate_status(Bytes body) {
  const auto message = wire::parse_certificate_status(body);
  if (!message) return fail(message.error());
  state_.ocsp_response = copy(message->ocsp_response);
  return {};
}

// RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279 §2, §3.
Result<void> Client::receive_server_key_exchange(Bytes body, const Agreement& agreement) {
  const KeyExchange kind = agreement.suite->key_exchange;
  ServerParameters& parameters = phases_.create(ServerParameters{copy(body), {}});
  const auto parsed = wire::parse_server_key_exchange(parameters.body, kind);
  if (!parsed) return fail(parsed.error());
  const ServerKeyExchange& message = parameters.message = *parsed;
  if (const auto checked = check_group(message); !checked) return checked;
  if (!has_signature(kind)) return {};
  const PublicKey key = peer_key();
  if (const auto paid = pay(steps_to_verify(key, body.size())); !paid) return paid;
  auto verified = verify_key_exchange_signature({.message = message,
                                                 .offered = context_.algorithms.scheme_list(),
                                                 .key = key,
                                                 .certificate = peer_certificate(),
                                                 .client_random = agreement.client_random,
                                                 .server_random = agreement.server_random,
                                                 .provider = provider()});
  if (!verified) return fail(verified.error());
  phases_.create(*verified);
  state_.signature_scheme = message.scheme;
  return {};
}

// RFC 8422 §5.4: a curve that was offered. RFC 7919 §4: a field may be any that is large enough,
// which is seen when it is used.
Result<void> Client::check_group(const ServerKeyExchange& message) {
  if (has_dhe(message.key_exchange)) {
    const auto known = group_of({.prime = message.dh_p, .generator = message.dh_g});
    for (const wire::GroupRow& row : wire::groups())
      if (known && row.algorithm == *known) state_.group = row.group;
  }
  if (!has_ecdhe(message.key_exchange)) return {};
  const auto group =
      std::ranges::find(context_.algorithms.groups, message.group, &wire::GroupRow::group);
  if (group == context_.algorithms.groups.end() || is_finite_field((*group)->algorithm))
    return fail(Errc::group_not_offered, name(message.group));
  if (message.point.size() != public_size((*group)->algorithm))
    return fail(Errc::bad_key_share, "length");
  state_.group = message.group;
  return {};
}

// RFC 5246 §7.4.4.
Result<void> Client::receive_certificate_request(Bytes body) {
  RequestedCertificate& request = phases_.create(RequestedCertificate{copy(body), {}});
  const auto parsed = wire::parse_certificate_request(request.body);
  if (!parsed) return fail(parsed.error());
  request.message = *parsed;
  negotiated_.certificate_requested = true;
  state_.client_certificate_requested = true;
  return {};
}

// RFC 5246 §7.4.5.
Result<void> Client::receive_server_hello_done(Bytes body) {
  const auto message = wire::parse_server_hello_done(body);
  return message ? Result<void>() : fail(message.error());
}

// ------------------------------------------------ the client's answer

// RFC 5246 §7.4.2: before anything that depends on the server is sent.
Result<Outcome> Client::verify_peer(Agreement& agreement) {
  if (established_ && !is_same_peer()) return fail(Errc::renegotiation_peer_changed);
  if (const auto none = no_signature_expected(Role::client, negotiated_)) phases_.create(*none);
  if (!is_peer_checked()) {
    std::optional<VerifyFailure> failure;
    auto verified = authenticate_server(agreement, failure);
    const auto kept = keep_check(std::move(verified), std::move(failure));
    if (!kept || *kept == Outcome::waits) return kept;
  }
  const bool is_judged = context_.config.verdict_elsewhere &&
                         (!negotiated_.resumed || context_.config.verdict_on_resumption);
  return is_judged && has_certificate(agreement.suite->key_exchange) ? await_verdict()
                                                                     : Outcome::done;
}

Result<std::optional<PeerVerified>> Client::authenticate_server(
    Agreement& agreement, std::optional<VerifyFailure>& failure) {
  if (agreement.session) return verified_before(*agreement.session);
  if (auto verified = verified_by_psk(agreement.suite->key_exchange)) return verified;
  if (agreement.terms.peer_certificate_type == CertificateType::raw_public_key)
    return verify_raw_public_key(peer_rules(), state_.peer_raw_public_key);
  const Evidence evidence{.staple = state_.ocsp_response,
                          .staple_was_requested = context_.config.request_ocsp,
                          .timestamps = state_.signed_certificate_timestamps};
  auto* judged = context_.config.dangerous.verdict_decides ? &failure : nullptr;
  return verify_certificates(state_.peer_certificates, evidence, judged, work_, known_signatures_);
}

Result<std::optional<PeerVerified>> Client::verify_certificates(
    std::span<const Certificate> presented, const Evidence& evidence,
    std::optional<VerifyFailure>* failure, Work& work, x509::KnownSignatures& known) const {
  return verify_server({.presented = presented,
                        .unusable = unusable_certificates(),
                        .trust = context_.config.trust,
                        .server_name = state_.server_name,
                        .policy = context_.config.verify,
                        .now = now_,
                        .provider = provider(),
                        .stapled_ocsp = evidence.staple,
                        .staple_was_requested = evidence.staple_was_requested,
                        .timestamps = evidence.timestamps,
                        .accept_any_certificate = context_.config.dangerous.accept_any_certificate,
                        .failure = failure,
                        .work = work,
                        .known = known});
}

PeerRules Client::peer_rules() const {
  const ClientConfig& config = context_.config;
  return {.policy = config.verify,
          .accept_raw_public_key = config.accept_raw_public_key,
          .types = config.server_certificate_types,
          .provider = provider()};
}

// RFC 7627 §5.4: the triple handshake attack changes the identity.
bool Client::is_same_peer() const {
  const auto leaf = [](const ConnectionState& state) {
    return state.peer_certificates.empty() ? Bytes() : state.peer_certificates.front().der();
  };
  return std::ranges::equal(leaf(state_), leaf(*established_)) &&
         state_.peer_raw_public_key == established_->peer_raw_public_key;
}

Result<Outcome> Client::choose_identity(const Agreement& agreement,
                                        const RequestedCertificate& request) {
  ChosenIdentity chosen;
  const CertificateType type = agreement.terms.own_certificate_type;
  const auto& types = context_.config.client_certificate_types;
  // RFC 7250 §4.2: a server that does not answer accepts X.509, which this client may not have.
  const bool has_type = types.empty() || std::ranges::count(types, type) != 0;
  if (has_type && !context_.config.choose_identity) {
    chosen.credential = choose_for(request.message, context_.identities, type);
  } else if (has_type) {
    if (const auto identity = context_.config.choose_identity(request.message)) {
      auto encoded = config::encode(*identity, config_, context_.algorithms);
      if (!encoded) return fail(encoded.error());
      chosen.own_choice = std::make_unique<const config::EncodedIdentity>(std::move(*encoded));
      chosen.credential = choose_for(request.message, {chosen.own_choice.get(), 1}, type);
    }
  }
  if (chosen.credential) state_.identity = chosen.credential->identity->identity;
  phases_.create(std::move(chosen));
  return Outcome::done;
}

// RFC 5246 §7.4.6: a client without a certificate answers the request with an empty list.
Result<Outcome> Client::send_certificate(const Agreement& agreement,
                                         const ChosenIdentity& identity) {
  if (!identity.credential) return emit(Certificates{});
  negotiated_.client_certificate = true;
  const config::EncodedIdentity& own = *identity.credential->identity;
  if (agreement.terms.own_certificate_type == CertificateType::raw_public_key)
    return emit(Certificates{.raw_public_key = own.identity.public_key_info()});
  return emit(Certificates{.certificate_list = ListOfOpaque<3>(own.certificate_list)});
}

// RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2, §3, RFC 5489 §2.
Result<Outcome> Client::send_client_key_exchange(const Agreement& agreement,
                                                 const ServerParameters* parameters) {
  const KeyExchange kind = agreement.suite->key_exchange;
  ClientKeyExchange message{.key_exchange = kind};
  const ServerKeyExchange server =
      parameters != nullptr ? parameters->message : ServerKeyExchange{.key_exchange = kind};
  PreMasterSecret& secret = phases_.create(PreMasterSecret());
  std::optional<PreSharedKey> psk;
  if (has_psk(kind)) {
    psk = context_.config.find_psk(std::string(text_of(server.psk_identity_hint)));
    if (!psk || psk->key.empty() || psk->key.size() > kMaxPskSize)
      return fail(Errc::psk_unavailable);
    message.psk_identity = bytes_of(psk->identity);
  }
  std::array<std::uint8_t, kMaxSignatureSize> ciphertext;
  if (kind == KeyExchange::rsa)
    if (const auto made = encrypt_pre_master_secret(message, secret, ciphertext); !made)
      return fail(made.error());
  const bool shares = has_dhe(kind) || has_ecdhe(kind);
  KeyAgreement share;
  if (shares) {
    if (const auto generated = generate_share(server, share); !generated)
      return fail(generated.error());
    message.exchange_keys = share.public_value();
  }
  if (const auto sent = emit(message); !sent) return sent;
  if (shares)
    if (const auto agreed = share.agree(has_dhe(kind) ? server.dh_Ys : server.point, secret);
        !agreed)
      return fail(agreed.error());
  if (psk) {
    add_psk(secret, psk->key);
    wipe(psk->key);
    state_.psk_identity = psk->identity;
  }
  return Outcome::done;
}

// RFC 5246 §7.4.7.1: the version that our ClientHello offered, and 46 random bytes.
Result<void> Client::encrypt_pre_master_secret(ClientKeyExchange& message, PreMasterSecret& secret,
                                               MutableBytes ciphertext) {
  if (!provider().rsa_encryption) return fail(Errc::algorithm_unavailable, "RSA encryption");
  secret.resize(kMasterSecretSize);
  if (const auto drawn = draw(secret.bytes()); !drawn) return drawn;
  put_big_endian(static_cast<unsigned>(ProtocolVersion::tls12), 2, secret.bytes().data());
  const auto size = provider().rsa_encryption.implementation->encrypt(peer_key(), secret.bytes(),
                                                                      provider().rng(), ciphertext);
  if (!size) return fail(size.error());
  message.exchange_keys = Bytes(ciphertext).first(*size);
  return {};
}

Result<void> Client::generate_share(const ServerKeyExchange& server, KeyAgreement& agreement) {
  if (has_dhe(server.key_exchange)) {
    const DhParameters field{.prime = server.dh_p, .generator = server.dh_g};
    if (const auto paid = pay(steps_to_agree(field)); !paid) return paid;
    return agreement.generate(provider(), field);
  }
  const wire::GroupRow& group = *wire::find(server.group);
  if (const auto paid = pay(steps_to_agree(group.algorithm)); !paid) return paid;
  return agreement.generate(provider(), group);
}

// The tokens are parameters: no keys are made for a peer that was not verified.
Result<Outcome> Client::derive_keys(const Agreement& agreement,
                                    const PreMasterSecret* pre_master_secret, const PeerVerified&,
                                    const SignatureVerified&) {
  return Endpoint::derive_keys(agreement, pre_master_secret);
}

// RFC 5246 §7.4.8: over all messages so far.
Result<Outcome> Client::sign_handshake(const ChosenIdentity& identity) {
  if (!signing_.begun()) {
    signing_.begin(*identity.credential);
    signing_.message().append(transcript_.kept());
  }
  return sign();
}

Result<Outcome> Client::send_certificate_verify() {
  state_.client_signature_scheme = signing_.scheme();
  return emit(CertificateVerify{.scheme = signing_.scheme(), .signature = signing_.signature()});
}

// ------------------------------------------------ the end

// RFC 5077 §3.3.
Result<void> Client::receive_new_session_ticket(Bytes body) {
  const auto message = wire::parse_new_session_ticket(body);
  if (!message) return fail(message.error());
  phases_.create(
      NewTicket{.ticket = copy(message->ticket), .lifetime_hint = message->lifetime_hint});
  return {};
}

Result<Outcome> Client::complete(const Agreement& agreement, const KeySchedule& keys,
                                 PeerVerified& peer, const SignatureVerified& signature,
                                 const FinishedVerified& finished) {
  if (const Certificate* certificate = peer_certificate())
    secrets_.server_certificate = *certificate;
  if (context_.config.sessions && !established_) keep_session(agreement, keys, peer);
  return Endpoint::complete(agreement, keys, peer, signature, finished);
}

}  // namespace tls12::handshake
