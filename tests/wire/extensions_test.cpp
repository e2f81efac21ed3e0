// The extensions block and each extension this stack understands (RFC 5246 §7.4.1.4, RFC 6066, RFC
// 7301, RFC 7627, RFC 8422, RFC 5746).
#include <doctest/doctest.h>

#include "golden.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

// The hello that a block of extensions stands in must live as long as what was parsed from it.
struct FromClient {
  explicit FromClient(std::string_view block) : FromClient(hex(block)) {}
  explicit FromClient(const Octets& block)
      : body(joined({hex("0303"), hex(kRandom), hex("00 0002 c02b 01 00"), vector_of(2, block)})),
        hello(wire::parse_client_hello(body)) {}
  Octets body;
  Result<ClientHello> hello;
};
struct FromServer {
  explicit FromServer(std::string_view block)
      : body(joined({hex("0303"), hex(kRandom), hex("00 c02b 00"), vector_of(2, hex(block))})),
        hello(wire::parse_server_hello(body)) {}
  Octets body;
  Result<ServerHello> hello;
};

template <class From>
void check_fault(const char* block, Errc code, const char* field, Alert alert) {
  CAPTURE(block);
  const From from(block);
  REQUIRE_FALSE(from.hello.has_value());
  CHECK(from.hello.error().code == code);
  CHECK(from.hello.error().about().ends_with(field));
  CHECK(from.hello.error().alert == alert);
}
void client_fault(const char* block, Errc code, const char* field,
                  Alert alert = Alert::decode_error) {
  check_fault<FromClient>(block, code, field, alert);
}
void server_fault(const char* block, Errc code, const char* field) {
  check_fault<FromServer>(block, code, field, Alert::decode_error);
}

Octets name_list(const Octets& name) {
  return joined({hex("0000"), vector_of(2, vector_of(2, joined({hex("00"), vector_of(2, name)})))});
}

}  // namespace

TEST_CASE("An empty block of extensions is a block") {
  CHECK(FromClient("").hello.has_value());
  CHECK(FromServer("").hello.has_value());
}

TEST_CASE("An unknown extension is kept as it came, wherever it stands") {
  const FromClient from("3a3a 0003 010203  0017 0000  4321 0000");
  REQUIRE(from.hello.has_value());
  CHECK(from.hello->extended_master_secret);
  auto extension = from.hello->extensions.begin();
  CHECK((*extension).type == static_cast<ExtensionType>(0x3a3a));  // GREASE
  CHECK(to_hex((*extension++).data) == "010203");
  CHECK((*extension++).type == ExtensionType::extended_master_secret);
  CHECK((*extension).type == static_cast<ExtensionType>(0x4321));
  CHECK((*extension++).data.empty());
  CHECK(extension == from.hello->extensions.end());
}

TEST_CASE("An extension that does not belong into a ServerHello is not interpreted there") {
  const FromServer from("000a 0001 ff  000d 0000");
  REQUIRE(from.hello.has_value());
  CHECK((*from.hello->extensions.begin()).type == ExtensionType::supported_groups);
}

TEST_CASE("An extension that comes twice is a fault, known or not, next to its twin or not") {
  client_fault("0017 0000  0017 0000", Errc::duplicate_extension, "extensions");
  client_fault("4321 0000  0017 0000  4321 0001 00", Errc::duplicate_extension, "extensions");
  client_fault("0000 0000  0000 0000", Errc::duplicate_extension, "extensions");
  server_fault("ff01 0001 00  ff01 0001 00", Errc::duplicate_extension, "extensions");
  server_fault("ffff 0000  0017 0000  ffff 0000", Errc::duplicate_extension, "extensions");
}

TEST_CASE("As many different extensions as fit are no fault") {
  Octets block;
  for (unsigned type = 0x1000; type < 0x1000 + 16'000; ++type)
    for (const unsigned byte : {type >> 8, type & 0xff, 0u, 0u})
      block.push_back(static_cast<std::uint8_t>(byte));
  const FromClient many(block);
  REQUIRE(many.hello.has_value());
  CHECK(std::distance(many.hello->extensions.begin(), many.hello->extensions.end()) == 16'000);
  block[block.size() - 4] = 0x10;
  block[block.size() - 3] = 0x00;
  CHECK(FromClient(block).hello.error().code == Errc::duplicate_extension);
}

TEST_CASE("An extension's length stays inside the block") {
  client_fault("0017 0001", Errc::message_truncated, "extensions");
  client_fault("0017 00", Errc::message_truncated, "extensions");
  client_fault("00", Errc::message_truncated, "extensions");
  server_fault("0017 ffff 00", Errc::message_truncated, "extensions");
}

TEST_CASE("The block fills the rest of its hello exactly") {
  Octets body = FromClient("0017 0000").body;
  body.push_back(0);
  CHECK(wire::parse_client_hello(body).error().code == Errc::message_trailing_data);
  body.resize(body.size() - 2);
  CHECK(wire::parse_client_hello(body).error().code == Errc::message_truncated);
}

// Shows RFC 6066 3-1, 3-2, 11.1-2
TEST_CASE("RFC 6066 §3: server_name is a list with one host_name") {
  CHECK(FromClient("0000 0010 000e 00 000b 6578616d706c652e6f7267").hello->server_name ==
        "example.org");
  client_fault("0000 0000", Errc::message_truncated, "server_name");
  client_fault("0000 0002 0000", Errc::vector_empty, "server_name");
  client_fault("0000 0005 0003 00 0000", Errc::vector_empty, "server_name");
  client_fault("0000 0006 0003 00 0001 61", Errc::message_truncated, "server_name");
  client_fault("0000 0007 0004 00 0001 61 00", Errc::message_trailing_data, "server_name");
  client_fault("0000 0006 0004 00 0002 61", Errc::message_truncated, "server_name");
  client_fault("0000 000a 0008 00 0001 61 00 0001 62", Errc::server_name_malformed, "server_name",
               Alert::illegal_parameter);
}

TEST_CASE(
    "RFC 6066 §3: a host_name has letters, digits, hyphens, underscores and dots, and no other "
    "octet") {
  constexpr std::string_view kAllowed =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.";
  for (int octet = 0; octet < 256; ++octet) {
    CAPTURE(octet);
    const Octets body = name_list({'a', static_cast<std::uint8_t>(octet), 'b'});
    const FromClient from(body);
    const bool is_allowed = kAllowed.contains(static_cast<char>(octet));
    CHECK(from.hello.has_value() == is_allowed);
    if (!is_allowed && !from.hello) CHECK(from.hello.error().code == Errc::server_name_malformed);
  }
  CHECK(FromClient(name_list(Octets(255, 'a'))).hello->server_name->size() == 255);
  CHECK(FromClient(name_list(Octets(256, 'a'))).hello.error().code == Errc::server_name_malformed);
}

// Shows RFC 6066 3-1, 11.1-2
TEST_CASE("RFC 6066 §3: names of other types are skipped by their 16-bit length") {
  CHECK(FromClient("0000 000a 0008 07 0001 ff 00 0001 61").hello->server_name == "a");
  CHECK(FromClient("0000 000a 0008 00 0001 61 07 0001 ff").hello->server_name == "a");
  const FromClient without("0000 0006 0004 07 0001 ff");
  REQUIRE(without.hello.has_value());
  CHECK_FALSE(without.hello->server_name.has_value());
  client_fault("0000 0006 0004 07 0002 ff", Errc::message_truncated, "server_name");
}

// Shows RFC 6066 3-8
TEST_CASE("RFC 6066 §3: the server's acknowledgement is empty") {
  CHECK(FromServer("0000 0000").hello->server_name);
  CHECK_FALSE(FromServer("0017 0000").hello->server_name);
  server_fault("0000 0001 00", Errc::message_trailing_data, "server_name");
  server_fault("0000 0006 0004 00 0001 61", Errc::message_trailing_data, "server_name");
}

TEST_CASE("RFC 8422 §5.1.1: supported_groups is a list of pairs, at least one") {
  const FromClient from("000a 0006 0004 0017 0018");  // the RFC's own example
  REQUIRE(from.hello.has_value());
  CHECK((*from.hello->supported_groups)[0] == NamedGroup::secp256r1);
  CHECK((*from.hello->supported_groups)[1] == NamedGroup::secp384r1);
  client_fault("000a 0002 0000", Errc::vector_empty, "supported_groups");
  client_fault("000a 0005 0003 0017 00", Errc::vector_odd_size, "supported_groups");
  client_fault("000a 0003 0001 00", Errc::length_out_of_range, "supported_groups");
  client_fault("000a 0004 0004 0017", Errc::message_truncated, "supported_groups");
  client_fault("000a 0005 0002 0017 00", Errc::message_trailing_data, "supported_groups");
}

// Shows RFC 8422 4-2
TEST_CASE(
    "RFC 8422 §5.1.2: ec_point_formats is not empty, at either end; what it names is not the "
    "parser's concern") {
  CHECK(to_hex(*FromClient("000b 0004 03 000102").hello->ec_point_formats) == "000102");
  CHECK(to_hex(*FromServer("000b 0002 01 02").hello->ec_point_formats) == "02");
  client_fault("000b 0001 00", Errc::vector_empty, "ec_point_formats");
  server_fault("000b 0001 00", Errc::vector_empty, "ec_point_formats");
  server_fault("000b 0003 01 00 00", Errc::message_trailing_data, "ec_point_formats");
}

TEST_CASE("RFC 5246 §7.4.1.4.1: signature_algorithms is a list of pairs, at least one") {
  client_fault("000d 0002 0000", Errc::vector_empty, "signature_algorithms");
  client_fault("000d 0005 0003 0403 04", Errc::vector_odd_size, "signature_algorithms");
  client_fault("000d 0000", Errc::message_truncated, "signature_algorithms");
  client_fault("000d 0005 0002 0403 04", Errc::message_trailing_data, "signature_algorithms");
}

// Shows RFC 7301 3.1-1, 3.1-2, 3.1-4
TEST_CASE(
    "RFC 7301 §3.1: the client's protocol names are many, the server's is one, and none is empty") {
  client_fault("0010 0002 0000", Errc::vector_empty, "application_layer_protocol_negotiation");
  client_fault("0010 0003 0001 00", Errc::length_out_of_range,
               "application_layer_protocol_negotiation");
  client_fault("0010 0005 0003 01 61 00", Errc::vector_empty,
               "application_layer_protocol_negotiation");
  client_fault("0010 0005 0003 03 6832", Errc::message_truncated,
               "application_layer_protocol_negotiation");
  client_fault("0010 0006 0003 02 6832 00", Errc::message_trailing_data,
               "application_layer_protocol_negotiation");
  CHECK(
      text_of(*FromServer("0010 0004 0002 01 61").hello->application_layer_protocol_negotiation) ==
      "a");
  server_fault("0010 0002 0000", Errc::vector_empty, "application_layer_protocol_negotiation");
  server_fault("0010 0006 0004 01 61 01 62", Errc::length_out_of_range,
               "application_layer_protocol_negotiation");
}

TEST_CASE("RFC 7627 §5.1: extended_master_secret is empty") {
  client_fault("0017 0001 00", Errc::message_trailing_data, "extended_master_secret");
  server_fault("0017 0001 00", Errc::message_trailing_data, "extended_master_secret");
}

TEST_CASE("RFC 5746 §3.2: renegotiated_connection has 0 to 255 bytes and fills its extension") {
  CHECK(FromClient("ff01 0001 00").hello->renegotiation_info->empty());
  CHECK(to_hex(*FromServer("ff01 0003 02 abcd").hello->renegotiation_info) == "abcd");
  client_fault("ff01 0000", Errc::message_truncated, "renegotiation_info");
  client_fault("ff01 0002 00 00", Errc::message_trailing_data, "renegotiation_info");
  server_fault("ff01 0002 02 ab", Errc::message_truncated, "renegotiation_info");
}

TEST_CASE("Extensions are sent from the hello's members, and `extensions` is not") {
  const FromClient from("4321 0001 ff  0017 0000");
  Buffer out;
  wire::serialize(*from.hello, out).value();
  CHECK(to_hex(out.view())
            .ends_with("010000040017"
                       "0000"));
}

// Shows RFC 6066 8-1
TEST_CASE(
    "RFC 6066 §8: a status_request names responders and extensions, which are read and not kept; "
    "other types than OCSP ask for nothing") {
  const FromClient ocsp("0005 0012 01 0006 0004 a1a2a3a4 0007 000500033001ff");
  REQUIRE(ocsp.hello.has_value());
  CHECK(ocsp.hello->status_request);
  const FromClient other("0005 0003 02 ffff");
  REQUIRE(other.hello.has_value());
  CHECK_FALSE(other.hello->status_request);
  client_fault("0005 0000", Errc::message_truncated, "status_request");
  client_fault("0005 0003 01 0000", Errc::message_truncated, "status_request");
  client_fault("0005 0007 01 0002 0000 0000", Errc::vector_empty, "status_request");
  client_fault("0005 0006 01 0000 0000 00", Errc::message_trailing_data, "status_request");
  server_fault("0005 0001 00", Errc::message_trailing_data, "status_request");
}

// Shows RFC 7366 2-1, 2-2
TEST_CASE("RFC 6962 §3.3.1, RFC 7366 §2: what says all by being there has no content") {
  client_fault("0012 0001 00", Errc::message_trailing_data, "signed_certificate_timestamp");
  client_fault("0016 0001 00", Errc::message_trailing_data, "encrypt_then_mac");
  server_fault("0016 0001 00", Errc::message_trailing_data, "encrypt_then_mac");
  server_fault("0023 0001 00", Errc::message_trailing_data, "session_ticket");
  server_fault("0012 0002 0000", Errc::vector_empty, "signed_certificate_timestamp");
  server_fault("0012 0004 0002 0000", Errc::vector_empty, "signed_certificate_timestamp");
}

// Shows RFC 6066 4-1
TEST_CASE("RFC 6066 §4, RFC 8449 §4: a limit is one number of one or two bytes") {
  for (const char* block : {"0001 0000", "001c 0001 40", "001c 0000"}) {
    CHECK_FALSE(FromClient(block).hello.has_value());
    CHECK_FALSE(FromServer(block).hello.has_value());
  }
  client_fault("0001 0002 0101", Errc::message_trailing_data, "max_fragment_length");
  client_fault("001c 0003 400000", Errc::message_trailing_data, "record_size_limit");
}

TEST_CASE("RFC 5077 §3.2: a ticket is the whole content of its extension; empty, it asks for one") {
  const FromClient asks("0023 0000");
  REQUIRE(asks.hello->session_ticket.has_value());
  CHECK(asks.hello->session_ticket->empty());
  CHECK(to_hex(*FromClient("0023 0003 0001ff").hello->session_ticket) == "0001ff");
}

TEST_CASE("RFC 7250 §3, RFC 8446 §4.2.1, §4.2.3: lists are not empty, and of whole elements") {
  client_fault("0013 0001 00", Errc::vector_empty, "client_certificate_type");
  client_fault("0014 0001 00", Errc::vector_empty, "server_certificate_type");
  client_fault("002b 0001 00", Errc::vector_empty, "supported_versions");
  client_fault("002b 0004 03 030403", Errc::vector_odd_size, "supported_versions");
  client_fault("0032 0002 0000", Errc::vector_empty, "signature_algorithms_cert");
  client_fault("0032 0005 0003 040308", Errc::vector_odd_size, "signature_algorithms_cert");
  server_fault("0014 0002 0002", Errc::message_trailing_data, "server_certificate_type");
}

TEST_CASE("RFC 8701 §3.1: an empty extension of a reserved type stands first") {
  ClientHello hello{
      .random = {}, .extended_master_secret = true, .grease = static_cast<ExtensionType>(0x5a5a)};
  const Octets random = hex(kRandom);
  hello.random = random;
  Buffer out;
  wire::serialize(hello, out).value();
  CHECK(to_hex(out.view())
            .ends_with("0008"
                       "5a5a0000"
                       "00170000"));
}
