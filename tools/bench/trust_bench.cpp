// Trust stores: loading Debian's bundle of anchors (PEM), by us, OpenSSL, GnuTLS and mbedTLS.
#include <benchmark/benchmark.h>
#include <gnutls/x509.h>
#include <mbedtls/x509_crt.h>
#include <openssl/x509_vfy.h>

#include "allocations.hpp"
#include "tls12/certificate.hpp"

namespace {

using namespace tls12;

constexpr char kBundle[] = "/etc/ssl/certs/ca-certificates.crt";

void report(benchmark::State& state, std::size_t anchors) {
  if (anchors == 0) return state.SkipWithError(kBundle);
  state.counters["anchors"] = static_cast<double>(anchors);
}

void load_ours(benchmark::State& state) {
  std::size_t anchors = 0;
  const auto before = bench::allocations();
  for (auto _ : state) anchors = TrustStore::from_file(kBundle).anchors().size();
  state.counters["allocs"] = static_cast<double>(bench::allocations().all - before.all) /
                             static_cast<double>(state.iterations());
  report(state, anchors);
}

void load_openssl(benchmark::State& state) {
  std::size_t anchors = 0;
  for (auto _ : state) {
    X509_STORE* store = X509_STORE_new();
    if (X509_STORE_load_file(store, kBundle) == 1)
      anchors = static_cast<std::size_t>(sk_X509_OBJECT_num(X509_STORE_get0_objects(store)));
    X509_STORE_free(store);
  }
  report(state, anchors);
}

void load_gnutls(benchmark::State& state) {
  int anchors = 0;
  for (auto _ : state) {
    gnutls_x509_trust_list_t list = nullptr;
    gnutls_x509_trust_list_init(&list, 0);
    anchors =
        gnutls_x509_trust_list_add_trust_file(list, kBundle, nullptr, GNUTLS_X509_FMT_PEM, 0, 0);
    gnutls_x509_trust_list_deinit(list, 1);
  }
  report(state, anchors < 0 ? 0 : static_cast<std::size_t>(anchors));
}

void load_mbedtls(benchmark::State& state) {
  std::size_t anchors = 0;
  for (auto _ : state) {
    mbedtls_x509_crt chain;
    mbedtls_x509_crt_init(&chain);
    // A positive result counts what mbedTLS cannot read.
    const bool loaded = mbedtls_x509_crt_parse_file(&chain, kBundle) >= 0;
    anchors = 0;
    for (const mbedtls_x509_crt* certificate = &chain; loaded && certificate != nullptr;
         certificate = certificate->next)
      ++anchors;
    mbedtls_x509_crt_free(&chain);
  }
  report(state, anchors);
}

BENCHMARK(load_ours)->Name("trust/tls12")->Unit(benchmark::kMicrosecond);
BENCHMARK(load_openssl)->Name("trust/openssl")->Unit(benchmark::kMicrosecond);
BENCHMARK(load_gnutls)->Name("trust/gnutls")->Unit(benchmark::kMicrosecond);
BENCHMARK(load_mbedtls)->Name("trust/mbedtls")->Unit(benchmark::kMicrosecond);

}  // namespace
