// What every row of the bulk benchmarks shares, and OpenSSL's own rows.
#pragma once

#include <benchmark/benchmark.h>

#include "allocations.hpp"
#include "tls12/certificate.hpp"

namespace bench {

/// A certificate and its CA, made once for all rows.
const tls12::DevelopmentIdentity& identity();

// What is printed for every row. Allocations are those inside the loop's body, which `allocated`
// sums up.
inline void finish(benchmark::State& state, std::size_t bytes, std::uint64_t allocated) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) *
                          static_cast<std::int64_t>(bytes));
  state.counters["records/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["allocs/record"] =
      static_cast<double>(allocated) / static_cast<double>(state.iterations());
}

// Sums up what is allocated while it lives.
class Counted {
 public:
  explicit Counted(std::uint64_t& sum) : sum_(sum), before_(allocations().all) {}
  ~Counted() { sum_ += allocations().all - before_; }

 private:
  std::uint64_t& sum_;
  std::uint64_t before_;
};

/// Records of `size` bytes through a connection of OpenSSL's: one suite (its name), `options` of
/// SSL_CTX_set_options on both sides.
void seal_openssl(benchmark::State& state, const char* suite, std::uint64_t options,
                  std::size_t size);
void open_openssl(benchmark::State& state, const char* suite, std::uint64_t options,
                  std::size_t size);

}  // namespace bench
