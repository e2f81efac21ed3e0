// ServerKeyExchange and ClientKeyExchange (RFC 5246 §7.4.3, §7.4.7; RFC 8422 §5.4, §5.7; RFC 4279
// §2, §3; RFC 5489 §2): the suite's key exchange decides their syntax.
#include "wire/codec.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {
namespace {

constexpr std::uint8_t kNamedCurve = 3;

void parse_dh_params(Reader& reader, ServerKeyExchange& message) {
  message.dh_p = reader.vector16("params.dh_p", 1);
  message.dh_g = reader.vector16("params.dh_g", 1);
  message.dh_Ys = reader.vector16("params.dh_Ys", 1);
}

void parse_ecdh_params(Reader& reader, ServerKeyExchange& message) {
  // RFC 8422 §5.4: the explicit curves are gone; any other type has a syntax that nobody defines.
  const std::uint8_t curve_type = reader.u8("params.curve_params.curve_type");
  if (!reader.failed() && curve_type != kNamedCurve)
    reader.fail(Errc::unknown_enum_value, "params.curve_params.curve_type");
  message.group = static_cast<NamedGroup>(reader.u16("params.curve_params.namedcurve"));
  message.point = reader.vector8("params.public", 1);
}

void write_params(const ServerKeyExchange& message, Writer& out) {
  if (has_dhe(message.key_exchange)) {
    out.vector16(message.dh_p, "params.dh_p");
    out.vector16(message.dh_g, "params.dh_g");
    out.vector16(message.dh_Ys, "params.dh_Ys");
  } else if (has_ecdhe(message.key_exchange)) {
    out.u8(kNamedCurve);
    out.value(message.group);
    out.vector8(message.point, "params.public");
  }
}

}  // namespace

Result<ServerKeyExchange> parse_server_key_exchange(Bytes body, KeyExchange key_exchange) {
  // RFC 5246 §7.4.3: the message does not belong to the RSA key exchange at all.
  if (key_exchange == KeyExchange::rsa) return fail(Errc::unexpected_message, "ServerKeyExchange");
  Reader reader(body, "ServerKeyExchange");
  ServerKeyExchange message;
  message.key_exchange = key_exchange;
  if (has_psk(key_exchange)) message.psk_identity_hint = reader.vector16("psk_identity_hint");
  const Bytes before = reader.rest();
  if (has_dhe(key_exchange)) parse_dh_params(reader, message);
  if (has_ecdhe(key_exchange)) parse_ecdh_params(reader, message);
  message.params = before.first(before.size() - reader.rest().size());
  if (has_signature(key_exchange)) {
    message.scheme = static_cast<SignatureScheme>(reader.u16("signed_params.algorithm"));
    message.signature = reader.vector16("signed_params.signature");
  }
  return reader.finish(message);
}

Result<ClientKeyExchange> parse_client_key_exchange(Bytes body, KeyExchange key_exchange) {
  Reader reader(body, "ClientKeyExchange");
  ClientKeyExchange message;
  message.key_exchange = key_exchange;
  if (has_psk(key_exchange)) message.psk_identity = reader.vector16("psk_identity");
  // RFC 5246 §4.7 lets the ciphertext have any length; that a wrong one looks like a wrong padding
  // is the handshake's concern (§7.4.7.1).
  if (key_exchange == KeyExchange::rsa)
    message.exchange_keys = reader.vector16("encrypted_pre_master_secret");
  if (has_dhe(key_exchange)) message.exchange_keys = reader.vector16("dh_Yc", 1);
  if (has_ecdhe(key_exchange)) message.exchange_keys = reader.vector8("ecdh_Yc", 1);
  return reader.finish(message);
}

Result<void> serialize(const ServerKeyExchange& message, Buffer& out) {
  Writer writer(out, HandshakeType::server_key_exchange);
  if (has_psk(message.key_exchange))
    writer.vector16(message.psk_identity_hint, "psk_identity_hint");
  write_params(message, writer);
  if (has_signature(message.key_exchange)) {
    writer.value(message.scheme);
    writer.vector16(message.signature, "signed_params.signature");
  }
  return writer.finish();
}

Result<void> serialize(const ClientKeyExchange& message, Buffer& out) {
  Writer writer(out, HandshakeType::client_key_exchange);
  if (has_psk(message.key_exchange)) writer.vector16(message.psk_identity, "psk_identity");
  if (message.key_exchange == KeyExchange::rsa)
    writer.vector16(message.exchange_keys, "encrypted_pre_master_secret");
  if (has_dhe(message.key_exchange)) writer.vector16(message.exchange_keys, "dh_Yc");
  if (has_ecdhe(message.key_exchange)) writer.vector8(message.exchange_keys, "ecdh_Yc");
  return writer.finish();
}

Result<void> serialize_params(const ServerKeyExchange& message, Buffer& out) {
  Writer writer(out, "ServerKeyExchange");
  write_params(message, writer);
  return writer.finish();
}

}  // namespace tls12::wire
