// A client that authenticates by a raw public key (RFC 7250).
#include <doctest/doctest.h>

#include "engine/certificates/raw_public_keys.hpp"
#include "x509/issue/certificate_draft.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// What a server answers to a client that has these types: nothing, or the type; then whether it
/// asks for a certificate.
struct Answered {
  std::optional<CertificateType> type;
  bool asks;
  bool operator==(const Answered&) const = default;
};
std::optional<Answered> answer(const std::optional<Octets>& client_types,
                               const ServerConfig& config) {
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  if (client_types) peer.client_hello.extensions.add(kClientType, vector_of(1, *client_types));
  peer.send(HandshakeType::client_hello);
  if (peer.engine.error()) {
    peer.check_fault(Errc::certificate_type_not_offered, Alert::unsupported_certificate);
    return std::nullopt;
  }
  return Answered{server_hello_of(peer).client_certificate_type,
                  peer.saw(HandshakeType::certificate_request)};
}
/// A client that offers both types, and a server that takes bare keys: what it has sent up to
/// ServerHelloDone.
struct RawKeyClient : ScriptedPeer {
  explicit RawKeyClient(const RawKeyConfig& ends)
      : ScriptedPeer(Role::client, Engine::server(ends.server.build().value(), kNow)) {
    client_hello.extensions.add(kClientType, {1, 2});
    send(HandshakeType::client_hello);
    REQUIRE(saw(HandshakeType::server_hello_done));
  }
  void show(const Octets& key) { send(message_of(HandshakeType::certificate, vector_of(3, key))); }
};

}  // namespace

// Shows RFC 7250 4.3-1
TEST_CASE(
    "RFC 7250 §4: a client shows a bare key of any kind, proves that it has it, and the server is "
    "asked whose it is") {
  for (const KeyKind kind : {KeyKind::rsa, KeyKind::rsa_pss, KeyKind::ec_secp256r1,
                             KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    CAPTURE(static_cast<int>(kind));
    RawKeyConfig ends({kRaw}, {kRaw}, kind);
    const RawKeyPair pair(ends);
    REQUIRE(pair.complete());
    CHECK(pair.server.state().peer_raw_public_key == key_of(client_identity(kind).leaf));
    CHECK(pair.server.state().peer_certificates.empty());
    CHECK(pair.server.state().verified_chain.empty());
    CHECK(pair.server.state().client_signature_scheme.has_value());
    CHECK(ends.asked == std::vector<Octets>{key_of(client_identity(kind).leaf)});
  }
}

TEST_CASE("RFC 7250 §4.2: the server chooses: its first that the client has") {
  const auto raw = [](const Types& shown, const Types& accepted) {
    const RawKeyConfig ends(shown, accepted);
    const RawKeyPair pair(ends);
    REQUIRE(pair.complete());
    CHECK(pair.server.state().peer_certificates.empty() ==
          !pair.server.state().peer_raw_public_key.empty());
    CHECK(pair.server.state().verified_chain.empty() ==
          !pair.server.state().peer_raw_public_key.empty());
    return pair.server.state().peer_certificates.empty();
  };
  CHECK(raw({kX509, kRaw}, {kRaw, kX509}));
  CHECK_FALSE(raw({kRaw, kX509}, {kX509, kRaw}));
  CHECK_FALSE(raw({kRaw, kX509}, {kX509}));
  CHECK_FALSE(raw({kRaw, kX509}, {}));
  CHECK_FALSE(raw({}, {kRaw, kX509}));
  CHECK_FALSE(raw({kX509}, {kRaw, kX509}));
}

// Shows RFC 7250 4.3-1
TEST_CASE(
    "a key that the server does not know is refused with certificate_unknown, however little the "
    "server verifies") {
  for (const ClientAuthentication how :
       {ClientAuthentication::require_and_verify, ClientAuthentication::request}) {
    RawKeyConfig ends({kRaw}, {kRaw});
    ends.server.client_authentication = how;
    ends.server.accept_raw_public_key = [](Bytes) { return false; };
    const RawKeyPair pair(ends);
    CHECK(pair.server_fault() == Errc::raw_public_key_refused);
    CHECK(pair.alert() == Alert::certificate_unknown);
    CHECK(pair.client.error()->alert == Alert::certificate_unknown);
  }
}

// Shows RFC 7250 4.1-1, 4.1-2, 4.1-3, 4.1-4
TEST_CASE(
    "RFC 7250 §4.1: a client offers what it has: not X.509 alone, and nothing without an "
    "identity") {
  const auto sent = [](const ClientConfig& config, std::optional<Bytes> ClientHello::* member) {
    const ScriptedPeer peer = ScriptedPeer::server_of(config);
    const ClientHello hello = client_hello_of(peer);
    return hello.*member ? std::optional(octets(*(hello.*member))) : std::nullopt;
  };
  ClientConfig config = client_config();
  config.identities = {client_identity().leaf};
  CHECK(!sent(config, &ClientHello::client_certificate_types));
  config.client_certificate_types = config.server_certificate_types = {kX509};
  CHECK(!sent(config, &ClientHello::client_certificate_types));
  CHECK(!sent(config, &ClientHello::server_certificate_types));
  config.client_certificate_types = {kRaw};
  config.server_certificate_types = {kX509, kRaw};
  config.accept_raw_public_key = [](Bytes) { return true; };
  CHECK(sent(config, &ClientHello::client_certificate_types) == Octets{2});
  CHECK(sent(config, &ClientHello::server_certificate_types) == Octets{0, 2});
  config.identities.clear();
  CHECK(config.build().error().code == Errc::bad_configuration);
  config.choose_identity = [](const CertificateRequest&) { return std::nullopt; };
  CHECK(config.build().has_value());
}

TEST_CASE(
    "a client shows a bare key whatever its certificate is: whoever issued it, however that is "
    "signed, whatever it allows") {
  const PrivateKey key = PrivateKey::generate(KeyKind::ed25519).value(),
                   issuer = PrivateKey::generate(KeyKind::ec_secp256r1).value();
  auto draft =
      x509::draft_of({.common_name = "client", .for_clients = true}, key, *default_provider())
          .value();
  for (x509::DraftExtension& extension : draft.extensions)
    if (x509::is(extension.id.bytes(), x509::oid::kKeyUsage))
      extension.value = {0x03, 0x02, 0x00, 0x20};  // keyEncipherment
  draft.issuer = x509::encode_common_name("nobody that the server trusts");
  draft.method = x509::method_for(issuer).value();
  const Identity own =
      Identity::from({x509::sign(draft, issuer, default_provider()->rng()).value()}, key).value();

  RawKeyConfig ends({kRaw}, {kRaw});
  ends.client.identities = {
      own, make_chain({.key = KeyKind::ed25519, .ca_key = KeyKind::ed25519, .for_clients = true})
               .leaf};  // nothing is wrong with that
  ends.server.common.schemes = {SignatureScheme::ed25519};
  Octets shown;
  ends.server.accept_raw_public_key = [&](Bytes info) { return shown = octets(info), true; };
  CHECK(RawKeyPair(ends).complete());
  CHECK(shown == key_of(own));
}

// Shows RFC 7250 4.1-3, 4.3-1, 4.4-1
TEST_CASE("RFC 7250 §4.1: bare keys that nobody judges are no configuration") {
  ClientConfig client = client_config();
  client.server_certificate_types = {kRaw};
  CHECK(client.build().error().code == Errc::bad_configuration);
  ServerConfig server = server_config();
  server.client_authentication = ClientAuthentication::require_any;
  server.client_certificate_types = {kRaw};
  CHECK(server.build().error().code == Errc::bad_configuration);
  server.accept_raw_public_key = [](Bytes) { return true; };
  CHECK(server.build().has_value());
}

// Shows RFC 7250 4.2-2, 4.2-3, 4.2-4, 4.2-5
TEST_CASE(
    "RFC 7250 §4.2: a server answers when it asks for a certificate, with one of the client's "
    "types") {
  const RawKeyConfig ends({}, {kRaw, kX509});
  const ServerConfig& config = ends.server;
  CHECK(answer(Octets{2}, config) == Answered{kRaw, true});
  CHECK(answer(Octets{0, 2}, config) == Answered{kRaw, true});
  CHECK(answer(Octets{0}, config) == Answered{kX509, true});
  CHECK(answer(Octets{1, 77, 0}, config) ==
        Answered{kX509, true});  // OpenPGP, and what nobody knows
  CHECK(answer({}, config) == Answered{std::nullopt, true});
  CHECK(answer(Octets{2}, server_config()) == Answered{std::nullopt, false});
}

// Shows RFC 7250 4.2-1, 4.2-5
TEST_CASE(
    "RFC 7250 §4.2: no type in common is unsupported_certificate where the client must show one, "
    "and else it is not asked") {
  const RawKeyConfig ends({}, {kRaw});
  ServerConfig config = ends.server;
  using enum ClientAuthentication;
  for (const auto& types :
       {std::optional(Octets{0}), std::optional(Octets{1}), std::optional<Octets>()}) {
    for (const ClientAuthentication must : {require_any, require_and_verify}) {
      config.client_authentication = must;
      CHECK(answer(types, config) == std::nullopt);
    }
    for (const ClientAuthentication may : {request, verify_if_given}) {
      config.client_authentication = may;
      CHECK(answer(types, config) == Answered{std::nullopt, false});
    }
  }
}

TEST_CASE("a client is told a type that it did not offer, or told one without having asked") {
  const auto told = [](const Types& offered, int extension, std::uint8_t type, Errc code,
                       Alert alert) {
    ClientConfig config = client_config();
    config.identities = {client_identity().leaf};
    if (extension == kServerType && !offered.empty())
      config.accept_raw_public_key = [](Bytes) { return true; };
    (extension == kClientType ? config.client_certificate_types : config.server_certificate_types) =
        offered;
    ScriptedPeer peer = ScriptedPeer::server_of(config);
    RawServerHello hello = peer.server_hello();
    hello.extensions.add(extension, {type});
    peer.send(hello.bytes());
    peer.check_fault(code, alert);
  };
  for (const int extension : {kClientType, kServerType}) {
    told({kRaw}, extension, 0, Errc::certificate_type_not_offered, Alert::unsupported_certificate);
    told({kRaw, kX509}, extension, 1, Errc::certificate_type_not_offered,
         Alert::unsupported_certificate);
    told({}, extension, 2, Errc::extension_not_offered, Alert::unsupported_extension);
  }
}

TEST_CASE(
    "a client whose bare key is all it has shows nothing to a server that says nothing of types") {
  RawKeyConfig ends({kRaw}, {});
  ends.server.client_authentication = ClientAuthentication::verify_if_given;
  // RFC 7250 §4.2 lets a server that does not know the extension ask for X.509 all the same.
  ScriptedPeer peer = ScriptedPeer::server_of(ends.client);
  peer.send_all({HandshakeType::server_hello, HandshakeType::certificate,
                 HandshakeType::server_key_exchange, HandshakeType::certificate_request,
                 HandshakeType::server_hello_done});
  REQUIRE(peer.saw(HandshakeType::certificate));
  for (const auto& seen : peer.seen)
    if (seen.type == ContentType::handshake &&
        seen.bytes[0] == static_cast<std::uint8_t>(HandshakeType::certificate))
      CHECK(seen.bytes == message_of(HandshakeType::certificate, {0, 0, 0}));
}

// Shows RFC 7250 3-1
TEST_CASE(
    "RFC 7250 §3: what stands in a client's Certificate is one SubjectPublicKeyInfo, or nothing") {
  const RawKeyConfig ends({}, {kRaw});
  const Octets key = key_of(client_identity().leaf);
  const auto fault = [&](const Octets& shown, Errc code, Alert alert) {
    RawKeyClient peer(ends);
    peer.show(shown);
    peer.check_fault(code, alert);
  };
  fault({}, Errc::client_certificate_missing, Alert::handshake_failure);
  fault({0x30}, Errc::bad_der, Alert::bad_certificate);
  fault(joined({key, {0}}), Errc::bad_der, Alert::bad_certificate);
  fault(Octets(key.begin(), key.end() - 1), Errc::bad_der, Alert::bad_certificate);
  // A chain, as X.509 has it, is none.
  fault(vector_of(3, octets(client_identity().leaf.chain().front().der())), Errc::bad_der,
        Alert::bad_certificate);
  // id-X448 of RFC 8410 is a key that this stack does not have.
  fault(joined({hex("3042 3005 0603 2b656f 0339 00"), Octets(56, 1)}),
        Errc::certificate_algorithm_unsupported, Alert::unsupported_certificate);
  RawKeyClient trailing(ends);
  trailing.send(message_of(HandshakeType::certificate, joined({vector_of(3, key), {0}})));
  trailing.check_fault(Errc::message_trailing_data, Alert::decode_error);
}

TEST_CASE("a client that may show nothing shows an empty message") {
  RawKeyConfig ends({kRaw}, {kRaw});
  ends.server.client_authentication = ClientAuthentication::verify_if_given;
  ends.client.choose_identity = [](const CertificateRequest&) { return std::nullopt; };
  const RawKeyPair pair(ends);
  CHECK(pair.complete());
  CHECK(pair.server.state().peer_raw_public_key.empty());
  CHECK(ends.asked.empty());
  ends.server.client_authentication = ClientAuthentication::require_any;
  const RawKeyPair required(ends);
  CHECK(required.server_fault() == Errc::client_certificate_missing);
  CHECK(required.alert() == Alert::handshake_failure);
}

TEST_CASE("RFC 7250 §6: a bare key without the signature that proves it is nobody's") {
  const RawKeyConfig ends({}, {kRaw});
  RawKeyClient peer(ends);
  peer.show(key_of(client_identity().leaf));
  peer.send(HandshakeType::client_key_exchange);
  peer.send(HandshakeType::certificate_verify);  // 64 zeros
  peer.check_fault(Errc::bad_signature, Alert::decrypt_error);
  CHECK(ends.asked.empty());
}

TEST_CASE("a session remembers the bare key, and is resumed as long as the key is accepted") {
  RawKeyConfig ends({kRaw}, {kRaw});
  ends.client.sessions = make_memory_session_store();
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    ends.client.tickets = ends.server.tickets = tickets;
    if (tickets) ends.server.ticket_keys = TicketKeys::rotating().value();
    ends.server.sessions = make_memory_session_store();
    const RawKeyPair first(ends);
    CHECK_FALSE(first.server.state().resumed);
    const RawKeyPair again(ends);
    CHECK(again.complete());
    CHECK(again.server.state().resumed);
    CHECK(again.server.state().peer_raw_public_key == key_of(client_identity().leaf));
    CHECK(again.server.state().client_signature_scheme ==
          first.server.state().client_signature_scheme);
    const auto accept =
        std::exchange(ends.server.accept_raw_public_key, [](Bytes) { return false; });
    CHECK(RawKeyPair(ends).server_fault() ==
          Errc::raw_public_key_refused);  // a full handshake, which asks again
    ends.server.accept_raw_public_key = accept;
    CHECK(RawKeyPair(ends).complete());
  }
}

TEST_CASE("a client's session with a bare key is offered again as long as the key is accepted") {
  ClientConfig client = client_config();
  client.server_certificate_types = {kRaw};
  client.sessions = make_memory_session_store();
  bool known = true;
  client.accept_raw_public_key = [&](Bytes) { return known; };
  ServerConfig server = server_config();
  server.certificate_types = {kRaw};
  server.ticket_keys = TicketKeys::rotating().value();
  const auto connect = [&] {
    EnginePair pair(client, server);
    pair.talk();
    return pair.client.error() ? 'f' : pair.client.state().resumed ? 'r' : 'n';
  };
  CHECK(connect() == 'n');
  CHECK(connect() == 'r');
  known = false;
  CHECK(connect() == 'f');
}
