// The sessions of a server: which one it resumes, and what it keeps or puts into a ticket.
#include <algorithm>

#include "handshake/extensions/table.hpp"
#include "handshake/server.hpp"
#include "session/ticket.hpp"

namespace tls12::handshake {

// RFC 5246 §7.3, RFC 5077 §3.4: by the ticket if there is one, and then not by the session ID.
Result<Outcome> Server::look_up_session(const ReceivedHello& received) {
  const ClientHello& hello = received.hello;
  const auto& content = internals(context_);
  FoundSession found;
  if (content.ticket_keys && hello.session_ticket && !hello.session_ticket->empty()) {
    if (const auto opened =
            session::open_ticket(*content.ticket_keys, *hello.session_ticket, now_)) {
      found.session = read_session(opened->session);
      found.ticket_is_old = opened->renew;
    }
  } else if (config().look_up_elsewhere && !hello.session_id.empty()) {
    if (!question_.ask(Wants::session, hello.session_id)) return Outcome::waits;
    if (const auto answer = question_.take()) found.session = read_session(*answer);
    if (found.session && now_ >= found.session->expires) found.session.reset();
  } else if (config().sessions && !hello.session_id.empty()) {
    config().sessions->get(hello.session_id, now_,
                           [&](Bytes bytes) { found.session = read_session(bytes); });
  }
  if (found.session) {
    const auto fits = extensions_allow_resuming(content, hello, *found.session);
    if (!fits) return fail(fits.error());
    if (!*fits || !can_resume(*found.session, hello)) found.session.reset();
  }
  if (found.session && config().sessions) remember_session(hello.session_id);
  phases_.create(std::move(found));
  return Outcome::done;
}

// A session that does not fit any more leads to a full handshake, never to an error.
bool Server::can_resume(const session::Session& session, const ClientHello& hello) const {
  const bool ours_still = std::ranges::find(ours().suites, session.suite, &wire::SuiteRow::suite) !=
                          ours().suites.end();
  if (!ours_still || !hello.cipher_suites.contains(session.suite)) return false;
  const bool fresh =
      now_ < session.established + config().session_lifetime && now_ >= session.established;
  return fresh && session.binding == binding() && still_believes_client(session);
}

bool Server::still_believes_client(const session::Session& session) const {
  if (!still_believed(session, now_, peer_rules())) return false;
  const auto verify = [&](Work& work, x509::KnownSignatures& known) {
    return verify_certificates(session.peer_certificates, nullptr, work, known).has_value();
  };
  if (session.believed_anyway && !at_once(verify)) return false;
  return !has_psk(wire::find(session.suite)->key_exchange) || knows_psk(session.psk_identity);
}

// A key that was withdrawn resumes no session.
bool Server::knows_psk(std::string_view identity) const {
  auto key = config().find_psk ? config().find_psk(identity) : std::nullopt;
  if (key) wipe(*key);
  return key && !key->empty();
}

// The trust of this configuration, and what it requires of clients.
session::Binding Server::binding() const {
  const unsigned asked = static_cast<unsigned>(config().client_authentication) |
                         (config().verdict_elsewhere ? 8u : 0u) |
                         (config().dangerous.verdict_decides ? 16u : 0u);
  return internals(context_).bindings.of(state_.server_name, provider(),
                                         static_cast<std::uint8_t>(asked), config().client_trust,
                                         config().verify);
}

// RFC 5246 §7.2: a connection that fails takes its session with it.
void Server::remember_session(Bytes session_id) {
  secrets_.store = config().sessions;
  secrets_.session_id.assign(session_id.begin(), session_id.end());
}

session::Session Server::session_to_keep(const Agreement& agreement, const KeySchedule& keys,
                                         const PeerVerified* peer) const {
  session::Session session = session_of(agreement, keys, peer);
  session.binding = binding();
  session.expires = session.established + config().session_lifetime;
  return session;
}

// RFC 5077 §3.3: with the lifetime that is left. A ticket that would be too large is empty instead.
Result<Outcome> Server::send_new_session_ticket(const Agreement& agreement, const KeySchedule& keys,
                                                const PeerVerified* peer) {
  const session::Session session = session_to_keep(agreement, keys, peer);
  const auto left =
      std::max(session.established + config().session_lifetime - now_, std::chrono::seconds(0));
  std::vector<std::uint8_t> ticket;
  if (const auto bytes = serialize(session);
      bytes && bytes->size() + session::kTicketOverhead <= agreement.terms.ticket_room) {
    auto sealed = session::seal_ticket(*internals(context_).ticket_keys, *bytes, now_);
    if (!sealed) return fail(sealed.error());
    ticket = std::move(*sealed);
  }
  return emit(NewSessionTicket{.lifetime_hint = static_cast<std::uint32_t>(left.count()),
                               .ticket = ticket});
}

}  // namespace tls12::handshake
