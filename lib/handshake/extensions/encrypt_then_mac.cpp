// encrypt_then_mac: RFC 7366. It is for block ciphers alone.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

void offer(Offer& offer, ClientHello& hello) {
  hello.encrypt_then_mac = offer.context.algorithms.has_cbc();
}

Result<void> accept(ReceivedAnswer& received) {
  const bool is_cbc = received.suite.cbc() != nullptr;
  const bool has_it = received.hello.encrypt_then_mac;
  if (is_cbc && !has_it) {
    if (received.context.config.common.require_encrypt_then_mac)
      return fail(Errc::encrypt_then_mac_missing, name(received.suite.suite));
    // §3.1: it is not taken back in a renegotiation.
    if (received.established != nullptr && received.secrets.encrypt_then_mac)
      return fail(Errc::renegotiation_encrypt_then_mac_lost);
  }
  if (!is_cbc && has_it)
    return fail(Errc::encrypt_then_mac_without_cbc, name(received.suite.suite));  // §3
  received.state.encrypt_then_mac = has_it;
  return {};
}

Result<bool> can_resume_session(const ServerContext::Content& context, const ClientHello& hello,
                                const session::Session& session) {
  const bool is_cbc = wire::find(session.suite)->cbc() != nullptr;
  return !is_cbc || hello.encrypt_then_mac || !context.config.common.require_encrypt_then_mac;
}

// §3.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  hello.encrypt_then_mac = answer.hello.encrypt_then_mac && answer.suite.cbc() != nullptr;
  answer.state.encrypt_then_mac = hello.encrypt_then_mac;
  return {};
}

}  // namespace

const ExtensionRow extensions::kEncryptThenMac = {.type = ExtensionType::encrypt_then_mac,
                                                  .offer = offer,
                                                  .accept = accept,
                                                  .can_resume_session = can_resume_session,
                                                  .answer = answer};

}  // namespace tls12::handshake
