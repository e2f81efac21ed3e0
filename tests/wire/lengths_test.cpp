// Every length field: the largest content that fits is written and read back; one more is an error
// that names the field.
#include <doctest/doctest.h>

#include <functional>

#include "hex.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// A message with a field of that content.
using Make = std::function<HandshakeMessage(Bytes)>;
struct Row {
  const char* name;     ///< of the field whose length does not fit first
  std::size_t largest;  ///< bytes of content
  Make make;
  std::size_t step = 1;  ///< one more element
};

constexpr std::size_t kOne = 0xff, kTwo = 0xffff,
                      kThree = 0xffffff;  // what a length of so many bytes can say
// RFC 5246 §7.4.1.4: an extension has a type and a length, and all of them a length together.
constexpr std::size_t kExtension = kTwo - 4;

template <auto Member>
Make client_list() {
  return [](Bytes content) {
    ClientHello hello{.random = {}};
    using Field = typename std::decay_t<decltype(hello.*Member)>::value_type;
    hello.*Member = Field(content);
    return HandshakeMessage(hello);
  };
}
template <auto Member>
Make server_list() {
  return [](Bytes content) {
    ServerHello hello{.random = {}};
    using Field = typename std::decay_t<decltype(hello.*Member)>::value_type;
    hello.*Member = Field(content);
    return HandshakeMessage(hello);
  };
}
template <class Message, auto Member>
Make field() {
  return [](Bytes content) {
    Message message;
    message.*Member = std::decay_t<decltype(message.*Member)>(content);
    return HandshakeMessage(message);
  };
}
template <auto Member>
Make of_server_key_exchange(KeyExchange key_exchange) {
  return [=](Bytes content) {
    ServerKeyExchange message{.key_exchange = key_exchange};
    message.*Member = content;
    return HandshakeMessage(message);
  };
}
Make of_client_key_exchange(KeyExchange key_exchange) {
  return [=](Bytes content) {
    return HandshakeMessage(
        ClientKeyExchange{.key_exchange = key_exchange, .exchange_keys = content});
  };
}

using C = ClientHello;
using S = ServerHello;
const Row kRows[] = {
    {"ClientHello.session_id", kOne, field<C, &C::session_id>()},
    {"ClientHello.cipher_suites", kTwo - 1, field<C, &C::cipher_suites>(), 2},
    {"ClientHello.compression_methods", kOne, field<C, &C::compression_methods>()},
    {"ClientHello.extensions", kExtension - 5,
     [](Bytes content) { return HandshakeMessage(ClientHello{.server_name = text_of(content)}); }},
    {"ClientHello.extensions", kExtension - 3, client_list<&C::supported_groups>(), 2},
    {"ClientHello.extensions", kExtension - 3, client_list<&C::signature_algorithms>(), 2},
    {"ClientHello.extensions", kExtension - 3, client_list<&C::signature_algorithms_cert>(), 2},
    {"ClientHello.extensions", kExtension - 2,
     client_list<&C::application_layer_protocol_negotiation>()},
    {"ClientHello.extensions", kExtension, client_list<&C::session_ticket>()},
    {"ClientHello.extensions", kExtension,
     [](Bytes content) { return HandshakeMessage(ClientHello{.padding = content.size()}); }},
    {"ClientHello.extensions", kExtension - 8,  // two extensions, each within bounds
     [](Bytes content) {
       return HandshakeMessage(ClientHello{
           .extended_master_secret = true, .session_ticket = content, .encrypt_then_mac = true});
     }},
    {"ClientHello.ec_point_formats", kOne, client_list<&C::ec_point_formats>()},
    {"ClientHello.renegotiation_info", kOne, client_list<&C::renegotiation_info>()},
    {"ClientHello.client_certificate_type", kOne, client_list<&C::client_certificate_types>()},
    {"ClientHello.server_certificate_type", kOne, client_list<&C::server_certificate_types>()},
    {"ClientHello.supported_versions", kOne - 1, client_list<&C::supported_versions>(), 2},
    {"ServerHello.session_id", kOne, field<S, &S::session_id>()},
    {"ServerHello.ec_point_formats", kOne, server_list<&S::ec_point_formats>()},
    {"ServerHello.application_layer_protocol_negotiation", kOne,
     server_list<&S::application_layer_protocol_negotiation>()},
    {"ServerHello.renegotiation_info", kOne, server_list<&S::renegotiation_info>()},
    {"ServerHello.extensions", kExtension - 2, server_list<&S::signed_certificate_timestamps>()},
    {"NewSessionTicket.ticket", kTwo, field<NewSessionTicket, &NewSessionTicket::ticket>()},
    {"Certificate", kThree - 3, field<Certificates, &Certificates::certificate_list>()},
    {"Certificate", kThree - 3,
     [](Bytes content) { return HandshakeMessage(Certificates{.raw_public_key = content}); }},
    {"CertificateStatus", kThree - 4,
     field<CertificateStatus, &CertificateStatus::ocsp_response>()},
    {"ServerKeyExchange.psk_identity_hint", kTwo,
     of_server_key_exchange<&ServerKeyExchange::psk_identity_hint>(KeyExchange::psk)},
    {"ServerKeyExchange.params.dh_p", kTwo,
     of_server_key_exchange<&ServerKeyExchange::dh_p>(KeyExchange::dhe_rsa)},
    {"ServerKeyExchange.params.dh_g", kTwo,
     of_server_key_exchange<&ServerKeyExchange::dh_g>(KeyExchange::dhe_rsa)},
    {"ServerKeyExchange.params.dh_Ys", kTwo,
     of_server_key_exchange<&ServerKeyExchange::dh_Ys>(KeyExchange::dhe_rsa)},
    {"ServerKeyExchange.params.public", kOne,
     of_server_key_exchange<&ServerKeyExchange::point>(KeyExchange::ecdhe_rsa)},
    {"ServerKeyExchange.signed_params.signature", kTwo,
     of_server_key_exchange<&ServerKeyExchange::signature>(KeyExchange::ecdhe_rsa)},
    {"CertificateRequest.certificate_types", kOne,
     field<CertificateRequest, &CertificateRequest::certificate_types>()},
    {"CertificateRequest.supported_signature_algorithms", kTwo - 1,
     field<CertificateRequest, &CertificateRequest::supported_signature_algorithms>(), 2},
    {"CertificateRequest.certificate_authorities", kTwo,
     field<CertificateRequest, &CertificateRequest::certificate_authorities>()},
    {"ClientKeyExchange.psk_identity", kTwo,
     [](Bytes content) {
       return HandshakeMessage(
           ClientKeyExchange{.key_exchange = KeyExchange::psk, .psk_identity = content});
     }},
    {"ClientKeyExchange.encrypted_pre_master_secret", kTwo,
     of_client_key_exchange(KeyExchange::rsa)},
    {"ClientKeyExchange.dh_Yc", kTwo, of_client_key_exchange(KeyExchange::dhe_rsa)},
    {"ClientKeyExchange.ecdh_Yc", kOne, of_client_key_exchange(KeyExchange::ecdhe_rsa)},
    {"CertificateVerify.signature", kTwo,
     field<CertificateVerify, &CertificateVerify::signature>()},
};

/// Of single fields that another length hides in the table above.
const Row kHidden[] = {
    {"ClientHello.server_name", kTwo + 1,
     [](Bytes content) { return HandshakeMessage(ClientHello{.server_name = text_of(content)}); }},
    {"ClientHello.server_name", kTwo - 4,
     [](Bytes content) { return HandshakeMessage(ClientHello{.server_name = text_of(content)}); }},
    {"ClientHello.supported_groups", kTwo + 1, client_list<&C::supported_groups>()},
    {"ClientHello.signature_algorithms", kTwo + 1, client_list<&C::signature_algorithms>()},
    {"ClientHello.signature_algorithms_cert", kTwo + 1,
     client_list<&C::signature_algorithms_cert>()},
    {"ClientHello.application_layer_protocol_negotiation", kTwo - 1,
     client_list<&C::application_layer_protocol_negotiation>()},
    {"ClientHello.session_ticket", kTwo + 1, client_list<&C::session_ticket>()},
    {"ClientHello.padding", kTwo + 1,
     [](Bytes content) { return HandshakeMessage(ClientHello{.padding = content.size()}); }},
    {"ServerHello.signed_certificate_timestamp", kTwo + 1,
     server_list<&S::signed_certificate_timestamps>()},
    {"Certificate.certificate_list", kThree + 1,
     field<Certificates, &Certificates::certificate_list>()},
    {"Certificate.subjectPublicKeyInfo", kThree + 1,
     [](Bytes content) { return HandshakeMessage(Certificates{.raw_public_key = content}); }},
    {"CertificateStatus.response", kThree + 1,
     field<CertificateStatus, &CertificateStatus::ocsp_response>()},
};

Octets content_of(std::size_t size) { return Octets(size, 0x01); }

void check_refused(const HandshakeMessage& message, const char* name) {
  CAPTURE(name);
  Buffer out;
  out.append(hex("00112233"));
  const auto written = wire::serialize(message, out);
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().code == Errc::field_too_long);
  CHECK(written.error().about() == name);
  CHECK(to_hex(out.view()) == "00112233");  // nothing is appended
}

std::size_t number_at(Bytes bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (const std::uint8_t byte : bytes.subspan(at, size)) value = value << 8 | byte;
  return value;
}

}  // namespace

TEST_CASE(
    "the largest content of every field is written with its length, and one more element is an "
    "error that names the field") {
  for (const Row& row : kRows) {
    CAPTURE(row.name);
    const Octets content = content_of(row.largest + row.step);
    const Bytes largest = Bytes(content).first(row.largest);
    Buffer out;
    REQUIRE(wire::serialize(row.make(largest), out).has_value());
    CHECK(number_at(out.view(), 1, 3) == out.size() - wire::kHandshakeHeaderSize);
    // The content's own length stands before it. A run of 1s that long is the content, or a zero is
    // padding.
    const Bytes bytes = out.view();
    const auto found = std::search_n(bytes.begin(), bytes.end(),
                                     static_cast<std::ptrdiff_t>(row.largest), std::uint8_t{1});
    if (found != bytes.end()) {
      const auto at = static_cast<std::size_t>(found - bytes.begin());
      const std::size_t prefix = row.largest > kTwo ? 3 : row.largest > kOne ? 2 : 1;
      CHECK(number_at(bytes, at - prefix, prefix) == row.largest);
    }
    check_refused(row.make(content), row.name);
  }
}

TEST_CASE(
    "a field that is longer than its own length can say is named, whatever else does not fit") {
  for (const Row& row : kHidden) check_refused(row.make(content_of(row.largest)), row.name);
}

TEST_CASE("the parameters of a key exchange that do not fit are an error, and nothing is signed") {
  const Octets content = content_of(kTwo + 1);
  Buffer out;
  const auto written =
      wire::serialize_params({.key_exchange = KeyExchange::dhe_rsa, .dh_p = content}, out);
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().about() == "ServerKeyExchange.params.dh_p");
  CHECK(out.empty());
}
