// NewSessionTicket (RFC 5077 §3.3).
#include "wire/codec.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {

Result<NewSessionTicket> parse_new_session_ticket(Bytes body) {
  Reader reader(body, "NewSessionTicket");
  NewSessionTicket message;
  message.lifetime_hint = reader.u32("ticket_lifetime_hint");
  message.ticket = reader.vector16("ticket");
  return reader.finish(message);
}

Result<void> serialize(const NewSessionTicket& message, Buffer& out) {
  Writer writer(out, HandshakeType::new_session_ticket);
  writer.u32(message.lifetime_hint);
  writer.vector16(message.ticket, "ticket");
  return writer.finish();
}

}  // namespace tls12::wire
