// The messages behind the hellos, and alerts: what their definitions allow (RFC 5246 §7.2, §7.4.2
// to §7.4.9, RFC 8422 §5.4, §5.7).
#include <doctest/doctest.h>

#include "golden.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

void check_fault(const auto& result, Errc code, std::string_view about) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == code);
  CHECK(result.error().about() == about);
}

}  // namespace

TEST_CASE("RFC 5246 §7.4.2: certificates come in their order, and none is empty") {
  const auto message = wire::parse_certificates(golden("Certificate of two").body);
  REQUIRE(message.has_value());
  CHECK(message->certificate_list.size() == 2);
  auto certificate = message->certificate_list.begin();
  CHECK(to_hex(*certificate++) == "3000");
  CHECK(to_hex(*certificate++) == "30");
  check_fault(wire::parse_certificates(hex("000003 000000")), Errc::vector_empty,
              "Certificate.certificate_list");
  check_fault(wire::parse_certificates(hex("000004 000002 30")), Errc::message_truncated,
              "Certificate.certificate_list");
  check_fault(wire::parse_certificates(hex("000005 000001 30 00")), Errc::message_truncated,
              "Certificate.certificate_list");
}

TEST_CASE("RFC 5246 §7.4.2: a list without certificates is well-formed") {
  const auto message = wire::parse_certificates(golden("Certificate of none").body);
  REQUIRE(message.has_value());
  CHECK(message->certificate_list.empty());
}

TEST_CASE(
    "RFC 8422 §5.4: ECDHE parameters name a curve and carry a point; what is signed is seen as it "
    "stands") {
  const Octets& body = golden("ServerKeyExchange of ECDHE").body;
  for (const KeyExchange kx : {KeyExchange::ecdhe_rsa, KeyExchange::ecdhe_ecdsa}) {
    const auto message = wire::parse_server_key_exchange(body, kx);
    REQUIRE(message.has_value());
    CHECK(message->key_exchange == kx);
    CHECK(message->group == NamedGroup::x25519);
    CHECK(to_hex(message->point) == "01020304");
    CHECK(message->scheme == SignatureScheme::rsa_pss_rsae_sha256);
    CHECK(to_hex(message->signature) == "a1a2a3");
    CHECK(message->params.data() == body.data());
    CHECK(to_hex(message->params) == "03001d0401020304");
    Buffer params;
    wire::serialize_params(*message, params).value();
    CHECK(to_hex(params.view()) == to_hex(message->params));
  }
}

TEST_CASE("RFC 8422 §5.4: any curve_type but named_curve is illegal") {
  for (const int type : {0, 1, 2, 4, 248, 255}) {
    Octets body = golden("ServerKeyExchange of ECDHE").body;
    body[0] = static_cast<std::uint8_t>(type);
    const auto message = wire::parse_server_key_exchange(body, KeyExchange::ecdhe_ecdsa);
    check_fault(message, Errc::unknown_enum_value,
                "ServerKeyExchange.params.curve_params.curve_type");
    CHECK(message.error().alert == Alert::illegal_parameter);
  }
}

TEST_CASE(
    "RFC 8422 §5.4: a point has 1 to 255 bytes; whether it is one is not the parser's concern") {
  check_fault(wire::parse_server_key_exchange(hex("03 001d 00 0804 0000"), KeyExchange::ecdhe_rsa),
              Errc::vector_empty, "ServerKeyExchange.params.public");
  const auto body = joined({hex("03 7a7a"), vector_of(1, Octets(255)), hex("0804 0000")});
  const auto message = wire::parse_server_key_exchange(body, KeyExchange::ecdhe_rsa);
  REQUIRE(message.has_value());
  CHECK(message->group == static_cast<NamedGroup>(0x7a7a));
  CHECK(message->point.size() == 255);
  CHECK(message->signature.empty());
}

TEST_CASE("RFC 5246 §7.4.3: DHE parameters are three numbers of at least a byte") {
  const auto message = wire::parse_server_key_exchange(golden("ServerKeyExchange of DHE").body,
                                                       KeyExchange::dhe_rsa);
  REQUIRE(message.has_value());
  CHECK(to_hex(message->dh_p) == "ff0017");
  CHECK(to_hex(message->dh_g) == "02");
  CHECK(to_hex(message->dh_Ys) == "1234");
  CHECK(to_hex(message->params) == "0003ff001700010200021234");
  CHECK(message->scheme == SignatureScheme::rsa_pkcs1_sha256);
  const auto parse = [](const char* body) {
    return wire::parse_server_key_exchange(hex(body), KeyExchange::dhe_rsa);
  };
  check_fault(parse("0000 0001 02 0001 03 0401 0000"), Errc::vector_empty,
              "ServerKeyExchange.params.dh_p");
  check_fault(parse("0001 17 0000 0001 03 0401 0000"), Errc::vector_empty,
              "ServerKeyExchange.params.dh_g");
  check_fault(parse("0001 17 0001 02 0000 0401 0000"), Errc::vector_empty,
              "ServerKeyExchange.params.dh_Ys");
}

TEST_CASE("RFC 5246 §7.4.3: the RSA key exchange has no ServerKeyExchange") {
  const auto message =
      wire::parse_server_key_exchange(golden("ServerKeyExchange of ECDHE").body, KeyExchange::rsa);
  REQUIRE_FALSE(message.has_value());
  CHECK(message.error().alert == Alert::unexpected_message);
}

TEST_CASE(
    "RFC 5246 §7.4.4: a CertificateRequest names types and schemes, and authorities if it likes") {
  const auto message = wire::parse_certificate_request(golden("CertificateRequest").body);
  REQUIRE(message.has_value());
  CHECK(to_hex(message->certificate_types) == "0140");
  CHECK(message->supported_signature_algorithms[0] == SignatureScheme::ecdsa_secp256r1_sha256);
  CHECK(message->supported_signature_algorithms[1] == SignatureScheme::rsa_pkcs1_sha256);
  CHECK(message->certificate_authorities.size() == 2);
  CHECK(to_hex(*std::next(message->certificate_authorities.begin())) == "3100");
  const auto parse = [](const char* body) { return wire::parse_certificate_request(hex(body)); };
  check_fault(parse("00 0002 0403 0000"), Errc::vector_empty,
              "CertificateRequest.certificate_types");
  check_fault(parse("01 40 0000 0000"), Errc::vector_empty,
              "CertificateRequest.supported_signature_algorithms");
  check_fault(parse("01 40 0003 040304 0000"), Errc::vector_odd_size,
              "CertificateRequest.supported_signature_algorithms");
  check_fault(parse("01 40 0002 0403 0002 0000"), Errc::vector_empty,
              "CertificateRequest.certificate_authorities");
  check_fault(parse("01 40 0002 0403 0003 0002 30"), Errc::message_truncated,
              "CertificateRequest.certificate_authorities");
}

TEST_CASE("RFC 5246 §7.4.7: the suite's key exchange decides the ClientKeyExchange's syntax") {
  CHECK(to_hex(wire::parse_client_key_exchange(golden("ClientKeyExchange of RSA").body,
                                               KeyExchange::rsa)
                   ->exchange_keys) == "deadbeef");
  CHECK(to_hex(wire::parse_client_key_exchange(golden("ClientKeyExchange of DHE").body,
                                               KeyExchange::dhe_rsa)
                   ->exchange_keys) == "0405");
  CHECK(to_hex(wire::parse_client_key_exchange(golden("ClientKeyExchange of ECDHE").body,
                                               KeyExchange::ecdhe_rsa)
                   ->exchange_keys) == "0411121314");
  check_fault(wire::parse_client_key_exchange(hex("00"), KeyExchange::ecdhe_ecdsa),
              Errc::vector_empty, "ClientKeyExchange.ecdh_Yc");
  check_fault(wire::parse_client_key_exchange(hex("0000"), KeyExchange::dhe_rsa),
              Errc::vector_empty, "ClientKeyExchange.dh_Yc");
  check_fault(wire::parse_client_key_exchange(hex("0002 0405"), KeyExchange::ecdhe_rsa),
              Errc::vector_empty, "ClientKeyExchange.ecdh_Yc");
  CHECK(wire::parse_client_key_exchange(hex("0000"), KeyExchange::rsa)
            .has_value());  // told apart from a wrong padding, it would be an oracle
}

TEST_CASE("RFC 5246 §7.4.8: CertificateVerify is a scheme and a signature") {
  const auto message = wire::parse_certificate_verify(golden("CertificateVerify").body);
  REQUIRE(message.has_value());
  CHECK(message->scheme == SignatureScheme::ecdsa_secp256r1_sha256);
  CHECK(to_hex(message->signature) == "300102");
}

TEST_CASE("RFC 5246 §7.4.9: verify_data has exactly 12 bytes") {
  CHECK(to_hex(wire::parse_finished(golden("Finished").body)->verify_data) ==
        "000102030405060708090a0b");
  check_fault(wire::parse_finished(Octets(11)), Errc::message_truncated, "Finished.verify_data");
  check_fault(wire::parse_finished(Octets(13)), Errc::message_trailing_data, "Finished");
  check_fault(wire::parse_finished(Octets(36)), Errc::message_trailing_data, "Finished");
}

TEST_CASE("RFC 5246 §7.2: an alert is a level of two, and a description that may be anyone's") {
  for (unsigned level = 0; level < 256; ++level)
    for (unsigned description = 0; description < 256; ++description) {
      const Octets fragment = {static_cast<std::uint8_t>(level),
                               static_cast<std::uint8_t>(description)};
      const auto alert = wire::parse_alert(fragment);
      REQUIRE(alert.has_value() == (level == 1 || level == 2));
      if (!alert) {
        CHECK(alert.error().code == Errc::unknown_enum_value);
        continue;
      }
      REQUIRE(octets(wire::serialize(*alert)) == fragment);
      REQUIRE(alert->level == (level == 1 ? AlertLevel::warning : AlertLevel::fatal));
      REQUIRE(static_cast<unsigned>(alert->description) == description);
    }
  for (const std::size_t size : {0u, 1u, 3u, 4u})
    CHECK(wire::parse_alert(Octets(size, 1)).error().code == Errc::bad_alert);
}

TEST_CASE("RFC 5077 §3.3: a ticket may be empty, its lifetime says seconds") {
  const auto ticket = wire::parse_new_session_ticket(golden("NewSessionTicket").body);
  REQUIRE(ticket.has_value());
  CHECK(ticket->lifetime_hint == 7200);
  CHECK(to_hex(ticket->ticket) == "c1c2c3");
  check_fault(wire::parse_new_session_ticket(hex("000000")), Errc::message_truncated,
              "NewSessionTicket.ticket_lifetime_hint");
}

TEST_CASE("RFC 6066 §8: a CertificateStatus is an OCSP response, and not an empty one") {
  CHECK(to_hex(wire::parse_certificate_status(golden("CertificateStatus").body)->ocsp_response) ==
        "3000");
  check_fault(wire::parse_certificate_status(hex("02 000001 30")), Errc::unknown_enum_value,
              "CertificateStatus.status_type");
  check_fault(wire::parse_certificate_status(hex("01 000000")), Errc::vector_empty,
              "CertificateStatus.response");
}

TEST_CASE("RFC 7250 §3: a raw public key is one SubjectPublicKeyInfo, not a list") {
  const Octets body = hex("000003 300100");
  const auto message = wire::parse_certificates(body, CertificateType::raw_public_key);
  REQUIRE(message.has_value());
  CHECK(to_hex(*message->raw_public_key) == "300100");
  CHECK(message->certificate_list.empty());
  // A client without one says so as with certificates.
  const auto none = wire::parse_certificates(hex("000000"), CertificateType::raw_public_key);
  REQUIRE(none.has_value());
  CHECK(!none->raw_public_key);
  CHECK(none->certificate_list.empty());
}

TEST_CASE("RFC 4279 §2, §3, RFC 5489 §2: hint and identity stand in front, and nothing is signed") {
  const auto dhe = wire::parse_server_key_exchange(golden("ServerKeyExchange of DHE_PSK").body,
                                                   KeyExchange::dhe_psk);
  REQUIRE(dhe.has_value());
  CHECK(to_hex(dhe->psk_identity_hint) == "68");
  CHECK(to_hex(dhe->dh_Ys) == "1234");
  CHECK(dhe->signature.empty());
  const auto client = wire::parse_client_key_exchange(golden("ClientKeyExchange of ECDHE_PSK").body,
                                                      KeyExchange::ecdhe_psk);
  REQUIRE(client.has_value());
  CHECK(to_hex(client->psk_identity) == "626f62");
  CHECK(to_hex(client->exchange_keys) == "0411121314");
}
