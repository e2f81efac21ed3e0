// HelloRequest, ClientHello, ServerHello and ServerHelloDone (RFC 5246 §7.4.1, §7.4.5).
#include "wire/codec.hpp"
#include "wire/extensions.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {
namespace {

constexpr std::size_t kRandomSize = 32;
constexpr std::size_t kMaxSessionId = 32;

}  // namespace

Result<HelloRequest> parse_hello_request(Bytes body) {
  return Reader(body, "HelloRequest").finish(HelloRequest{});
}

Result<ClientHello> parse_client_hello(Bytes body) {
  Reader reader(body, "ClientHello");
  ClientHello hello;
  hello.client_version = static_cast<ProtocolVersion>(reader.u16("client_version"));
  hello.random = reader.bytes(kRandomSize, "random");
  hello.session_id = reader.vector8("session_id", 0, kMaxSessionId);
  hello.cipher_suites = ListOf16<CipherSuite>(reader.pairs16("cipher_suites", 2));
  hello.compression_methods = reader.vector8("compression_methods", 1);
  parse_extensions(reader, hello);
  return reader.finish(hello);
}

Result<ServerHello> parse_server_hello(Bytes body) {
  Reader reader(body, "ServerHello");
  ServerHello hello;
  hello.server_version = static_cast<ProtocolVersion>(reader.u16("server_version"));
  hello.random = reader.bytes(kRandomSize, "random");
  hello.session_id = reader.vector8("session_id", 0, kMaxSessionId);
  hello.cipher_suite = static_cast<CipherSuite>(reader.u16("cipher_suite"));
  hello.compression_method = reader.u8("compression_method");
  parse_extensions(reader, hello);
  return reader.finish(hello);
}

Result<ServerHelloDone> parse_server_hello_done(Bytes body) {
  return Reader(body, "ServerHelloDone").finish(ServerHelloDone{});
}

Result<void> serialize(const HelloRequest&, Buffer& out) {
  return Writer(out, HandshakeType::hello_request).finish();
}

Result<void> serialize(const ClientHello& hello, Buffer& out) {
  Writer writer(out, HandshakeType::client_hello);
  writer.value(hello.client_version);
  writer.bytes(hello.random);
  writer.vector8(hello.session_id, "session_id");
  writer.vector16(hello.cipher_suites.wire(), "cipher_suites");
  writer.vector8(hello.compression_methods, "compression_methods");
  serialize_extensions(hello, writer);
  return writer.finish();
}

Result<void> serialize(const ServerHello& hello, Buffer& out) {
  Writer writer(out, HandshakeType::server_hello);
  writer.value(hello.server_version);
  writer.bytes(hello.random);
  writer.vector8(hello.session_id, "session_id");
  writer.value(hello.cipher_suite);
  writer.u8(hello.compression_method);
  serialize_extensions(hello, writer);
  return writer.finish();
}

Result<void> serialize(const ServerHelloDone&, Buffer& out) {
  return Writer(out, HandshakeType::server_hello_done).finish();
}

}  // namespace tls12::wire
