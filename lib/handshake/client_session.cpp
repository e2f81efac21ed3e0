// The sessions of a client: which one it offers, and what it keeps.
#include <algorithm>

#include "handshake/client.hpp"
#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

/// How long a session is kept without a lifetime from the server (RFC 5246 appendix F.1.4), and at
/// most.
constexpr std::chrono::seconds kSessionLifetime = std::chrono::hours(24),
                               kMaxTicketLifetime = std::chrono::days(7);

}  // namespace

// A session is offered while all that it was bound to holds. Another one stays in the store: it may
// be another configuration's.
std::optional<session::Session> Client::find_session() {
  const ClientConfig& config = context_.config;
  if (!config.sessions || established_) return std::nullopt;
  std::optional<session::Session> session;
  // Two captures: more would need an allocation.
  config.sessions->get(session_key(), now_, [this, &session](Bytes bytes) {
    const TrustAnchors anchors = context_.config.trust.anchors();
    session = read_session(bytes, {anchors.begin(), anchors.end()});
  });
  if (!session || !can_offer(*session)) return std::nullopt;
  remember_store();
  return session;
}

bool Client::can_offer(const session::Session& session) const {
  const bool spoken = std::ranges::find(context_.algorithms.suites, session.suite,
                                        &wire::SuiteRow::suite) != context_.algorithms.suites.end();
  if (!spoken || !extensions_allow_offering(context_, session) || session.binding != binding() ||
      now_ >= session.expires)
    return false;
  if (!still_believed(session, now_, peer_rules()) || !has_same_psk(session)) return false;
  const auto verify = [&](Work& work, x509::KnownSignatures& known) {
    return verify_certificates(session.peer_certificates, {}, nullptr, work, known).has_value();
  };
  return !session.believed_anyway || at_once(verify);
}

// The application may have withdrawn the key, or have another one for the server.
bool Client::has_same_psk(const session::Session& session) const {
  if (!has_psk(wire::find(session.suite)->key_exchange)) return true;
  auto psk =
      context_.config.find_psk ? context_.config.find_psk(session.psk_identity_hint) : std::nullopt;
  if (psk) wipe(psk->key);
  return psk && psk->identity == session.psk_identity;
}

// RFC 5246 §7.2: a connection that fails takes its session with it.
void Client::remember_store() { secrets_.store = context_.config.sessions; }

session::Binding Client::binding() const {
  const ClientConfig& config = context_.config;
  // A certificate that demands a staple (RFC 7633) gets its way only where one is requested.
  const unsigned asked = (config.dangerous.accept_any_certificate ? 1u : 0u) |
                         (config.request_ocsp ? 2u : 0u) | (config.verdict_elsewhere ? 4u : 0u) |
                         (config.dangerous.verdict_decides ? 8u : 0u);
  return context_.bindings.of(state_.server_name, provider(), static_cast<std::uint8_t>(asked),
                              config.trust, config.verify);
}

// Keeps the session, or a fresher one. A ticket that was replaced is not used again.
void Client::keep_session(const Agreement& agreement, const KeySchedule& keys,
                          const PeerVerified& peer) {
  remember_store();
  const NewTicket* ticket = phases_.find<NewTicket>();
  const bool has_ticket = ticket != nullptr && !ticket->ticket.empty();
  if (agreement.session && !has_ticket) return;
  session::Session session = session_of(agreement, keys, &peer);
  session.binding = binding();
  const ServerParameters* parameters = phases_.find<ServerParameters>();
  if (agreement.session)
    session.psk_identity_hint = agreement.session->psk_identity_hint;
  else if (parameters != nullptr && has_psk(agreement.suite->key_exchange))
    session.psk_identity_hint = text_of(parameters->message.psk_identity_hint);
  // A larger ticket could not be offered.
  if (has_ticket && ticket->ticket.size() <= agreement.terms.ticket_room)
    session.ticket = ticket->ticket;
  if (session.ticket.empty()) session.session_id = agreement.new_session_id;
  if (session.ticket.empty() && session.session_id.empty())
    return channel_.owe(session::forget_session(secrets_.store, session_key()));
  // RFC 5077 §3.3: the lifetime is a hint; 0 means that there is none.
  const std::chrono::seconds hint(ticket != nullptr ? ticket->lifetime_hint : 0);
  const auto lifetime = hint.count() == 0 ? kSessionLifetime : std::min(hint, kMaxTicketLifetime);
  session.expires = std::min(now_ + lifetime, session.established + kMaxTicketLifetime);
  if (auto bytes = serialize(session))
    channel_.owe(
        session::keep_session(secrets_.store, session_key(), std::move(*bytes), session.expires));
}

}  // namespace tls12::handshake
