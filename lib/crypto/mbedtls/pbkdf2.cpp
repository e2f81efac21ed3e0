// PBKDF2 with HMAC by mbedTLS.
#include <array>

#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/compat.hpp"

namespace tls12::mbedtls {
namespace {

class Pbkdf2Of final : public Pbkdf2 {
 public:
  explicit Pbkdf2Of(mbedtls_md_type_t hash) : hash_(hash) {}
  Result<void> derive(Bytes passphrase, Bytes salt, std::uint32_t iterations,
                      MutableBytes out) const override {
    const int status =
        pbkdf2_hmac(hash_, passphrase.data(), passphrase.size(), salt.data(), salt.size(),
                    iterations, static_cast<std::uint32_t>(out.size()), out.data());
    if (status == MBEDTLS_ERR_MD_ALLOC_FAILED) return fail(Errc::out_of_memory);
    if (status != 0) return fail(Errc::crypto_failed, "PBKDF2");
    return {};
  }

 private:
  mbedtls_md_type_t hash_;
};

}  // namespace

const Pbkdf2& pbkdf2(HashAlgorithm algorithm) {
  static const std::array<Pbkdf2Of, kHashAlgorithms> all = {
      Pbkdf2Of(MBEDTLS_MD_SHA1), Pbkdf2Of(MBEDTLS_MD_SHA256), Pbkdf2Of(MBEDTLS_MD_SHA384),
      Pbkdf2Of(MBEDTLS_MD_SHA512)};
  return all[static_cast<std::size_t>(algorithm)];
}

}  // namespace tls12::mbedtls
