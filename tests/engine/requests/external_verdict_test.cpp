// A verdict on the peer that comes from outside the engine.
#include "engine/requests/external_answers.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE(
    "a verdict on the server is asked for before anything that depends on it is sent, and one on "
    "the client before Finished") {
  WaitingForVerdict pair;
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
  WaitingForVerdict pair;
  REQUIRE(pair.client.answer(VerdictAnswer{.reason = "not today"}).has_value());
  REQUIRE(pair.client.error());
  CHECK(pair.client.error()->code == Errc::certificate_refused);
  CHECK(pair.client.error()->about() == "not today");
  CHECK(to_hex(pair.client.output()) == "1503030002022e");
  pair.talk();
  CHECK(pair.server.error()->alert == Alert::certificate_unknown);

  WaitingForVerdict other;
  REQUIRE(other.client.answer(VerdictAnswer{.accept = true}).has_value());
  other.talk();
  REQUIRE(other.server.answer(VerdictAnswer{}).has_value());  // no reason is a refusal as well
  other.talk();
  CHECK(other.server.error()->code == Errc::certificate_refused);
  CHECK(other.client.error()->alert == Alert::certificate_unknown);
}

TEST_CASE("a refusal from outside sends the alert that it names") {
  WaitingForVerdict pair;
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
  const VerdictOnResumption ends;
  WaitingForVerdict pair(ends.client, ends.server);
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
    const VerdictOnResumption ends;
    WaitingForVerdict pair(ends.client, ends.server);
    Engine& refusing = at_server ? pair.server : pair.client;
    Engine& other = at_server ? pair.client : pair.server;
    REQUIRE(other.answer(VerdictAnswer{.accept = true}).has_value());
    pair.talk();
    REQUIRE(refusing.answer(VerdictAnswer{.reason = "not any more"}).has_value());
    CHECK(refusing.error()->code == Errc::certificate_refused);
    pair.talk();
    REQUIRE(other.error());
    CHECK(other.error()->alert == Alert::certificate_unknown);
    WaitingForVerdict again(ends.client, ends.server);
    CHECK(again.client.wants() == Wants::verdict);
    CHECK_FALSE(again.client.state().resumed);
  }
}

TEST_CASE(
    "verdict_on_resumption: raw public keys are asked about too, and a client that shows nothing "
    "is not") {
  VerdictOnResumption ends;
  ends.client.sessions = make_memory_session_store();
  ends.client.identities.clear();
  ends.client.server_certificate_types =
      ends.server.certificate_types = {CertificateType::raw_public_key};
  ends.client.accept_raw_public_key = [](Bytes) { return true; };
  ends.server.client_authentication = ClientAuthentication::verify_if_given;
  for (const bool resumed : {false, true}) {
    WaitingForVerdict pair(ends.client, ends.server);
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
  ClientConfig client = WaitingForVerdict::client_side();
  client.trust = TrustStore::of({client_identity().ca.chain().front()});
  const WaitingForVerdict pair(client);
  CHECK(pair.client.wants() == Wants::nothing);
  CHECK(pair.client.error()->code == Errc::certificate_unknown_issuer);
}

TEST_CASE(
    "a verdict is asked for on bare keys too, and never on a client that shows nothing, a shared "
    "key, or a session that is resumed") {
  ServerConfig server = WaitingForVerdict::server_side();
  server.client_authentication = ClientAuthentication::verify_if_given;
  ClientConfig client = WaitingForVerdict::client_side();
  client.verdict_elsewhere = false;
  client.identities.clear();
  CHECK(WaitingForVerdict(client, server).complete());

  client.server_certificate_types = server.certificate_types = {CertificateType::raw_public_key};
  client.accept_raw_public_key = [](Bytes) { return true; };
  client.verdict_elsewhere = true;
  client.sessions = make_memory_session_store();
  server.ticket_keys = TicketKeys::rotating().value();
  WaitingForVerdict bare(client, server);
  REQUIRE(bare.client.wants() == Wants::verdict);
  CHECK_FALSE(bare.client.state().peer_raw_public_key.empty());
  CHECK(bare.client.answer(VerdictAnswer{.accept = true}).has_value());
  bare.talk();
  CHECK(bare.complete());
  const WaitingForVerdict resumed(client, server);
  CHECK(resumed.complete());
  CHECK(resumed.client.state().resumed);

  client = WaitingForVerdict::client_side();
  client.verdict_elsewhere = false;  // ClientConfig::build() refuses it beside find_psk
  const Octets key(16, 7);
  client.find_psk = [&](std::string_view) { return PreSharedKey{"somebody", key}; };
  server.find_psk = [&](std::string_view) { return key; };
  client.common.policy = server.common.policy = SuitePolicy::psk;
  CHECK(WaitingForVerdict(client, server).complete());
}
