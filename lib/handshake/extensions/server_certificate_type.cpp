// server_certificate_type: RFC 7250, for the key that the server sends.
#include <algorithm>

#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  if (const auto& types = offer.context.server_types_wire; !types.empty())
    hello.server_certificate_types = types;
}

// §4.2: one of those that were offered; X.509 where the server does not answer.
Result<void> accept(ReceivedAnswer& received) {
  const auto& chosen = received.hello.server_certificate_type;
  received.terms.peer_certificate_type = chosen.value_or(CertificateType::x509);
  const auto& ours = received.context.config.server_certificate_types;
  return !chosen || std::ranges::count(ours, *chosen) != 0
             ? Result<void>()
             : fail(Errc::certificate_type_not_offered, name(*chosen));
}

// §4.2: a server answers if the client sent the extension. The type was chosen with the credential.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (answer.session != nullptr || !has_certificate(answer.suite.key_exchange)) return {};
  answer.terms.own_certificate_type = answer.choice.credential.type;
  if (answer.hello.server_certificate_types)
    hello.server_certificate_type = answer.choice.credential.type;
  return {};
}

}  // namespace

const ExtensionRow extensions::kServerCertificateType = {
    .type = ExtensionType::server_certificate_type,
    .offer = offer,
    .accept = accept,
    .answer = answer};

}  // namespace tls12::handshake
