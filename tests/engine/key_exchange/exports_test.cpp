// Keying material exporters (RFC 5705) and channel bindings (RFC 5929, RFC 9266). tests/interop
// compares them with OpenSSL's.
#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <iterator>

#include "support/engine_pair.hpp"
#include "support/pair_with_session.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using Material = std::array<std::uint8_t, 40>;

Material exported(const Engine& engine, std::string_view label, std::optional<Bytes> context = {}) {
  Material out = {};
  const auto made = engine.export_keying_material(label, context, out);
  CHECK(made.has_value());
  return out;
}

/// The body of the last message of this type that the engine sent.
Octets last_of(const ScriptedPeer& peer, HandshakeType type) {
  Octets body;
  for (const auto& seen : peer.seen)
    if (seen.type == ContentType::handshake && seen.bytes[0] == static_cast<std::uint8_t>(type))
      body = octets(Bytes(seen.bytes).subspan(4));
  return body;
}
/// Sends what completes the peer's part of the handshake. The body of its Finished.
Octets finish(ScriptedPeer& peer) {
  peer.change_cipher_spec();
  const Octets message = peer.make(HandshakeType::finished);
  peer.send(message);
  REQUIRE(peer.engine.state().handshake_complete);
  return octets(Bytes(message).subspan(4));
}

std::string text_in(const std::string& name) {
  std::ifstream file(X509_DATA "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}
/// A leaf of tests/x509/data whose key is p256.key.pem.
Identity from_data(const std::string& name) {
  const auto key = PrivateKey::from_pem(text_in("p256.key.pem")).value();
  return Identity::from({Certificate::from_pem(text_in(name)).value()}, key).value();
}

/// tls-server-end-point of a connection whose server shows this identity; empty: there is none.
Octets end_point_of(const Identity& identity) {
  ServerConfig server = server_config();
  server.identities = {identity};
  ClientConfig client = client_config();
  client.dangerous.accept_any_certificate = true;
  ConnectedEnginePair pair(client, server);
  const auto at_client = pair.client.channel_binding(ChannelBinding::tls_server_end_point);
  const auto at_server = pair.server.channel_binding(ChannelBinding::tls_server_end_point);
  CHECK(at_client.has_value() == at_server.has_value());
  if (!at_client) {
    CHECK(at_client.error().code == Errc::misuse);
    return {};
  }
  CHECK(*at_client == *at_server);
  return *at_client;
}
Octets hashed(HashAlgorithm algorithm, Bytes bytes) {
  Hash hash(*(*default_provider())[algorithm].implementation);
  hash.update(bytes);
  Octets digest(kMaxDigestSize);
  digest.resize(hash.digest(digest).size());
  return digest;
}

}  // namespace

// Shows RFC 5705 4-3
TEST_CASE(
    "RFC 5705 §4: both ends export the same; label and context change it, and no context is not an "
    "empty one") {
  const ConnectedEnginePair pair;
  const Material plain = exported(pair.client, "EXPERIMENTAL one");
  CHECK(plain == exported(pair.server, "EXPERIMENTAL one"));
  CHECK(plain != exported(pair.client, "EXPERIMENTAL two"));
  const Material empty = exported(pair.client, "EXPERIMENTAL one", Bytes{});
  CHECK(empty != plain);
  CHECK(empty == exported(pair.server, "EXPERIMENTAL one", Bytes{}));
  CHECK(exported(pair.client, "EXPERIMENTAL one", bytes_of("context")) != empty);
  CHECK(exported(ConnectedEnginePair().client, "EXPERIMENTAL one") != plain);
}

// Shows RFC 5705 4-1, 4-2, 4-4
TEST_CASE("RFC 5705 §4: an export is the suite's PRF over label, randoms and context") {
  for (const auto& [suite, hash] :
       {std::pair(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, HashAlgorithm::sha256),
        {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, HashAlgorithm::sha384}}) {
    CAPTURE(name(suite));
    ScriptedPeer peer = ScriptedPeer::client_of();
    peer.client_hello.suites = pairs16({static_cast<int>(suite)});
    peer.complete();
    const auto prf = [&](const Octets& after_randoms) {
      const Octets server_random = octets(server_hello_of(peer).random);
      const Octets secret = peer.session().master_secret;
      auto made = handshake::Prf::with_secret(*default_provider(), hash, secret);
      Material out = {};
      REQUIRE(made->expand("EXPERIMENTAL one", peer.client_hello.random,
                           joined({server_random, after_randoms}), out));
      return out;
    };
    CHECK(exported(peer.engine, "EXPERIMENTAL one") == prf({}));
    CHECK(exported(peer.engine, "EXPERIMENTAL one", Bytes{}) == prf({0, 0}));
    CHECK(exported(peer.engine, "EXPERIMENTAL one", bytes_of("abc")) == prf({0, 3, 'a', 'b', 'c'}));
    const Octets large(0xffff, 'x');
    CHECK(exported(peer.engine, "EXPERIMENTAL one", Bytes(large)) == prf(vector_of(2, large)));
  }
}

// Shows RFC 5705 6-1
TEST_CASE(
    "RFC 5705 §4: what TLS itself makes of the master secret is not exported, nor anything before "
    "the handshake is complete") {
  Material out;
  const ConnectedEnginePair pair;
  for (const char* label : {"client finished", "server finished", "master secret",
                            "extended master secret", "key expansion"})
    CHECK(pair.client.export_keying_material(label, {}, out).error().code == Errc::misuse);
  const std::vector<std::uint8_t> large(0x10000);
  CHECK(pair.client.export_keying_material("EXPERIMENTAL", Bytes(large), out).error().code ==
        Errc::misuse);
  const EnginePair early;
  CHECK(early.client.export_keying_material("EXPERIMENTAL", {}, out).error().code ==
        Errc::handshake_not_complete);
  CHECK(early.client.channel_binding(ChannelBinding::tls_unique).error().code ==
        Errc::handshake_not_complete);

  ClientConfig forgets = client_config();
  forgets.common.keep_master_secret = false;
  const ConnectedEnginePair forgotten(forgets);
  CHECK(forgotten.client.export_keying_material("EXPERIMENTAL", {}, out).error().code ==
        Errc::misuse);
  CHECK(forgotten.server.export_keying_material("EXPERIMENTAL", {}, out).has_value());
}

// Shows RFC 5929 7-1; RFC 9266 2-1
TEST_CASE("both ends have the same channel bindings, each of its own size") {
  const ConnectedEnginePair pair;
  for (const auto& [kind, size] : {std::pair(ChannelBinding::tls_unique, 12),
                                   {ChannelBinding::tls_server_end_point, 32},
                                   {ChannelBinding::tls_exporter, 32}}) {
    const auto binding = pair.client.channel_binding(kind);
    REQUIRE(binding.has_value());
    CHECK(binding->size() == static_cast<std::size_t>(size));
    CHECK(*binding == pair.server.channel_binding(kind).value());
  }
  std::array<std::uint8_t, 32> out;
  REQUIRE(pair.client.export_keying_material("EXPORTER-Channel-Binding", Bytes{}, out));
  CHECK(pair.client.channel_binding(ChannelBinding::tls_exporter).value() == octets(out));
}

// Shows RFC 5929 3.1-1
TEST_CASE("RFC 5929 §3.1: tls-unique is the first Finished that is sent") {
  const auto unique = [](const ScriptedPeer& peer) {
    return peer.engine.channel_binding(ChannelBinding::tls_unique).value();
  };
  // A full handshake: the client's.
  ScriptedPeer client = ScriptedPeer::client_of();
  client.send_all({HandshakeType::client_hello, HandshakeType::client_key_exchange});
  const Octets first = finish(client);
  CHECK(unique(client) == first);
  ScriptedPeer server = ScriptedPeer::server_of();
  server.send_server_flight();
  finish(server);
  CHECK(unique(server) == last_of(server, HandshakeType::finished));
  // An abbreviated one: the server's.
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    const PairWithSession ends(tickets);
    ScriptedPeer again = ends.scripted_client();
    again.send(HandshakeType::client_hello);
    finish(again);
    CHECK(again.engine.state().resumed);
    CHECK(unique(again) == last_of(again, HandshakeType::finished));
    ScriptedPeer resuming = ends.scripted_server();
    resuming.send(HandshakeType::server_hello);
    const Octets servers = finish(resuming);
    CHECK(resuming.engine.state().resumed);
    CHECK(unique(resuming) == servers);
  }
}

// Shows RFC 5929 3.1-2; RFC 9266 4.2-1
TEST_CASE("RFC 9266 §4.2: a client that may renegotiate has tls-unique, and no tls-exporter") {
  for (const Renegotiation renegotiation :
       {Renegotiation::once, Renegotiation::freely, Renegotiation::ask}) {
    ClientConfig config = client_config();
    config.renegotiation = renegotiation;
    ScriptedPeer peer = ScriptedPeer::server_of(config);
    std::vector<Octets> bindings;
    for (const bool again : {false, true}) {
      if (again) peer.send(HandshakeType::hello_request);
      if (peer.engine.wants() == Wants::renegotiation) {
        REQUIRE(peer.engine.answer(RenegotiationAnswer{true}));
        peer.collect();
      }
      peer.send_server_flight();
      finish(peer);
      bindings.push_back(peer.engine.channel_binding(ChannelBinding::tls_unique).value());
      CHECK(bindings.back() == last_of(peer, HandshakeType::finished));
      CHECK(peer.engine.channel_binding(ChannelBinding::tls_exporter).error().code == Errc::misuse);
    }
    CHECK(peer.engine.state().renegotiations == 1);
    CHECK(bindings[0] != bindings[1]);
  }
}

// Shows RFC 5929 4.1-1, 4.1-2, 4.1-3, 4.1-4
TEST_CASE("RFC 5929 §4.1: tls-server-end-point is a hash of the certificate, by its signature's") {
  const auto own = [](HashAlgorithm hash, bool pss, KeyKind issuer) {
    return make_chain({.ca_key = issuer, .hash = hash, .pss = pss}).leaf;
  };
  for (const HashAlgorithm hash :
       {HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    CAPTURE(name(hash));
    for (const Identity& identity : {own(hash, false, KeyKind::ec_secp256r1),
                                     own(hash, false, KeyKind::rsa), own(hash, true, KeyKind::rsa)})
      CHECK(end_point_of(identity) == hashed(hash, identity.chain().front().der()));
  }
  // As `openssl x509 -fingerprint -sha256` says.
  CHECK(to_hex(end_point_of(from_data("leaf_sha1.pem"))) ==
        "b589b3991dcda68055b46143d02f9c9b17a3d584b2f6e258365a21b3691a2e3c");
  CHECK(to_hex(end_point_of(from_data("leaf_md5.pem"))) ==
        "dc62cc72959da6a56d4c867ce3c3f3201942c84e68c39c6d38dd500182bbdc53");
  CHECK(end_point_of(make_chain({.ca_key = KeyKind::ed25519}).leaf).empty());
}

// Shows RFC 5929 6-1
TEST_CASE("RFC 5929 §6: without a server's certificate there is no tls-server-end-point") {
  ClientConfig client = client_config();
  ServerConfig server = server_config();
  client.common.policy = server.common.policy = SuitePolicy::psk;
  client.find_psk = [](std::string_view) { return PreSharedKey{"device 7", Octets(16, 1)}; };
  server.find_psk = [](std::string_view) { return Octets(16, 1); };
  const ConnectedEnginePair pair(client, server);
  for (const Engine* engine : {&pair.client, &pair.server}) {
    const auto binding = engine->channel_binding(ChannelBinding::tls_server_end_point);
    CHECK(binding.error().code == Errc::misuse);
    CHECK(engine->channel_binding(ChannelBinding::tls_unique).has_value());
  }
}

// Shows RFC 7627 5.4-1, 5.4-2; RFC 9266 2-2
TEST_CASE(
    "RFC 7627 §5.4: after a full handshake without the extended master secret only tls-unique and "
    "tls-server-end-point bind") {
  ScriptedPeer client = ScriptedPeer::client_of(),
               server = ScriptedPeer(Role::server, Engine::client(client_config().build().value(),
                                                                  "localhost", kNow));
  client.client_hello.extensions.remove(23);
  client.complete();
  RawServerHello hello = server.server_hello();
  hello.extensions.remove(23);
  server.send(hello.bytes());
  server.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange,
                   HandshakeType::server_hello_done});
  server.change_cipher_spec();
  server.send(HandshakeType::finished);
  for (const Engine* engine : {&client.engine, &server.engine}) {
    REQUIRE(engine->state().handshake_complete);
    Material out;
    CHECK(engine->export_keying_material("EXPERIMENTAL", {}, out).error().code == Errc::misuse);
    CHECK(engine->channel_binding(ChannelBinding::tls_exporter).error().code == Errc::misuse);
    CHECK(engine->channel_binding(ChannelBinding::tls_unique)->size() == 12);
    CHECK(engine->channel_binding(ChannelBinding::tls_server_end_point)
              .has_value());  // a hash of the certificate
  }
  // §5.4 and §6.1 forbid verify_data after an abbreviated handshake only. The client's is the first
  // that is sent (RFC 5929 §3).
  const auto finished_of = [](const ScriptedPeer& peer) {
    const auto found = std::ranges::find_if(peer.seen, [](const auto& s) {
      return s.type == ContentType::handshake && s.bytes[0] == 20;
    });
    return Octets(found->bytes.begin() + 4, found->bytes.end());
  };
  CHECK(server.engine.channel_binding(ChannelBinding::tls_unique) == finished_of(server));
  CHECK(client.engine.channel_binding(ChannelBinding::tls_unique) != finished_of(client));
}

// Shows RFC 5246 7.2.2-1
TEST_CASE(
    "RFC 5246 §7.2.2: a connection that failed has forgotten its secrets, at the end that found "
    "the fault and at the one that was told") {
  ConnectedEnginePair pair;
  CHECK(pair.client.write(bytes_of("changed on the way")).has_value());
  const MutableBytes space = pair.server.input_space();
  std::ranges::copy(pair.client.output(), space.begin());
  space[pair.client.output().size() - 1] ^= 1;
  pair.server.received(pair.client.output().size()).value();
  carry(pair.server, pair.client);
  for (const Engine* engine : {&pair.server, &pair.client}) {
    REQUIRE(engine->error().has_value());
    Material out = {};
    CHECK(engine->export_keying_material("EXPERIMENTAL one", {}, out).error().code ==
          engine->error()->code);
    CHECK(out == Material{});
    CHECK(engine->channel_binding(ChannelBinding::tls_exporter).error().code ==
          engine->error()->code);
    CHECK(engine->channel_binding(ChannelBinding::tls_unique).error().code ==
          engine->error()->code);
  }
}
