// Data: records of 16 KiB and of 64 bytes through an established connection, the raw AEAD of the
// same backend and OpenSSL beside them.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <vector>

#include "bulk.hpp"
#include "support/engine_pair.hpp"

namespace {

using namespace tls12;
using bench::Counted, bench::finish, bench::identity;

constexpr std::size_t kRecord = 1 << 14;
constexpr std::size_t kBatch = 1 << 20;  // sealed bytes that wait to be opened

struct Case {
  const char* label;
  AeadAlgorithm aead;
  CipherSuite suite;
  const char* openssl_suite;
};
constexpr Case kCases[] = {
    {"aes128gcm", AeadAlgorithm::aes_128_gcm, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
     "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"aes256gcm", AeadAlgorithm::aes_256_gcm, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
     "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"chacha20", AeadAlgorithm::chacha20_poly1305,
     CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, "ECDHE-ECDSA-CHACHA20-POLY1305"},
};

struct Pair : test::ConnectedEnginePair {
  explicit Pair(const Case& c)
      : ConnectedEnginePair({.trust = TrustStore::of({identity().ca.chain().front()}),
                             .common = {.suites = {c.suite}}},
                            {.identities = {identity().leaf}}, "localhost", wall_time()) {}
};

void seal_raw(benchmark::State& state, const Case& c, std::size_t size) {
  const std::vector<std::uint8_t> key(key_size(c.aead), 7), plaintext(size, 1);
  std::vector<std::uint8_t> out(size + tag_size(c.aead));
  std::uint8_t nonce[kAeadNonceSize] = {}, aad[13] = {};
  const auto aead = (*default_provider())[c.aead].implementation->with_key(key);
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    ++nonce[0];
    aead->seal(nonce, aad, plaintext, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  finish(state, size, allocated);
}

void seal_layer(benchmark::State& state, const Case& c, std::size_t size) {
  Pair pair(c);
  const std::vector<std::uint8_t> plaintext(size, 1);
  for (int i = 0; i < 64; ++i) {
    if (!pair.client.write(plaintext)) return state.SkipWithError("write failed");
    pair.client.sent(pair.client.output().size()).value();
  }
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    if (pair.client.write(plaintext).value_or(0) != size)
      return state.SkipWithError("write failed");
    pair.client.sent(pair.client.output().size()).value();
  }
  finish(state, size, allocated);
}

void open_raw(benchmark::State& state, const Case& c, std::size_t size) {
  const std::vector<std::uint8_t> key(key_size(c.aead), 7), plaintext(size, 1);
  std::vector<std::uint8_t> sealed(size + tag_size(c.aead)), work(sealed.size()), wire;
  const std::uint8_t nonce[kAeadNonceSize] = {}, aad[13] = {};
  const auto aead = (*default_provider())[c.aead].implementation->with_key(key);
  aead->seal(nonce, aad, plaintext, sealed.data());
  while (wire.size() < kBatch) wire.insert(wire.end(), sealed.begin(), sealed.end());
  std::size_t at = 0;
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    std::memcpy(work.data(), wire.data() + at,
                work.size());  // as the layer's input arrives: by a copy, from as much memory
    at = at + work.size() == wire.size() ? 0 : at + work.size();
    if (!aead->open(nonce, aad, work, work.data())) return state.SkipWithError("open failed");
    benchmark::DoNotOptimize(work.data());
  }
  finish(state, size, allocated);
}

// Sealing is kept out of the time: many records are sealed in a batch while the clock stands.
void open_layer(benchmark::State& state, const Case& c, std::size_t size) {
  Pair pair(c);
  const std::vector<std::uint8_t> plaintext(size, 1);
  std::vector<std::uint8_t> wire;
  std::size_t at = 0, record = 0;
  const auto refill = [&] {
    wire.clear();
    at = 0;
    while (wire.size() < kBatch) {
      if (!pair.client.write(plaintext)) return;
      record = pair.client.output().size();
      wire.insert(wire.end(), pair.client.output().begin(), pair.client.output().end());
      pair.client.sent(record).value();
    }
  };
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    if (at == wire.size()) {
      state.PauseTiming();
      refill();
      state.ResumeTiming();
    }
    const Counted counted(allocated);
    for (std::size_t left = record; left != 0;) {
      const MutableBytes space = pair.server.input_space();
      const std::size_t n = std::min(space.size(), left);
      std::memcpy(space.data(), wire.data() + at, n);
      at += n;
      left -= n;
      pair.server.received(n).value();
    }
    if (pair.server.readable().size() != size) return state.SkipWithError("not one record");
    pair.server.consume(size).value();
  }
  finish(state, size, allocated);
}

void seal_openssl(benchmark::State& state, const Case& c, std::size_t size) {
  bench::seal_openssl(state, c.openssl_suite, 0, size);
}
void open_openssl(benchmark::State& state, const Case& c, std::size_t size) {
  bench::open_openssl(state, c.openssl_suite, 0, size);
}

using Run = void (*)(benchmark::State&, const Case&, std::size_t);
const bool registered = [] {
  const std::pair<const char*, Run> rows[] = {
      {"seal/raw_aead", seal_raw}, {"seal/tls12", seal_layer}, {"seal/openssl", seal_openssl},
      {"open/raw_aead", open_raw}, {"open/tls12", open_layer}, {"open/openssl", open_openssl}};
  for (const Case& c : kCases)
    for (const std::size_t size : {kRecord, std::size_t{64}})
      for (const auto& [label, run] : rows)
        benchmark::RegisterBenchmark(
            (std::string(label) + "/" + c.label + "/" + std::to_string(size)).c_str(),
            [run = run, &c, size](benchmark::State& state) { run(state, c, size); });
  return true;
}();

}  // namespace
