// The table that contexts use unless they are given one. A file of its own, so that a test program
// can link another definition (tests/support/test_cpu.cpp).
#include "tls12/crypto.hpp"

namespace tls12 {

ProviderPtr default_provider() {
  static const ProviderPtr table = compose({sodium_provider(), mbedtls_provider()});
  return table;
}

}  // namespace tls12
