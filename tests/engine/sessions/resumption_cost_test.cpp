// What an abbreviated handshake costs each end, and what a session that waits for one costs a
// store.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/counted_memory.hpp"
#include "support/engine_pair.hpp"
#include "support/forwarding_signature.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

struct Counts {
  std::size_t public_key_operations = 0;
  std::size_t inside = 0;  // allocations of the crypto backends
};

template <class Make>
auto inside(Counts& counts, Make make) {
  const std::size_t before = allocations;
  auto made = make();
  counts.inside += allocations - before;
  return made;
}

struct CountedHmac final : Hmac {
  CountedHmac(const Hmac& b, Counts& c) : base(b), counts(c) {}
  std::unique_ptr<HmacKey> with_key(Bytes key) const override {
    return inside(counts, [&] { return base.with_key(key); });
  }
  const Hmac& base;
  Counts& counts;
};

struct CountedAead final : Aead {
  CountedAead(const Aead& b, Counts& c) : base(b), counts(c) {}
  std::unique_ptr<AeadKey> with_key(Bytes key) const override {
    return inside(counts, [&] { return base.with_key(key); });
  }
  const Aead& base;
  Counts& counts;
};

struct CountedGroup final : Group {
  CountedGroup(const Group& b, Counts& c) : base(b), counts(c) {}
  Result<std::unique_ptr<KeyShare>> generate(Random& random) const override {
    ++counts.public_key_operations;
    return base.generate(random);
  }
  const Group& base;
  Counts& counts;
};

struct CountedSignature final : ForwardingSignature {
  CountedSignature(const Signature& b, Counts& c) : ForwardingSignature(b), counts(c) {}
  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt, Bytes message,
              Bytes signature) const override {
    ++counts.public_key_operations;
    return ForwardingSignature::verify(key, hash, salt, message, signature);
  }
  Counts& counts;
};

template <class Counted, class Rows>
void count(Provider& provider, Rows& rows, Counts& counts) {
  for (auto& row : rows) {
    if (!row) continue;
    auto counted = std::make_shared<Counted>(*row.implementation, counts);
    row.implementation = counted.get();
    provider.owned.push_back(counted);
  }
}

ProviderPtr counting_provider(Counts& counts) {
  auto provider = std::make_shared<Provider>(*default_provider());
  count<CountedAead>(*provider, provider->aeads, counts);
  count<CountedHmac>(*provider, provider->hmacs, counts);
  count<CountedGroup>(*provider, provider->groups, counts);
  count<CountedSignature>(*provider, provider->signatures, counts);
  return provider;
}

/// What `work` asks the heap for goes to `sum`.
template <class Work>
auto spent(std::size_t& sum, Work work) {
  const std::size_t before = allocations;
  auto result = work();
  sum += allocations - before;
  return result;
}

/// A name too long to be kept in place.
const std::string kHost = "a-host-with-a-rather-long-name.example.org";

Identity identity_for_both() {
  const auto& ca = development_identity(KeyKind::ed25519).ca;
  const auto key = PrivateKey::generate(KeyKind::ed25519).value();
  const auto from = kNow - std::chrono::hours(1), to = kNow + std::chrono::hours(1);
  return Identity::from(
             {issue_certificate(
                  {.names = {kHost}, .for_clients = true, .not_before = from, .not_after = to}, key,
                  &ca)
                  .value()},
             key)
      .value();
}

/// The allocations of ours at each end in an abbreviated handshake.
struct Cost {
  std::size_t client = 0, server = 0;
};

Cost cost_of_resumption(bool tickets, bool client_certificate) {
  const Identity identity = identity_for_both();
  Counts of_client, of_server;
  ClientConfig client = client_config();
  ServerConfig server = server_config();
  client.common.provider = counting_provider(of_client);
  server.common.provider = counting_provider(of_server);
  client.sessions = make_memory_session_store();
  server.sessions = make_memory_session_store();
  server.tickets = tickets;
  server.ticket_keys = TicketKeys::rotating(server.common.provider).value();
  server.identities = {identity};
  if (client_certificate) {
    client.identities = {identity};
    server.client_authentication = ClientAuthentication::require_and_verify;
    server.client_trust = client.trust;
  }
  ConnectedEnginePair first(client, server, kHost);
  CHECK(of_client.public_key_operations >=
        3);  // a key share, and signatures of the server and of its certificate
  CHECK(of_server.public_key_operations >= (client_certificate ? 3 : 1));

  // A key that lives elsewhere would be asked for.
  server.identities = {Identity::from({identity.chain().begin(), identity.chain().end()},
                                      PrivateKey::elsewhere(KeyKind::ed25519))
                           .value()};
  if (client_certificate) client.identities = server.identities;
  const auto client_context = client.build().value();
  const auto server_context = server.build().value();
  Cost cost;
  for (int time = 0; time < 2; ++time) {  // the first one finds caches empty
    cost = {};
    of_client = of_server = {};
    Engine a = spent(cost.client, [&] { return Engine::client(client_context, kHost, kNow); });
    Engine b = spent(cost.server, [&] { return Engine::server(server_context, kNow); });
    const auto move = [](Engine& from, Engine& to, std::size_t& sum) {
      const bool moves = !from.output().empty();
      while (!from.output().empty())
        from.sent(spent(sum,
                        [&] {
                          const MutableBytes space = to.input_space();
                          const std::size_t size = std::min(space.size(), from.output().size());
                          std::copy_n(from.output().begin(), size, space.begin());
                          to.received(size).value();
                          return size;
                        }))
            .value();
      return moves;
    };
    while (move(a, b, cost.server) || move(b, a, cost.client)) {}
    REQUIRE(a.state().resumed);
    REQUIRE(b.state().handshake_complete);
    CHECK(b.state().verified_chain.size() == (client_certificate ? 2 : 0));
    CHECK(of_client.public_key_operations == 0);
    CHECK(of_server.public_key_operations == 0);
    cost.client -= of_client.inside;
    cost.server -= of_server.inside;
  }
  const std::string how = (tickets ? "by ticket" : "by ID") +
                          std::string(client_certificate ? ", with a client's certificate" : "");
  MESSAGE(how << ": " << cost.client << " allocations of ours at the client, " << cost.server
              << " at the server");
  return cost;
}

}  // namespace

TEST_CASE(
    "an abbreviated handshake costs no public-key operation, and at most 12 allocations of ours a "
    "side") {
  for (const bool tickets : {false, true}) {
    const Cost cost = cost_of_resumption(tickets, false);
    CHECK(cost.client <= 12);
    CHECK(cost.server <= 12);
  }
}

// The server parses and keeps the certificate; a ticket that carries it is longer than what is set
// aside for one.
TEST_CASE(
    "a client's certificate costs an abbreviated handshake no public-key operation, and 4 to 6 "
    "allocations more") {
  for (const bool tickets : {false, true}) {
    const Cost cost = cost_of_resumption(tickets, true);
    CHECK(cost.client <= 12 + (tickets ? 4 : 0));
    CHECK(cost.server <= 12 + 6);
  }
}

TEST_CASE(
    "a session in memory costs its key, its bytes and at most 256 more, and all of them no more "
    "than the limit") {
  const auto fill = [](SessionStore& store, std::size_t sessions) {
    const std::vector<std::uint8_t> session(150, 7);
    for (std::size_t i = 0; i < sessions; ++i) {
      std::array<std::uint8_t, 32> id = {};
      for (std::size_t b = 0; b < 8; ++b) id[b] = static_cast<std::uint8_t>(i >> (8 * b));
      store.put(id, session, kNow + std::chrono::hours(1));
    }
  };
  constexpr std::size_t kSessions = 50'000;
  const std::size_t before = in_use;
  const auto roomy =
      make_memory_session_store({.sessions = kSessions, .bytes = std::size_t{1} << 30});
  fill(*roomy, kSessions);
  const std::size_t each = (in_use - before) / kSessions;
  MESSAGE("a session of 150 bytes under 32 costs ", each);
  CHECK(each >= 150 + 32);
  CHECK(each <= 150 + 32 + 256);
  fill(*roomy, 3 * kSessions);
  CHECK((in_use - before) / kSessions <= each + 1);

  const std::size_t then = in_use;
  const auto tight =
      make_memory_session_store({.sessions = kSessions, .bytes = std::size_t{1} << 20});
  fill(*tight, kSessions);
  CHECK(in_use - then <= std::size_t{1} << 20);
}
