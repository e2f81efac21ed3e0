// server_name: RFC 6066 §3.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

// Never an address, and without a dot at the end.
void offer(Offer& offer, ClientHello& hello) {
  if (!offer.server_name.empty()) hello.server_name = offer.server_name;
}

// An acknowledgement has no content.
Result<void> accept(ReceivedAnswer&) { return {}; }

Result<void> check(const ClientHello& hello, ConnectionState& state) {
  if (hello.server_name) state.server_name = *hello.server_name;
  return {};
}

// In full and abbreviated handshakes.
Result<void> require(const ServerContext::Content& context, const ClientHello& hello,
                     ConnectionState&) {
  if (!context.config.require_known_name) return {};
  if (!hello.server_name) return fail(Errc::unrecognized_name, "server_name is absent");
  return has_identity_for_name(context, hello) ? Result<void>()
                                               : fail(Errc::unrecognized_name, *hello.server_name);
}

Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  if (answer.session == nullptr && has_certificate(answer.suite.key_exchange))
    hello.server_name = answer.choice.by_name;
  return {};
}

}  // namespace

const ExtensionRow extensions::kServerName = {.type = ExtensionType::server_name,
                                              .offer = offer,
                                              .accept = accept,
                                              .check = check,
                                              .require = require,
                                              .answer = answer};

}  // namespace tls12::handshake
