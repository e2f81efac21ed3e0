// Parsing and serialising the messages of tls12/messages.hpp. A parse consumes everything or fails;
// serialising writes everything or fails.
#pragma once

#include <array>
#include <optional>

#include "base/buffer.hpp"
#include "tls12/error.hpp"
#include "tls12/messages.hpp"

namespace tls12::wire {

/// msg_type and a 24-bit length (RFC 5246 §7.4).
inline constexpr std::size_t kHandshakeHeaderSize = 4;

/// RFC 5246 §7.4.1.2: the most bytes of a session ID.
inline constexpr std::size_t kSessionIdSize = 32;
/// RFC 5246 §8.1: bytes of a master secret.
inline constexpr std::size_t kMasterSecretSize = 48;
/// RFC 5246 §7.4.9: bytes of Finished.verify_data, in every suite that this stack has.
inline constexpr std::size_t kVerifyDataSize = 12;

/// What was negotiated that decides how a message is to be read.
struct Syntax {
  KeyExchange key_exchange = KeyExchange::ecdhe_ecdsa;
  CertificateType certificate_type = CertificateType::x509;  ///< of whoever sends the Certificate
};

// Each takes the body behind the header and gives views into it.
Result<HelloRequest> parse_hello_request(Bytes body);
Result<ClientHello> parse_client_hello(Bytes body);
Result<ServerHello> parse_server_hello(Bytes body);
Result<NewSessionTicket> parse_new_session_ticket(Bytes body);
Result<Certificates> parse_certificates(Bytes body, CertificateType type = CertificateType::x509);
Result<CertificateStatus> parse_certificate_status(Bytes body);
Result<ServerKeyExchange> parse_server_key_exchange(Bytes body, KeyExchange key_exchange);
Result<CertificateRequest> parse_certificate_request(Bytes body);
Result<ServerHelloDone> parse_server_hello_done(Bytes body);
Result<ClientKeyExchange> parse_client_key_exchange(Bytes body, KeyExchange key_exchange);
Result<CertificateVerify> parse_certificate_verify(Bytes body);
Result<Finished> parse_finished(Bytes body);
/// Any of them, by type.
Result<HandshakeMessage> parse(HandshakeType type, Bytes body, Syntax syntax);
/// The most that a body of this type can be: its fields, each as long as its length can say. For
/// Certificate and CertificateStatus that is 2^24-1, all that the header can say.
std::size_t max_body_size(HandshakeType type, Syntax syntax);
/// RFC 5246 §7.2: exactly two bytes.
Result<AlertMessage> parse_alert(Bytes fragment);

// Each appends header and body, or nothing. Errors: Errc::field_too_long if a field or the message
// is longer than its length can say; the detail names it ("Certificate.certificate_list").
[[nodiscard]] Result<void> serialize(const HelloRequest&, Buffer& out);
[[nodiscard]] Result<void> serialize(const ClientHello&, Buffer& out);
[[nodiscard]] Result<void> serialize(const ServerHello&, Buffer& out);
[[nodiscard]] Result<void> serialize(const NewSessionTicket&, Buffer& out);
[[nodiscard]] Result<void> serialize(const Certificates&, Buffer& out);
[[nodiscard]] Result<void> serialize(const CertificateStatus&, Buffer& out);
[[nodiscard]] Result<void> serialize(const ServerKeyExchange&, Buffer& out);
[[nodiscard]] Result<void> serialize(const CertificateRequest&, Buffer& out);
[[nodiscard]] Result<void> serialize(const ServerHelloDone&, Buffer& out);
[[nodiscard]] Result<void> serialize(const ClientKeyExchange&, Buffer& out);
[[nodiscard]] Result<void> serialize(const CertificateVerify&, Buffer& out);
[[nodiscard]] Result<void> serialize(const Finished&, Buffer& out);
[[nodiscard]] Result<void> serialize(const HandshakeMessage&, Buffer& out);
std::array<std::uint8_t, 2> serialize(const AlertMessage&);

HandshakeType type_of(const HandshakeMessage& message);

/// The ServerDHParams (RFC 5246 §7.4.3) or ServerECDHParams (RFC 8422 §5.4) of a message, as they
/// are sent and signed.
/// Errors: as serialize.
[[nodiscard]] Result<void> serialize_params(const ServerKeyExchange& message, Buffer& out);

}  // namespace tls12::wire
