// The table of what libsodium implements.
#include <sodium.h>

#include "crypto/kernel_random.hpp"
#include "crypto/sodium/backend.hpp"

namespace tls12 {
namespace {

constexpr std::string_view kName = "sodium";

template <class Implementation>
Implemented<Implementation> row(const Implementation& implementation, int rank) {
  return {.implementation = &implementation, .backend = kName, .rank = rank};
}

ProviderPtr make() {
  // 1 means that somebody else in this process was first. libsodium knows what the CPU has only
  // afterwards.
  if (sodium_init() < 0) return nullptr;
  auto table = std::make_shared<Provider>();
  table->name = kName;
  const auto at = [](auto algorithm) { return static_cast<std::size_t>(algorithm); };
  table->aeads[at(AeadAlgorithm::chacha20_poly1305)] = row(sodium::chacha20_poly1305(), 200);
  // AES-NI and PCLMULQDQ or nothing: there is no portable version.
  table->aeads[at(AeadAlgorithm::aes_256_gcm)] =
      row(sodium::aes_256_gcm(), crypto_aead_aes256gcm_is_available() != 0 ? 300 : 0);
  table->hashes[at(HashAlgorithm::sha256)] = row(sodium::sha256(), 100);
  table->hashes[at(HashAlgorithm::sha512)] = row(sodium::sha512(), 100);
  table->hmacs[at(HashAlgorithm::sha256)] = row(sodium::hmac_sha256(), 100);
  table->hmacs[at(HashAlgorithm::sha512)] = row(sodium::hmac_sha512(), 100);
  table->groups[at(GroupAlgorithm::x25519)] = row(sodium::x25519(), 200);
  table->signatures[at(SignatureFamily::ed25519)] = row(sodium::ed25519(), 200);
  table->random = {.implementation = &crypto::kernel_random(), .backend = "kernel", .rank = 200};
  return table;
}

}  // namespace

ProviderPtr sodium_provider() {
  static const ProviderPtr table = make();
  return table;
}

}  // namespace tls12
