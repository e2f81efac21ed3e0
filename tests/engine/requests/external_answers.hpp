// Ends that wait for an answer from outside: a session, a verdict on the peer, a premaster secret.
#pragma once

#include <doctest/doctest.h>

#include <map>

#include "support/requested.hpp"
#include "support/scripted_peer.hpp"

namespace tls12::test {

/// A store that the engine must not search: the test does that.
struct UnsearchedStore final : SessionStore {
  std::map<Octets, Octets> kept;
  void put(Bytes key, Bytes session, WallTime) override { kept[octets(key)] = octets(session); }
  bool get(Bytes, WallTime, const std::function<void(Bytes)>&) override {
    FAIL("the engine searched the store");
    return false;
  }
  void erase(Bytes key) override { kept.erase(octets(key)); }
};

/// A client with a session, and a server that asks for sessions.
struct ExternalSessionConfig : PairConfig {
  std::shared_ptr<UnsearchedStore> store = std::make_shared<UnsearchedStore>();
  ExternalSessionConfig() {
    client.sessions = make_memory_session_store();
    client.tickets = server.tickets = false;
    server.sessions = store;
    server.look_up_elsewhere = true;
    const ConnectedEnginePair first(*this);  // without an ID there is nothing to look up
    REQUIRE(store->kept.size() == 1);
  }
};
/// A server that waits for a session.
struct WaitingForSession : EnginePair {
  explicit WaitingForSession(const ExternalSessionConfig& ends, WallTime now = kNow)
      : EnginePair(ends.client, ends.server) {
    server = Engine::server(ends.server.build().value(), now);
    talk();
    REQUIRE(server.wants() == Wants::session);
    CHECK(server.due() == "(look up session)");
    CHECK(server.input_space().empty());
    CHECK(server.output().empty());
  }
};

/// Two ends that wait for a verdict on each other, the client first.
struct WaitingForVerdict : EnginePair {
  static ClientConfig client_side() {
    ClientConfig config = client_config();
    config.verdict_elsewhere = true;
    config.identities = {client_identity().leaf};
    return config;
  }
  static ServerConfig server_side() {
    ServerConfig config = server_config();
    config.verdict_elsewhere = true;
    config.client_authentication = ClientAuthentication::require_and_verify;
    config.client_trust = trust_in(client_identity());
    return config;
  }
  explicit WaitingForVerdict(const ClientConfig& c = client_side(),
                             const ServerConfig& s = server_side())
      : EnginePair(c, s) {
    talk();
  }
};

/// Two ends that have a session, and ask for a verdict on it.
struct VerdictOnResumption : PairConfig {
  VerdictOnResumption()
      : PairConfig{WaitingForVerdict::client_side(), WaitingForVerdict::server_side()} {
    client.sessions = make_memory_session_store();
    client.verdict_on_resumption = server.verdict_on_resumption = true;
    server.ticket_keys = TicketKeys::rotating().value();
    WaitingForVerdict first(client, server);
    CHECK(first.client.answer(VerdictAnswer{.accept = true}).has_value());
    first.talk();
    CHECK(first.server.answer(VerdictAnswer{.accept = true}).has_value());
    first.talk();
    REQUIRE(first.complete());
  }
};

inline CommonConfig rsa_key_exchange() {
  return {.policy = SuitePolicy::legacy, .suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256}};
}
/// A server that waits for a premaster secret to be decrypted.
struct WaitingForDecryption : EnginePair {
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
  explicit WaitingForDecryption(const ClientConfig& c = client_side(),
                                const ServerConfig& s = server_side())
      : EnginePair(c, s) {
    talk();
    REQUIRE(server.wants() == Wants::decryption);
    CHECK(server.due() == "(derive keys)");
    CHECK(server.input_space().empty());
  }
  /// The decrypted block.
  Octets block() const {
    Octets out(kMaxSignatureSize);
    out.resize(development_identity(KeyKind::rsa)
                   .leaf.key()
                   .decrypt(requested<DecryptionRequest>(server).ciphertext,
                            default_provider()->rng(), out)
                   .value());
    return out;
  }
  /// RFC 5246 §7.4.7.1: the only visible effect of a wrong block.
  void check_fails_at_finished() {
    talk();
    REQUIRE(server.error());
    CHECK(server.error()->code == Errc::bad_record_mac);  // of the first record under the keys
    REQUIRE(client.error());
    CHECK(client.error()->alert == Alert::bad_record_mac);
  }
};

}  // namespace tls12::test
