// Heap of an idle connection: what an end holds behind a handshake and an exchange of data, with
// its buffers given back.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "allocations.hpp"
#include "bulk.hpp"
#include "openssl_pair.hpp"
#include "tls12/engine.hpp"

namespace {

using namespace tls12;
using bench::identity;

void move(Engine& from, Engine& to) {
  while (!from.output().empty()) {
    const MutableBytes space = to.input_space();
    const std::size_t n = std::min(space.size(), from.output().size());
    std::copy_n(from.output().begin(), n, space.begin());
    from.sent(n).value();
    to.received(n).value();
    while (!to.readable().empty()) to.consume(to.readable().size()).value();
  }
}

void idle_tls12(benchmark::State& state) {
  const auto client_context =
      ClientConfig{.trust = TrustStore::of({identity().ca.chain().front()})}.build().value();
  const auto server_context = ServerConfig{.identities = {identity().leaf}}.build().value();
  const std::vector<std::uint8_t> data(100'000, 1);
  double client_bytes = 0, server_bytes = 0;
  for (auto _ : state) {
    const auto start = bench::allocations().live_bytes;
    Engine client = Engine::client(client_context, "localhost"),
           server = Engine::server(server_context);
    for (int turn = 0; turn < 4; ++turn) {
      move(client, server);
      move(server, client);
    }
    if (!client.write(data) || !server.write(data))
      return state.SkipWithError("the handshake failed");
    move(client, server);
    move(server, client);
    client.release_buffers();
    server.release_buffers();
    const auto both = bench::allocations().live_bytes;
    { const Engine gone = std::move(server); }
    const auto one = bench::allocations().live_bytes;
    server_bytes = static_cast<double>(both - one);
    client_bytes = static_cast<double>(one - start);
  }
  state.counters["client_bytes"] = client_bytes;
  state.counters["server_bytes"] = server_bytes;
}
BENCHMARK(idle_tls12)->Name("idle/tls12");

void idle_openssl(benchmark::State& state) {
  const bench::OpensslContexts contexts(
      identity().leaf.chain().front().to_pem(), identity().leaf.key().to_pem().value(),
      identity().ca.chain().front().to_pem(), "ECDHE-ECDSA-AES256-GCM-SHA384", "X25519:P-256");
  SSL_CTX_set_mode(contexts.client.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_mode(contexts.server.get(), SSL_MODE_RELEASE_BUFFERS);
  double client_bytes = 0, server_bytes = 0;
  for (auto _ : state) {
    bench::OpensslPair pair(contexts);
    for (int turn = 0; turn < 10; ++turn) {
      SSL_do_handshake(pair.client.get());
      SSL_do_handshake(pair.server.get());
    }
    SSL_set_bio(pair.client.get(), nullptr,
                nullptr);  // what the pair of BIOs holds is not the connection's
    SSL_set_bio(pair.server.get(), nullptr, nullptr);
    const auto both = bench::allocations().live_bytes;
    pair.server.reset();
    const auto one = bench::allocations().live_bytes;
    pair.client.reset();
    server_bytes = static_cast<double>(both - one);
    client_bytes = static_cast<double>(one - bench::allocations().live_bytes);
  }
  state.counters["client_bytes"] = client_bytes;
  state.counters["server_bytes"] = server_bytes;
}
BENCHMARK(idle_openssl)->Name("idle/openssl");

}  // namespace
