// Keying material exporters (RFC 5705) and channel bindings (RFC 5929, RFC 9266). tests/interop compares them with OpenSSL's.
#include <doctest/doctest.h>

#include <array>

#include "support/scripted_peer.hpp"

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

Pair complete_pair(const ClientConfig& client = client_config(), const ServerConfig& server = server_config()) {
  Pair pair(client, server);
  pair.talk();
  REQUIRE(pair.complete());
  return pair;
}

}  // namespace

TEST_CASE("RFC 5705 §4: both ends export the same; label and context change it, and no context is not an empty one") {
  const Pair pair = complete_pair();
  const Material plain = exported(pair.client, "EXPERIMENTAL one");
  CHECK(plain == exported(pair.server, "EXPERIMENTAL one"));
  CHECK(plain != exported(pair.client, "EXPERIMENTAL two"));
  const Material empty = exported(pair.client, "EXPERIMENTAL one", Bytes{});
  CHECK(empty != plain);
  CHECK(empty == exported(pair.server, "EXPERIMENTAL one", Bytes{}));
  CHECK(exported(pair.client, "EXPERIMENTAL one", bytes_of("context")) != empty);
  CHECK(exported(complete_pair().client, "EXPERIMENTAL one") != plain);
}

TEST_CASE("RFC 5705 §4: what TLS itself makes of the master secret is not exported, nor anything before the handshake is complete") {
  Material out;
  const Pair pair = complete_pair();
  for (const char* label : {"client finished", "server finished", "master secret", "extended master secret", "key expansion"})
    CHECK(pair.client.export_keying_material(label, {}, out).error().code == Errc::misuse);
  const std::vector<std::uint8_t> large(0x10000);
  CHECK(pair.client.export_keying_material("EXPERIMENTAL", Bytes(large), out).error().code == Errc::misuse);
  const Pair early;
  CHECK(early.client.export_keying_material("EXPERIMENTAL", {}, out).error().code == Errc::handshake_not_complete);
  CHECK(early.client.channel_binding(ChannelBinding::tls_unique).error().code == Errc::handshake_not_complete);

  ClientConfig forgets = client_config();
  forgets.common.keep_master_secret = false;
  const Pair forgotten = complete_pair(forgets);
  CHECK(forgotten.client.export_keying_material("EXPERIMENTAL", {}, out).error().code == Errc::misuse);
  CHECK(forgotten.server.export_keying_material("EXPERIMENTAL", {}, out).has_value());
}

TEST_CASE("both ends have the same channel bindings, each of its own size") {
  const Pair pair = complete_pair();
  for (const auto& [kind, size] : {std::pair(ChannelBinding::tls_unique, 12), {ChannelBinding::tls_server_end_point, 32}, {ChannelBinding::tls_exporter, 32}}) {
    const auto binding = pair.client.channel_binding(kind);
    REQUIRE(binding.has_value());
    CHECK(binding->size() == static_cast<std::size_t>(size));
    CHECK(*binding == pair.server.channel_binding(kind).value());
  }
}

// Shows RFC 7627 5.4-1, 5.4-2
TEST_CASE(
    "RFC 7627 §5.4: after a full handshake without the extended master secret only tls-unique and "
    "tls-server-end-point bind") {
  ScriptedPeer client = ScriptedPeer::client_of(), server = ScriptedPeer(Role::server, Engine::client(client_config().build().value(), "localhost", kNow));
  client.client_hello.extensions.remove(23);
  client.complete();
  RawServerHello hello = server.server_hello();
  hello.extensions.remove(23);
  server.send(hello.bytes());
  server.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange, HandshakeType::server_hello_done});
  server.change_cipher_spec();
  server.send(HandshakeType::finished);
  for (const Engine* engine : {&client.engine, &server.engine}) {
    REQUIRE(engine->state().handshake_complete);
    Material out;
    CHECK(engine->export_keying_material("EXPERIMENTAL", {}, out).error().code == Errc::misuse);
    CHECK(engine->channel_binding(ChannelBinding::tls_exporter).error().code == Errc::misuse);
    CHECK(engine->channel_binding(ChannelBinding::tls_unique)->size() == 12);
    CHECK(engine->channel_binding(ChannelBinding::tls_server_end_point).has_value());  // a hash of the certificate
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
TEST_CASE("RFC 5246 §7.2.2: a connection that failed has forgotten its secrets, at the end that found the fault and at the one that was told") {
  Pair pair = complete_pair();
  CHECK(pair.client.write(bytes_of("changed on the way")).has_value());
  const MutableBytes space = pair.server.input_space();
  std::ranges::copy(pair.client.output(), space.begin());
  space[pair.client.output().size() - 1] ^= 1;
  pair.server.received(pair.client.output().size()).value();
  carry(pair.server, pair.client);
  for (const Engine* engine : {&pair.server, &pair.client}) {
    REQUIRE(engine->error().has_value());
    Material out = {};
    CHECK(engine->export_keying_material("EXPERIMENTAL one", {}, out).error().code == engine->error()->code);
    CHECK(out == Material{});
    CHECK(engine->channel_binding(ChannelBinding::tls_exporter).error().code == engine->error()->code);
    CHECK(engine->channel_binding(ChannelBinding::tls_unique).error().code == engine->error()->code);
  }
}
