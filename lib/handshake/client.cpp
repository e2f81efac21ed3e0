#include "handshake/client.hpp"

#include <algorithm>

#include "handshake/negotiate.hpp"
#include "handshake/verify.hpp"

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kNullCompression[] = {0};
constexpr std::uint8_t kPointFormats[] = {static_cast<std::uint8_t>(EcPointFormat::uncompressed)};
/// What a server reads and never answers (RFC 5246 §7.4.1.4.1, RFC 7685 §3, RFC 8446 §4.2.1, §4.2.3). It may answer supported_groups: some do, to no effect.
constexpr ExtensionType kNeverAnswered[] = {ExtensionType::signature_algorithms, ExtensionType::signature_algorithms_cert, ExtensionType::padding,
                                            ExtensionType::supported_versions};

}  // namespace

Client::Client(const ClientContext::Content& context, x509::ReferenceName server_name, const Environment& environment)
    : Endpoint(Role::client, context.config.common, context.abilities, environment), context_(context), server_name_(std::move(server_name)) {
  state_.server_name = server_name_.text();
}

Result<Outcome> Client::send(Act message) {
  switch (message) {
    case Act::client_hello: return send_client_hello();
    case Act::certificate: return send_certificate();
    case Act::client_key_exchange: return send_client_key_exchange();
    case Act::change_cipher_spec: return send_change_cipher_spec();
    case Act::finished: return send_finished();
    default: break;
  }
  return fail(Errc::internal_error, name(message));
}

Result<Outcome> Client::take(Act local_step) {
  switch (local_step) {
    case Act::verify_peer: return verify_peer();
    case Act::derive_keys:
      if (!peer_verified_ || !signature_verified_) break;
      return derive_keys(*peer_verified_, *signature_verified_);
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
    case Act::server_key_exchange: return receive_server_key_exchange(body);
    case Act::certificate_request: return receive_certificate_request(body);
    case Act::server_hello_done: return receive_server_hello_done(body);
    case Act::finished: return receive_finished(body);
    default: return fail(Errc::internal_error, name(message));
  }
}

// RFC 5246 §7.4.1.2. All 32 bytes of the random are random: the clock that the RFC puts first tells strangers who we are.
Result<Outcome> Client::send_client_hello() {
  if (const auto drawn = draw(client_random_); !drawn) return fail(drawn.error());
  ClientHello hello{.random = client_random_, .cipher_suites = abilities_.suite_list(), .compression_methods = kNullCompression};
  if (!server_name_.is_address()) hello.server_name = server_name_.dns();  // RFC 6066 §3: never an address, and no dot at the end
  hello.supported_groups = abilities_.group_list();
  hello.ec_point_formats = kPointFormats;
  hello.signature_algorithms = abilities_.scheme_list();
  if (!abilities_.protocols_wire.empty()) hello.application_layer_protocol_negotiation = abilities_.protocol_list();
  hello.extended_master_secret = true;
  hello.renegotiation_info = Bytes{};  // RFC 5746 §3.4: empty in a first handshake
  if (const auto sent = emit(hello); !sent) return fail(sent.error());
  return Outcome::done;
}

// RFC 5246 §7.4.1.3.
Result<void> Client::receive_server_hello(Bytes body) {
  const auto hello = wire::parse_server_hello(body);
  if (!hello) return fail(hello.error());
  if (hello->server_version != ProtocolVersion::tls12) return fail(Errc::version_not_offered, name(hello->server_version));
  const auto suite = std::ranges::find(abilities_.suites, hello->cipher_suite, &wire::SuiteRow::suite);
  if (suite == abilities_.suites.end()) return fail(Errc::suite_not_offered, name(hello->cipher_suite));
  if (hello->compression_method != 0) return fail(Errc::compression_not_offered);
  if (const auto checked = check_extensions(*hello); !checked) return checked;

  std::ranges::copy(hello->random, server_random_.begin());
  state_.extended_master_secret = hello->extended_master_secret;
  state_.secure_renegotiation = hello->renegotiation_info.has_value();
  if (hello->application_layer_protocol_negotiation) state_.application_protocol = text_of(*hello->application_layer_protocol_negotiation);
  suite_chosen(**suite);
  transcript_.use(*provider()[suite_->prf_hash].implementation);
  transcript_.stop_keeping();  // this client has no certificate of its own to prove
  return {};
}

// RFC 5246 §7.4.1.4: a server answers extensions, it never brings its own. Our ClientHello stands in the transcript still.
Result<void> Client::check_offered(const ServerHello& hello) const {
  const auto ours = wire::parse_client_hello(transcript_.kept().subspan(wire::kHandshakeHeaderSize));
  if (!ours) return fail(ours.error());
  for (const Extension answer : hello.extensions) {
    const bool offered = std::ranges::any_of(ours->extensions, [&](const Extension& e) { return e.type == answer.type; });
    if (!offered || std::ranges::find(kNeverAnswered, answer.type) != std::end(kNeverAnswered)) return fail(Errc::extension_not_offered, name(answer.type));
  }
  return {};
}

Result<void> Client::check_extensions(const ServerHello& hello) const {
  if (const auto checked = check_offered(hello); !checked) return checked;
  // RFC 8422 §5.2.
  if (hello.ec_point_formats && std::ranges::find(*hello.ec_point_formats, kPointFormats[0]) == hello.ec_point_formats->end())
    return fail(Errc::point_format_missing);
  // RFC 5746 §3.4.
  if (hello.renegotiation_info && !hello.renegotiation_info->empty()) return fail(Errc::renegotiation_info_not_empty);
  if (!hello.renegotiation_info && !context_.config.dangerous.allow_missing_secure_renegotiation) return fail(Errc::secure_renegotiation_missing);
  // RFC 7627 §5.2.
  if (!hello.extended_master_secret && config_.require_extended_master_secret) return fail(Errc::extended_master_secret_missing);
  return check_protocol(hello);
}

// RFC 7301 §3.1: one of those that were offered.
Result<void> Client::check_protocol(const ServerHello& hello) const {
  if (!hello.application_layer_protocol_negotiation) return {};
  for (const Bytes ours : abilities_.protocol_list())
    if (std::ranges::equal(ours, *hello.application_layer_protocol_negotiation)) return {};
  return fail(Errc::application_protocol_not_offered, text_of(*hello.application_layer_protocol_negotiation));
}

// RFC 5246 §7.4.2.
Result<void> Client::receive_certificate(Bytes body) {
  const auto message = wire::parse_certificates(body);
  if (!message) return fail(message.error());
  if (message->certificate_list.empty()) return fail(Errc::certificate_list_empty);
  if (message->certificate_list.size() > config_.limits.certificates) return fail(Errc::certificate_path_too_long, "Limits::certificates");
  for (const Bytes der : message->certificate_list) {
    auto certificate = Certificate::from_der(der);
    if (!certificate) return fail(certificate.error());
    state_.peer_certificates.push_back(std::move(*certificate));
  }
  // RFC 8422 §2: the key decides which suites a certificate serves; §5.3: an EC key must be on a curve that was offered.
  const KeyKind key = state_.peer_certificates.front().public_key().kind;
  if (!fits(suite_->key_exchange, key)) return fail(Errc::certificate_wrong_type, name(suite_->suite));
  const auto curve = wire::curve_of(key);
  if (curve && !abilities_.group_list().contains(*curve)) return fail(Errc::curve_not_offered, name(*curve));
  return {};
}

// RFC 5246 §7.4.3, RFC 8422 §5.4.
Result<void> Client::receive_server_key_exchange(Bytes body) {
  const auto message = wire::parse_server_key_exchange(body, suite_->key_exchange);
  if (!message) return fail(message.error());
  const auto group = std::ranges::find(abilities_.groups, message->group, &wire::GroupRow::group);
  if (group == abilities_.groups.end()) return fail(Errc::group_not_offered, name(message->group));
  group_ = *group;
  if (message->point.size() != public_size(group_->algorithm)) return fail(Errc::bad_key_share, "length");

  auto verified = verify_key_exchange_signature({.message = *message,
                                                 .offered = abilities_.scheme_list(),
                                                 .certificate = state_.peer_certificates.front(),
                                                 .client_random = client_random_,
                                                 .server_random = server_random_,
                                                 .provider = provider()});
  if (!verified) return fail(verified.error());
  signature_verified_ = *verified;
  std::ranges::copy(message->point, peer_share_.begin());
  peer_share_size_ = message->point.size();
  state_.group = message->group;
  state_.signature_scheme = message->scheme;
  return {};
}

// RFC 5246 §7.4.4. This client has no certificate, so what kinds are welcome does not matter.
Result<void> Client::receive_certificate_request(Bytes body) {
  const auto message = wire::parse_certificate_request(body);
  if (!message) return fail(message.error());
  negotiated_.certificate_requested = true;
  return {};
}

// RFC 5246 §7.4.5.
Result<void> Client::receive_server_hello_done(Bytes body) {
  const auto message = wire::parse_server_hello_done(body);
  return message ? Result<void>() : fail(message.error());
}

// RFC 5246 §7.4.2: before anything that depends on it is sent.
Result<Outcome> Client::verify_peer() {
  auto verified = verify_server({.presented = state_.peer_certificates,
                                 .trust = context_.config.trust,
                                 .policy = context_.config.verify,
                                 .server_name = state_.server_name,
                                 .now = now_,
                                 .provider = provider(),
                                 .accept_any_certificate = context_.config.dangerous.accept_any_certificate});
  if (!verified) return fail(verified.error());
  peer_verified_ = std::move(*verified);
  return Outcome::done;
}

// RFC 5246 §7.4.6: a client that was asked and has none says so with an empty list.
Result<Outcome> Client::send_certificate() {
  if (const auto sent = emit(Certificates{}); !sent) return fail(sent.error());
  return Outcome::done;
}

// RFC 5246 §7.4.7, RFC 8422 §5.7.
Result<Outcome> Client::send_client_key_exchange() {
  if (const auto generated = generate_key_share(); !generated) return fail(generated.error());
  if (const auto sent = emit(ClientKeyExchange{.key_exchange = suite_->key_exchange, .exchange_keys = key_share_->public_value()}); !sent)
    return fail(sent.error());
  if (const auto agreed = agree(Bytes(peer_share_).first(peer_share_size_)); !agreed) return fail(agreed.error());
  return Outcome::done;
}

// No keys are made for a peer that was not verified.
Result<Outcome> Client::derive_keys(const PeerVerified&, const SignatureVerified&) { return Endpoint::derive_keys(); }

Result<Outcome> Client::complete(const PeerVerified& peer, const SignatureVerified&, const FinishedVerified&) {
  state_.verified_chain = peer.chain();
  state_.handshake_complete = true;
  return Outcome::done;
}

}  // namespace tls12::handshake
