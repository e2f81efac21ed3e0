// How certificates are signed, apart from how handshakes are: signature_algorithms_cert (RFC 8446
// §4.2.3), and signature_algorithms where there is none (RFC 5246 §7.4.2, §7.4.6).
#include <doctest/doctest.h>

#include "support/engine_pair.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using enum SignatureScheme;

namespace {

constexpr int kSignatureAlgorithms = 13, kSignatureAlgorithmsCert = 50;

/// Two chains for the same kind of key, of the same name: one is signed by an RSA CA, the other by
/// an ECDSA one.
const DevelopmentIdentity& by_rsa() {
  static const auto made = make_chain({.key = KeyKind::ed25519, .ca_key = KeyKind::rsa});
  return made;
}
const DevelopmentIdentity& by_ecdsa() {
  static const auto made = make_chain({.key = KeyKind::ed25519, .ca_key = KeyKind::ec_secp256r1});
  return made;
}
ServerConfig with_both() { return {.identities = {by_rsa().leaf, by_ecdsa().leaf}}; }

Octets schemes(std::initializer_list<int> values) { return vector_of(2, pairs16(values)); }

/// The first certificate of what the server shows to this ClientHello.
Octets shown(const std::optional<Octets>& for_certificates, const Octets& for_handshakes,
             const ServerConfig& config = with_both()) {
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.client_hello.extensions.set(kSignatureAlgorithms, for_handshakes);
  if (for_certificates)
    peer.client_hello.extensions.add(kSignatureAlgorithmsCert, *for_certificates);
  peer.send(HandshakeType::client_hello);
  for (const auto& seen : peer.seen)
    if (seen.type == ContentType::handshake &&
        seen.bytes[0] == static_cast<std::uint8_t>(HandshakeType::certificate))
      return octets(
          *wire::parse_certificates(Bytes(seen.bytes).subspan(4)).value().certificate_list.begin());
  return {};
}
Octets leaf_of(const DevelopmentIdentity& made) { return octets(made.leaf.chain().front().der()); }

/// A connection of a client that asks for these schemes of the server's chain.
std::optional<Error> client_error(const DevelopmentIdentity& server,
                                  std::vector<SignatureScheme> asked) {
  ClientConfig client{.trust = TrustStore::of({server.ca.chain().front()})};
  client.verify.signature_schemes = std::move(asked);
  EnginePair pair(client, {.identities = {server.leaf}});
  pair.talk();
  CHECK(pair.complete() == !pair.client.error());
  return pair.client.error();
}

}  // namespace

TEST_CASE(
    "RFC 8446 §4.2.3: a client says what certificates may be signed with, if its policy does, in "
    "that order") {
  const auto sent = [](const ClientConfig& config) {
    const ScriptedPeer peer = ScriptedPeer::server_of(config);
    const ClientHello hello = client_hello_of(peer);
    return hello.signature_algorithms_cert
               ? std::optional(octets(hello.signature_algorithms_cert->wire()))
               : std::nullopt;
  };
  ClientConfig config = client_config();
  CHECK(!sent(config));
  config.verify.signature_schemes = {rsa_pkcs1_sha384, ecdsa_secp256r1_sha256};
  CHECK(sent(config) == pairs16({0x0501, 0x0403}));
}

TEST_CASE("a scheme that this stack does not know is no configuration, of a client or a server") {
  ClientConfig client = client_config();
  client.verify.signature_schemes = {static_cast<SignatureScheme>(0x0708)};
  CHECK(client.build().error().code == Errc::bad_configuration);
  ServerConfig server = server_config();
  server.verify.signature_schemes = {static_cast<SignatureScheme>(0x0708)};
  CHECK(server.build().error().code == Errc::bad_configuration);
}

TEST_CASE(
    "RFC 8446 §4.2.3: a server shows the chain that is signed as the client asks, whatever signs "
    "the handshake") {
  const Octets ed25519_alone = schemes({0x0807});
  CHECK(shown(schemes({0x0401, 0x0501, 0x0601}), ed25519_alone) == leaf_of(by_rsa()));
  CHECK(shown(schemes({0x0403, 0x0503, 0x0603}), ed25519_alone) == leaf_of(by_ecdsa()));
  CHECK(shown(schemes({0x0a0a, 0x0403, 0x0401}), ed25519_alone) ==
        leaf_of(by_rsa()));  // both will do: ours first
}

TEST_CASE(
    "RFC 5246 §7.4.2: a server without a chain that is signed as the client asks has no "
    "certificate for it") {
  for (const auto& asked : {schemes({0x0807}), schemes({0x0804}), schemes({0x0a0a, 0x0201})}) {
    ScriptedPeer peer = ScriptedPeer::client_of(with_both());
    peer.client_hello.extensions.add(kSignatureAlgorithmsCert, asked);
    peer.send(HandshakeType::client_hello);
    peer.check_fault(Errc::no_common_signature_scheme, Alert::handshake_failure);
  }
}

TEST_CASE(
    "RFC 5246 §7.4.2: signature_algorithms speaks of the chain where signature_algorithms_cert "
    "does not; a chain that it does not cover is the last resort") {
  CHECK(shown({}, schemes({0x0807, 0x0401, 0x0501, 0x0601})) == leaf_of(by_rsa()));
  CHECK(shown({}, schemes({0x0807, 0x0403, 0x0503, 0x0603})) == leaf_of(by_ecdsa()));
  CHECK(shown({}, schemes({0x0807})) == leaf_of(by_rsa()));
  // A chain that is covered is worth a suite that comes later.
  const auto rsa = make_chain({.key = KeyKind::rsa, .ca_key = KeyKind::rsa});
  const ServerConfig config{.identities = {by_ecdsa().leaf, rsa.leaf}};
  CHECK(shown({}, schemes({0x0807, 0x0401, 0x0501, 0x0601}), config) == leaf_of(rsa));
  CHECK(shown({}, schemes({0x0807, 0x0403, 0x0503, 0x0603, 0x0401}), config) ==
        leaf_of(by_ecdsa()));
}

TEST_CASE(
    "a certificate that issued itself is not verified by its signature, and may come along signed "
    "by anything") {
  const auto made =
      make_chain({.key = KeyKind::ed25519, .ca_key = KeyKind::ec_secp256r1, .shows_ca = true});
  CHECK(shown(schemes({0x0403}), schemes({0x0807}), {.identities = {made.leaf}}) == leaf_of(made));
  const auto key = PrivateKey::generate(KeyKind::ec_secp256r1).value();
  const Identity self =
      Identity::from(
          {issue_certificate({.common_name = "localhost", .names = {"localhost"}}, key).value()},
          key)
          .value();
  CHECK(shown(schemes({0x0807}), schemes({0x0403}), {.identities = {self}}) ==
        octets(self.chain().front().der()));
}

TEST_CASE("RFC 8446 §4.2.3: by which name, key and hash a signature goes") {
  struct Row {
    ChainRecipe recipe;
    SignatureScheme right, wrong;
  };
  const Row rows[] = {
      {{.ca_key = KeyKind::rsa}, rsa_pkcs1_sha256, rsa_pkcs1_sha384},
      {{.ca_key = KeyKind::rsa, .hash = HashAlgorithm::sha512},
       rsa_pkcs1_sha512,
       rsa_pss_rsae_sha512},
      {{.ca_key = KeyKind::rsa, .pss = true}, rsa_pss_rsae_sha256, rsa_pkcs1_sha256},
      {{.ca_key = KeyKind::rsa_pss}, rsa_pss_pss_sha256, rsa_pss_pss_sha384},
      {{.ca_key = KeyKind::ec_secp384r1}, ecdsa_secp384r1_sha384, ecdsa_secp256r1_sha256},
      {{.ca_key = KeyKind::ec_secp256r1, .hash = HashAlgorithm::sha512},
       ecdsa_secp521r1_sha512,
       ed25519},
      {{.ca_key = KeyKind::ed25519}, ed25519, ecdsa_secp521r1_sha512},
  };
  for (const Row& row : rows) {
    CAPTURE(name(row.right));
    const auto made = make_chain(row.recipe);
    CHECK(!client_error(made, {row.right}));
    // Our server knows better than to show it; one that shows it all the same is refused.
    CHECK(client_error(made, {row.wrong})->alert == Alert::handshake_failure);
    const std::vector<Certificate> presented = {made.leaf.chain().begin(), made.leaf.chain().end()};
    VerifyPolicy policy;
    policy.signature_schemes = {row.wrong};
    const auto verdict = verify({.presented = presented,
                                 .trust = TrustStore::of({made.ca.chain().front()}),
                                 .peer_name = PeerName::any(),
                                 .now = kNow,
                                 .policy = policy});
    REQUIRE_FALSE(verdict.has_value());
    CHECK(verdict.error().error.code == Errc::certificate_algorithm_unsupported);
  }
}

TEST_CASE(
    "a server that shows a chain that is signed otherwise is refused with "
    "unsupported_certificate") {
  ClientConfig config = client_config();
  config.verify.signature_schemes = {rsa_pkcs1_sha256};
  ScriptedPeer peer = ScriptedPeer::server_of(config);  // its certificate is signed by ECDSA
  peer.send_server_flight();
  peer.check_fault(Errc::certificate_algorithm_unsupported, Alert::unsupported_certificate);
}

TEST_CASE(
    "RFC 5246 §7.4.6: a client shows the chain that is signed as the server asks, and else the "
    "first that fits") {
  const auto rsa =
      make_chain({.key = KeyKind::ed25519, .ca_key = KeyKind::rsa, .for_clients = true});
  const auto ecdsa = make_chain({.key = KeyKind::ed25519, .for_clients = true});
  const auto chosen = [&](std::vector<SignatureScheme> asked) {
    ServerConfig server = server_config();
    server.client_authentication = ClientAuthentication::request;
    server.common.schemes = std::move(asked);
    server.common.signing_schemes = {ed25519};
    ClientConfig client = client_config();
    client.identities = {rsa.leaf, ecdsa.leaf};
    ConnectedEnginePair pair(client, server);
    return octets(pair.server.state().peer_certificates.at(0).der());
  };
  CHECK(chosen({ed25519, rsa_pkcs1_sha256}) == leaf_of(rsa));
  CHECK(chosen({ed25519, ecdsa_secp256r1_sha256}) == leaf_of(ecdsa));
  CHECK(chosen({ed25519}) == leaf_of(rsa));
}

TEST_CASE(
    "a server's policy for clients may ask for signature schemes, which TLS 1.2 has no way to tell "
    "them") {
  const auto client_chain =
      make_chain({.key = KeyKind::ed25519, .ca_key = KeyKind::rsa, .for_clients = true});
  ServerConfig server = server_config();
  server.client_authentication = ClientAuthentication::require_and_verify;
  server.client_trust = TrustStore::of({client_chain.ca.chain().front()});
  ClientConfig client = client_config();
  client.identities = {client_chain.leaf};
  for (const SignatureScheme asked : {rsa_pkcs1_sha256, ecdsa_secp256r1_sha256}) {
    server.verify.signature_schemes = {asked};
    EnginePair pair(client, server);
    pair.talk();
    CHECK(pair.complete() == (asked == rsa_pkcs1_sha256));
    if (pair.server.error()) CHECK(pair.server.error()->alert == Alert::unsupported_certificate);
  }
}

TEST_CASE("a server never answers signature_algorithms_cert") {
  ClientConfig config = client_config();
  config.verify.signature_schemes = {ecdsa_secp256r1_sha256};
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  RawServerHello hello = peer.server_hello();
  hello.extensions.add(kSignatureAlgorithmsCert, schemes({0x0403}));
  peer.send(hello.bytes());
  peer.check_fault(Errc::extension_not_offered, Alert::unsupported_extension);
}
