// client_certificate_type: RFC 7250, for the key that the client sends.
#include <algorithm>

#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  if (const auto& types = offer.context.client_types_wire; !types.empty())
    hello.client_certificate_types = types;
}

// §4.2: one of those that were offered; X.509 where the server does not answer.
Result<void> accept(ReceivedAnswer& received) {
  const auto& chosen = received.hello.client_certificate_type;
  received.terms.own_certificate_type = chosen.value_or(CertificateType::x509);
  const auto& ours = received.context.config.client_certificate_types;
  return !chosen || std::ranges::count(ours, *chosen) != 0
             ? Result<void>()
             : fail(Errc::certificate_type_not_offered, name(*chosen));
}

// §4.2: a client without a type in common gets no CertificateRequest, or is refused if the server
// requires a certificate.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  const ServerConfig& config = answer.context.config;
  const ClientAuthentication mode = config.client_authentication;
  if (answer.session != nullptr || !has_certificate(answer.suite.key_exchange) ||
      mode == ClientAuthentication::none)
    return {};
  const auto common = common_certificate_types(config.client_certificate_types,
                                               answer.hello.client_certificate_types);
  if (common.empty())
    return requires_certificate(mode)
               ? fail(Errc::certificate_type_not_offered, "client_certificate_type")
               : Result<void>();
  answer.terms.peer_certificate_type = common.front();
  answer.terms.client_may_sign = true;
  if (answer.hello.client_certificate_types) hello.client_certificate_type = common.front();
  return {};
}

}  // namespace

const ExtensionRow extensions::kClientCertificateType = {
    .type = ExtensionType::client_certificate_type,
    .offer = offer,
    .accept = accept,
    .answer = answer};

}  // namespace tls12::handshake
