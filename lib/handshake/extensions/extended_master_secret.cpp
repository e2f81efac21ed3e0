// extended_master_secret: RFC 7627.
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

// §5.2: always offered.
void offer(Offer&, ClientHello& hello) { hello.extended_master_secret = true; }

bool can_offer_session(const ClientContext::Content& context, const session::Session& session) {
  return session.extended_master_secret || !context.config.common.require_extended_master_secret;
}

Result<void> accept(ReceivedAnswer& received) {
  const bool has_it = received.hello.extended_master_secret;
  if (!has_it && received.context.config.common.require_extended_master_secret)
    return fail(Errc::extended_master_secret_missing);
  // §5.4: the extension ties the handshakes together.
  if (received.established != nullptr && has_it != received.established->extended_master_secret)
    return fail(Errc::renegotiation_extended_master_secret_changed);
  // §5.3.
  if (received.session != nullptr && has_it != received.session->extended_master_secret)
    return fail(Errc::session_extended_master_secret_changed);
  received.state.extended_master_secret = has_it;
  return {};
}

// §5.2: a server uses it whenever the client offers it.
Result<void> check(const ClientHello& hello, ConnectionState& state) {
  state.extended_master_secret = hello.extended_master_secret;
  return {};
}

Result<void> require(const ServerContext::Content& context, const ClientHello&,
                     ConnectionState& state) {
  return state.extended_master_secret || !context.config.common.require_extended_master_secret
             ? Result<void>()
             : fail(Errc::extended_master_secret_missing);
}

// §5.3: without the extension that it was made with, a session is an attack.
Result<bool> can_resume_session(const ServerContext::Content&, const ClientHello& hello,
                                const session::Session& session) {
  if (session.extended_master_secret && !hello.extended_master_secret)
    return fail(Errc::session_extended_master_secret_changed);
  return session.extended_master_secret == hello.extended_master_secret;
}

// §5.2.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  hello.extended_master_secret = answer.state.extended_master_secret;
  return {};
}

}  // namespace

const ExtensionRow extensions::kExtendedMasterSecret = {
    .type = ExtensionType::extended_master_secret,
    .offer = offer,
    .can_offer_session = can_offer_session,
    .accept = accept,
    .check = check,
    .require = require,
    .can_resume_session = can_resume_session,
    .answer = answer};

}  // namespace tls12::handshake
