// default_provider() of the test programs. TLS12_TEST_CPU=without-aes gives the table of a CPU
// without AES instructions, so that a test that assumes the order of the algorithms on one CPU
// fails on the other.
#include <cstdlib>
#include <string_view>

#include "tls12/crypto.hpp"

namespace tls12 {
namespace {

// As mbedtls_provider() ranks AES where it computes it from tables in memory.
constexpr int kRankOfTables = 50;

template <class Rows>
void take(Rows& rows, const Rows& from, std::size_t algorithm) {
  rows[algorithm] = from[algorithm];
  rows[algorithm].rank = kRankOfTables;
}

ProviderPtr without_aes_instructions() {
  const ProviderPtr tables = mbedtls_provider();
  auto table = std::make_shared<Provider>(*compose({sodium_provider(), tables}));
  for (std::size_t i = 0; tables && i < table->aeads.size(); ++i) {
    if (i != static_cast<std::size_t>(AeadAlgorithm::chacha20_poly1305))
      take(table->aeads, tables->aeads, i);
  }
  for (std::size_t i = 0; tables && i < table->cbcs.size(); ++i) take(table->cbcs, tables->cbcs, i);
  return table;
}

ProviderPtr chosen() {
  const char* cpu = std::getenv("TLS12_TEST_CPU");
  if (cpu != nullptr && std::string_view(cpu) == "without-aes") return without_aes_instructions();
  return compose({sodium_provider(), mbedtls_provider()});
}

}  // namespace

ProviderPtr default_provider() {
  static const ProviderPtr table = chosen();
  return table;
}

}  // namespace tls12
