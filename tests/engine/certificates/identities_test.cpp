// Several identities side by side: which one a server shows (RFC 5246 §7.4.2, RFC 8422 §5.1, RFC
// 6066 §3), which one a client does (§7.4.4, §7.4.6), and configurations that each ClientHello
// chooses.
#include <doctest/doctest.h>

#include "support/engine_pair.hpp"
#include "support/requested.hpp"
#include "support/scripted_peer.hpp"
#include "x509/certificate/parsed_certificate.hpp"

using namespace tls12;
using namespace tls12::test;
using enum KeyKind;

namespace {

constexpr int kName = 0, kGroups = 10, kSchemes = 13;

/// One identity of each kind for localhost, in this order: what is preferred comes first.
ServerConfig all_kinds() {
  ServerConfig config;
  for (const KeyKind kind : {ec_secp256r1, ec_secp384r1, ed25519, rsa, rsa_pss})
    config.identities.push_back(development_identity(kind).leaf);
  return config;
}

struct Offer {
  std::string what;
  Octets suites, groups, schemes;
};
constexpr int kEcdsaSuite = 0xc02b, kRsaSuite = 0xc02f;

ScriptedPeer offered(const Offer& offer, const ServerConfig& config) {
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.client_hello.suites = offer.suites;
  peer.client_hello.extensions.set(kGroups, vector_of(2, offer.groups));
  peer.client_hello.extensions.set(kSchemes, vector_of(2, offer.schemes));
  peer.send(HandshakeType::client_hello);
  return peer;
}

Octets host_name(std::string_view name) {
  return vector_of(2, joined({{0}, vector_of(2, octets(bytes_of(name)))}));
}

/// The first certificate that the server showed.
Octets shown(const ScriptedPeer& peer) {
  for (const auto& seen : peer.seen)
    if (seen.type == ContentType::handshake &&
        seen.bytes[0] == static_cast<std::uint8_t>(HandshakeType::certificate))
      return octets(
          *wire::parse_certificates(Bytes(seen.bytes).subspan(4)).value().certificate_list.begin());
  return {};
}
Octets leaf_of(const Identity& identity) { return octets(identity.chain().front().der()); }

DevelopmentIdentity named(std::string name, KeyKind kind = ed25519) {
  return make_chain({.key = kind, .names = {std::move(name)}});
}

}  // namespace

TEST_CASE(
    "RFC 5246 §7.4.2, RFC 8422 §5.1: of several identities the first is shown that suite, schemes "
    "and groups of the client allow") {
  const Octets both = pairs16({kEcdsaSuite, kRsaSuite}), ecdsa_suite = pairs16({kEcdsaSuite}),
               rsa_suite = pairs16({kRsaSuite});
  const Octets curves = pairs16({29, 23, 24}), p256 = pairs16({23}), p384 = pairs16({29, 24}),
               x25519 = pairs16({29});
  const Octets every_scheme = pairs16({0x0807, 0x0403, 0x0503, 0x0804, 0x0401, 0x0809});
  const std::pair<Offer, KeyKind> rows[] = {
      {{"everything", both, curves, every_scheme}, ec_secp256r1},
      {{"RSA suites alone", rsa_suite, curves, every_scheme}, rsa},
      {{"RSA suites, and PSS keys alone", rsa_suite, curves, pairs16({0x0809, 0x0403})}, rsa_pss},
      {{"RSA suites, PKCS #1 alone", rsa_suite, curves, pairs16({0x0401})}, rsa},
      {{"EdDSA alone", both, curves, pairs16({0x0807})}, ed25519},
      {{"no secp256r1", both, p384, every_scheme}, ec_secp384r1},
      {{"secp256r1 alone", both, p256, every_scheme}, ec_secp256r1},
      {{"no curve of a certificate", ecdsa_suite, x25519, every_scheme}, ed25519},
      {{"no curve of a certificate, no EdDSA", both, x25519, pairs16({0x0403, 0x0804})}, rsa},
      {{"ECDSA suites, ECDSA schemes", ecdsa_suite, curves, pairs16({0x0503})}, ec_secp256r1},
  };
  for (const auto& [offer, kind] : rows) {
    CAPTURE(offer.what);
    const ScriptedPeer peer = offered(offer, all_kinds());
    CHECK_FALSE(peer.engine.error());
    CHECK(shown(peer) == leaf_of(development_identity(kind).leaf));
  }
}

TEST_CASE(
    "of several identities none will do: the alert is handshake_failure, and the error says what "
    "is missing") {
  const Octets curves = pairs16({29, 23, 24});
  const auto fault = [&](const Offer& offer, Errc code) {
    CAPTURE(offer.what);
    ScriptedPeer peer = offered(offer, all_kinds());
    peer.check_fault(code, Alert::handshake_failure);
  };
  fault({"schemes of no key", pairs16({kEcdsaSuite, kRsaSuite}), curves, pairs16({0x080b + 5})},
        Errc::no_common_signature_scheme);
  fault({"an ECDSA suite, RSA schemes", pairs16({kEcdsaSuite}), curves, pairs16({0x0804, 0x0401})},
        Errc::no_common_signature_scheme);
  fault({"an RSA suite, ECDSA schemes", pairs16({kRsaSuite}), curves, pairs16({0x0403, 0x0807})},
        Errc::no_common_signature_scheme);
  fault({"no suite", pairs16({0x0005}), curves, pairs16({0x0403})}, Errc::no_common_suite);
  fault({"no curve of a certificate", pairs16({kEcdsaSuite}), pairs16({29}), pairs16({0x0403})},
        Errc::no_common_group);
}

TEST_CASE("the state of each end holds the identity that it shows, in full handshakes") {
  ClientConfig client = client_config();
  client.identities = {development_identity(rsa).leaf, development_identity(ed25519).leaf};
  client.sessions = make_memory_session_store();
  ServerConfig server = server_config();
  server.common.schemes = {SignatureScheme::ed25519};
  server.client_authentication = ClientAuthentication::request;
  server.ticket_keys = TicketKeys::rotating().value();
  ConnectedEnginePair full(client, server);
  CHECK(leaf_of(full.client.state().identity.value()) == leaf_of(client.identities[1]));
  CHECK(leaf_of(full.server.state().identity.value()) == leaf_of(server.identities[0]));
  EnginePair resumed(client, server);
  resumed.talk();
  REQUIRE(resumed.server.state().resumed);
  CHECK_FALSE(resumed.client.state().identity);
  CHECK_FALSE(resumed.server.state().identity);
  client.sessions = nullptr;
  client.identities.pop_back();
  ConnectedEnginePair without(client, server);
  CHECK_FALSE(without.client.state().identity);
}

TEST_CASE(
    "RFC 6066 §3: the identity is one for the name that the client asks for, wildcards and "
    "addresses included; else the first of all that fits") {
  const auto first = named("first.example"), second = named("second.example"),
             star = named("*.star.example"), rsa_second = named("second.example", rsa);
  ServerConfig config{.identities = {first.leaf, second.leaf, star.leaf, rsa_second.leaf}};
  const auto asked = [&](std::optional<std::string_view> name,
                         const Octets& suites = pairs16({kEcdsaSuite, kRsaSuite})) {
    ScriptedPeer peer = ScriptedPeer::client_of(config);
    peer.client_hello.suites = suites;
    if (name) peer.client_hello.extensions.add(kName, host_name(*name));
    peer.send(HandshakeType::client_hello);
    CHECK_FALSE(peer.engine.error());
    return shown(peer);
  };
  CHECK(asked({}) == leaf_of(first.leaf));
  CHECK(asked("first.example") == leaf_of(first.leaf));
  CHECK(asked("second.example") == leaf_of(second.leaf));
  CHECK(asked("SECOND.Example") == leaf_of(second.leaf));
  CHECK(asked("a.star.example") == leaf_of(star.leaf));
  CHECK(asked("a.b.star.example") == leaf_of(first.leaf));
  CHECK(asked("star.example") == leaf_of(first.leaf));
  CHECK(asked("third.example") == leaf_of(first.leaf));
  CHECK(asked("-.not_a_name..") == leaf_of(first.leaf));
  CHECK(asked("192.0.2.1") == leaf_of(first.leaf));
  // The name comes first: among those for it, the suite decides.
  CHECK(asked("second.example", pairs16({kRsaSuite})) == leaf_of(rsa_second.leaf));
  CHECK(asked({}, pairs16({kRsaSuite})) == leaf_of(rsa_second.leaf));
}

TEST_CASE(
    "RFC 6066 §3: a name that no identity is for is refused where names must be known, and one "
    "that is for it but cannot serve is no reason to show another") {
  const auto first = named("first.example"), second = named("second.example", rsa);
  ServerConfig config{.identities = {first.leaf, second.leaf}};
  config.require_known_name = true;
  const auto peer_for = [&](std::string_view name) {
    ScriptedPeer peer = ScriptedPeer::client_of(config);
    peer.client_hello.suites = pairs16({kEcdsaSuite});
    peer.client_hello.extensions.add(kName, host_name(name));
    peer.send(HandshakeType::client_hello);
    return peer;
  };
  peer_for("third.example").check_fault(Errc::unrecognized_name, Alert::unrecognized_name);
  CHECK(shown(peer_for("first.example")) == leaf_of(first.leaf));
  peer_for("second.example").check_fault(Errc::no_common_suite, Alert::handshake_failure);
}

TEST_CASE(
    "identities whose keys live elsewhere stand beside others, and each signs where it lives") {
  const auto chain = development_identity(ec_secp256r1).leaf.chain();
  ServerConfig config{
      .identities = {
          Identity::from({chain.begin(), chain.end()}, PrivateKey::elsewhere(ec_secp256r1)).value(),
          development_identity(rsa).leaf}};
  ClientConfig client{.trust =
                          TrustStore::of({development_identity(ec_secp256r1).ca.chain().front(),
                                          development_identity(rsa).ca.chain().front()})};
  EnginePair far(client, config);
  far.talk();
  REQUIRE(far.server.wants() == Wants::signature);
  CHECK(leaf_of(far.server.state().identity.value()) ==
        leaf_of(config.identities[0]));  // whose key signs
  const SignatureRequest wanted = requested<SignatureRequest>(far.server);
  Octets signature(kMaxSignatureSize);
  signature.resize(development_identity(ec_secp256r1)
                       .leaf.key()
                       .sign(wanted.algorithm, wanted.message, default_provider()->rng(), signature)
                       .value());
  REQUIRE(far.server.answer(SignatureAnswer{signature}).has_value());
  far.talk();
  CHECK(far.complete());
  client.common.suites = {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
  EnginePair near(client, config);
  near.talk();
  CHECK(near.complete());
}

// ------------------------------------------------ a configuration for each ClientHello

TEST_CASE(
    "a configuration is chosen by ClientHello: its identities, suites, protocols and what it asks "
    "of clients count") {
  const auto one = named("one.example"), two = named("two.example", rsa);
  const ServerConfig for_one{.identities = {one.leaf},
                             .common = {.application_protocols = {"one"}}};
  const ServerConfig for_two{.identities = {two.leaf},
                             .common = {.application_protocols = {"two"}},
                             .client_authentication = ClientAuthentication::request};
  const auto first = for_one.build().value(), second = for_two.build().value();
  const ServerConfig config{.configure = [&](const ClientHello& hello) -> Result<ServerContext> {
    CHECK(hello.application_layer_protocol_negotiation->size() == 2);
    if (!hello.server_name) return std::unexpected(Error(Errc::unrecognized_name, "no name"));
    return *hello.server_name == "one.example" ? first : second;
  }};
  const ClientConfig client{
      .trust = TrustStore::of({one.ca.chain().front(), two.ca.chain().front()}),
      .common = {.application_protocols = {"two", "one"}}};
  for (const std::string name : {"one.example", "two.example"}) {
    ConnectedEnginePair pair(client, config, name);
    CHECK(pair.client.state().application_protocol == name.substr(0, 3));
    CHECK(pair.server.state().client_certificate_requested == (name == "two.example"));
    CHECK(octets(pair.client.state().peer_certificates[0].der()) ==
          leaf_of(name == "one.example" ? one.leaf : two.leaf));
  }
}

TEST_CASE(
    "a configuration that is refused ends the handshake with the alert of the error that is "
    "named") {
  const std::pair<Errc, Alert> rows[] = {
      {Errc::unrecognized_name, Alert::unrecognized_name},
      {Errc::no_common_suite, Alert::handshake_failure},
      {Errc::no_common_application_protocol, Alert::no_application_protocol},
      {Errc::internal_error, Alert::internal_error}};
  for (const auto& [code, alert] : rows) {
    const ServerConfig config{
        .configure = [refusal = code](const ClientHello&) -> Result<ServerContext> {
          return std::unexpected(Error(refusal, "not you"));
        }};
    ScriptedPeer peer = ScriptedPeer::client_of(config);
    peer.send(HandshakeType::client_hello);
    peer.check_fault(code, alert);
    CHECK(peer.engine.error()->about() == "not you");
    CHECK_FALSE(peer.saw(HandshakeType::server_hello));
  }
}

TEST_CASE(
    "a configuration is not asked for where the ClientHello is wrong already, and once where it is "
    "right") {
  int asked = 0;
  const auto chosen = server_config().build().value();
  const ServerConfig config{
      .configure = [&](const ClientHello&) -> Result<ServerContext> { return ++asked, chosen; }};
  ScriptedPeer wrong = ScriptedPeer::client_of(config);
  wrong.client_hello.compressions = {1};
  wrong.send(HandshakeType::client_hello);
  CHECK(asked == 0);
  EnginePair pair(client_config(), config);
  pair.talk();
  CHECK(pair.complete());
  CHECK(asked == 1);
}

// ------------------------------------------------ clients

TEST_CASE(
    "RFC 5246 §7.4.4: a client shows the first identity that the server welcomes, by authority, by "
    "type of key and by scheme") {
  const auto of_a = make_chain({.key = ec_secp256r1, .for_clients = true, .ca_name = "CA a"});
  const auto rsa_of_b = make_chain({.key = rsa, .for_clients = true, .ca_name = "CA b"});
  const auto ed_of_b = make_chain({.key = ed25519, .for_clients = true, .ca_name = "CA b"});
  ClientConfig client = client_config();
  client.identities = {of_a.leaf, rsa_of_b.leaf, ed_of_b.leaf};
  // CertificateRequest: types, schemes, authorities.
  const auto chosen = [&](const Octets& types, const Octets& schemes,
                          std::initializer_list<Octets> authorities) {
    ScriptedPeer peer = ScriptedPeer::server_of(client);
    peer.send_all({HandshakeType::server_hello, HandshakeType::certificate,
                   HandshakeType::server_key_exchange});
    Octets names;
    for (const Octets& name : authorities) names = joined({names, vector_of(2, name)});
    peer.send(
        message_of(HandshakeType::certificate_request,
                   joined({vector_of(1, types), vector_of(2, schemes), vector_of(2, names)})));
    peer.send(HandshakeType::server_hello_done);
    REQUIRE_FALSE(peer.engine.error());
    for (const auto& seen : peer.seen) {
      if (seen.type != ContentType::handshake ||
          seen.bytes[0] != static_cast<std::uint8_t>(HandshakeType::certificate))
        continue;
      const auto list =
          wire::parse_certificates(Bytes(seen.bytes).subspan(4)).value().certificate_list;
      return list.empty() ? Octets() : octets(*list.begin());
    }
    FAIL("no Certificate");
    return Octets();
  };
  const auto subject = [](const DevelopmentIdentity& made) {
    return octets(internals(made.ca.chain().front()).subject);
  };
  const Octets both = {1, 64}, all = pairs16({0x0403, 0x0804, 0x0807});
  CHECK(chosen(both, all, {}) == leaf_of(of_a.leaf));
  CHECK(chosen(both, all, {subject(rsa_of_b)}) == leaf_of(rsa_of_b.leaf));
  CHECK(chosen(both, all, {subject(rsa_of_b), subject(of_a)}) == leaf_of(of_a.leaf));
  CHECK(chosen({64}, all, {subject(rsa_of_b)}) == leaf_of(ed_of_b.leaf));
  CHECK(chosen({1}, all, {}) == leaf_of(rsa_of_b.leaf));
  CHECK(chosen(both, pairs16({0x0807}), {}) == leaf_of(ed_of_b.leaf));
  CHECK(chosen(both, pairs16({0x0401}), {}) == leaf_of(rsa_of_b.leaf));
  // Nothing fits: an empty list, and no CertificateVerify.
  CHECK(chosen({1}, pairs16({0x0807}), {}).empty());
  CHECK(chosen({2, 3, 4}, all, {}).empty());
  CHECK(chosen(both, all, {subject(development_identity(rsa))}).empty());
}

TEST_CASE("what a client chooses by itself is shown only where the server welcomes it") {
  const auto mine = make_chain({.key = ed25519, .for_clients = true});
  ClientConfig client = client_config();
  client.choose_identity = [&](const CertificateRequest&) { return std::optional(mine.leaf); };
  ServerConfig server = server_config();
  server.client_authentication = ClientAuthentication::request;
  server.common.signing_schemes = {SignatureScheme::ed25519};
  const auto shows = [&] {
    EnginePair pair(client, server);
    pair.talk();
    CHECK(pair.complete());
    return !pair.server.state().peer_certificates.empty();
  };
  CHECK(shows());
  server.common.schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  CHECK_FALSE(shows());
  server.common.schemes = {};
  server.client_trust = TrustStore::of({development_identity(rsa).ca.chain().front()});
  CHECK_FALSE(shows());
}
