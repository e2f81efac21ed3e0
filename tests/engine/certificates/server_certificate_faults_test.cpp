// What a client makes of a Certificate message that is wrong, or of a chain that it must not accept
// (RFC 5246 §7.4.2).
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using enum HandshakeType;
Octets certificate_list(std::initializer_list<Octets> ders) {
  Octets list;
  for (const Octets& der : ders) list = joined({list, vector_of(3, der)});
  return message_of(certificate, vector_of(3, list));
}
Octets leaf_der(KeyKind kind = KeyKind::ed25519) {
  return octets(development_identity(kind).leaf.chain().front().der());
}
// Up to the end of the server's flight, behind which the client verifies the certificate.
void check_certificate(const std::string& what, Octets message, Errc code, Alert alert,
                       const ClientConfig& config = client_config(), WallTime now = kNow,
                       std::string_view name = "localhost") {
  CAPTURE(what);
  ScriptedPeer peer(Role::server, Engine::client(config.build().value(), name, now));
  peer.send(server_hello);
  peer.send(message);
  if (!peer.engine.error()) peer.send_all({server_key_exchange, server_hello_done});
  peer.check_fault(code, alert);
  CHECK(!peer.saw(client_key_exchange));  // nothing that depends on the certificate was sent
  CHECK(peer.engine.state().verified_chain.empty());
}

}  // namespace

TEST_CASE("a certificate list that is empty or cannot be parsed is answered with decode_error") {
  check_certificate("empty", certificate_list({}), Errc::certificate_list_empty,
                    Alert::decode_error);
  check_certificate("an empty certificate", certificate_list({Octets()}), Errc::vector_empty,
                    Alert::decode_error);
  check_certificate("a list shorter than its length", message_of(certificate, hex("000004 000001")),
                    Errc::message_truncated, Alert::decode_error);
}

TEST_CASE("a certificate that is no DER, or too much of it, is answered with bad_certificate") {
  check_certificate("garbage", certificate_list({Octets(100, 0xa5)}), Errc::bad_der,
                    Alert::bad_certificate);
  Octets cut = leaf_der(), longer = leaf_der();
  cut.pop_back();
  longer.push_back(0);
  check_certificate("cut", certificate_list({cut}), Errc::bad_der, Alert::bad_certificate);
  check_certificate("longer", certificate_list({longer}), Errc::bad_der, Alert::bad_certificate);
}

TEST_CASE("an unusable certificate after the leaf is skipped, except under the strict policy") {
  const Octets message = certificate_list({leaf_der(), Octets(100, 0xa5)});
  const auto flight = [&](const ClientConfig& config, const Octets& list) {
    ScriptedPeer peer(Role::server, Engine::client(config.build().value(), "localhost", kNow));
    peer.send(server_hello);
    peer.send(list);
    if (!peer.engine.error()) peer.send_all({server_key_exchange, server_hello_done});
    return peer;
  };
  const ScriptedPeer right = flight(client_config(), message);
  CHECK(!right.engine.error());
  CHECK(right.saw(client_key_exchange));
  CHECK(right.engine.state().peer_certificates.size() == 1);

  ClientConfig strict = client_config();
  strict.verify = VerifyPolicy::strict();
  CHECK(!flight(strict, certificate_list({leaf_der()})).engine.error());
  check_certificate("the strict policy", message, Errc::bad_der, Alert::bad_certificate, strict);
}

// Shows RFC 5246 7.4.5-1, D.2-1
TEST_CASE("a certificate that does not lead to a trust anchor is answered with unknown_ca") {
  ClientConfig other = client_config();
  const auto key = PrivateKey::generate(KeyKind::ed25519).value();
  other.trust = TrustStore::of({issue_certificate({.common_name = "another CA",
                                                   .is_ca = true,
                                                   .not_before = kNow - std::chrono::hours(1),
                                                   .not_after = kNow + std::chrono::hours(1)},
                                                  key)
                                    .value()});
  check_certificate("another CA", certificate_list({leaf_der()}), Errc::certificate_unknown_issuer,
                    Alert::unknown_ca, other);

  ScriptedPeer peer(Role::server, Engine::client(other.build().value(), "localhost", kNow));
  peer.send(server_hello);
  peer.send(certificate_list({leaf_der(), Octets(100, 0xa5)}));
  peer.send_all({server_key_exchange, server_hello_done});
  peer.check_fault(Errc::certificate_unknown_issuer, Alert::unknown_ca);
  CHECK(peer.engine.error()->message().contains("certificate 2 of those that came cannot be used"));
}

// Shows RFC 5246 7.4.5-1
TEST_CASE("a certificate outside its time is answered with certificate_expired") {
  check_certificate("two days late", certificate_list({leaf_der()}), Errc::certificate_expired,
                    Alert::certificate_expired, client_config(), kNow + std::chrono::hours(48));
  check_certificate("two days early", certificate_list({leaf_der()}),
                    Errc::certificate_not_yet_valid, Alert::certificate_expired, client_config(),
                    kNow - std::chrono::hours(48));
}

TEST_CASE("a certificate for another name is answered with bad_certificate") {
  check_certificate("a DNS name", certificate_list({leaf_der()}), Errc::certificate_name_mismatch,
                    Alert::bad_certificate, client_config(), kNow, "example.org");
  check_certificate("an address", certificate_list({leaf_der()}), Errc::certificate_name_mismatch,
                    Alert::bad_certificate, client_config(), kNow, "127.0.0.2");
}

// Shows RFC 8422 2.1-1, 2.2-1, 5.3-2, 5.3-3, 5.3-4; RFC 5246 7.4.2-2, 7.4.2-6, 7.4.2-13
TEST_CASE(
    "a certificate whose key does not fit the suite, or whose curve was not offered, is answered "
    "with unsupported_certificate") {
  check_certificate("RSA for ECDHE_ECDSA", certificate_list({leaf_der(KeyKind::rsa)}),
                    Errc::certificate_wrong_type, Alert::unsupported_certificate);
  ClientConfig config = client_config(KeyKind::ec_secp384r1);
  config.common.groups = {NamedGroup::x25519, NamedGroup::secp256r1};
  check_certificate("secp384r1", certificate_list({leaf_der(KeyKind::ec_secp384r1)}),
                    Errc::curve_not_offered, Alert::unsupported_certificate, config);

  ScriptedPeer peer = ScriptedPeer::server_of();
  peer.suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
  peer.send_all({server_hello, certificate});  // Ed25519
  peer.check_fault(Errc::certificate_wrong_type, Alert::unsupported_certificate);
}

TEST_CASE("more certificates than the limit are refused") {
  ClientConfig config = client_config();
  config.common.limits.certificates = 2;
  check_certificate("three", certificate_list({leaf_der(), leaf_der(), leaf_der()}),
                    Errc::certificate_path_too_long, Alert::bad_certificate, config);
}

TEST_CASE(
    "a client that accepts any certificate by name of its configuration still checks the signature "
    "of its key") {
  ClientConfig config;
  config.dangerous.accept_any_certificate = true;
  ScriptedPeer right = ScriptedPeer::server_of(config);
  right.complete();
  CHECK(right.engine.state().verified_chain.empty());

  ScriptedPeer wrong = ScriptedPeer::server_of(config);
  wrong.send_all({server_hello, certificate});
  const Octets parameters = ScriptedPeer::parameters(29, octets(wrong.key_share().public_value()));
  Octets signature = wrong.sign(parameters);
  signature[0] ^= 1;
  wrong.send(ScriptedPeer::server_key_exchange(parameters, 0x0807, signature));
  wrong.check_fault(Errc::bad_signature, Alert::decrypt_error);
}
