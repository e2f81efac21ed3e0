// application_layer_protocol_negotiation (ALPN): RFC 7301.
#include <algorithm>

#include "handshake/extensions/table.hpp"
#include "tls12/text.hpp"

namespace tls12::handshake {
namespace {

// A renegotiation offers none, and keeps the protocol.
void offer(Offer& offer, ClientHello& hello) {
  const auto& ours = offer.context.algorithms;
  if (offer.established == nullptr && !ours.protocols_wire.empty())
    hello.application_layer_protocol_negotiation = ours.protocol_list();
}

// §3.1: one of those that were offered.
Result<void> accept(ReceivedAnswer& received) {
  const bool renegotiates = received.established != nullptr;
  if (renegotiates)
    received.state.application_protocol = received.established->application_protocol;
  const auto& chosen = received.hello.application_layer_protocol_negotiation;
  if (!chosen) {
    const bool missing =
        received.context.config.common.require_application_protocol && !renegotiates;
    return missing ? fail(Errc::no_common_application_protocol) : Result<void>();
  }
  for (const Bytes ours : received.context.algorithms.protocol_list()) {
    if (!std::ranges::equal(ours, *chosen)) continue;
    received.state.application_protocol = text_of(*chosen);
    return {};
  }
  return fail(Errc::application_protocol_not_offered, in_quotes(text_of(*chosen)));
}

Result<void> require(const ServerContext::Content& context, const ClientHello& hello,
                     ConnectionState& state) {
  const auto chosen = choose_protocol(context, hello);
  if (!chosen) return fail(chosen.error());
  state.application_protocol = text_of(*chosen);
  return {};
}

// §3.1.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  const std::string& chosen = answer.state.application_protocol;
  if (!chosen.empty()) hello.application_layer_protocol_negotiation = bytes_of(chosen);
  return {};
}

}  // namespace

// §3.2: the first of ours that the client offers.
Result<Bytes> choose_protocol(const ServerContext::Content& context, const ClientHello& hello) {
  if (!hello.application_layer_protocol_negotiation &&
      context.config.common.require_application_protocol)
    return fail(Errc::no_common_application_protocol, "the client does not offer any");
  if (!hello.application_layer_protocol_negotiation || context.algorithms.protocols_wire.empty())
    return Bytes{};
  for (const Bytes ours : context.algorithms.protocol_list())
    for (const Bytes theirs : *hello.application_layer_protocol_negotiation)
      if (std::ranges::equal(ours, theirs)) return ours;
  return fail(Errc::no_common_application_protocol);
}

const ExtensionRow extensions::kApplicationLayerProtocolNegotiation = {
    .type = ExtensionType::application_layer_protocol_negotiation,
    .offer = offer,
    .accept = accept,
    .require = require,
    .answer = answer};

}  // namespace tls12::handshake
