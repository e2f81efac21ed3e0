// AES-CBC (NIST SP 800-38A §6.2) by mbedTLS: bare blocks.
#include <mbedtls/aes.h>

#include <cstring>
#include <new>

#include "base/secret.hpp"
#include "crypto/mbedtls/backend.hpp"

namespace tls12::mbedtls {
namespace {

class AesCbcKey final : public CbcKey {
 public:
  AesCbcKey() { mbedtls_aes_init(&encryption_), mbedtls_aes_init(&decryption_); }
  ~AesCbcKey() override { mbedtls_aes_free(&encryption_), mbedtls_aes_free(&decryption_); }
  bool set(Bytes key) {
    const auto bits = static_cast<unsigned>(key.size() * 8);
    return mbedtls_aes_setkey_enc(&encryption_, key.data(), bits) == 0 &&
           mbedtls_aes_setkey_dec(&decryption_, key.data(), bits) == 0;
  }

  void encrypt(Bytes iv, Bytes plaintext, std::uint8_t* out) override {
    run(encryption_, MBEDTLS_AES_ENCRYPT, iv, plaintext, out);
  }
  void decrypt(Bytes iv, Bytes ciphertext, std::uint8_t* out) override {
    run(decryption_, MBEDTLS_AES_DECRYPT, iv, ciphertext, out);
  }

 private:
  static void run(mbedtls_aes_context& context, int mode, Bytes iv, Bytes in, std::uint8_t* out) {
    std::uint8_t chained[kAesBlockSize];  // the library moves it on
    std::memcpy(chained, iv.data(), sizeof chained);
    // It refuses broken blocks, and nothing else. If it did refuse, what lay there may not pass for
    // its result.
    if (mbedtls_aes_crypt_cbc(&context, mode, in.size(), chained, in.data(), out) != 0)
      wipe({out, in.size()});
  }

  mbedtls_aes_context encryption_, decryption_;
};

class AesCbc final : public Cbc {
 public:
  std::unique_ptr<CbcKey> with_key(Bytes bytes) const override {
    std::unique_ptr<AesCbcKey> key(new (std::nothrow) AesCbcKey);
    if (!key || !key->set(bytes)) return nullptr;
    return key;
  }
};

}  // namespace

const Cbc& cbc() {
  // The key's size says which AES it is.
  static const AesCbc cbc;
  return cbc;
}

}  // namespace tls12::mbedtls
