// session_ticket: RFC 5077.
#include <algorithm>

#include "handshake/extensions/table.hpp"

namespace tls12::handshake {
namespace {

/// RFC 5246 §7.4.1.4: bytes of all extensions together, and of the header of each.
constexpr std::size_t kMaxExtensions = 0xffff, kExtensionHeaderSize = 4;

// §3.2: the ticket, or an empty field to ask for one.
void offer(Offer& offer, ClientHello& hello) {
  const ClientConfig& config = offer.context.config;
  if (config.sessions && config.tickets && offer.established == nullptr)
    hello.session_ticket = offer.session != nullptr ? offer.session->ticket.view() : Bytes{};
}

bool can_offer_session(const ClientContext::Content& context, const session::Session& session) {
  return !session.session_id.empty() || (context.config.tickets && !session.ticket.empty());
}

Result<void> accept(ReceivedAnswer& received) {
  received.negotiated.new_session_ticket = received.hello.session_ticket;
  const ClientHello& ours = received.offered;
  const std::size_t padding = ours.padding ? kExtensionHeaderSize + *ours.padding : 0;
  const std::size_t ticket = ours.session_ticket.value_or(Bytes{}).size();
  received.terms.ticket_room = kMaxExtensions - (ours.extensions.wire().size() - padding - ticket);
  return {};
}

// A ticket that this server would refuse later, in a ClientHello like this one, is not issued.
std::size_t ticket_room(const SentAnswer& answer) {
  const std::size_t offered = answer.hello.session_ticket.value_or(Bytes{}).size();
  const std::size_t others =
      answer.hello_size - offered + wire::kSessionIdSize - answer.hello.session_id.size();
  const std::size_t limit = answer.context.config.common.limits.client_hello;
  return std::min(kMaxTicket, limit - std::min(limit, others));
}

// §3.2: a ticket is sent if the client asked for one, or if its ticket must be renewed.
Result<void> answer(SentAnswer& answer, ServerHello& hello) {
  hello.session_ticket = answer.context.ticket_keys && answer.hello.session_ticket &&
                         (answer.session == nullptr || answer.ticket_is_old);
  answer.negotiated.new_session_ticket = hello.session_ticket;
  answer.terms.ticket_room = ticket_room(answer);
  return {};
}

}  // namespace

const ExtensionRow extensions::kSessionTicket = {.type = ExtensionType::session_ticket,
                                                 .offer = offer,
                                                 .can_offer_session = can_offer_session,
                                                 .accept = accept,
                                                 .answer = answer};

}  // namespace tls12::handshake
