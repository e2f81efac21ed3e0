#include "handshake/server.hpp"

#include <algorithm>

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kPointFormats[] = {static_cast<std::uint8_t>(EcPointFormat::uncompressed)};

}  // namespace

Server::Server(const ServerContext::Content& context, const Environment& environment)
    : Endpoint(Role::server, context.config.common, context.abilities, environment), context_(context) {}

Result<Outcome> Server::send(Act message) {
  switch (message) {
    case Act::server_hello: return send_server_hello();
    case Act::certificate: return send_certificate();
    case Act::server_key_exchange: return send_server_key_exchange();
    case Act::certificate_request: return Outcome::left_out;  // this server asks no client for a certificate
    case Act::server_hello_done: return send_server_hello_done();
    case Act::change_cipher_spec: return send_change_cipher_spec();
    case Act::finished: return send_finished();
    default: return fail(Errc::internal_error, name(message));
  }
}

Result<Outcome> Server::take(Act local_step) {
  switch (local_step) {
    case Act::choose_configuration: return choose_configuration();
    case Act::sign: return sign();
    case Act::derive_keys: return derive_keys();
    case Act::complete:
      if (!finished_verified_) break;
      return complete(*finished_verified_);
    default: break;
  }
  return fail(Errc::internal_error, name(local_step));
}

Result<void> Server::understand(Act message, Bytes body) {
  switch (message) {
    case Act::client_hello: return receive_client_hello(body);
    case Act::client_key_exchange: return receive_client_key_exchange(body);
    case Act::finished: return receive_finished(body);
    default: return fail(Errc::internal_error, name(message));
  }
}

// RFC 5246 §7.4.1.2.
Result<void> Server::receive_client_hello(Bytes body) {
  const auto hello = wire::parse_client_hello(body);
  if (!hello) return fail(hello.error());
  if (const auto checked = check_client_hello(*hello); !checked) return checked;
  state_.secure_renegotiation = signals_secure_renegotiation(*hello);
  if (!state_.secure_renegotiation && !context_.config.dangerous.allow_missing_secure_renegotiation) return fail(Errc::secure_renegotiation_missing);
  // RFC 7627 §5.2: a server that has it uses it whenever the client offers it.
  state_.extended_master_secret = hello->extended_master_secret;
  if (!hello->extended_master_secret && config_.require_extended_master_secret) return fail(Errc::extended_master_secret_missing);
  std::ranges::copy(hello->random, client_random_.begin());
  if (hello->server_name) state_.server_name = *hello->server_name;
  point_formats_offered_ = hello->ec_point_formats.has_value();
  return {};
}

// A local step: it may be taken again, so it reads the ClientHello from the transcript, where it stays until the hash is known.
Result<Outcome> Server::choose_configuration() {
  const auto hello = wire::parse_client_hello(transcript_.kept().subspan(wire::kHandshakeHeaderSize));
  if (!hello) return fail(hello.error());
  const auto choice = choose(context_, *hello);
  if (!choice) return fail(choice.error());
  choice_ = *choice;
  return Outcome::done;
}

// RFC 5246 §7.4.1.3. The session_id stays empty: the session will not be resumable.
Result<Outcome> Server::send_server_hello() {
  suite_chosen(*choice_.suite);
  group_ = choice_.group;
  transcript_.use(*provider()[suite_->prf_hash].implementation);
  transcript_.stop_keeping();  // no client will be asked to sign it
  state_.group = group_->group;
  state_.signature_scheme = choice_.scheme;
  state_.application_protocol = text_of(choice_.application_protocol);

  if (const auto drawn = draw(server_random_); !drawn) return fail(drawn.error());
  // Not in send_server_key_exchange, which needs it signed already: the step between may be taken again, and draws nothing.
  if (const auto generated = generate_key_share(); !generated) return fail(generated.error());

  ServerHello hello{.random = server_random_, .cipher_suite = suite_->suite};
  if (point_formats_offered_) hello.ec_point_formats = kPointFormats;                                                      // RFC 8422 §5.2
  if (!choice_.application_protocol.empty()) hello.application_layer_protocol_negotiation = choice_.application_protocol;  // RFC 7301 §3.1
  hello.extended_master_secret = state_.extended_master_secret;                                                            // RFC 7627 §5.2
  if (state_.secure_renegotiation) hello.renegotiation_info = Bytes{};                                                     // RFC 5746 §3.6
  if (const auto sent = emit(hello); !sent) return fail(sent.error());
  return Outcome::done;
}

// RFC 5246 §7.4.2.
Result<Outcome> Server::send_certificate() {
  if (const auto sent = emit(Certificates{.certificate_list = ListOfOpaque<3>(choice_.identity->certificate_list)}); !sent) return fail(sent.error());
  return Outcome::done;
}

// RFC 5246 §7.4.3, RFC 8422 §5.4: what proves that we hold the certificate's key. A key that lives elsewhere is waited for.
Result<Outcome> Server::sign() {
  if (to_sign_.empty()) {
    to_sign_.append(client_random_);
    to_sign_.append(server_random_);
    wire::serialize_params({.key_exchange = suite_->key_exchange, .group = group_->group, .point = key_share_->public_value()}, to_sign_);
  }
  if (refused_) return fail(Errc::signature_refused);
  if (signature_size_ != 0) return check_foreign_signature();
  const PrivateKey& key = choice_.identity->identity.key();
  if (key.is_elsewhere()) {
    waiting_ = true;
    return Outcome::waits;
  }
  const auto size = key.sign(choice_.algorithm, to_sign_.view(), provider().rng(), signature_);
  if (!size) return fail(size.error());
  signature_size_ = *size;
  return Outcome::done;
}

// A faulty RSA signature gives the key away (RFC 8422 §9 asks for care; the fault attack is Lenstra's), whoever made it.
Result<Outcome> Server::check_foreign_signature() const {
  if (choice_.algorithm.family != SignatureFamily::rsa_pkcs1 && choice_.algorithm.family != SignatureFamily::rsa_pss) return Outcome::done;
  const bool right =
      provider()[choice_.algorithm.family].implementation->verify(choice_.identity->identity.chain().front().public_key(), choice_.algorithm.hash,
                                                                  choice_.algorithm.salt_size, to_sign_.view(), Bytes(signature_).first(signature_size_));
  if (!right) return fail(Errc::signature_refused, "the RSA signature that was provided is wrong");
  return Outcome::done;
}

void Server::answer_signature(std::optional<Bytes> signature) {
  waiting_ = false;
  refused_ = !signature || signature->empty() || signature->size() > signature_.size();
  if (refused_) return;
  std::ranges::copy(*signature, signature_.begin());
  signature_size_ = signature->size();
}

Result<Outcome> Server::send_server_key_exchange() {
  const auto sent = emit(ServerKeyExchange{.key_exchange = suite_->key_exchange,
                                           .group = group_->group,
                                           .point = key_share_->public_value(),
                                           .scheme = choice_.scheme,
                                           .signature = Bytes(signature_).first(signature_size_)});
  if (!sent) return fail(sent.error());
  return Outcome::done;
}

// RFC 5246 §7.4.5.
Result<Outcome> Server::send_server_hello_done() {
  if (const auto sent = emit(ServerHelloDone{}); !sent) return fail(sent.error());
  return Outcome::done;
}

// RFC 5246 §7.4.7, RFC 8422 §5.7.
Result<void> Server::receive_client_key_exchange(Bytes body) {
  const auto message = wire::parse_client_key_exchange(body, suite_->key_exchange);
  if (!message) return fail(message.error());
  return agree(message->exchange_keys);
}

Result<Outcome> Server::complete(const FinishedVerified&) {
  state_.handshake_complete = true;
  return Outcome::done;
}

}  // namespace tls12::handshake
