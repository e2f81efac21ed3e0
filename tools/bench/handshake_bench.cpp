// Handshakes: the CPU of each end, what of it the primitives take, what the TLS layer adds, and
// what is allocated; OpenSSL beside it.
#include <benchmark/benchmark.h>

#include <chrono>
#include <optional>
#include <string>

#include "allocations.hpp"
#include "measured_provider.hpp"
#include "openssl_pair.hpp"
#include "tls12/engine.hpp"

namespace {

using namespace tls12;
using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

struct Case {
  const char* label;
  KeyKind kind;
  CipherSuite suite;
  NamedGroup group;
  const char *openssl_suite, *openssl_group;
  bool resumed = false;  // by ticket
};
constexpr Case kCases[] = {
    {"p256_x25519_aes256gcm", KeyKind::ec_secp256r1,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, NamedGroup::x25519,
     "ECDHE-ECDSA-AES256-GCM-SHA384", "X25519"},
    {"p256_p256_aes128gcm", KeyKind::ec_secp256r1,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, NamedGroup::secp256r1,
     "ECDHE-ECDSA-AES128-GCM-SHA256", "P-256"},
    {"rsa2048_x25519_aes256gcm", KeyKind::rsa, CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
     NamedGroup::x25519, "ECDHE-RSA-AES256-GCM-SHA384", "X25519"},
    {"ed25519_x25519_chacha20", KeyKind::ed25519,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, NamedGroup::x25519,
     "ECDHE-ECDSA-CHACHA20-POLY1305", "X25519"},
    {"resumed_p256_aes256gcm", KeyKind::ec_secp256r1,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, NamedGroup::x25519,
     "ECDHE-ECDSA-AES256-GCM-SHA384", "X25519", true},
    {"resumed_ed25519_chacha20", KeyKind::ed25519,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, NamedGroup::x25519,
     "ECDHE-ECDSA-CHACHA20-POLY1305", "X25519", true},
};

// One end's time, and how much of it was inside primitives.
struct Spent {
  Microseconds all{0}, primitives{0};
  template <class Call>
  void on(Call call) {
    const auto start = Clock::now();
    const auto inside = bench::primitive_time();
    call();
    primitives += bench::primitive_time() - inside;
    all += Clock::now() - start;
  }
};

void carry(Engine& from, Engine& to, Spent& spent) {
  while (!from.output().empty()) {
    const MutableBytes space = to.input_space();
    const std::size_t n = std::min(space.size(), from.output().size());
    std::copy_n(from.output().begin(), n, space.begin());
    from.sent(n).value();
    spent.on([&] { to.received(n).value(); });
  }
}

/// Whether both ends of a new connection complete their handshake, resumed or not.
bool shake_hands(const ClientContext& client_context, const ServerContext& server_context,
                 bool resumed, Spent& client_spent, Spent& server_spent) {
  std::optional<Engine> client;
  client_spent.on([&] { client = Engine::client(client_context, "localhost"); });
  Engine server = Engine::server(server_context);
  while (!client->output().empty() || !server.output().empty()) {
    carry(*client, server, server_spent);
    carry(server, *client, client_spent);
  }
  const auto update_sessions = [](Engine& engine) {
    if (const auto update = engine.take_session_update()) update->apply();
  };
  client_spent.on([&] { update_sessions(*client); });
  server_spent.on([&] { update_sessions(server); });
  return client->state().handshake_complete && server.state().handshake_complete &&
         client->state().resumed == resumed;
}

void ours(benchmark::State& state, const Case& c, const DevelopmentIdentity& identity) {
  const auto provider = bench::measured(default_provider());
  const auto key = PrivateKey::from_pem(identity.leaf.key().to_pem().value(), provider).value();
  const auto leaf =
      Identity::from({identity.leaf.chain().begin(), identity.leaf.chain().end()}, key).value();
  const auto client_context =
      ClientConfig{.trust = TrustStore::of({identity.ca.chain().front()}),
                   .common = {.provider = provider,
                              .suites = {c.suite},
                              .groups = {c.group, NamedGroup::secp256r1}},
                   .sessions = c.resumed ? make_memory_session_store() : nullptr}
          .build()
          .value();
  const auto server_context =
      ServerConfig{.identities = {leaf}, .common = {.provider = provider, .groups = {c.group}}}
          .build()
          .value();
  Spent client_spent, server_spent, first;
  if (c.resumed && !shake_hands(client_context, server_context, false, first, first))
    return state.SkipWithError("the first handshake failed");
  bench::Allocations allocated;
  for (auto _ : state) {
    const auto before = bench::allocations();
    if (!shake_hands(client_context, server_context, c.resumed, client_spent, server_spent))
      return state.SkipWithError("the handshake failed");
    const auto after = bench::allocations();
    allocated.all += after.all - before.all;
    allocated.inside_primitives += after.inside_primitives - before.inside_primitives;
  }
  const auto n = static_cast<double>(state.iterations());
  state.counters["client_us"] = client_spent.all.count() / n;
  state.counters["client_primitives_us"] = client_spent.primitives.count() / n;
  state.counters["client_layer_%"] = 100 * (client_spent.all / client_spent.primitives - 1);
  state.counters["server_us"] = server_spent.all.count() / n;
  state.counters["server_primitives_us"] = server_spent.primitives.count() / n;
  state.counters["server_layer_%"] = 100 * (server_spent.all / server_spent.primitives - 1);
  state.counters["allocs_ours_both"] =
      static_cast<double>(allocated.all - allocated.inside_primitives) / n;
  state.counters["allocs_backend_both"] = static_cast<double>(allocated.inside_primitives) / n;
}

void openssl(benchmark::State& state, const Case& c, const DevelopmentIdentity& identity) {
  const bench::OpensslContexts contexts(identity.leaf.chain().front().to_pem(),
                                        identity.leaf.key().to_pem().value(),
                                        identity.ca.chain().front().to_pem(), c.openssl_suite,
                                        (std::string(c.openssl_group) + ":P-256").c_str());
  const auto shake_hands = [](const bench::OpensslPair& pair, Spent& client_spent,
                              Spent& server_spent) {
    int client_done = 0, server_done = 0;
    for (int turn = 0; turn < 10 && (client_done != 1 || server_done != 1); ++turn) {
      client_spent.on([&] { client_done = SSL_do_handshake(pair.client.get()); });
      server_spent.on([&] { server_done = SSL_do_handshake(pair.server.get()); });
    }
    return client_done == 1 && server_done == 1;
  };
  Spent client_spent, server_spent, first_spent;
  bench::Owned<SSL_SESSION> session;
  if (c.resumed) {
    contexts.use_tickets();
    const bench::OpensslPair first(contexts);
    if (!shake_hands(first, first_spent, first_spent))
      return state.SkipWithError("the first handshake failed");
    session.reset(SSL_get1_session(first.client.get()));
  }
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const auto before = bench::allocations();
    const bench::OpensslPair pair(contexts);
    if (session) SSL_set_session(pair.client.get(), session.get());
    if (!shake_hands(pair, client_spent, server_spent) ||
        (SSL_session_reused(pair.client.get()) != 0) != c.resumed)
      return state.SkipWithError("the handshake failed");
    allocated += bench::allocations().all - before.all;
  }
  const auto n = static_cast<double>(state.iterations());
  state.counters["client_us"] = client_spent.all.count() / n;
  state.counters["server_us"] = server_spent.all.count() / n;
  state.counters["allocs_all_both"] = static_cast<double>(allocated) / n;
}

const bool registered = [] {
  for (const Case& c : kCases) {
    static std::vector<std::unique_ptr<DevelopmentIdentity>> identities;
    auto made = make_development_identity({"localhost"}, c.kind);
    if (!made) continue;
    identities.push_back(std::make_unique<DevelopmentIdentity>(std::move(*made)));
    const DevelopmentIdentity& identity = *identities.back();
    benchmark::RegisterBenchmark(
        (std::string("handshake/tls12/") + c.label).c_str(),
        [&c, &identity](benchmark::State& state) { ours(state, c, identity); });
    benchmark::RegisterBenchmark(
        (std::string("handshake/openssl/") + c.label).c_str(),
        [&c, &identity](benchmark::State& state) { openssl(state, c, identity); });
  }
  return true;
}();

}  // namespace
