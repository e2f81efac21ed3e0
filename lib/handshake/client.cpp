#include "handshake/client.hpp"

#include <algorithm>

#include "base/constant_time.hpp"
#include "crypto/cost.hpp"
#include "handshake/offer.hpp"
#include "handshake/verify.hpp"
#include "tls12/text.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::handshake {
namespace {

/// What a server reads and never answers (RFC 5246 §7.4.1.4.1, RFC 7685 §3, RFC 8446 §4.2.1,
/// §4.2.3). It may answer supported_groups: some do, to no effect.
constexpr ExtensionType kNeverAnswered[] = {
    ExtensionType::signature_algorithms, ExtensionType::signature_algorithms_cert,
    ExtensionType::padding, ExtensionType::supported_versions};
/// RFC 5246 §7.4.1.4: the extensions of a hello, all together, and what comes before each one's
/// content.
constexpr std::size_t kMaxExtensions = 0xffff, kExtensionHeaderSize = 4;
/// How long a session is kept whose server does not say (RFC 5246 appendix F.1.4), and at most.
constexpr std::chrono::seconds kSessionLifetime = std::chrono::hours(24),
                               kMaxTicketLifetime = std::chrono::days(7);

std::vector<std::uint8_t> copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// RFC 8701 §2: sixteen values, all of the form 0x?A?A.
std::uint16_t grease(std::uint8_t random) {
  return static_cast<std::uint16_t>(0x0a0a | (random & 0xf0) << 8 | (random & 0xf0));
}

bool is_reserved(ExtensionType type) {
  const auto value = static_cast<unsigned>(type);
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/// A list with a value that means nothing in front, or something behind; `all` is where it is put
/// together, where there is either.
Bytes list_with(std::optional<std::uint16_t> front, Bytes list, std::optional<CipherSuite> back,
                std::vector<std::uint8_t>& all) {
  if (!front && !back) return list;
  const auto put = [&](unsigned value) {
    all.insert(all.end(),
               {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
  };
  if (front) put(*front);
  all.insert(all.end(), list.begin(), list.end());
  if (back) put(static_cast<unsigned>(*back));
  return all;
}

}  // namespace

Client::Client(const ClientContext::Content& context, x509::ReferenceName server_name,
               const Environment& environment)
    : Endpoint(Role::client, context.config.common, environment),
      context_(context),
      names_server_(!server_name.is_address()) {
  state_.server_name = std::move(server_name).text();
}

Result<Outcome> Client::send(Act message) {
  switch (message) {
    case Act::client_hello: return send_client_hello();
    case Act::certificate: return send_certificate();
    case Act::client_key_exchange: return send_client_key_exchange();
    case Act::certificate_verify: return send_certificate_verify();
    case Act::change_cipher_spec: return send_change_cipher_spec();
    case Act::finished: return send_finished();
    default: break;
  }
  return fail(Errc::internal_error, name(message));
}

Result<Outcome> Client::take(Act local_step) {
  switch (local_step) {
    case Act::verify_peer: return verify_peer();
    case Act::choose_identity: return choose_identity();
    case Act::derive_keys:
      if (!peer_verified_ || !signature_verified_) break;
      return derive_keys(*peer_verified_, *signature_verified_);
    case Act::sign: return sign_handshake();
    case Act::complete:
      if (!peer_verified_ || !signature_verified_ || !finished_verified_) break;
      return complete(*peer_verified_, *signature_verified_, *finished_verified_);
    default: break;
  }
  return fail(Errc::internal_error, name(local_step));
}

Result<void> Client::understand(Act message, Bytes body) {
  switch (message) {
    case Act::server_hello: return receive_server_hello(body);
    case Act::certificate: return receive_certificate(body);
    case Act::certificate_status: return receive_certificate_status(body);
    case Act::server_key_exchange: return receive_server_key_exchange(body);
    case Act::certificate_request: return receive_certificate_request(body);
    case Act::server_hello_done: return receive_server_hello_done(body);
    case Act::new_session_ticket: return receive_new_session_ticket(body);
    case Act::finished: return receive_finished(body);
    default: return fail(Errc::internal_error, name(message));
  }
}

// ------------------------------------------------ ClientHello

// RFC 5246 §7.4.1.2. All 32 bytes of the random are random: the clock that the RFC puts first tells
// strangers who we are.
Result<Outcome> Client::send_client_hello() {
  const ClientConfig& config = context_.config;
  const config::SupportedAlgorithms& ours = context_.algorithms;
  if (const auto drawn = draw(client_random_); !drawn) return fail(drawn.error());
  find_session();
  if (session_ && !session_->ticket.empty())
    if (const auto drawn = draw(beside_ticket_); !drawn) return fail(drawn.error());

  const auto reserved = [&](std::size_t i) {
    return config.grease ? std::optional(grease(client_random_[i])) : std::nullopt;
  };
  std::vector<std::uint8_t> all_suites, all_groups;
  const auto suites = [&] {
    // RFC 7507 §4: not where a session is offered, whose version is the server's.
    const bool fallback = config.fallback && !session_;
    all_suites.clear();
    return ListOf16<CipherSuite>(list_with(
        reserved(0), ours.suites_wire,
        fallback ? std::optional(CipherSuite::TLS_FALLBACK_SCSV) : std::nullopt, all_suites));
  };
  const Bytes groups = list_with(ours.groups.empty() ? std::nullopt : reserved(1), ours.groups_wire,
                                 std::nullopt, all_groups);

  ClientHello hello = hello_of(context_);
  hello.random = client_random_;
  hello.session_id = offered_id();
  hello.cipher_suites = suites();
  if (names_server_)
    hello.server_name = state_.server_name;  // RFC 6066 §3: never an address, and no dot at the end
  if (!groups.empty()) hello.supported_groups = ListOf16<NamedGroup>(groups);
  if (established_) hello.application_layer_protocol_negotiation.reset();
  // RFC 5746 §3.4: empty in a first handshake; §3.5: our last verify_data in another.
  hello.renegotiation_info = established_ ? Bytes(kept_.client_verify_data) : Bytes{};
  if (config.sessions && config.tickets && !established_)
    hello.session_ticket = session_ ? session_->ticket.view() : Bytes{};
  if (config.grease) hello.grease = static_cast<ExtensionType>(grease(client_random_[2]));
  auto sent = pad_and_emit(hello);
  if (sent || sent.error().code != Errc::field_too_long || !session_) return sent;
  // RFC 5246 §7.4.1.4: all extensions share 2^16-1 bytes. A ticket that does not fit beside the
  // others is not offered.
  session_.reset();
  hello.cipher_suites = suites();
  hello.session_id = {};
  hello.session_ticket = Bytes{};
  return pad_and_emit(hello);
}

// RFC 7685: what is missing, beside the extension's own header; but never nothing, for old servers
// mind an empty extension at the end.
Result<Outcome> Client::pad_and_emit(ClientHello& hello) {
  if (const std::size_t least = context_.config.pad_hello_to; least != 0) {
    Buffer bare;
    if (const auto written = wire::serialize(hello, bare); !written) return fail(written.error());
    if (bare.size() < least) hello.padding = std::max<std::size_t>(least - bare.size(), 5) - 4;
  }
  return emit(hello);
}

// A session is offered when all that it stands for still holds; one that does not is left where it
// is, for it may be another configuration's.
void Client::find_session() {
  const ClientConfig& config = context_.config;
  if (!config.sessions || established_) return;
  const TrustAnchors anchors = config.trust.anchors();
  config.sessions->get(session_key(), now_,
                       [&](Bytes bytes) { read_session(bytes, {anchors.begin(), anchors.end()}); });
  if (!session_) return;
  const bool spoken = std::ranges::find(context_.algorithms.suites, session_->suite,
                                        &wire::SuiteRow::suite) != context_.algorithms.suites.end();
  const bool usable =
      !session_->session_id.empty() || (config.tickets && !session_->ticket.empty());
  const bool same_fragments =
      session_->max_fragment_length == 0 ||
      session_->max_fragment_length == fragment_length_code(config.max_fragment_length);
  const bool fits = spoken && usable && same_fragments && session_->binding == binding() &&
                    now_ < session_->expires &&
                    (session_->extended_master_secret || !config_.require_extended_master_secret) &&
                    still_believed(*session_, now_, peer_rules()) && still_knows_psk() &&
                    (!session_->believed_anyway || is_believed_again());
  if (!fits) return session_.reset();
  remember_where();
}

bool Client::is_believed_again() const {
  return at_once([this](Work& work, x509::KnownSignatures& known) {
    return verify_certificates(session_->peer_certificates, {}, nullptr, work, known).has_value();
  });
}

// The key may have been taken back, or be another one for another server.
bool Client::still_knows_psk() const {
  if (!has_psk(wire::find(session_->suite)->key_exchange)) return true;
  auto psk = context_.config.find_psk ? context_.config.find_psk(session_->psk_identity_hint)
                                      : std::nullopt;
  if (psk) wipe(psk->key);
  return psk && psk->identity == session_->psk_identity;
}

void Client::remember_where() { kept_.store = context_.config.sessions; }

session::Binding Client::binding() const {
  const ClientConfig& config = context_.config;
  // A certificate that demands a staple (RFC 7633) gets its way only where one is requested.
  const unsigned asked = (config.dangerous.accept_any_certificate ? 1u : 0u) |
                         (config.request_ocsp ? 2u : 0u) | (config.verdict_elsewhere ? 4u : 0u) |
                         (config.dangerous.verdict_decides ? 8u : 0u);
  return context_.bindings.of(state_.server_name, provider(), static_cast<std::uint8_t>(asked),
                              config.trust, config.verify);
}

PeerRules Client::peer_rules() const {
  const ClientConfig& config = context_.config;
  return {.policy = config.verify,
          .accept_raw_public_key = config.accept_raw_public_key,
          .types = config.server_certificate_types,
          .provider = provider()};
}

// ------------------------------------------------ ServerHello

// RFC 5246 §7.4.1.3.
Result<void> Client::receive_server_hello(Bytes body) {
  const auto hello = wire::parse_server_hello(body);
  if (!hello) return fail(hello.error());
  if (hello->server_version != ProtocolVersion::tls12)
    return fail(Errc::version_not_offered, name(hello->server_version));
  const auto suite =
      std::ranges::find(context_.algorithms.suites, hello->cipher_suite, &wire::SuiteRow::suite);
  if (suite == context_.algorithms.suites.end())
    return fail(Errc::suite_not_offered, name(hello->cipher_suite));
  if (hello->compression_method != 0) return fail(Errc::compression_not_offered);
  if (const auto checked = check_offered(*hello); !checked) return checked;
  if (const auto checked = check_extensions(*hello, **suite); !checked) return checked;
  // RFC 7366 §3.
  if (hello->encrypt_then_mac && (*suite)->cbc() == nullptr)
    return fail(Errc::encrypt_then_mac_without_cbc, name((*suite)->suite));

  std::ranges::copy(hello->random, server_random_.begin());
  state_.extended_master_secret = hello->extended_master_secret;
  state_.encrypt_then_mac = hello->encrypt_then_mac;
  state_.secure_renegotiation = hello->renegotiation_info.has_value();
  if (established_) state_.application_protocol = established_->application_protocol;
  if (hello->application_layer_protocol_negotiation)
    state_.application_protocol = text_of(*hello->application_layer_protocol_negotiation);
  if (hello->signed_certificate_timestamps)
    state_.signed_certificate_timestamps = copy(hello->signed_certificate_timestamps->wire());
  negotiated_.new_session_ticket = hello->session_ticket;
  negotiated_.certificate_status = hello->status_request;

  // RFC 5246 §7.3: the echo of what we offered is a yes to it. An echo of nothing that we have
  // would be a session that nobody knows.
  if (resumes(*hello)) return resume_session(*hello, **suite);
  session_.reset();
  if (const auto checked = check_how_key_is_shown(**suite); !checked) return checked;
  new_id_ = copy(hello->session_id);
  suite_chosen(**suite);
  if (context_.identities.empty() && !context_.config.choose_identity)
    transcript_.stop_keeping();  // this client has nothing to prove
  return {};
}

bool Client::resumes(const ServerHello& hello) const {
  return !offered_id().empty() && std::ranges::equal(hello.session_id, offered_id());
}

// RFC 5077 §3.4: beside a ticket stands an ID that nobody knows, so that its echo says that the
// ticket was taken.
Bytes Client::offered_id() const {
  if (!session_) return {};
  return session_->ticket.empty() ? session_->session_id.view() : beside_ticket_;
}

Result<void> Client::resume_session(const ServerHello& hello, const wire::SuiteRow& suite) {
  if (suite.suite != session_->suite) return fail(Errc::session_suite_changed, name(suite.suite));
  if (hello.extended_master_secret != session_->extended_master_secret)
    return fail(Errc::session_extended_master_secret_changed);
  resume(suite);
  return {};
}

// RFC 5246 §7.4.1.4: a server answers extensions, it never brings its own. Our ClientHello stands
// in the transcript still.
Result<void> Client::check_offered(const ServerHello& hello) {
  const auto ours =
      wire::parse_client_hello(transcript_.kept().subspan(wire::kHandshakeHeaderSize));
  if (!ours) return fail(ours.error());
  const std::size_t padding = ours->padding ? kExtensionHeaderSize + *ours->padding : 0;
  ticket_room_ = kMaxExtensions - (ours->extensions.wire().size() - padding -
                                   ours->session_ticket.value_or(Bytes{}).size());
  for (const Extension answer : hello.extensions) {
    const bool offered = std::ranges::any_of(
        ours->extensions, [&](const Extension& e) { return e.type == answer.type; });
    if (!offered || is_reserved(answer.type) ||
        std::ranges::find(kNeverAnswered, answer.type) != std::end(kNeverAnswered))
      return fail(Errc::extension_not_offered, name(answer.type));
  }
  return {};
}

Result<void> Client::check_extensions(const ServerHello& hello, const wire::SuiteRow& suite) {
  // RFC 8422 §5.2.
  if (hello.ec_point_formats &&
      std::ranges::find(*hello.ec_point_formats, kPointFormats[0]) == hello.ec_point_formats->end())
    return fail(Errc::point_format_missing);
  // RFC 7627 §5.2.
  if (!hello.extended_master_secret && config_.require_extended_master_secret)
    return fail(Errc::extended_master_secret_missing);
  if (suite.cbc() != nullptr && !hello.encrypt_then_mac && config_.require_encrypt_then_mac)
    return fail(Errc::encrypt_then_mac_missing, name(suite.suite));
  if (const auto checked = check_renegotiation_info(hello); !checked) return checked;
  if (const auto checked = check_renegotiation(hello, suite); !checked) return checked;
  if (const auto checked = check_protocol(hello); !checked) return checked;
  if (const auto checked = check_certificate_types(hello); !checked) return checked;
  return check_fragment_limits(hello);
}

// RFC 5746 §3.4, §3.5.
Result<void> Client::check_renegotiation_info(const ServerHello& hello) const {
  if (!hello.renegotiation_info) {
    if (established_) return fail(Errc::renegotiation_info_wrong, "it is missing");
    return context_.config.dangerous.allow_missing_secure_renegotiation
               ? Result<void>()
               : fail(Errc::secure_renegotiation_missing);
  }
  if (!established_)
    return hello.renegotiation_info->empty() ? Result<void>()
                                             : fail(Errc::renegotiation_info_not_empty);
  std::array<std::uint8_t, 2 * kVerifyDataSize> both;
  std::ranges::copy(kept_.server_verify_data,
                    std::ranges::copy(kept_.client_verify_data, both.begin()).out);
  return ct::equal(*hello.renegotiation_info, both) ? Result<void>()
                                                    : fail(Errc::renegotiation_info_wrong);
}

// What was agreed on once is not taken back: it may be what ties the handshakes together (RFC
// 7627), or what a peer in between wants gone (RFC 7366 §3.1).
Result<void> Client::check_renegotiation(const ServerHello& hello,
                                         const wire::SuiteRow& suite) const {
  if (!established_) return {};
  if (hello.extended_master_secret != established_->extended_master_secret)
    return fail(Errc::renegotiation_extended_master_secret_changed);
  if (kept_.encrypt_then_mac && suite.cbc() != nullptr && !hello.encrypt_then_mac)
    return fail(Errc::renegotiation_encrypt_then_mac_lost);
  return {};
}

// RFC 7301 §3.1: one of those that were offered. A renegotiation offers none, and keeps the
// protocol.
Result<void> Client::check_protocol(const ServerHello& hello) const {
  if (!hello.application_layer_protocol_negotiation) {
    const bool missing = config_.require_application_protocol && !established_;
    return missing ? fail(Errc::no_common_application_protocol) : Result<void>();
  }
  for (const Bytes ours : context_.algorithms.protocol_list())
    if (std::ranges::equal(ours, *hello.application_layer_protocol_negotiation)) return {};
  return fail(Errc::application_protocol_not_offered,
              in_quotes(text_of(*hello.application_layer_protocol_negotiation)));
}

// RFC 7250 §4.2: each one of those that were offered; X.509 where the server does not say.
Result<void> Client::check_certificate_types(const ServerHello& hello) {
  peer_certificate_type_ = hello.server_certificate_type.value_or(CertificateType::x509);
  own_certificate_type_ = hello.client_certificate_type.value_or(CertificateType::x509);
  const auto offered = [](const std::vector<CertificateType>& ours,
                          std::optional<CertificateType> chosen) {
    return !chosen || std::ranges::count(ours, *chosen) != 0;
  };
  if (!offered(context_.config.server_certificate_types, hello.server_certificate_type))
    return fail(Errc::certificate_type_not_offered, name(peer_certificate_type_));
  if (!offered(context_.config.client_certificate_types, hello.client_certificate_type))
    return fail(Errc::certificate_type_not_offered, name(own_certificate_type_));
  return {};
}

// RFC 5246 §7.4.2: a server that does not answer shows X.509, which this client may not accept.
Result<void> Client::check_how_key_is_shown(const wire::SuiteRow& suite) const {
  if (!has_certificate(suite.key_exchange) || accepts(peer_rules(), peer_certificate_type_))
    return {};
  return fail(Errc::certificate_type_not_offered, name(peer_certificate_type_));
}

Result<void> Client::check_fragment_limits(const ServerHello& hello) {
  const std::uint8_t asked = fragment_length_code(context_.config.max_fragment_length);
  if (hello.record_size_limit) {
    // RFC 8449 §4, §5: a server that knows record_size_limit does not answer max_fragment_length as
    // well.
    if (*hello.record_size_limit < 64 || hello.max_fragment_length)
      return fail(Errc::fragment_limit_wrong, "record_size_limit");
    state_.send_fragment_limit = std::min<std::size_t>(*hello.record_size_limit, kMaxPlaintext);
    state_.receive_fragment_limit = config_.record_size_limit;
  } else if (hello.max_fragment_length) {
    if (*hello.max_fragment_length != asked)
      return fail(Errc::fragment_limit_wrong, "max_fragment_length");
    use_max_fragment_length(asked);
  } else if (resumes(hello)) {
    use_max_fragment_length(session_->max_fragment_length);  // RFC 6066 §1.1
  }
  channel_.limit_fragments(state_.send_fragment_limit, state_.receive_fragment_limit);
  return {};
}

// ------------------------------------------------ the server's flight

// RFC 5246 §7.4.2.
Result<void> Client::receive_certificate(Bytes body) {
  const auto message = wire::parse_certificates(body, peer_certificate_type_);
  if (!message) return fail(message.error());
  if (message->raw_public_key) return receive_raw_public_key(*message->raw_public_key);
  if (message->certificate_list.empty()) return fail(Errc::certificate_list_empty);
  if (const auto kept = keep_certificates(*message); !kept) return kept;
  // RFC 8422 §2: the key decides which suites a certificate serves; §5.3: an EC key must be on a
  // curve that was offered.
  const KeyKind key = peer_certificate()->public_key().kind;
  if (!fits(suite_->key_exchange, key))
    return fail(Errc::certificate_wrong_type, name(suite_->suite));
  if (!usage_allows(suite_->key_exchange, *peer_certificate()))
    return fail(Errc::certificate_key_usage, name(suite_->suite));
  const auto curve = wire::curve_of(key);
  if (curve && !context_.algorithms.group_list().contains(*curve))
    return fail(Errc::curve_not_offered, name(*curve));
  return {};
}

// RFC 7250 §4.2: nothing but a key; whose it is the caller knows.
Result<void> Client::receive_raw_public_key(Bytes public_key_info) {
  if (const auto kept = keep_raw_public_key(public_key_info); !kept) return kept;
  if (!fits(suite_->key_exchange, peer_key().kind))
    return fail(Errc::certificate_wrong_type, name(suite_->suite));
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
Result<void> Client::receive_server_key_exchange(Bytes body) {
  const auto message = wire::parse_server_key_exchange(body, suite_->key_exchange);
  if (!message) return fail(message.error());
  if (const auto checked = check_group(*message); !checked) return checked;
  server_key_exchange_ = copy(body);
  if (!has_signature(suite_->key_exchange)) return {};
  const PublicKey key = peer_key();
  if (const auto paid = pay(steps_to_verify(key, body.size())); !paid) return paid;
  auto verified = verify_key_exchange_signature({.message = *message,
                                                 .offered = context_.algorithms.scheme_list(),
                                                 .key = key,
                                                 .certificate = peer_certificate(),
                                                 .client_random = client_random_,
                                                 .server_random = server_random_,
                                                 .provider = provider()});
  if (!verified) return fail(verified.error());
  signature_verified_ = *verified;
  state_.signature_scheme = message->scheme;
  return {};
}

// RFC 8422 §5.4: a curve that was offered. RFC 7919 §4: a field may be any that is large enough,
// which is seen when it is used.
Result<void> Client::check_group(const ServerKeyExchange& message) {
  if (has_dhe(suite_->key_exchange)) {
    const auto known = group_of({.prime = message.dh_p, .generator = message.dh_g});
    for (const wire::GroupRow& row : wire::groups())
      if (known && row.algorithm == *known) state_.group = row.group;
  }
  if (!has_ecdhe(suite_->key_exchange)) return {};
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
  const auto message = wire::parse_certificate_request(body);
  if (!message) return fail(message.error());
  negotiated_.certificate_requested = true;
  state_.client_certificate_requested = true;
  certificate_request_ = copy(body);
  return {};
}

// RFC 5246 §7.4.5.
Result<void> Client::receive_server_hello_done(Bytes body) {
  if (const auto message = wire::parse_server_hello_done(body); !message)
    return fail(message.error());
  if (!negotiated_.certificate_requested) transcript_.stop_keeping();
  return {};
}

// ------------------------------------------------ our answer

// RFC 5246 §7.4.2: before anything that depends on it is sent.
Result<Outcome> Client::verify_peer() {
  if (established_ && !is_who_it_was()) return fail(Errc::renegotiation_peer_changed);
  if (!has_signature(suite_->key_exchange) || negotiated_.resumed)
    signature_verified_ = no_signature_expected();
  if (!peer_verified_ && !verify_failure_) {
    auto verified = judge_server();
    if (!verified && !verify_failure_) return fail(verified.error());
    if (verified && !*verified) return Outcome::waits;
    if (verified) peer_verified_ = std::move(*verified);
  }
  const bool is_judged = context_.config.verdict_elsewhere &&
                         (!negotiated_.resumed || context_.config.verdict_on_resumption);
  return is_judged && has_certificate(suite_->key_exchange) ? await_verdict() : Outcome::done;
}

Result<std::optional<PeerVerified>> Client::judge_server() {
  if (negotiated_.resumed) return verified_before(*session_);
  if (has_psk(suite_->key_exchange)) return verified_by_psk();
  if (peer_certificate_type_ == CertificateType::raw_public_key)
    return verify_raw_public_key(peer_rules(), state_.peer_raw_public_key);
  const Evidence beside{.staple = state_.ocsp_response,
                        .staple_was_requested = context_.config.request_ocsp,
                        .timestamps = state_.signed_certificate_timestamps};
  auto* failure = context_.config.dangerous.verdict_decides ? &verify_failure_ : nullptr;
  return verify_certificates(state_.peer_certificates, beside, failure, work_, known_signatures_);
}

Result<std::optional<PeerVerified>> Client::verify_certificates(
    std::span<const Certificate> presented, const Evidence& beside,
    std::optional<VerifyFailure>* failure, Work& work, x509::KnownSignatures& known) const {
  return verify_server({.presented = presented,
                        .unusable = unusable_certificates_,
                        .trust = context_.config.trust,
                        .server_name = state_.server_name,
                        .policy = context_.config.verify,
                        .now = now_,
                        .provider = provider(),
                        .stapled_ocsp = beside.staple,
                        .staple_was_requested = beside.staple_was_requested,
                        .timestamps = beside.timestamps,
                        .accept_any_certificate = context_.config.dangerous.accept_any_certificate,
                        .failure = failure,
                        .work = work,
                        .known = known});
}

// Another identity is how the triple handshake attack shows (RFC 7627 §5.4).
bool Client::is_who_it_was() const {
  const auto leaf = [](const ConnectionState& state) {
    return state.peer_certificates.empty() ? Bytes() : state.peer_certificates.front().der();
  };
  return std::ranges::equal(leaf(state_), leaf(*established_)) &&
         state_.peer_raw_public_key == established_->peer_raw_public_key;
}

Result<Outcome> Client::choose_identity() {
  const auto request = wire::parse_certificate_request(certificate_request_);
  if (!request) return fail(request.error());
  // RFC 7250 §4.2: a server that says nothing takes X.509, which we may not have.
  const auto& types = context_.config.client_certificate_types;
  if (!types.empty() && std::ranges::count(types, own_certificate_type_) == 0) return Outcome::done;
  if (context_.config.choose_identity) {
    const auto chosen = context_.config.choose_identity(*request);
    if (chosen) {
      auto shown = config::encode(*chosen, config_, context_.algorithms);
      if (!shown) return fail(shown.error());
      chosen_identity_ = std::move(*shown);
    }
    if (chosen_identity_)
      credential_ = choose_for(*request, {&*chosen_identity_, 1}, own_certificate_type_);
  } else {
    credential_ = choose_for(*request, context_.identities, own_certificate_type_);
  }
  if (credential_) state_.identity = credential_->identity->identity;
  return Outcome::done;
}

// RFC 5246 §7.4.6: a client that was asked and has none says so with an empty list.
Result<Outcome> Client::send_certificate() {
  if (!credential_) {
    transcript_.stop_keeping();
    return emit(Certificates{});
  }
  negotiated_.client_certificate = true;
  if (own_certificate_type_ == CertificateType::raw_public_key)
    return emit(Certificates{.raw_public_key = credential_->identity->identity.public_key_info()});
  return emit(
      Certificates{.certificate_list = ListOfOpaque<3>(credential_->identity->certificate_list)});
}

// RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2, §3, RFC 5489 §2.
Result<Outcome> Client::send_client_key_exchange() {
  const KeyExchange kind = suite_->key_exchange;
  ClientKeyExchange message{.key_exchange = kind};
  ServerKeyExchange server{.key_exchange = kind};
  if (!server_key_exchange_.empty()) {
    const auto parsed = wire::parse_server_key_exchange(server_key_exchange_, kind);
    if (!parsed) return fail(parsed.error());
    server = *parsed;
  }
  std::optional<PreSharedKey> psk;
  if (has_psk(kind)) {
    psk_identity_hint_ = text_of(server.psk_identity_hint);
    psk = context_.config.find_psk(psk_identity_hint_);
    if (!psk || psk->key.empty() || psk->key.size() > kMaxPskSize)
      return fail(Errc::psk_unavailable);
    message.psk_identity = bytes_of(psk->identity);
  }
  std::array<std::uint8_t, kMaxSignatureSize> ciphertext;
  if (kind == KeyExchange::rsa)
    if (const auto made = make_premaster_for_rsa(message, ciphertext); !made)
      return fail(made.error());
  const bool shares = has_dhe(kind) || has_ecdhe(kind);
  if (shares) {
    if (const auto generated = generate_share(server); !generated) return fail(generated.error());
    message.exchange_keys = key_agreement_.public_value();
  }
  if (const auto sent = emit(message); !sent) return sent;
  if (shares)
    if (const auto agreed =
            key_agreement_.agree(has_dhe(kind) ? server.dh_Ys : server.point, pre_master_secret_);
        !agreed)
      return fail(agreed.error());
  if (psk) {
    add_psk(pre_master_secret_, psk->key);
    wipe(psk->key);
    state_.psk_identity = psk->identity;
  }
  return Outcome::done;
}

// RFC 5246 §7.4.7.1: the version that our ClientHello offered, and 46 random bytes.
Result<void> Client::make_premaster_for_rsa(ClientKeyExchange& message, MutableBytes ciphertext) {
  if (!provider().rsa_encryption) return fail(Errc::algorithm_unavailable, "RSA encryption");
  pre_master_secret_.resize(kMasterSecretSize);
  if (const auto drawn = draw(pre_master_secret_.bytes()); !drawn) return drawn;
  pre_master_secret_.bytes()[0] =
      static_cast<std::uint8_t>(static_cast<unsigned>(ProtocolVersion::tls12) >> 8);
  pre_master_secret_.bytes()[1] = static_cast<std::uint8_t>(ProtocolVersion::tls12);
  const auto size = provider().rsa_encryption.implementation->encrypt(
      peer_key(), pre_master_secret_.bytes(), provider().rng(), ciphertext);
  if (!size) return fail(size.error());
  message.exchange_keys = Bytes(ciphertext).first(*size);
  return {};
}

Result<void> Client::generate_share(const ServerKeyExchange& server) {
  if (has_dhe(suite_->key_exchange)) {
    const DhParameters field{.prime = server.dh_p, .generator = server.dh_g};
    if (const auto paid = pay(steps_to_agree(field)); !paid) return paid;
    return key_agreement_.generate(provider(), field);
  }
  const wire::GroupRow& group = *wire::find(server.group);
  if (const auto paid = pay(steps_to_agree(group.algorithm)); !paid) return paid;
  return key_agreement_.generate(provider(), group);
}

// No keys are made for a peer that was not verified.
Result<Outcome> Client::derive_keys(const PeerVerified&, const SignatureVerified&) {
  return Endpoint::derive_keys();
}

// RFC 5246 §7.4.8: over all messages so far.
Result<Outcome> Client::sign_handshake() {
  if (!signing_.begun()) {
    signing_.begin(*credential_);
    signing_.message().append(transcript_.kept());
    transcript_.stop_keeping();
  }
  return sign();
}

Result<Outcome> Client::send_certificate_verify() {
  state_.client_signature_scheme = signing_.scheme();
  return emit(CertificateVerify{.scheme = signing_.scheme(), .signature = signing_.signature()});
}

// RFC 5077 §3.3.
Result<void> Client::receive_new_session_ticket(Bytes body) {
  const auto message = wire::parse_new_session_ticket(body);
  if (!message) return fail(message.error());
  new_ticket_ = copy(message->ticket);
  ticket_lifetime_ = message->lifetime_hint;
  return {};
}

Result<Outcome> Client::complete(PeerVerified& peer, const SignatureVerified& signature,
                                 const FinishedVerified& finished) {
  if (const Certificate* certificate = peer_certificate()) kept_.server_certificate = *certificate;
  if (context_.config.sessions && !established_) keep_session();
  return Endpoint::complete(peer, signature, finished);
}

// The session is the client's own again, or a fresher one; a ticket that was replaced is of no use
// any more.
void Client::keep_session() {
  remember_where();
  if (negotiated_.resumed && new_ticket_.empty()) return;
  session::Session session = session_of();
  session.binding = binding();
  session.psk_identity_hint =
      negotiated_.resumed ? session_->psk_identity_hint : psk_identity_hint_;
  if (new_ticket_.size() <= ticket_room_)
    session.ticket = new_ticket_;  // another one could not be offered
  if (session.ticket.empty()) session.session_id = new_id_;
  if (session.ticket.empty() && session.session_id.empty())
    return channel_.owe(session::forget_session(kept_.store, session_key()));
  // RFC 5077 §3.3: the lifetime is a hint, and 0 is none.
  const auto lifetime = ticket_lifetime_ == 0
                            ? kSessionLifetime
                            : std::min<std::chrono::seconds>(std::chrono::seconds(ticket_lifetime_),
                                                             kMaxTicketLifetime);
  session.expires = std::min(now_ + lifetime, session.established + kMaxTicketLifetime);
  if (auto bytes = serialize(session))
    channel_.owe(
        session::keep_session(kept_.store, session_key(), std::move(*bytes), session.expires));
}

}  // namespace tls12::handshake
