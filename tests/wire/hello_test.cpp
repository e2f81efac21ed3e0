// ClientHello and ServerHello in front of their extensions (RFC 5246 §7.4.1.2, §7.4.1.3).
#include <doctest/doctest.h>

#include "golden.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

Octets random32() { return hex(kRandom); }

Octets client_hello(const Octets& session_id, const Octets& suites, const Octets& compression) {
  return joined({hex("0303"), random32(), vector_of(1, session_id), vector_of(2, suites),
                 vector_of(1, compression)});
}

Octets server_hello(const Octets& session_id) {
  return joined({hex("0303"), random32(), vector_of(1, session_id), hex("c02b 00")});
}

void check_fault(const auto& result, Errc code, std::string_view about) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == code);
  CHECK(result.error().about() == about);
  CHECK(result.error().alert == Alert::decode_error);
}

}  // namespace

TEST_CASE("A ClientHello's fields are read in their order") {
  const Octets& body = golden("ClientHello").body;
  const auto hello = wire::parse_client_hello(body);
  REQUIRE(hello.has_value());
  CHECK(hello->client_version == ProtocolVersion::tls12);
  CHECK(to_hex(hello->random) == kRandom);
  CHECK(to_hex(hello->session_id) == "aabbccdd");
  REQUIRE(hello->cipher_suites.size() == 3);
  CHECK(hello->cipher_suites[0] == CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
  CHECK(hello->cipher_suites[1] == CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  CHECK(hello->cipher_suites[2] == CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
  CHECK(to_hex(hello->compression_methods) == "0100");
  CHECK(hello->server_name == "a.bex");
  CHECK(hello->extended_master_secret);
  REQUIRE(hello->renegotiation_info.has_value());
  CHECK(hello->renegotiation_info->empty());
  REQUIRE(hello->supported_groups.has_value());
  CHECK(to_hex(hello->supported_groups->wire()) == "001d00170018");
  REQUIRE(hello->ec_point_formats.has_value());
  CHECK(to_hex(*hello->ec_point_formats) == "00");
  REQUIRE(hello->application_layer_protocol_negotiation.has_value());
  auto protocol = hello->application_layer_protocol_negotiation->begin();
  CHECK(text_of(*protocol++) == "h2");
  CHECK(text_of(*protocol++) == "http/1.1");
  CHECK(protocol == hello->application_layer_protocol_negotiation->end());
  REQUIRE(hello->signature_algorithms.has_value());
  CHECK(hello->signature_algorithms->contains(SignatureScheme::rsa_pss_rsae_sha256));
  CHECK_FALSE(hello->signature_algorithms->contains(SignatureScheme::rsa_pkcs1_sha1));
}

TEST_CASE("A ServerHello's fields are read in their order") {
  const auto hello = wire::parse_server_hello(golden("ServerHello").body);
  REQUIRE(hello.has_value());
  CHECK(hello->server_version == ProtocolVersion::tls12);
  CHECK(to_hex(hello->random) == kRandom);
  CHECK(to_hex(hello->session_id) == "0102");
  CHECK(hello->cipher_suite == CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256);
  CHECK(hello->compression_method == 0);
  CHECK(hello->server_name);
  CHECK(hello->extended_master_secret);
  REQUIRE(hello->renegotiation_info.has_value());
  REQUIRE(hello->ec_point_formats.has_value());
  REQUIRE(hello->application_layer_protocol_negotiation.has_value());
  CHECK(text_of(*hello->application_layer_protocol_negotiation) == "h2");
}

// Shows RFC 5246 7.4.1.2-9
TEST_CASE("A hello may end behind its compression, and then has no extensions at all") {
  const auto client = wire::parse_client_hello(golden("ClientHello without extensions").body);
  REQUIRE(client.has_value());
  CHECK(client->extensions.empty());
  CHECK_FALSE(client->server_name.has_value());
  CHECK_FALSE(client->supported_groups.has_value());
  CHECK_FALSE(client->ec_point_formats.has_value());
  CHECK_FALSE(client->signature_algorithms.has_value());
  CHECK_FALSE(client->application_layer_protocol_negotiation.has_value());
  CHECK_FALSE(client->extended_master_secret);
  CHECK_FALSE(client->renegotiation_info.has_value());
  const auto server = wire::parse_server_hello(golden("ServerHello without extensions").body);
  REQUIRE(server.has_value());
  CHECK(server->extensions.empty());
  CHECK_FALSE(server->server_name);
  CHECK_FALSE(server->extended_master_secret);
}

TEST_CASE("A session_id has 0 to 32 bytes") {
  for (const std::size_t size : {0u, 1u, 31u, 32u}) {
    CHECK(wire::parse_client_hello(client_hello(Octets(size), hex("c02b"), hex("00")))
              ->session_id.size() == size);
    CHECK(wire::parse_server_hello(server_hello(Octets(size)))->session_id.size() == size);
  }
  for (const std::size_t size : {33u, 255u}) {
    check_fault(wire::parse_client_hello(client_hello(Octets(size), hex("c02b"), hex("00"))),
                Errc::length_out_of_range, "ClientHello.session_id");
    check_fault(wire::parse_server_hello(server_hello(Octets(size))), Errc::length_out_of_range,
                "ServerHello.session_id");
  }
}

TEST_CASE("cipher_suites is not empty and holds pairs of bytes, up to 2^16-2 of them") {
  check_fault(wire::parse_client_hello(client_hello({}, {}, hex("00"))), Errc::vector_empty,
              "ClientHello.cipher_suites");
  check_fault(wire::parse_client_hello(client_hello({}, hex("c02b c0"), hex("00"))),
              Errc::vector_odd_size, "ClientHello.cipher_suites");
  check_fault(wire::parse_client_hello(client_hello({}, Octets(0xffff), hex("00"))),
              Errc::vector_odd_size, "ClientHello.cipher_suites");
  const auto most = client_hello({}, Octets(0xfffe), hex("00"));
  CHECK(wire::parse_client_hello(most)->cipher_suites.size() == 0x7fff);
}

TEST_CASE("compression_methods is not empty; which methods it names is not the parser's concern") {
  check_fault(wire::parse_client_hello(client_hello({}, hex("c02b"), {})), Errc::vector_empty,
              "ClientHello.compression_methods");
  const auto body = client_hello({}, hex("c02b"), Octets(255, 7));
  CHECK(wire::parse_client_hello(body)->compression_methods.size() == 255);
}

TEST_CASE("Versions, suites and methods that nobody knows are kept, GREASE among them") {
  const auto body = joined({hex("7f12"), random32(), hex("00 0006 0a0a fafa c02b 02 ff00")});
  const auto hello = wire::parse_client_hello(body);
  REQUIRE(hello.has_value());
  CHECK(hello->client_version == static_cast<ProtocolVersion>(0x7f12));
  CHECK(hello->cipher_suites[0] == static_cast<CipherSuite>(0x0a0a));
  CHECK(hello->cipher_suites.contains(static_cast<CipherSuite>(0xfafa)));
  CHECK(to_hex(hello->compression_methods) == "ff00");
}

TEST_CASE("A serialised hello without extensions ends behind its compression") {
  const Octets random = random32(), none = {0};
  Buffer out;
  wire::serialize(ServerHello{.random = random,
                              .cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
                  out)
      .value();
  CHECK(to_hex(out.view()) == "020000260303" + std::string(kRandom) + "00c02f00");
  out.clear();
  const Octets suites = hex("c02f 00ff");
  wire::serialize(ClientHello{.random = random,
                              .cipher_suites = ListOf16<CipherSuite>(suites),
                              .compression_methods = none},
                  out)
      .value();
  CHECK(to_hex(out.view()) == "0100002b0303" + std::string(kRandom) + "000004c02f00ff0100");
}

TEST_CASE("A ClientHello does not end in an empty extension, on which old servers fail") {
  const Octets random = random32(), suites = hex("c02f"), none = {0}, schemes = hex("0403");
  Buffer out;
  wire::serialize(ClientHello{.random = random,
                              .cipher_suites = ListOf16<CipherSuite>(suites),
                              .compression_methods = none,
                              .signature_algorithms = ListOf16<SignatureScheme>(schemes),
                              .extended_master_secret = true},
                  out)
      .value();
  CHECK(to_hex(out.view()).ends_with("000d000400020403"));
}
