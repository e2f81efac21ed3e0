// Certificates: reading one, and verifying a chain of three, for a name, by us, OpenSSL, GnuTLS and
// mbedTLS; of ours, what stays beyond the signature checks.
#include <benchmark/benchmark.h>
#include <gnutls/x509.h>
#include <mbedtls/x509_crt.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <string>

#include "allocations.hpp"
#include "measured_provider.hpp"
#include "openssl_pair.hpp"
#include "tls12/issue.hpp"
#include "tls12/verify.hpp"

namespace {

using namespace tls12;
using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr char kName[] = "www.example.org";

/// Root, intermediate and leaf, all with keys of one kind.
struct Chain {
  std::vector<Certificate> presented;  ///< the leaf and the intermediate
  Certificate root;
};

Chain make_chain(KeyKind kind) {
  const auto identity = [&](const CertificateRecipe& recipe, const Identity* issuer) {
    const auto key = PrivateKey::generate(kind).value();
    return Identity::from({issue_certificate(recipe, key, issuer).value()}, key).value();
  };
  const Identity root = identity({.common_name = "Example Root", .is_ca = true}, nullptr);
  const Identity intermediate =
      identity({.common_name = "Example Intermediate", .is_ca = true, .path_length = 0}, &root);
  const Identity leaf =
      identity({.common_name = "", .names = {kName, "example.org"}}, &intermediate);
  return {{leaf.chain().front(), intermediate.chain().front()}, root.chain().front()};
}

// ------------------------------------------------ ours

void parse_ours(benchmark::State& state, const Chain& chain) {
  const Bytes der = chain.presented.front().der();
  const auto before = bench::allocations();
  for (auto _ : state) benchmark::DoNotOptimize(Certificate::from_der(der));
  state.counters["allocs"] = static_cast<double>(bench::allocations().all - before.all) /
                             static_cast<double>(state.iterations());
}

void verify_ours(benchmark::State& state, const Chain& chain) {
  const TrustStore trust = TrustStore::of({chain.root});
  const auto provider = bench::measured(default_provider());
  const WallTime now = wall_time();
  Microseconds beyond{0};
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const auto before = bench::allocations();
    const auto start = Clock::now();
    const auto signatures = bench::primitive_time();
    const auto verdict = verify({.presented = chain.presented,
                                 .trust = trust,
                                 .peer_name = {kName},
                                 .now = now,
                                 .provider = *provider});
    beyond += (Clock::now() - start) - (bench::primitive_time() - signatures);
    const auto after = bench::allocations();
    allocated += (after.all - before.all) - (after.inside_primitives - before.inside_primitives);
    if (!verdict) return state.SkipWithError(verdict.error().message().c_str());
  }
  const auto n = static_cast<double>(state.iterations());
  state.counters["beyond_signatures_us"] = beyond.count() / n;
  state.counters["allocs_ours"] = static_cast<double>(allocated) / n;
}

// ------------------------------------------------ OpenSSL

struct FreeX509 {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
};
template <class T>
using Held = std::unique_ptr<T, FreeX509>;

X509* openssl_certificate(const Certificate& certificate) {
  const std::uint8_t* at = certificate.der().data();
  return d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size()));
}

void parse_openssl(benchmark::State& state, const Chain& chain) {
  for (auto _ : state) {
    const Held<X509> certificate(openssl_certificate(chain.presented.front()));
    // OpenSSL reads the extensions when they are asked for the first time.
    if (X509_check_purpose(certificate.get(), -1, 0) != 1) return state.SkipWithError("refused");
  }
}

void verify_openssl(benchmark::State& state, const Chain& chain) {
  const Held<X509_STORE> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), Held<X509>(openssl_certificate(chain.root)).get());
  const Held<X509> leaf(openssl_certificate(chain.presented[0]));
  const Held<STACK_OF(X509)> others(sk_X509_new_null());
  sk_X509_push(others.get(), openssl_certificate(chain.presented[1]));
  for (auto _ : state) {
    const Held<X509_STORE_CTX> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others.get());
    X509_STORE_CTX_set_default(context.get(), "ssl_server");
    X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context.get()), kName, 0);
    if (X509_verify_cert(context.get()) != 1) return state.SkipWithError("refused");
  }
}

// ------------------------------------------------ GnuTLS

class GnutlsCertificate {
 public:
  explicit GnutlsCertificate(const Certificate& certificate) {
    gnutls_x509_crt_init(&certificate_);
    const gnutls_datum_t der{const_cast<std::uint8_t*>(certificate.der().data()),
                             static_cast<unsigned>(certificate.der().size())};
    fine_ = gnutls_x509_crt_import(certificate_, &der, GNUTLS_X509_FMT_DER) == 0;
  }
  ~GnutlsCertificate() { gnutls_x509_crt_deinit(certificate_); }
  GnutlsCertificate(const GnutlsCertificate&) = delete;
  GnutlsCertificate& operator=(const GnutlsCertificate&) = delete;
  bool fine() const { return fine_; }
  gnutls_x509_crt_t& get() { return certificate_; }

 private:
  gnutls_x509_crt_t certificate_ = nullptr;
  bool fine_ = false;
};

void parse_gnutls(benchmark::State& state, const Chain& chain) {
  for (auto _ : state)
    if (!GnutlsCertificate(chain.presented.front()).fine()) return state.SkipWithError("refused");
}

void verify_gnutls(benchmark::State& state, const Chain& chain) {
  GnutlsCertificate root(chain.root), leaf(chain.presented[0]), intermediate(chain.presented[1]);
  gnutls_x509_trust_list_t trust = nullptr;
  gnutls_x509_trust_list_init(&trust, 0);
  gnutls_x509_trust_list_add_cas(trust, &root.get(), 1, 0);
  gnutls_typed_vdata_st asked[] = {
      {GNUTLS_DT_DNS_HOSTNAME, reinterpret_cast<std::uint8_t*>(const_cast<char*>(kName)), 0},
      {GNUTLS_DT_KEY_PURPOSE_OID,
       reinterpret_cast<std::uint8_t*>(const_cast<char*>(GNUTLS_KP_TLS_WWW_SERVER)), 0}};
  for (auto _ : state) {
    gnutls_x509_crt_t list[] = {leaf.get(), intermediate.get()};
    unsigned status = 1;
    if (gnutls_x509_trust_list_verify_crt2(trust, list, 2, asked, 2, 0, &status, nullptr) != 0 ||
        status != 0) {
      state.SkipWithError("refused");
      break;
    }
  }
  gnutls_x509_trust_list_deinit(trust, 0);
}

// ------------------------------------------------ mbedTLS

class MbedtlsChain {
 public:
  explicit MbedtlsChain(std::span<const Certificate> certificates) {
    mbedtls_x509_crt_init(&chain_);
    for (const Certificate& c : certificates)
      fine_ = mbedtls_x509_crt_parse_der(&chain_, c.der().data(), c.der().size()) == 0 && fine_;
  }
  ~MbedtlsChain() { mbedtls_x509_crt_free(&chain_); }
  MbedtlsChain(const MbedtlsChain&) = delete;
  MbedtlsChain& operator=(const MbedtlsChain&) = delete;
  bool fine() const { return fine_; }
  mbedtls_x509_crt* get() { return &chain_; }

 private:
  mbedtls_x509_crt chain_;
  bool fine_ = true;
};

void parse_mbedtls(benchmark::State& state, const Chain& chain) {
  const std::span leaf = std::span(chain.presented).first(1);
  for (auto _ : state)
    if (!MbedtlsChain(leaf).fine()) return state.SkipWithError("refused");
}

void verify_mbedtls(benchmark::State& state, const Chain& chain) {
  MbedtlsChain presented(chain.presented), trust(std::span(&chain.root, 1));
  for (auto _ : state) {
    std::uint32_t flags = 0;
    if (mbedtls_x509_crt_verify(presented.get(), trust.get(), nullptr, kName, &flags, nullptr,
                                nullptr) != 0)
      return state.SkipWithError("refused");
  }
}

// ------------------------------------------------ all of them

struct Peer {
  const char* name;
  void (*parse)(benchmark::State&, const Chain&);
  void (*verify)(benchmark::State&, const Chain&);
};
constexpr Peer kPeers[] = {{"tls12", parse_ours, verify_ours},
                           {"openssl", parse_openssl, verify_openssl},
                           {"gnutls", parse_gnutls, verify_gnutls},
                           {"mbedtls", parse_mbedtls, verify_mbedtls}};

const bool registered = [] {
  static const std::pair<const char*, Chain> chains[] = {
      {"p256", make_chain(KeyKind::ec_secp256r1)}, {"rsa2048", make_chain(KeyKind::rsa)}};
  for (const auto& [label, chain] : chains)
    for (const Peer& peer : kPeers) {
      const std::string title = std::string(peer.name) + "/" + label;
      benchmark::RegisterBenchmark(("certificate/" + title).c_str(),
                                   [&](benchmark::State& state) { peer.parse(state, chain); });
      benchmark::RegisterBenchmark(("chain_of_three/" + title).c_str(),
                                   [&](benchmark::State& state) { peer.verify(state, chain); });
    }
  return true;
}();

}  // namespace
