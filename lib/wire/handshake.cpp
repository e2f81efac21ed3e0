// Any handshake message, by its type (RFC 5246 §7.4).
#include "tls12/limits.hpp"
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
    HandshakeType::hello_request,       HandshakeType::client_hello,
    HandshakeType::server_hello,        HandshakeType::new_session_ticket,
    HandshakeType::certificate,         HandshakeType::certificate_status,
    HandshakeType::server_key_exchange, HandshakeType::certificate_request,
    HandshakeType::server_hello_done,   HandshakeType::client_key_exchange,
    HandshakeType::certificate_verify,  HandshakeType::finished,
};
static_assert(std::size(kTypes) == std::variant_size_v<HandshakeMessage>);

// RFC 5246 §4.3: the longest vectors, with their lengths.
constexpr std::size_t kVector8 = 1 + 0xff, kVector16 = 2 + 0xffff, kPairs16 = 2 + 0xfffe;
constexpr std::size_t kRandom = 32, kSessionId = 1 + 32, kScheme = 2;
static_assert(kMaxClientHello == 2 + kRandom + kSessionId + kPairs16 + kVector8 + kVector16);

// As key_exchange.cpp reads them.
std::size_t max_server_key_exchange(KeyExchange kind) {
  const std::size_t params = has_dhe(kind) ? 3 * kVector16 : has_ecdhe(kind) ? 1 + 2 + kVector8 : 0;
  return (has_psk(kind) ? kVector16 : 0) + params + (has_signature(kind) ? kScheme + kVector16 : 0);
}
std::size_t max_client_key_exchange(KeyExchange kind) {
  const bool is_long = kind == KeyExchange::rsa || has_dhe(kind);
  return (has_psk(kind) ? kVector16 : 0) + (is_long ? kVector16 : has_ecdhe(kind) ? kVector8 : 0);
}

}  // namespace

Result<HandshakeMessage> parse(HandshakeType type, Bytes body, Syntax syntax) {
  switch (type) {
    case HandshakeType::hello_request: return any(parse_hello_request(body));
    case HandshakeType::client_hello: return any(parse_client_hello(body));
    case HandshakeType::server_hello: return any(parse_server_hello(body));
    case HandshakeType::certificate: return any(parse_certificates(body, syntax.certificate_type));
    case HandshakeType::server_key_exchange:
      return any(parse_server_key_exchange(body, syntax.key_exchange));
    case HandshakeType::certificate_request: return any(parse_certificate_request(body));
    case HandshakeType::server_hello_done: return any(parse_server_hello_done(body));
    case HandshakeType::client_key_exchange:
      return any(parse_client_key_exchange(body, syntax.key_exchange));
    case HandshakeType::certificate_verify: return any(parse_certificate_verify(body));
    case HandshakeType::finished: return any(parse_finished(body));
    case HandshakeType::new_session_ticket: return any(parse_new_session_ticket(body));
    case HandshakeType::certificate_status: return any(parse_certificate_status(body));
  }
  return fail(Errc::unexpected_message, name(type));
}

std::size_t max_body_size(HandshakeType type, Syntax syntax) {
  switch (type) {
    case HandshakeType::hello_request:
    case HandshakeType::server_hello_done: return 0;
    case HandshakeType::client_hello: return kMaxClientHello;
    case HandshakeType::server_hello: return 2 + kRandom + kSessionId + 2 + 1 + kVector16;
    case HandshakeType::server_key_exchange: return max_server_key_exchange(syntax.key_exchange);
    case HandshakeType::certificate_request: return kVector8 + kPairs16 + kVector16;
    case HandshakeType::client_key_exchange: return max_client_key_exchange(syntax.key_exchange);
    case HandshakeType::certificate_verify: return kScheme + kVector16;
    case HandshakeType::finished: return kVerifyDataSize;
    case HandshakeType::new_session_ticket: return 4 + kVector16;
    case HandshakeType::certificate:
    case HandshakeType::certificate_status: break;
  }
  return 0xffffff;
}

Result<void> serialize(const HandshakeMessage& message, Buffer& out) {
  return std::visit([&](const auto& alternative) { return serialize(alternative, out); }, message);
}

HandshakeType type_of(const HandshakeMessage& message) { return kTypes[message.index()]; }

}  // namespace tls12::wire
