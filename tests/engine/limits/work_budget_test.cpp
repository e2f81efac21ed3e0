// What a peer makes an engine compute is bounded, and can be interrupted between its steps.
#include <doctest/doctest.h>

#include "base/work.hpp"
#include "crypto/cost.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// Both ends of a handshake, and all that they say.
struct Recorded {
  std::string by_client, by_server;
  bool complete = false;
  std::size_t interruptions = 0;
};

void finish_work(Engine& engine, Recorded& recorded) {
  for (; engine.has_work(); ++recorded.interruptions) {
    CHECK(engine.input_space().empty());
    engine.work();
  }
}

bool carry_recorded(Engine& from, Engine& to, std::string& said, Recorded& recorded) {
  const std::string bytes(text_of(from.output()));
  const bool moved = carry(from, to) != 0;
  if (moved) said += bytes.substr(0, bytes.size() - from.output().size());
  finish_work(to, recorded);
  return moved;
}

/// With equal seeds, two handshakes are equal but for what `interrupt` makes of them.
Recorded handshake_with(ClientConfig client, ServerConfig server,
                        const std::function<bool()>& interrupt) {
  client.common.provider = deterministic_provider(1);
  server.common.provider = deterministic_provider(2);
  EnginePair pair(client, server);
  if (interrupt) {
    pair.client.interrupt_if(interrupt);
    pair.server.interrupt_if(interrupt);
  }
  Recorded recorded;
  for (bool moved = true; moved;) {
    moved = carry_recorded(pair.client, pair.server, recorded.by_client, recorded);
    moved |= carry_recorded(pair.server, pair.client, recorded.by_server, recorded);
  }
  recorded.complete = pair.complete();
  return recorded;
}

}  // namespace

TEST_CASE(
    "D12: interruptions change no byte of a handshake, with or without a client's certificate") {
  ServerConfig asking = server_config();
  asking.client_authentication = ClientAuthentication::require_and_verify;
  asking.client_trust = TrustStore::of({development_identity(KeyKind::ed25519).ca.chain().front()});
  ClientConfig answering = client_config();
  const PrivateKey key = PrivateKey::generate(KeyKind::ed25519).value();
  const CertificateRecipe recipe{.common_name = "client",
                                 .for_servers = false,
                                 .for_clients = true,
                                 .not_before = kNow - std::chrono::hours(1),
                                 .not_after = kNow + std::chrono::hours(1)};
  answering.identities = {
      Identity::from(
          {issue_certificate(recipe, key, &development_identity(KeyKind::ed25519).ca).value()}, key)
          .value()};
  for (auto& [client, server] :
       {std::pair(client_config(), server_config()), std::pair(answering, asking)}) {
    ServerConfig without_tickets = server;
    without_tickets.tickets = false;  // their keys are drawn when the configuration is built
    const Recorded at_once = handshake_with(client, without_tickets, {});
    const Recorded in_pieces = handshake_with(client, without_tickets, [] { return true; });
    CHECK(at_once.complete);
    CHECK(at_once.interruptions == 0);
    CHECK(in_pieces.complete);
    CHECK(in_pieces.interruptions > 10);
    CHECK(at_once.by_client == in_pieces.by_client);
    CHECK(at_once.by_server == in_pieces.by_server);
  }
}

TEST_CASE("a peer that makes this end work too much is refused with handshake_failure") {
  ClientConfig client = client_config();
  client.common.limits.work = 50;
  EnginePair by_client(client);
  by_client.talk();
  REQUIRE(by_client.client.error());
  CHECK(by_client.client.error()->code == Errc::too_much_work);
  CHECK(by_client.server.error()->alert == Alert::handshake_failure);

  ServerConfig server = server_config();
  server.common.limits.work = 50;
  EnginePair by_server(client_config(), server);
  by_server.talk();
  REQUIRE(by_server.server.error());
  CHECK(by_server.server.error()->code == Errc::too_much_work);
  CHECK(by_server.client.error()->alert == Alert::handshake_failure);
}

TEST_CASE("each record of a handshake costs, however little it carries") {
  ServerConfig config = server_config();
  config.common.limits.work = 100;
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  const std::uint8_t start[] = {1, 0, 0x40, 0};  // a ClientHello of 16 KiB
  for (std::size_t i = 0; i < 150 && !peer.engine.error(); ++i)
    peer.deliver(ContentType::handshake, {i < std::size(start) ? start[i] : std::uint8_t{0}});
  REQUIRE(peer.engine.error());
  CHECK(peer.engine.error()->code == Errc::too_much_work);
}

TEST_CASE(
    "a server's own field for Diffie-Hellman costs by its size: 4096 bits are within the limit, "
    "and 6144 are not") {
  const auto steps = [](std::size_t bits) {
    std::vector<std::uint8_t> prime(bits / 8, 0xff), generator = {2};
    return steps_to_agree(DhParameters{prime, generator});
  };
  CHECK(steps(4096) < Limits{}.work);
  CHECK(steps(6144) > Limits{}.work);
}

TEST_CASE("work: interruptions ask at most once in so many steps, and leave the budget as it is") {
  Work work(1000);
  int asked = 0;
  work.interrupt_if([&] { return ++asked, true; });
  CHECK_FALSE(work.pause());
  CHECK(work.take(Work::kBetweenQuestions));
  CHECK(work.pause());
  CHECK(work.pause());
  CHECK(asked == 1);
  CHECK(work.left() == 1000 - Work::kBetweenQuestions);
  work.resume();
  CHECK_FALSE(work.stopped());
  CHECK_FALSE(work.pause());
  CHECK_FALSE(work.take(1000));
  CHECK(work.exceeded());
  CHECK(work.left() == 0);
}
