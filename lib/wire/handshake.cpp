// Any handshake message, by its type (RFC 5246 §7.4).
#include "wire/codec.hpp"

namespace tls12::wire {
namespace {

template <class Message>
Result<HandshakeMessage> any(Result<Message> parsed) {
  if (!parsed) return fail(parsed.error());
  return HandshakeMessage(*parsed);
}

// RFC 5246 §7.4: the msg_type of each alternative of HandshakeMessage, in its order.
constexpr HandshakeType kTypes[] = {
    HandshakeType::hello_request,     HandshakeType::client_hello,        HandshakeType::server_hello,        HandshakeType::new_session_ticket,
    HandshakeType::certificate,       HandshakeType::certificate_status,  HandshakeType::server_key_exchange, HandshakeType::certificate_request,
    HandshakeType::server_hello_done, HandshakeType::client_key_exchange, HandshakeType::certificate_verify,  HandshakeType::finished,
};
static_assert(std::size(kTypes) == std::variant_size_v<HandshakeMessage>);

}  // namespace

Result<HandshakeMessage> parse(HandshakeType type, Bytes body, Syntax syntax) {
  switch (type) {
    case HandshakeType::hello_request: return any(parse_hello_request(body));
    case HandshakeType::client_hello: return any(parse_client_hello(body));
    case HandshakeType::server_hello: return any(parse_server_hello(body));
    case HandshakeType::certificate: return any(parse_certificates(body, syntax.certificate_type));
    case HandshakeType::server_key_exchange: return any(parse_server_key_exchange(body, syntax.key_exchange));
    case HandshakeType::certificate_request: return any(parse_certificate_request(body));
    case HandshakeType::server_hello_done: return any(parse_server_hello_done(body));
    case HandshakeType::client_key_exchange: return any(parse_client_key_exchange(body, syntax.key_exchange));
    case HandshakeType::certificate_verify: return any(parse_certificate_verify(body));
    case HandshakeType::finished: return any(parse_finished(body));
    case HandshakeType::new_session_ticket: return any(parse_new_session_ticket(body));
    case HandshakeType::certificate_status: return any(parse_certificate_status(body));
  }
  return fail(Errc::unexpected_message, name(type));
}

Result<void> serialize(const HandshakeMessage& message, Buffer& out) {
  return std::visit([&](const auto& alternative) { return serialize(alternative, out); }, message);
}

HandshakeType type_of(const HandshakeMessage& message) { return kTypes[message.index()]; }

}  // namespace tls12::wire
