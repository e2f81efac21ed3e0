// Ends that wait for an answer from outside: a session, a verdict on the peer, a premaster secret.
#pragma once

#include <doctest/doctest.h>

#include <map>

#include "engine/certificates/chains.hpp"
#include "support/scripted_peer.hpp"

namespace tls12::test {

/// A store that is only written to from within: whoever looks up does it elsewhere.
struct FarStore final : SessionStore {
  std::map<Octets, Octets> kept;
  void put(Bytes key, Bytes session, WallTime) override { kept[octets(key)] = octets(session); }
  bool get(Bytes, WallTime, const std::function<void(Bytes)>&) override {
    FAIL("looked up from within");
    return false;
  }
  void erase(Bytes key) override { kept.erase(octets(key)); }
};

struct FarAway {
  std::shared_ptr<FarStore> store = std::make_shared<FarStore>();
  ClientConfig client = client_config();
  ServerConfig server = server_config();
  FarAway() {
    client.sessions = make_memory_session_store();
    client.tickets = server.tickets = false;
    server.sessions = store;
    server.look_up_elsewhere = true;
    Pair first(client, server);
    first.talk();
    REQUIRE(first.complete());  // without an ID there is nothing to look up
    REQUIRE(store->kept.size() == 1);
  }
};
struct LookingUp : Pair {
  explicit LookingUp(const FarAway& ends, WallTime now = kNow) : Pair(ends.client, ends.server) {
    server = Engine::server(ends.server.build().value(), now);
    talk();
    REQUIRE(server.wants() == Wants::session);
    CHECK(server.due() == "(look up session)");
    CHECK(server.input_space().empty());
    CHECK(server.output().empty());
  }
};

inline const DevelopmentIdentity& a_client() {
  static const auto made =
      make_chain({.key = KeyKind::ed25519, .names = {"client.example"}, .for_clients = true});
  return made;
}
/// Both ends are judged from outside.
struct Judged : Pair {
  static ClientConfig client_side() {
    ClientConfig config = client_config();
    config.verdict_elsewhere = true;
    config.identities = {a_client().leaf};
    return config;
  }
  static ServerConfig server_side() {
    ServerConfig config = server_config();
    config.verdict_elsewhere = true;
    config.client_authentication = ClientAuthentication::require_and_verify;
    config.client_trust = TrustStore::of({a_client().ca.chain().front()});
    return config;
  }
  explicit Judged(const ClientConfig& c = client_side(), const ServerConfig& s = server_side())
      : Pair(c, s) {
    talk();
  }
};

/// The configurations of two ends that have a session, and ask for a verdict on it.
struct JudgedAgain {
  ClientConfig client = Judged::client_side();
  ServerConfig server = Judged::server_side();
  JudgedAgain() {
    client.sessions = make_memory_session_store();
    client.verdict_on_resumption = server.verdict_on_resumption = true;
    server.ticket_keys = TicketKeys::rotating().value();
    Judged first(client, server);
    CHECK(first.client.accept_peer().has_value());
    first.talk();
    CHECK(first.server.accept_peer().has_value());
    first.talk();
    REQUIRE(first.complete());
  }
};

inline CommonConfig rsa_key_exchange() {
  return {.policy = SuitePolicy::legacy, .suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256}};
}
/// A server whose RSA key decrypts elsewhere.
struct Decrypting : Pair {
  static ClientConfig client_side() {
    ClientConfig config = client_config(KeyKind::rsa);
    config.common = rsa_key_exchange();
    return config;
  }
  static ServerConfig server_side(bool decrypts = true) {
    const auto chain = development_identity(KeyKind::rsa).leaf.chain();
    ServerConfig config{.identities = {Identity::from({chain.begin(), chain.end()},
                                                      PrivateKey::elsewhere(KeyKind::rsa, decrypts))
                                           .value()}};
    config.common = rsa_key_exchange();
    return config;
  }
  explicit Decrypting(const ClientConfig& c = client_side(), const ServerConfig& s = server_side())
      : Pair(c, s) {
    talk();
    REQUIRE(server.wants() == Wants::decryption);
    CHECK(server.due() == "(derive keys)");
    CHECK(server.input_space().empty());
  }
  /// What the key elsewhere makes of it.
  Octets block() const {
    Octets out(kMaxSignatureSize);
    out.resize(development_identity(KeyKind::rsa)
                   .leaf.key()
                   .decrypt(server.decryption_wanted(), default_provider()->rng(), out)
                   .value());
    return out;
  }
  /// RFC 5246 §7.4.7.1: all that is ever seen of a wrong block.
  void check_fails_at_finished() {
    talk();
    REQUIRE(server.error());
    CHECK(server.error()->code == Errc::bad_record_mac);  // of the first record under the keys
    REQUIRE(client.error());
    CHECK(client.error()->alert == Alert::bad_record_mac);
  }
};

}  // namespace tls12::test
