// The table of what mbedTLS's libmbedcrypto implements.
#include <mbedtls/version.h>

#include "crypto/kernel_random.hpp"
#include "crypto/mbedtls/backend.hpp"

namespace tls12 {
namespace {

constexpr std::string_view kName = "mbedtls";

template <class Implementation>
Implemented<Implementation> row(const Implementation& implementation, int rank) {
  return {.implementation = &implementation, .backend = kName, .rank = rank};
}

/// Whether the library computes AES with the CPU's instructions. On 32 bits, version 3 does.
bool has_aes_instructions() {
#if defined(MBEDTLS_AESNI_C) && \
    (defined(__x86_64__) || (defined(__i386__) && MBEDTLS_VERSION_MAJOR >= 3))
  return __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("pclmul") != 0;
#else
  return false;
#endif
}

ProviderPtr make() {
  auto table = std::make_shared<Provider>();
  table->name = kName;
  const auto at = [](auto algorithm) { return static_cast<std::size_t>(algorithm); };
  // With the CPU's instructions, but one block at a time: a seventh of libsodium's AES-256-GCM and
  // a fifth of its ChaCha20-Poly1305, so it stands behind both.
  // Without them it is tables in memory, which a neighbour on the same core can watch: the last
  // choice.
  const int aes_rank = has_aes_instructions() ? 150 : 50;
  for (const auto algorithm :
       {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm, AeadAlgorithm::aes_128_ccm,
        AeadAlgorithm::aes_256_ccm, AeadAlgorithm::aes_128_ccm_8, AeadAlgorithm::aes_256_ccm_8}) {
    table->aeads[at(algorithm)] = row(mbedtls::aead(algorithm), aes_rank);
  }
  table->aeads[at(AeadAlgorithm::chacha20_poly1305)] =
      row(mbedtls::aead(AeadAlgorithm::chacha20_poly1305), 100);
  for (const auto algorithm :
       {CbcAlgorithm::aes_128_cbc, CbcAlgorithm::aes_256_cbc, CbcAlgorithm::aes_192_cbc})
    table->cbcs[at(algorithm)] = row(mbedtls::cbc(), aes_rank);
  for (const auto algorithm :
       {HashAlgorithm::sha1, HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    if (const HashFunction* hash = mbedtls::hash(algorithm)) {
      table->hashes[at(algorithm)] = row(*hash, 100);
    }
    table->hmacs[at(algorithm)] = row(mbedtls::hmac(algorithm), 100);
    table->pbkdf2s[at(algorithm)] = row(mbedtls::pbkdf2(algorithm), 100);
  }
  for (const auto algorithm : {GroupAlgorithm::x25519, GroupAlgorithm::secp256r1,
                               GroupAlgorithm::secp384r1, GroupAlgorithm::secp521r1}) {
    table->groups[at(algorithm)] = row(mbedtls::elliptic_curve(algorithm), 100);
  }
  for (const auto algorithm :
       {GroupAlgorithm::ffdhe2048, GroupAlgorithm::ffdhe3072, GroupAlgorithm::ffdhe4096,
        GroupAlgorithm::ffdhe6144, GroupAlgorithm::ffdhe8192}) {
    table->groups[at(algorithm)] = row(mbedtls::finite_field(algorithm), 100);
  }
  table->dh = row(mbedtls::dh(), 100);
  for (const auto family : {SignatureFamily::ecdsa_secp256r1, SignatureFamily::ecdsa_secp384r1,
                            SignatureFamily::ecdsa_secp521r1}) {
    table->signatures[at(family)] = row(mbedtls::ecdsa(family), 100);
  }
  table->signatures[at(SignatureFamily::rsa_pkcs1)] = row(mbedtls::rsa_pkcs1(), 100);
  table->signatures[at(SignatureFamily::rsa_pss)] = row(mbedtls::rsa_pss(), 100);
  table->rsa_encryption = row(mbedtls::rsa_encryption(), 100);
  table->random = {.implementation = &crypto::kernel_random(), .backend = "kernel", .rank = 200};
  return table;
}

}  // namespace

ProviderPtr mbedtls_provider() {
  static const ProviderPtr table = make();
  return table;
}

}  // namespace tls12
