// Parsing and serialising the messages of tls12/messages.hpp. A parse consumes everything or fails; serialising cannot fail.
#pragma once

#include <array>
#include <optional>

#include "base/buffer.hpp"
#include "tls12/error.hpp"
#include "tls12/messages.hpp"

namespace tls12::wire {

/// msg_type and a 24-bit length (RFC 5246 §7.4).
inline constexpr std::size_t kHandshakeHeaderSize = 4;

// Each takes the body behind the header and gives views into it.
Result<HelloRequest> parse_hello_request(Bytes body);
Result<ClientHello> parse_client_hello(Bytes body);
Result<ServerHello> parse_server_hello(Bytes body);
Result<Certificates> parse_certificates(Bytes body);
Result<ServerKeyExchange> parse_server_key_exchange(Bytes body, KeyExchange key_exchange);
Result<CertificateRequest> parse_certificate_request(Bytes body);
Result<ServerHelloDone> parse_server_hello_done(Bytes body);
Result<ClientKeyExchange> parse_client_key_exchange(Bytes body, KeyExchange key_exchange);
Result<CertificateVerify> parse_certificate_verify(Bytes body);
Result<Finished> parse_finished(Bytes body);
/// Any of them, by type. `key_exchange` is that of the negotiated suite, for the two messages that need it.
Result<HandshakeMessage> parse(HandshakeType type, Bytes body, KeyExchange key_exchange);
/// RFC 5246 §7.2: exactly two bytes.
Result<AlertMessage> parse_alert(Bytes fragment);

// Each appends header and body.
void serialize(const HelloRequest&, Buffer& out);
void serialize(const ClientHello&, Buffer& out);
void serialize(const ServerHello&, Buffer& out);
void serialize(const Certificates&, Buffer& out);
void serialize(const ServerKeyExchange&, Buffer& out);
void serialize(const CertificateRequest&, Buffer& out);
void serialize(const ServerHelloDone&, Buffer& out);
void serialize(const ClientKeyExchange&, Buffer& out);
void serialize(const CertificateVerify&, Buffer& out);
void serialize(const Finished&, Buffer& out);
void serialize(const HandshakeMessage&, Buffer& out);
std::array<std::uint8_t, 2> serialize(const AlertMessage&);

HandshakeType type_of(const HandshakeMessage& message);

/// The ServerECDHParams (RFC 8422 §5.4) of `group` and `point`, as they are sent and signed.
void serialize_ecdh_params(NamedGroup group, Bytes point, Buffer& out);

}  // namespace tls12::wire
