// Messages as OpenSSL and GnuTLS send them; what they hold is as Wireshark reads it.
#include <doctest/doctest.h>

#include "captured.hpp"
#include "hex.hpp"
#include "round_trip.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

// The body behind a handshake header whose length is right.
Octets body_of(std::string_view message) {
  Octets bytes = hex(message);
  REQUIRE(bytes.size() >= 4);
  REQUIRE(static_cast<std::size_t>(bytes[1] << 16 | bytes[2] << 8 | bytes[3]) == bytes.size() - 4);
  bytes.erase(bytes.begin(), bytes.begin() + 4);
  return bytes;
}

std::string types_of(const Extensions& extensions) {
  std::string text;
  for (const Extension e : extensions) text += name(e.type) + " ";
  return text;
}

}  // namespace

TEST_CASE("OpenSSL's ClientHello is read") {
  const Octets body = body_of(captured::kOpensslClientHello);
  const auto hello = wire::parse_client_hello(body);
  REQUIRE(hello.has_value());
  CHECK(hello->client_version == ProtocolVersion::tls12);
  CHECK(hello->session_id.empty());
  CHECK(hello->cipher_suites.size() == 28);
  CHECK(hello->cipher_suites[0] == CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384);
  CHECK(hello->cipher_suites[27] == CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
  CHECK(to_hex(hello->compression_methods) == "00");
  CHECK(hello->server_name == "example.org");
  REQUIRE(hello->ec_point_formats.has_value());
  CHECK(to_hex(*hello->ec_point_formats) == "000102");
  REQUIRE(hello->supported_groups.has_value());
  CHECK(hello->supported_groups->size() == 5);
  CHECK((*hello->supported_groups)[0] == NamedGroup::x25519);
  REQUIRE(hello->application_layer_protocol_negotiation.has_value());
  CHECK(hello->application_layer_protocol_negotiation->size() == 2);
  CHECK(text_of(*hello->application_layer_protocol_negotiation->begin()) == "h2");
  CHECK(hello->extended_master_secret);
  CHECK_FALSE(hello->renegotiation_info.has_value());  // it sends the SCSV
  REQUIRE(hello->signature_algorithms.has_value());
  CHECK(hello->signature_algorithms->size() == 20);
  CHECK((*hello->signature_algorithms)[0] == SignatureScheme::ecdsa_secp256r1_sha256);
  CHECK(types_of(hello->extensions) ==
        "server_name ec_point_formats supported_groups session_ticket "
        "application_layer_protocol_negotiation encrypt_then_mac extended_master_secret "
        "signature_algorithms ");
}

TEST_CASE("GnuTLS's ClientHello is read") {
  const Octets body = body_of(captured::kGnutlsClientHello);
  const auto hello = wire::parse_client_hello(body);
  REQUIRE(hello.has_value());
  CHECK(hello->cipher_suites.size() == 25);
  CHECK(hello->cipher_suites[1] == CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
  CHECK(hello->server_name == "example.org");
  REQUIRE(hello->renegotiation_info.has_value());
  CHECK(hello->renegotiation_info->empty());
  CHECK(hello->extended_master_secret);
  REQUIRE(hello->supported_groups.has_value());
  CHECK(hello->supported_groups->contains(NamedGroup::x25519));
  CHECK(hello->supported_groups->contains(static_cast<NamedGroup>(0x0100)));  // ffdhe2048, RFC 7919
  REQUIRE(hello->application_layer_protocol_negotiation.has_value());
  CHECK(hello->application_layer_protocol_negotiation->size() == 1);
}

TEST_CASE("OpenSSL's answer is read, message by message") {
  const Octets hello_body = body_of(captured::kOpensslServerHello),
               certificate_body = body_of(captured::kOpensslCertificate),
               key_body = body_of(captured::kOpensslServerKeyExchange),
               request_body = body_of(captured::kOpensslCertificateRequest);
  const auto hello = wire::parse_server_hello(hello_body);
  REQUIRE(hello.has_value());
  CHECK(hello->cipher_suite == CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384);
  CHECK(hello->server_name);
  CHECK(hello->extended_master_secret);
  CHECK(hello->renegotiation_info.has_value());
  CHECK(types_of(hello->extensions) ==
        "renegotiation_info server_name ec_point_formats session_ticket extended_master_secret ");

  const auto certificates = wire::parse_certificates(certificate_body);
  REQUIRE(certificates.has_value());
  REQUIRE(certificates->certificate_list.size() == 1);
  CHECK(to_hex((*certificates->certificate_list.begin()).first(4)) == "30820182");

  const auto key_exchange = wire::parse_server_key_exchange(key_body, KeyExchange::ecdhe_ecdsa);
  REQUIRE(key_exchange.has_value());
  CHECK(key_exchange->group == NamedGroup::x25519);
  CHECK(key_exchange->point.size() == 32);
  CHECK(key_exchange->params.size() == 36);
  CHECK(key_exchange->scheme == SignatureScheme::ecdsa_secp256r1_sha256);

  const auto request = wire::parse_certificate_request(request_body);
  REQUIRE(request.has_value());
  CHECK(to_hex(request->certificate_types) == "010240");
  CHECK(request->supported_signature_algorithms.size() == 20);
  REQUIRE(request->certificate_authorities.size() == 1);
  CHECK((*request->certificate_authorities.begin()).size() == 24);
  CHECK(wire::parse_server_hello_done(body_of(captured::kOpensslServerHelloDone)).has_value());
}

TEST_CASE("Messages of other stacks survive being parsed and serialised") {
  for (const std::string_view message :
       {captured::kOpensslClientHello, captured::kGnutlsClientHello, captured::kOpensslServerHello,
        captured::kOpensslCertificate, captured::kOpensslServerKeyExchange,
        captured::kOpensslCertificateRequest, captured::kOpensslServerHelloDone})
    CHECK(round_trips(static_cast<HandshakeType>(hex(message)[0]), body_of(message),
                      KeyExchange::ecdhe_ecdsa));
}
