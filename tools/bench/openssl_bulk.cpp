// The bulk benchmarks' rows of OpenSSL.
#include <vector>

#include "bulk.hpp"
#include "openssl_pair.hpp"

namespace bench {

using namespace tls12;

const DevelopmentIdentity& identity() {
  static const DevelopmentIdentity made = make_development_identity({"localhost"}).value();
  return made;
}

namespace {

OpensslContexts contexts_for(const char* suite, std::uint64_t options) {
  OpensslContexts contexts(identity().leaf.chain().front().to_pem(),
                           identity().leaf.key().to_pem().value(),
                           identity().ca.chain().front().to_pem(), suite, "X25519:P-256");
  SSL_CTX_set_options(contexts.client.get(), options);
  SSL_CTX_set_options(contexts.server.get(), options);
  return contexts;
}

/// Two ends that have shaken hands.
struct Connected : OpensslPair {
  Connected(const char* suite, std::uint64_t options) : OpensslPair(contexts_for(suite, options)) {
    for (int turn = 0; turn < 10; ++turn) {
      SSL_do_handshake(client.get());
      SSL_do_handshake(server.get());
    }
  }
};

}  // namespace

void seal_openssl(benchmark::State& state, const char* suite, std::uint64_t options,
                  std::size_t size) {
  const Connected pair(suite, options);
  BIO* sink = BIO_new(BIO_s_null());  // as our own sealed bytes, these go nowhere
  SSL_set0_wbio(pair.client.get(), sink);
  const std::vector<std::uint8_t> plaintext(size, 1);
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    if (SSL_write(pair.client.get(), plaintext.data(), static_cast<int>(size)) !=
        static_cast<int>(size))
      return state.SkipWithError("write failed");
  }
  finish(state, size, allocated);
}

void open_openssl(benchmark::State& state, const char* suite, std::uint64_t options,
                  std::size_t size) {
  const Connected pair(suite, options);
  const std::vector<std::uint8_t> plaintext(size, 1);
  std::vector<std::uint8_t> into(size);
  std::size_t waiting = 0;
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    if (waiting == 0) {
      state.PauseTiming();
      while (waiting * (size + 64) < (1 << 17) &&
             SSL_write(pair.client.get(), plaintext.data(), static_cast<int>(size)) > 0)
        ++waiting;
      state.ResumeTiming();
    }
    const Counted counted(allocated);
    if (SSL_read(pair.server.get(), into.data(), static_cast<int>(size)) != static_cast<int>(size))
      return state.SkipWithError("read failed");
    --waiting;
  }
  finish(state, size, allocated);
}

}  // namespace bench
