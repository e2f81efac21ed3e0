#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

class NoHash final : public HashFunction {
 public:
  std::size_t digest_size() const override { return 32; }
  std::size_t block_size() const override { return 64; }
  void start(void*) const override {}
  void update(void*, Bytes) const override {}
  void finish(void*, std::uint8_t*) const override {}
  void chaining_value(const void*, std::uint8_t*) const override {}
};

const NoHash kFirst, kSecond;

ProviderPtr table_with(const HashFunction& hash, const std::string& name, int rank) {
  auto table = std::make_shared<Provider>();
  table->name = name;
  table->hashes[1] = {.implementation = &hash, .backend = "test", .rank = rank};
  return table;
}

const HashFunction* chosen(const ProviderPtr& table) {
  return (*table)[HashAlgorithm::sha256].implementation;
}

}  // namespace

TEST_CASE("composing takes the best rank, and the earlier table among equals") {
  CHECK(chosen(compose({table_with(kFirst, "a", 100), table_with(kSecond, "b", 200)})) == &kSecond);
  CHECK(chosen(compose({table_with(kFirst, "a", 200), table_with(kSecond, "b", 100)})) == &kFirst);
  CHECK(chosen(compose({table_with(kFirst, "a", 100), table_with(kSecond, "b", 100)})) == &kFirst);
  CHECK(compose({table_with(kFirst, "a", 1), table_with(kSecond, "b", 2)})->name == "a+b");
}

TEST_CASE("what this CPU does not have gives way to anything, and alone counts as absent") {
  CHECK(chosen(compose({table_with(kFirst, "a", 0), table_with(kSecond, "b", 50)})) == &kSecond);
  CHECK_FALSE((*compose({table_with(kFirst, "a", 0)}))[HashAlgorithm::sha256]);
}

TEST_CASE("a backend that was not built in is passed over") {
  const auto table = compose({nullptr, table_with(kFirst, "a", 100), nullptr});
  CHECK(chosen(table) == &kFirst);
  CHECK(table->name == "a");
  CHECK_FALSE((*compose({}))[HashAlgorithm::sha256]);
}

TEST_CASE("a composed table keeps its parts alive") {
  auto part = table_with(kFirst, "a", 100);
  const std::weak_ptr<const Provider> watch = part;
  auto table = compose({part});
  part.reset();
  CHECK_FALSE(watch.expired());
  table.reset();
  CHECK(watch.expired());
}

TEST_CASE("with both libraries every algorithm is there, and the faster one is chosen") {
  if (!sodium_provider() || !mbedtls_provider()) return;
  const auto table = default_provider();
  for (const auto& row : table->aeads) CHECK(row);
  for (const auto& row : table->cbcs) CHECK(row);
  for (const auto& row : table->hashes) CHECK(row);
  for (const auto& row : table->hmacs) CHECK(row);
  for (const auto& row : table->groups) CHECK(row);
  for (const auto& row : table->signatures) CHECK(row);
  CHECK(table->dh);
  CHECK(table->rsa_encryption);
  CHECK(table->random);
  CHECK((*table)[AeadAlgorithm::chacha20_poly1305].backend == "sodium");
  CHECK((*table)[GroupAlgorithm::x25519].backend == "sodium");
  CHECK((*table)[AeadAlgorithm::aes_128_gcm].backend == "mbedtls");
  const bool has_aes = (*sodium_provider())[AeadAlgorithm::aes_256_gcm].rank > 0;
  CHECK((*table)[AeadAlgorithm::aes_256_gcm].backend == (has_aes ? "sodium" : "mbedtls"));
  CHECK(default_provider() == table);
}

TEST_CASE("each algorithm has the name of its standard") {
  CHECK(name(AeadAlgorithm::chacha20_poly1305) == "ChaCha20-Poly1305");
  CHECK(name(AeadAlgorithm::aes_256_ccm_8) == "AES-256-CCM-8");
  CHECK(name(CbcAlgorithm::aes_256_cbc) == "AES-256-CBC");
  CHECK(name(HashAlgorithm::sha384) == "SHA-384");
  CHECK(name(GroupAlgorithm::ffdhe8192) == "ffdhe8192");
  CHECK(name(GroupAlgorithm::secp521r1) == "secp521r1");
  CHECK(name(SignatureFamily::ed25519) == "ed25519");
}
