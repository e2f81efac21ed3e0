// The messages behind the hellos, each wrong in one way, and the alert that tells the peer.
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

// A server that has said hello and shown its certificate.
ScriptedPeer introduced(const ClientConfig& config = client_config(),
                        KeyKind kind = KeyKind::ed25519) {
  ScriptedPeer peer = ScriptedPeer::server_of(config, kind);
  peer.send_all({server_hello, certificate});
  REQUIRE(!peer.engine.error());
  return peer;
}
// A client that has the server's flight.
ScriptedPeer answered() {
  ScriptedPeer peer = ScriptedPeer::client_of();
  peer.send(client_hello);
  REQUIRE(peer.saw(server_hello_done));
  return peer;
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

// ------------------------------------------------ Certificate

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

  ScriptedPeer wrong = introduced(config);
  const Octets parameters = ScriptedPeer::parameters(29, octets(wrong.key_share().public_value()));
  Octets signature = wrong.sign(parameters);
  signature[0] ^= 1;
  wrong.send(ScriptedPeer::server_key_exchange(parameters, 0x0807, signature));
  wrong.check_fault(Errc::bad_signature, Alert::decrypt_error);
}

// ------------------------------------------------ ServerKeyExchange

TEST_CASE("a group that was not offered is answered with illegal_parameter") {
  ClientConfig config = client_config();
  config.common.groups = {NamedGroup::x25519};
  ScriptedPeer peer = introduced(config);
  peer.group = NamedGroup::secp256r1;
  peer.send(server_key_exchange);
  peer.check_fault(Errc::group_not_offered, Alert::illegal_parameter);

  ScriptedPeer unknown = introduced();
  unknown.send(unknown.server_key_exchange(ScriptedPeer::parameters(0x0100, Octets(32, 1))));
  unknown.check_fault(Errc::group_not_offered, Alert::illegal_parameter);
}

TEST_CASE("a curve that is not named is answered with illegal_parameter") {
  for (const std::uint8_t curve_type : Octets{0, 1, 2, 4}) {
    ScriptedPeer peer = introduced();
    Octets parameters = ScriptedPeer::parameters(29, octets(peer.key_share().public_value()));
    parameters[0] = curve_type;
    peer.send(peer.server_key_exchange(parameters));
    peer.check_fault(Errc::unknown_enum_value, Alert::illegal_parameter);
  }
}

// Shows RFC 8422 5.9-4, 5.9-6, 5.10-4; RFC 5246 7.4.3-2, 7.4.3-4
TEST_CASE(
    "a signature scheme that was not offered, or that the key cannot do, is answered with "
    "illegal_parameter") {
  const auto signed_with = [](const ClientConfig& config, int scheme) {
    ScriptedPeer peer = introduced(config);
    const Octets parameters = ScriptedPeer::parameters(29, octets(peer.key_share().public_value()));
    peer.send(ScriptedPeer::server_key_exchange(parameters, scheme, peer.sign(parameters)));
    return peer;
  };
  ClientConfig config = client_config();
  config.common.schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  signed_with(config, 0x0807)
      .check_fault(Errc::signature_scheme_not_offered, Alert::illegal_parameter);
  for (const int scheme : {0x0201, 0x0203, 0x0202, 0x0101, 0x0808, 0})
    signed_with(client_config(), scheme)
        .check_fault(Errc::signature_scheme_not_offered, Alert::illegal_parameter);
  for (const int scheme : {0x0401, 0x0403, 0x0804, 0x0809})
    signed_with(client_config(), scheme)
        .check_fault(Errc::signature_scheme_wrong_for_key, Alert::illegal_parameter);
}

// Shows RFC 5246 7.4.3-4
TEST_CASE(
    "an RSA key signs by the schemes of its own kind alone: rsaEncryption keys by rsae, RSASSA-PSS "
    "keys by pss") {
  for (const auto& [kind, scheme] :
       {std::pair(KeyKind::rsa, 0x0809), std::pair(KeyKind::rsa_pss, 0x0804),
        std::pair(KeyKind::rsa_pss, 0x0401)}) {
    ScriptedPeer peer = ScriptedPeer::server_of(client_config(kind), kind);
    peer.suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
    peer.send_all({server_hello, certificate});
    REQUIRE(!peer.engine.error());
    peer.send(ScriptedPeer::server_key_exchange(ScriptedPeer::parameters(29, Octets(32, 9)), scheme,
                                                Octets(256, 1)));
    peer.check_fault(Errc::signature_scheme_wrong_for_key, Alert::illegal_parameter);
  }
}

// Shows RFC 8422 2.1-2
TEST_CASE("a wrong signature is answered with decrypt_error, whatever is wrong about it") {
  const auto signed_by = [](Octets (*make)(ScriptedPeer&, const Octets& parameters)) {
    ScriptedPeer peer = introduced();
    const Octets parameters = ScriptedPeer::parameters(29, octets(peer.key_share().public_value()));
    peer.send(ScriptedPeer::server_key_exchange(parameters, 0x0807, make(peer, parameters)));
    peer.check_fault(Errc::bad_signature, Alert::decrypt_error);
  };
  signed_by([](ScriptedPeer& peer, const Octets& parameters) {
    Octets signature = peer.sign(parameters);
    signature.back() = static_cast<std::uint8_t>(signature.back() ^ 0x10);
    return signature;
  });
  signed_by([](ScriptedPeer& peer, const Octets& parameters) {
    Octets signature = peer.sign(parameters);
    signature.pop_back();
    return signature;
  });
  signed_by([](ScriptedPeer&, const Octets&) { return Octets(64); });
  signed_by([](ScriptedPeer&, const Octets&) { return Octets(); });
  // Right, for another share: one of a handshake that somebody else had.
  signed_by([](ScriptedPeer& peer, const Octets&) {
    return peer.sign(ScriptedPeer::parameters(29, Octets(32, 9)));
  });
  // Right, without the randoms that make it this handshake's (RFC 5246 §7.4.3).
  signed_by([](ScriptedPeer&, const Octets& parameters) {
    Octets signature(kMaxSignatureSize);
    const auto& key = development_identity(KeyKind::ed25519).leaf.key();
    signature.resize(key.sign({.family = SignatureFamily::ed25519}, parameters,
                              default_provider()->rng(), signature)
                         .value());
    return signature;
  });
}

namespace {

// A signed share of the server's that is no valid one. Refused at the latest when the client has to
// use it.
void check_server_share(const std::string& what, NamedGroup group, const Octets& point) {
  CAPTURE(what);
  ScriptedPeer peer = introduced();
  peer.send(peer.server_key_exchange(ScriptedPeer::parameters(static_cast<int>(group), point)));
  if (!peer.engine.error()) peer.send(server_hello_done);
  peer.check_fault(Errc::bad_key_share, Alert::illegal_parameter);
}

void check_client_share(const std::string& what, NamedGroup group, const Octets& point) {
  CAPTURE(what);
  ServerConfig config = server_config();
  config.common.groups = {group};
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.client_hello.extensions.set(10, vector_of(2, pairs16({static_cast<int>(group)})));
  peer.send(client_hello);
  REQUIRE(!peer.engine.error());
  peer.send(message_of(client_key_exchange, vector_of(1, point)));
  peer.check_fault(Errc::bad_key_share, Alert::illegal_parameter);
}

Octets share_of(NamedGroup group) {
  const auto share = (*default_provider())[wire::find(group)->algorithm]
                         .implementation->generate(default_provider()->rng())
                         .value();
  return octets(share->public_value());
}

}  // namespace

// Shows RFC 8422 5.1.2-2, 5.10-2, 5.11-1, 5.11-2, 5.11-3
TEST_CASE(
    "key shares that are no valid points are answered with illegal_parameter, at either end") {
  for (const auto check : {check_server_share, check_client_share}) {
    check("x25519: a result of zero (RFC 7748 §6.1)", NamedGroup::x25519, Octets(32));
    Octets one(32);
    one[0] = 1;
    check("x25519: a point of small order", NamedGroup::x25519, one);
    check("x25519: a byte too few", NamedGroup::x25519, Octets(31, 9));
    check("x25519: a byte too many", NamedGroup::x25519, Octets(33, 9));
    for (const NamedGroup group :
         {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
      const Octets right = share_of(group);
      Octets off_curve = right, cut = right, longer = right, hybrid = right,
             compressed(right.begin(),
                        right.begin() + static_cast<std::ptrdiff_t>(right.size() / 2 + 1));
      off_curve.back() ^= 1;
      check("off the curve", group, off_curve);
      cut.pop_back();
      check("a byte too few", group, cut);
      longer.push_back(0);
      check("a byte too many", group, longer);
      hybrid[0] = static_cast<std::uint8_t>(6 + (right.back() & 1));
      check("in hybrid form", group, hybrid);
      compressed[0] = static_cast<std::uint8_t>(2 + (right.back() & 1));
      check("compressed", group, compressed);
      Octets zeros(right.size());
      zeros[0] = 4;
      check("(0, 0)", group, zeros);
      Octets ones(right.size(), 0xff);
      ones[0] = 4;
      check("beyond the field", group, ones);
      check("the point at infinity", group, {0});
    }
  }
}

// ------------------------------------------------ Finished

// Shows RFC 5246 7.4.9-1
TEST_CASE("a wrong Finished is answered with decrypt_error, at either end") {
  for (const Role engine : {Role::client, Role::server}) {
    for (const std::size_t bit : {0u, 50u, 95u}) {
      ScriptedPeer peer = engine == Role::client ? ScriptedPeer::server_of() : answered();
      if (engine == Role::client)
        peer.send_server_flight();
      else
        peer.send(client_key_exchange);
      peer.change_cipher_spec();
      Octets message = peer.make(finished);
      message[4 + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      peer.send(message);
      peer.check_fault(Errc::bad_finished, Alert::decrypt_error);
      CHECK(!peer.engine.state().handshake_complete);
    }
  }
}

// Shows RFC 5246 7.4.9-1
TEST_CASE("a Finished that is right for the other end is wrong") {
  ScriptedPeer peer = ScriptedPeer::server_of();
  peer.send_server_flight();
  peer.change_cipher_spec();
  peer.send(message_of(finished, peer.verify_data(Role::client)));
  peer.check_fault(Errc::bad_finished, Alert::decrypt_error);
}

// Shows RFC 6066 1.1-1
TEST_CASE("a message that somebody changed on the way shows in the Finished of the other end") {
  // The client's list of schemes is cut down by one in between, as an attacker would who wants a
  // weak one.
  Pair pair;
  Octets hello = octets(pair.client.output());
  pair.client.sent(hello.size()).value();
  const auto weakened = hex("0401");  // rsa_pkcs1_sha256, which plays no part here
  const auto at = std::search(hello.begin(), hello.end(), weakened.begin(), weakened.end());
  REQUIRE(at != hello.end());
  at[1] = 3;
  feed(pair.server, hello);
  pair.talk();
  REQUIRE(pair.server.error());
  CHECK(!pair.complete());
  CHECK(pair.server.error()->code ==
        Errc::bad_record_mac);  // with the extended master secret even the keys differ
}

// ------------------------------------------------ [ChangeCipherSpec]

TEST_CASE(
    "RFC 5246 §7.1: a ChangeCipherSpec that is not the one byte 1 is answered with "
    "unexpected_message") {
  for (const Octets& fragment : {Octets{0}, Octets{2}, Octets{1, 1}, Octets{1, 0}}) {
    ScriptedPeer peer = answered();
    peer.send(client_key_exchange);
    peer.deliver(ContentType::change_cipher_spec, fragment);
    peer.check_fault(Errc::bad_change_cipher_spec, Alert::unexpected_message);
  }
  ScriptedPeer peer = answered();
  peer.send(client_key_exchange);
  peer.deliver(ContentType::change_cipher_spec, {});
  peer.check_fault(Errc::record_empty, Alert::unexpected_message);
}

TEST_CASE("keys never change in the middle of a handshake message") {
  for (const std::size_t n : {1u, 3u, 4u, 8u, 15u}) {
    for (const Role engine : {Role::client, Role::server}) {
      ScriptedPeer peer = engine == Role::client ? ScriptedPeer::server_of() : answered();
      if (engine == Role::client)
        peer.send_server_flight();
      else
        peer.send(client_key_exchange);
      const Octets message = peer.make(finished);
      peer.deliver(ContentType::handshake,
                   Octets(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(n)));
      REQUIRE(!peer.engine.error());
      peer.change_cipher_spec();
      peer.check_fault(Errc::key_change_inside_message, Alert::unexpected_message);
    }
  }
}

// ------------------------------------------------ records

// Shows RFC 5246 6.2.3.3-4
TEST_CASE(
    "a record that was changed on the way is answered with bad_record_mac, and that alert is still "
    "under the keys") {
  for (const bool complete : {false, true}) {
    ScriptedPeer peer = ScriptedPeer::server_of();
    Octets record;
    if (complete) {
      peer.complete();
      record = peer.sealed(ContentType::application_data, {'h', 'i'});
    } else {
      peer.send_server_flight();
      peer.change_cipher_spec();
      record = peer.sealed(ContentType::handshake, peer.make(finished));
    }
    record.back() ^= 1;
    peer.raw(record);
    peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
    CHECK(peer.engine.readable().empty());
  }
}

TEST_CASE("a record that is repeated, left out or comes in the wrong order is not authentic") {
  for (const char order : {'r', 'o', 's'}) {
    ScriptedPeer peer = ScriptedPeer::client_of();
    peer.complete();
    const Octets first = peer.sealed(ContentType::application_data, {'1'}),
                 second = peer.sealed(ContentType::application_data, {'2'});
    if (order == 'r') {
      peer.raw(first);
      CHECK(read_all(peer.engine) == "1");
      peer.raw(first);
    } else if (order == 'o') {
      peer.raw(second);
    } else {
      peer.raw(joined({second, first}));
    }
    peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
  }
}

TEST_CASE(
    "a record longer than the protocol allows is answered with record_overflow before it is "
    "there") {
  ScriptedPeer plain = ScriptedPeer::client_of();
  plain.raw(hex("16 0301 4001"));
  plain.check_fault(Errc::record_overflow, Alert::record_overflow);
  ScriptedPeer sealed = ScriptedPeer::client_of();
  sealed.complete();
  sealed.raw(hex("17 0303 4801"));
  sealed.check_fault(Errc::record_overflow, Alert::record_overflow);
}

TEST_CASE(
    "RFC 5246 §7.2: an alert that is not two bytes is answered with decode_error, an undefined "
    "level with illegal_parameter") {
  for (const bool complete : {false, true}) {
    const auto check = [&](const Octets& fragment, Errc code, Alert alert) {
      ScriptedPeer peer = ScriptedPeer::client_of();
      if (complete) peer.complete();
      peer.deliver(ContentType::alert, fragment);
      peer.check_fault(code, alert);
    };
    for (const Octets& fragment : {Octets{2}, Octets{1, 0, 0}})
      check(fragment, Errc::bad_alert, Alert::decode_error);
    for (const Octets& fragment : {Octets{0, 0}, Octets{3, 40}, Octets{255, 0}})
      check(fragment, Errc::unknown_enum_value, Alert::illegal_parameter);
  }
}

// Shows RFC 5246 6-2, 7.2.2-3
TEST_CASE("what is not TLS is told apart, and answered with an alert") {
  ScriptedPeer http = ScriptedPeer::client_of();
  http.raw(octets(bytes_of("GET / HTTP/1.1\r\n\r\n")));
  http.check_fault(Errc::plain_http, Alert::unexpected_message);
  ScriptedPeer ssh = ScriptedPeer::client_of();
  ssh.raw(octets(bytes_of("SSH-2.0-OpenSSH\r\n")));
  ssh.check_fault(Errc::not_tls, Alert::protocol_version);
  CHECK(ssh.engine.error()->message().starts_with(
      "the peer does not speak TLS: it speaks SSH [sent alert protocol_version]"));
}

TEST_CASE("a server can look at a peer's first bytes before it makes an engine") {
  CHECK(Engine::check_first_bytes(bytes_of("GET / HTTP/1.1"))->code == Errc::plain_http);
  const auto ssh = Engine::check_first_bytes(bytes_of("SSH-2.0-OpenSSH"));
  CHECK(ssh->code == Errc::not_tls);
  CHECK(ssh->about() == "it speaks SSH");
  CHECK(!ssh->alert);
  CHECK(Engine::check_first_bytes(hex("16 0200"))->code == Errc::record_version_wrong);
  for (const Octets& sound : {Octets{}, octets(bytes_of("GE")), hex("16 0301 0200 0100")})
    CHECK(!Engine::check_first_bytes(sound));
}

// ------------------------------------------------ every message, cut and too long

namespace {

struct Place {
  Role engine;
  std::size_t at;  // of the script below
};
using Script = std::vector<HandshakeType>;
const Script kServerFlights = {server_hello,        certificate,       server_key_exchange,
                               certificate_request, server_hello_done, finished};
const Script kClientFlights = {client_hello, client_key_exchange, finished};

ScriptedPeer before(Role engine, std::size_t at) {
  ScriptedPeer peer =
      engine == Role::client ? ScriptedPeer::server_of() : ScriptedPeer::client_of();
  const Script& script = engine == Role::client ? kServerFlights : kClientFlights;
  for (std::size_t i = 0; i < at; ++i) peer.send(script[i]);
  if (script[at] == finished) peer.change_cipher_spec();
  REQUIRE(!peer.engine.error());
  return peer;
}

}  // namespace

// Shows RFC 5246 7.4.1.2-10, 7.4.1.2-11
TEST_CASE("a message that is cut anywhere, or has a byte too many, is answered with decode_error") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& script = engine == Role::client ? kServerFlights : kClientFlights;
    for (std::size_t at = 0; at < script.size(); ++at) {
      const HandshakeType type = script[at];
      CAPTURE(name(type));
      ScriptedPeer first = before(engine, at);
      const Octets message = first.make(type);
      const Octets body(message.begin() + 4, message.end());
      Octets longer = body;
      longer.push_back(0);
      first.send(message_of(type, longer));
      REQUIRE(first.engine.error());
      first.check_fault(first.engine.error()->code, Alert::decode_error);

      // A hello may end before its extensions: then it says other things, and none of them is a
      // fault of syntax.
      const std::size_t bare_hello = type == server_hello   ? 38
                                     : type == client_hello ? 2 + 32 + 1 + 2 + 12 + 2
                                                            : ~std::size_t{0};
      for (std::size_t n = 0; n < body.size(); ++n) {
        // Of long certificates, the ends and some places between.
        if (body.size() > 200 && n > 20 && n + 20 < body.size() && n % 37 != 0) continue;
        if (n == bare_hello) continue;
        CAPTURE(n);
        ScriptedPeer peer = before(engine, at);
        peer.send(
            message_of(type, Octets(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(n))));
        REQUIRE(peer.engine.error());
        peer.check_fault(peer.engine.error()->code, Alert::decode_error);
      }
    }
  }
}

TEST_CASE(
    "a HelloRequest that is not empty is answered with decode_error, during the handshake and "
    "behind it") {
  ScriptedPeer during = ScriptedPeer::server_of();
  during.send(message_of(hello_request, {0}));
  during.check_fault(Errc::message_trailing_data, Alert::decode_error);
  ScriptedPeer behind = ScriptedPeer::server_of();
  behind.complete();
  behind.send(message_of(hello_request, {0}));
  behind.check_fault(Errc::message_trailing_data, Alert::decode_error);
}

TEST_CASE(
    "a message that is too large is refused by its header, before its body comes: decode_error if "
    "its type has no such length") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& script = engine == Role::client ? kServerFlights : kClientFlights;
    for (std::size_t at = 0; at < script.size(); ++at) {
      CAPTURE(name(script[at]));
      const std::size_t limit = script[at] == certificate    ? Limits{}.certificate_message
                                : script[at] == client_hello ? Limits{}.client_hello
                                                             : Limits{}.handshake_message;
      const bool possible = script[at] == certificate || script[at] == certificate_request ||
                            script[at] == certificate_status;
      const auto header = [&](std::size_t size) {
        return Octets{static_cast<std::uint8_t>(script[at]), static_cast<std::uint8_t>(size >> 16),
                      static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
      };
      ScriptedPeer over = before(engine, at);
      over.deliver(ContentType::handshake, header(limit + 1));
      if (possible) over.check_fault(Errc::handshake_message_too_large, Alert::illegal_parameter);
      if (!possible) over.check_fault(Errc::message_trailing_data, Alert::decode_error);
      ScriptedPeer just = before(engine, at);
      just.deliver(ContentType::handshake, header(limit));
      CHECK(!just.engine.error());
    }
  }
}

TEST_CASE("a message may be cut into records of one byte, and several may share a record") {
  ScriptedPeer peer = ScriptedPeer::server_of();
  for (const HandshakeType type : {server_hello, certificate}) {
    const Octets message = peer.make(type);
    peer.note_sent(message);
    for (const std::uint8_t byte : message) peer.deliver(ContentType::handshake, {byte});
  }
  const Octets exchange = peer.make(server_key_exchange), done = peer.make(server_hello_done);
  peer.note_sent(exchange);
  peer.note_sent(done);
  peer.deliver(ContentType::handshake, joined({exchange, done}));
  peer.change_cipher_spec();
  peer.send(finished);
  CHECK(peer.engine.state().handshake_complete);
}
