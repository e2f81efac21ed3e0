// What becomes of writes: answers in dynamic and in full records, a message of many small buffers
// by one write each, by one write, and held back.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "bulk.hpp"
#include "support/engine_pair.hpp"

namespace {

using namespace tls12;
using bench::Counted, bench::identity;

constexpr std::size_t kSegment = 1428;

/// A server that writes, and its client.
struct Pair : test::ConnectedEnginePair {
  explicit Pair(bool dynamic)
      : ConnectedEnginePair({.trust = TrustStore::of({identity().ca.chain().front()})},
                            {.identities = {identity().leaf}, .dynamic_records = dynamic},
                            "localhost", wall_time()) {}
  /// To the client and out of it; how many bytes that took.
  std::size_t deliver() {
    std::size_t moved = 0;
    while (!server.output().empty()) {
      moved += test::carry(server, client);
      while (!client.readable().empty()) client.consume(client.readable().size()).value();
    }
    return moved;
  }
};

/// How many segments the client has when it can read the first byte.
double segments_to_first_byte(Pair& pair, Bytes answer) {
  pair.server.restart_record_sizes();
  (void)pair.server.write(answer);
  std::size_t wire = 0;
  while (pair.client.readable().empty()) {
    const std::size_t n =
        std::min(pair.client.input_space().size(),
                 std::min(kSegment - wire % kSegment, pair.server.output().size()));
    std::copy_n(pair.server.output().begin(), n, pair.client.input_space().begin());
    pair.server.sent(n).value();
    pair.client.received(n).value();
    wire += n;
  }
  pair.client.consume(pair.client.readable().size()).value();
  pair.deliver();
  return static_cast<double>((wire + kSegment - 1) / kSegment);
}

void finish(benchmark::State& state, std::size_t bytes, std::size_t wire, std::uint64_t records,
            std::uint64_t allocated) {
  const auto rounds = static_cast<double>(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["records"] = static_cast<double>(records) / rounds;
  state.counters["wire/data"] = static_cast<double>(wire) / rounds / static_cast<double>(bytes);
  state.counters["allocs"] = static_cast<double>(allocated) / rounds;
}

/// An answer behind a pause, sealed, moved and opened.
void answer(benchmark::State& state, bool dynamic) {
  Pair pair(dynamic);
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)), 1);
  state.counters["segments_to_first_byte"] = segments_to_first_byte(pair, data);
  const std::uint64_t before = pair.server.state().records_sealed;
  std::uint64_t allocated = 0;
  std::size_t wire = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    pair.server.restart_record_sizes();
    for (Bytes rest = data; !rest.empty();) {
      rest = rest.subspan(pair.server.write(rest).value());
      wire += pair.deliver();
    }
  }
  finish(state, data.size(), wire, pair.server.state().records_sealed - before, allocated);
}
void dynamic(benchmark::State& state) { answer(state, true); }
void full(benchmark::State& state) { answer(state, false); }
BENCHMARK(full)->Name("answer/full_records")->RangeMultiplier(8)->Range(16 << 10, 64 << 20);
BENCHMARK(dynamic)->Name("answer/dynamic_records")->RangeMultiplier(8)->Range(16 << 10, 64 << 20);

enum class Way { write_each, write_once, hold_back, copy_first };

/// A message of 100 buffers of 40 bytes, sealed, moved and opened.
void gather(benchmark::State& state, Way way) {
  Pair pair(false);
  const std::vector<std::uint8_t> piece(40, 1);
  const std::vector<Bytes> pieces(100, piece);
  std::vector<std::uint8_t> copy;
  const std::uint64_t before = pair.server.state().records_sealed;
  std::uint64_t allocated = 0;
  std::size_t wire = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    copy.clear();
    for (const Bytes part : pieces) {
      if (way == Way::write_each) (void)pair.server.write(part);
      if (way == Way::hold_back) (void)pair.server.write(part, Flush::later);
      if (way == Way::copy_first) copy.insert(copy.end(), part.begin(), part.end());
    }
    if (way == Way::write_once) (void)pair.server.write(pieces);
    if (way == Way::hold_back) (void)pair.server.flush();
    if (way == Way::copy_first) (void)pair.server.write(copy);
    wire += pair.deliver();
  }
  finish(state, pieces.size() * piece.size(), wire, pair.server.state().records_sealed - before,
         allocated);
}
BENCHMARK_CAPTURE(gather, each, Way::write_each)->Name("100_buffers_of_40_bytes/a_write_each");
BENCHMARK_CAPTURE(gather, held, Way::hold_back)->Name("100_buffers_of_40_bytes/held_back");
BENCHMARK_CAPTURE(gather, once, Way::write_once)->Name("100_buffers_of_40_bytes/one_write");
BENCHMARK_CAPTURE(gather, copy, Way::copy_first)
    ->Name("100_buffers_of_40_bytes/copied_by_the_caller");

}  // namespace
