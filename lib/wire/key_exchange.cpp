// ServerKeyExchange and ClientKeyExchange (RFC 5246 §7.4.3, §7.4.7; RFC 8422 §5.4, §5.7): the suite's key exchange decides their syntax.
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
  if (!reader.failed() && curve_type != kNamedCurve) reader.fail(Errc::unknown_enum_value, "params.curve_params.curve_type");
  message.group = static_cast<NamedGroup>(reader.u16("params.curve_params.namedcurve"));
  message.point = reader.vector8("params.public", 1);
}

void write_ecdh_params(NamedGroup group, Bytes point, Writer& out) {
  out.u8(kNamedCurve);
  out.value(group);
  out.vector8(point);
}

}  // namespace

Result<ServerKeyExchange> parse_server_key_exchange(Bytes body, KeyExchange key_exchange) {
  // RFC 5246 §7.4.3: the message does not belong to the RSA key exchange at all.
  if (key_exchange == KeyExchange::rsa) return fail(Errc::unexpected_message, "ServerKeyExchange");
  Reader reader(body, "ServerKeyExchange");
  ServerKeyExchange message;
  message.key_exchange = key_exchange;
  if (key_exchange == KeyExchange::dhe_rsa)
    parse_dh_params(reader, message);
  else
    parse_ecdh_params(reader, message);
  message.params = body.first(body.size() - reader.rest().size());
  message.scheme = static_cast<SignatureScheme>(reader.u16("signed_params.algorithm"));
  message.signature = reader.vector16("signed_params.signature");
  return reader.finish(message);
}

Result<ClientKeyExchange> parse_client_key_exchange(Bytes body, KeyExchange key_exchange) {
  Reader reader(body, "ClientKeyExchange");
  ClientKeyExchange message;
  message.key_exchange = key_exchange;
  switch (key_exchange) {
    // RFC 5246 §4.7 lets the ciphertext have any length; that a wrong one looks like a wrong padding is the handshake's concern (§7.4.7.1).
    case KeyExchange::rsa: message.exchange_keys = reader.vector16("encrypted_pre_master_secret"); break;
    case KeyExchange::dhe_rsa: message.exchange_keys = reader.vector16("dh_Yc", 1); break;
    case KeyExchange::ecdhe_rsa:
    case KeyExchange::ecdhe_ecdsa: message.exchange_keys = reader.vector8("ecdh_Yc", 1); break;
  }
  return reader.finish(message);
}

void serialize(const ServerKeyExchange& message, Buffer& out) {
  Writer writer(out);
  const Writer::Length body = writer.message(HandshakeType::server_key_exchange);
  if (message.key_exchange == KeyExchange::dhe_rsa) {
    writer.vector16(message.dh_p);
    writer.vector16(message.dh_g);
    writer.vector16(message.dh_Ys);
  } else {
    write_ecdh_params(message.group, message.point, writer);
  }
  writer.value(message.scheme);
  writer.vector16(message.signature);
}

void serialize(const ClientKeyExchange& message, Buffer& out) {
  Writer writer(out);
  const Writer::Length body = writer.message(HandshakeType::client_key_exchange);
  if (message.key_exchange == KeyExchange::rsa || message.key_exchange == KeyExchange::dhe_rsa)
    writer.vector16(message.exchange_keys);
  else
    writer.vector8(message.exchange_keys);
}

void serialize_ecdh_params(NamedGroup group, Bytes point, Buffer& out) {
  Writer writer(out);
  write_ecdh_params(group, point, writer);
}

}  // namespace tls12::wire
