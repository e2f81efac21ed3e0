// What else a handshake waits for from outside: a session, a verdict on the peer, a decrypted
// premaster secret. (Signatures: external_key_test.cpp.)
#include <doctest/doctest.h>

#include <map>

#include "engine/certificates/chains.hpp"
#include "support/requested.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

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

const DevelopmentIdentity& a_client() {
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
    CHECK(first.client.answer(VerdictAnswer{.accept = true}).has_value());
    first.talk();
    CHECK(first.server.answer(VerdictAnswer{.accept = true}).has_value());
    first.talk();
    REQUIRE(first.complete());
  }
};

CommonConfig rsa_key_exchange() {
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
                   .decrypt(requested<DecryptionRequest>(server).ciphertext,
                            default_provider()->rng(), out)
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

}  // namespace

// ------------------------------------------------ sessions

TEST_CASE("a session ID is looked up elsewhere, and what is found is resumed") {
  FarAway ends;
  LookingUp pair(ends);
  const auto& [id, session] = *ends.store->kept.begin();
  CHECK(octets(requested<SessionRequest>(pair.server).id) == id);
  REQUIRE(pair.server.answer(SessionAnswer{session}).has_value());
  CHECK(pair.server.wants() == Wants::nothing);
  CHECK(pair.server.request().value().index() == 0);
  pair.talk();
  CHECK(pair.complete());
  CHECK(pair.server.state().resumed);
}

TEST_CASE("no session, a damaged one and an old one are a full handshake") {
  const auto resumes = [](auto change, WallTime now = kNow) {
    FarAway ends;
    Octets session = ends.store->kept.begin()->second;
    change(session, ends.server);
    LookingUp pair(ends, now);
    REQUIRE(pair.server.answer(SessionAnswer{session}).has_value());
    pair.talk();
    CHECK(pair.complete());
    return pair.server.state().resumed;
  };
  const auto nothing = [](Octets&, ServerConfig&) {};
  CHECK(resumes(nothing));
  CHECK_FALSE(resumes([](Octets& session, ServerConfig&) { session.clear(); }));
  CHECK_FALSE(resumes([](Octets& session, ServerConfig&) { session.pop_back(); }));
  // It expires as was said when it was made, or earlier where sessions live less long by now.
  const auto live_for = [](std::chrono::hours lifetime) {
    return [=](Octets&, ServerConfig& config) { config.session_lifetime = lifetime; };
  };
  CHECK(resumes(nothing, kNow + 24h - 1s));
  CHECK_FALSE(resumes(live_for(48h), kNow + 24h));
  CHECK(resumes(live_for(1h), kNow + 59min));
  CHECK_FALSE(resumes(live_for(1h), kNow + 60min));
}

TEST_CASE(
    "where there is a ticket nothing is looked up; nor is there anything to look up where nothing "
    "is kept") {
  FarAway ends;
  ends.client.tickets = ends.server.tickets = true;
  ends.server.ticket_keys = TicketKeys::rotating().value();
  for (const bool resumed : {false, true}) {
    ends.client.sessions = resumed ? ends.client.sessions : make_memory_session_store();
    Pair pair(ends.client, ends.server);
    pair.talk();
    CHECK(pair.complete());
    CHECK(pair.server.state().resumed == resumed);
  }
  ends.server.sessions = nullptr;
  CHECK(ends.server.build().error().code == Errc::bad_configuration);
}

// ------------------------------------------------ verdicts

TEST_CASE(
    "a verdict on the server is asked for before anything that depends on it is sent, and one on "
    "the client before Finished") {
  Judged pair;
  REQUIRE(pair.client.wants() == Wants::verdict);
  CHECK(pair.client.due() == "(verify peer)");
  CHECK(pair.client.output().empty());
  CHECK(pair.client.input_space().empty());
  CHECK(pair.client.state().peer_certificates.size() == 1);
  CHECK(pair.client.state().verified_chain.size() == 2);
  CHECK_FALSE(pair.client.state().handshake_complete);
  REQUIRE(pair.client.answer(VerdictAnswer{.accept = true}).has_value());
  pair.talk();
  REQUIRE(pair.server.wants() == Wants::verdict);
  CHECK(pair.server.due() == "(verify peer)");
  CHECK(pair.server.state().verified_chain.size() == 2);
  CHECK_FALSE(pair.complete());
  REQUIRE(pair.server.answer(VerdictAnswer{.accept = true}).has_value());
  pair.talk();
  CHECK(pair.complete());
}

TEST_CASE(
    "a peer that is refused from outside is told certificate_unknown; the reason stays here") {
  Judged pair;
  REQUIRE(pair.client.answer(VerdictAnswer{.reason = "not today"}).has_value());
  REQUIRE(pair.client.error());
  CHECK(pair.client.error()->code == Errc::certificate_refused);
  CHECK(pair.client.error()->about() == "not today");
  CHECK(to_hex(pair.client.output()) == "1503030002022e");
  pair.talk();
  CHECK(pair.server.error()->alert == Alert::certificate_unknown);

  Judged other;
  REQUIRE(other.client.answer(VerdictAnswer{.accept = true}).has_value());
  other.talk();
  REQUIRE(other.server.answer(VerdictAnswer{}).has_value());  // no reason is a refusal as well
  other.talk();
  CHECK(other.server.error()->code == Errc::certificate_refused);
  CHECK(other.client.error()->alert == Alert::certificate_unknown);
}

TEST_CASE("a refusal from outside sends the alert that it names") {
  Judged pair;
  REQUIRE(
      pair.client.answer(VerdictAnswer{.reason = "revoked", .alert = Alert::certificate_revoked})
          .has_value());
  CHECK(pair.client.error()->code == Errc::certificate_refused);
  CHECK(pair.client.error()->alert == Alert::certificate_revoked);
  CHECK(pair.client.error()->about() == "revoked");
  pair.talk();
  CHECK(pair.server.error()->alert == Alert::certificate_revoked);
}

TEST_CASE("verdict_on_resumption: both ends ask for a verdict on a session's certificates") {
  const JudgedAgain ends;
  Judged pair(ends.client, ends.server);
  for (Engine* end : {&pair.server, &pair.client}) {
    REQUIRE(end->wants() == Wants::verdict);
    CHECK(end->due() == "(verify peer)");
    CHECK(end->state().resumed);
    CHECK(end->state().peer_certificates.size() == 1);
    CHECK(end->state().verified_chain.size() == 2);
    REQUIRE(end->answer(VerdictAnswer{.accept = true}).has_value());
    pair.talk();
  }
  CHECK(pair.complete());
  CHECK(pair.client.state().verified_chain.size() == 2);
}

TEST_CASE("verdict_on_resumption: a refusal fails the handshake, and the session is forgotten") {
  for (const bool at_server : {false, true}) {
    CAPTURE(at_server);
    const JudgedAgain ends;
    Judged pair(ends.client, ends.server);
    Engine& refusing = at_server ? pair.server : pair.client;
    Engine& other = at_server ? pair.client : pair.server;
    REQUIRE(other.answer(VerdictAnswer{.accept = true}).has_value());
    pair.talk();
    REQUIRE(refusing.answer(VerdictAnswer{.reason = "not any more"}).has_value());
    CHECK(refusing.error()->code == Errc::certificate_refused);
    pair.talk();
    REQUIRE(other.error());
    CHECK(other.error()->alert == Alert::certificate_unknown);
    Judged again(ends.client, ends.server);
    CHECK(again.client.wants() == Wants::verdict);
    CHECK_FALSE(again.client.state().resumed);
  }
}

TEST_CASE(
    "verdict_on_resumption: raw public keys are asked about too, and a client that shows nothing "
    "is not") {
  JudgedAgain ends;
  ends.client.sessions = make_memory_session_store();
  ends.client.identities.clear();
  ends.client.server_certificate_types =
      ends.server.certificate_types = {CertificateType::raw_public_key};
  ends.client.accept_raw_public_key = [](Bytes) { return true; };
  ends.server.client_authentication = ClientAuthentication::verify_if_given;
  for (const bool resumed : {false, true}) {
    Judged pair(ends.client, ends.server);
    CHECK(pair.server.wants() == Wants::nothing);
    REQUIRE(pair.client.wants() == Wants::verdict);
    CHECK(pair.client.state().resumed == resumed);
    CHECK_FALSE(pair.client.state().peer_raw_public_key.empty());
    CHECK(pair.client.answer(VerdictAnswer{.accept = true}).has_value());
    pair.talk();
    CHECK(pair.complete());
  }
}

TEST_CASE("a verdict can only refuse: who is wrong already is not asked about") {
  ClientConfig client = Judged::client_side();
  client.trust = TrustStore::of({a_client().ca.chain().front()});
  const Judged pair(client);
  CHECK(pair.client.wants() == Wants::nothing);
  CHECK(pair.client.error()->code == Errc::certificate_unknown_issuer);
}

TEST_CASE(
    "a verdict is asked for on bare keys too, and never on a client that shows nothing, a shared "
    "key, or a session that is resumed") {
  ServerConfig server = Judged::server_side();
  server.client_authentication = ClientAuthentication::verify_if_given;
  ClientConfig client = Judged::client_side();
  client.verdict_elsewhere = false;
  client.identities.clear();
  CHECK(Judged(client, server).complete());

  client.server_certificate_types = server.certificate_types = {CertificateType::raw_public_key};
  client.accept_raw_public_key = [](Bytes) { return true; };
  client.verdict_elsewhere = true;
  client.sessions = make_memory_session_store();
  server.ticket_keys = TicketKeys::rotating().value();
  Judged bare(client, server);
  REQUIRE(bare.client.wants() == Wants::verdict);
  CHECK_FALSE(bare.client.state().peer_raw_public_key.empty());
  CHECK(bare.client.answer(VerdictAnswer{.accept = true}).has_value());
  bare.talk();
  CHECK(bare.complete());
  const Judged resumed(client, server);
  CHECK(resumed.complete());
  CHECK(resumed.client.state().resumed);

  client = Judged::client_side();
  client.verdict_elsewhere = false;  // ClientConfig::build() refuses it beside find_psk
  const Octets key(16, 7);
  client.find_psk = [&](std::string_view) { return PreSharedKey{"somebody", key}; };
  server.find_psk = [&](std::string_view) { return key; };
  client.common.policy = server.common.policy = SuitePolicy::psk;
  CHECK(Judged(client, server).complete());
}

// ------------------------------------------------ decryption

TEST_CASE(
    "RFC 5246 §7.4.7.1: a premaster secret is decrypted elsewhere, as a block with its padding, "
    "and the handshake completes") {
  Decrypting pair;
  CHECK(requested<DecryptionRequest>(pair.server).ciphertext.size() == 256);
  REQUIRE(pair.server.answer(DecryptionAnswer{pair.block()}).has_value());
  CHECK(pair.server.wants() == Wants::nothing);
  pair.talk();
  CHECK(pair.complete());
}

TEST_CASE(
    "RFC 5246 §7.4.7.1: whatever is wrong with the block, and a refusal, shows at Finished alone, "
    "and alike") {
  const auto with = [](auto change) {
    Decrypting pair;
    Octets block = pair.block();
    change(block);
    REQUIRE(pair.server.answer(DecryptionAnswer{block}).has_value());
    pair.check_fails_at_finished();
  };
  with([](Octets& b) { b[0] = 1; });
  with([](Octets& b) { b[1] = 1; });
  with([](Octets& b) { b[2] = 0; });
  with([](Octets& b) { b[b.size() - 49] = 1; });
  with([](Octets& b) { b[b.size() - 50] = 0; });
  with([](Octets& b) { b.back() ^= 1; });
  with([](Octets& b) { b.clear(); });
  with([](Octets& b) { b.resize(20); });
  with([](Octets& b) { b.erase(b.begin(), b.end() - 48); });  // unpadded already
  with([](Octets& b) { b.resize(kMaxSignatureSize + 1); });
  Decrypting refused;
  REQUIRE(refused.server.answer(DecryptionAnswer{}).has_value());
  refused.check_fails_at_finished();
}

TEST_CASE(
    "RFC 5246 §7.4.7.1: the version that the client wrote is not looked at; another one than it "
    "offered ends in another secret") {
  Decrypting pair;
  Octets block = pair.block();
  block[block.size() - 48] ^= 1;
  block[block.size() - 47] ^= 1;
  REQUIRE(pair.server.answer(DecryptionAnswer{block}).has_value());
  pair.talk();
  CHECK(pair.complete());  // the version is ClientHello's, whatever stands there
}

TEST_CASE("a session that is resumed has nothing to decrypt") {
  ClientConfig client = Decrypting::client_side();
  client.sessions = make_memory_session_store();
  ServerConfig server = Decrypting::server_side();
  server.ticket_keys = TicketKeys::rotating().value();
  Decrypting first(client, server);
  REQUIRE(first.server.answer(DecryptionAnswer{first.block()}).has_value());
  first.talk();
  CHECK(first.complete());
  Pair again(client, server);
  again.talk();
  CHECK(again.complete());
  CHECK(again.server.state().resumed);
}

TEST_CASE("a key elsewhere that only signs, or is no rsa key, serves no RSA key exchange") {
  Pair pair(Decrypting::client_side(), Decrypting::server_side(false));
  pair.talk();
  CHECK(pair.server.error()->code == Errc::no_common_suite);
  CHECK_FALSE(PrivateKey::elsewhere(KeyKind::rsa_pss, true).decrypts());
  CHECK_FALSE(PrivateKey::elsewhere(KeyKind::rsa).decrypts());
  CHECK(PrivateKey::elsewhere(KeyKind::rsa, true).decrypts());
  CHECK(development_identity(KeyKind::rsa).leaf.key().decrypts());
  CHECK_FALSE(development_identity(KeyKind::ed25519).leaf.key().decrypts());
}

TEST_CASE("a key elsewhere decrypts, and the client behind it is judged, one after the other") {
  ServerConfig server = Judged::server_side();
  server.identities = Decrypting::server_side().identities;
  server.common = rsa_key_exchange();
  ClientConfig client = Decrypting::client_side();
  client.identities = {a_client().leaf};
  client.common.schemes =
      server.common.schemes = {SignatureScheme::ed25519, SignatureScheme::rsa_pkcs1_sha256};
  Judged pair(client, server);
  REQUIRE(pair.server.wants() == Wants::decryption);
  Octets block(kMaxSignatureSize);
  block.resize(development_identity(KeyKind::rsa)
                   .leaf.key()
                   .decrypt(requested<DecryptionRequest>(pair.server).ciphertext,
                            default_provider()->rng(), block)
                   .value());
  REQUIRE(pair.server.answer(DecryptionAnswer{block}).has_value());
  pair.talk();
  REQUIRE(pair.server.wants() == Wants::verdict);
  REQUIRE(pair.server.answer(VerdictAnswer{.accept = true}).has_value());
  pair.talk();
  CHECK(pair.complete());
}

// ------------------------------------------------ all of them

TEST_CASE("answers that nothing waits for change nothing, and one kind is none of another") {
  const auto check_all_but = [](Engine& engine, Wants waited) {
    for (const Answer& answer : one_of_each_answer()) {
      if (static_cast<Wants>(answer.index() + 1) == waited) continue;
      const auto refused = engine.answer(answer);
      CHECK((!refused && refused.error().code == Errc::not_waiting_for_that));
    }
    CHECK(engine.wants() == waited);
    CHECK_FALSE(engine.error());
  };
  FarAway ends;
  LookingUp looking(ends);
  check_all_but(looking.server, Wants::session);
  check_all_but(looking.client, Wants::nothing);
  Decrypting decrypting;
  check_all_but(decrypting.server, Wants::decryption);
  Judged judged;
  check_all_but(judged.client, Wants::verdict);
  CHECK(judged.client.answer(VerdictAnswer{.accept = true}).has_value());
  judged.talk();
  CHECK(judged.server.answer(VerdictAnswer{.accept = true}).has_value());
  judged.talk();
  REQUIRE(judged.complete());
  check_all_but(judged.server, Wants::nothing);
}

TEST_CASE(
    "a transport that ends while an answer is waited for is an error at the latest with the "
    "answer, whatever it is") {
  Judged judged;
  judged.client.transport_ended();
  if (!judged.client.error())
    CHECK(judged.client.answer(VerdictAnswer{.accept = true}).has_value());
  CHECK(judged.client.error()->code == Errc::truncated);
  Decrypting decrypting;
  decrypting.server.transport_ended();
  if (!decrypting.server.error()) CHECK(decrypting.server.answer(DecryptionAnswer{}).has_value());
  CHECK(decrypting.server.error().has_value());
}
