// Sessions in memory: what one costs, and how long it takes to put and to find, among a thousand
// and among a million.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "allocations.hpp"
#include "tls12/session.hpp"

namespace {

using namespace tls12;

constexpr std::size_t kSessionSize = 150;  // without certificates of the peer's
const WallTime kNow = wall_time(), kLater = kNow + std::chrono::hours(1);

using Id = std::array<std::uint8_t, 32>;
/// Spread as random ones are.
Id id_of(std::uint64_t number) {
  Id id;
  for (auto& byte : id) {
    number = number * 6364136223846793005 + 1442695040888963407;
    byte = static_cast<std::uint8_t>(number >> 56);
  }
  return id;
}

void sessions(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  const std::vector<std::uint8_t> session(kSessionSize, 1);
  const auto before = bench::allocations().live_bytes;
  const auto store = make_memory_session_store({.sessions = count, .bytes = std::size_t{1} << 40});
  for (std::uint64_t i = 0; i < count; ++i) store->put(id_of(i), session, kLater);
  state.counters["bytes_a_session"] =
      static_cast<double>(bench::allocations().live_bytes - before) / static_cast<double>(count);
  std::uint64_t i = 0, found = 0;
  const std::function<void(Bytes)> take = [&](Bytes bytes) { found += bytes.size(); };
  for (auto _ : state) store->get(id_of(i++ * 7919 % count), kNow, take);
  if (found != i * kSessionSize) state.SkipWithError("a session is missing");
}
BENCHMARK(sessions)->Name("session_store/get")->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

}  // namespace
