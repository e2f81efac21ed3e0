// AES-GCM (NIST SP 800-38D), AES-CCM (SP 800-38C) and ChaCha20-Poly1305 (RFC 8439) by mbedTLS.
// Nothing is allocated once a key is set up.
#include <mbedtls/ccm.h>
#include <mbedtls/chachapoly.h>
#include <mbedtls/gcm.h>

#include <new>
#include <utility>

#include "base/secret.hpp"
#include "crypto/mbedtls/backend.hpp"

namespace tls12::mbedtls {
namespace {

constexpr std::size_t kTagSize = 16;

/// The library refuses sizes that no record has, and nothing else. If it did refuse, no plaintext
/// may stay where ciphertext is expected.
void fail_closed(int status, std::uint8_t* out, std::size_t size) {
  if (status != 0) wipe({out, size});
}

class GcmKey final : public AeadKey {
 public:
  GcmKey() { mbedtls_gcm_init(&context_); }
  ~GcmKey() override { mbedtls_gcm_free(&context_); }
  bool set(Bytes key) {
    return mbedtls_gcm_setkey(&context_, MBEDTLS_CIPHER_ID_AES, key.data(),
                              static_cast<unsigned>(key.size() * 8)) == 0;
  }

  void seal(Bytes nonce, Bytes ad, Bytes plaintext, std::uint8_t* out) override {
    const int status = mbedtls_gcm_crypt_and_tag(
        &context_, MBEDTLS_GCM_ENCRYPT, plaintext.size(), nonce.data(), nonce.size(), ad.data(),
        ad.size(), plaintext.data(), out, kTagSize, out + plaintext.size());
    fail_closed(status, out, plaintext.size() + kTagSize);
  }
  bool open(Bytes nonce, Bytes ad, Bytes sealed, std::uint8_t* out) override {
    const Bytes ciphertext = sealed.first(sealed.size() - kTagSize);
    return mbedtls_gcm_auth_decrypt(&context_, ciphertext.size(), nonce.data(), nonce.size(),
                                    ad.data(), ad.size(), sealed.data() + ciphertext.size(),
                                    kTagSize, ciphertext.data(), out) == 0;
  }

 private:
  mbedtls_gcm_context context_;
};

template <std::size_t kCcmTagSize>
class CcmKey final : public AeadKey {
 public:
  CcmKey() { mbedtls_ccm_init(&context_); }
  ~CcmKey() override { mbedtls_ccm_free(&context_); }
  bool set(Bytes key) {
    return mbedtls_ccm_setkey(&context_, MBEDTLS_CIPHER_ID_AES, key.data(),
                              static_cast<unsigned>(key.size() * 8)) == 0;
  }

  void seal(Bytes nonce, Bytes ad, Bytes plaintext, std::uint8_t* out) override {
    const int status = mbedtls_ccm_encrypt_and_tag(
        &context_, plaintext.size(), nonce.data(), nonce.size(), ad.data(), ad.size(),
        plaintext.data(), out, out + plaintext.size(), kCcmTagSize);
    fail_closed(status, out, plaintext.size() + kCcmTagSize);
  }
  bool open(Bytes nonce, Bytes ad, Bytes sealed, std::uint8_t* out) override {
    const Bytes ciphertext = sealed.first(sealed.size() - kCcmTagSize);
    return mbedtls_ccm_auth_decrypt(&context_, ciphertext.size(), nonce.data(), nonce.size(),
                                    ad.data(), ad.size(), ciphertext.data(), out,
                                    sealed.data() + ciphertext.size(), kCcmTagSize) == 0;
  }

 private:
  mbedtls_ccm_context context_;
};

class ChaChaPolyKey final : public AeadKey {
 public:
  ChaChaPolyKey() { mbedtls_chachapoly_init(&context_); }
  ~ChaChaPolyKey() override { mbedtls_chachapoly_free(&context_); }
  bool set(Bytes key) { return mbedtls_chachapoly_setkey(&context_, key.data()) == 0; }

  void seal(Bytes nonce, Bytes ad, Bytes plaintext, std::uint8_t* out) override {
    const int status = mbedtls_chachapoly_encrypt_and_tag(&context_, plaintext.size(), nonce.data(),
                                                          ad.data(), ad.size(), plaintext.data(),
                                                          out, out + plaintext.size());
    fail_closed(status, out, plaintext.size() + kTagSize);
  }
  bool open(Bytes nonce, Bytes ad, Bytes sealed, std::uint8_t* out) override {
    const Bytes ciphertext = sealed.first(sealed.size() - kTagSize);
    return mbedtls_chachapoly_auth_decrypt(&context_, ciphertext.size(), nonce.data(), ad.data(),
                                           ad.size(), sealed.data() + ciphertext.size(),
                                           ciphertext.data(), out) == 0;
  }

 private:
  mbedtls_chachapoly_context context_;
};

template <class Key>
class AeadOf final : public Aead {
 public:
  std::unique_ptr<AeadKey> with_key(Bytes bytes) const override {
    std::unique_ptr<Key> key(new (std::nothrow) Key);
    if (!key || !key->set(bytes)) return nullptr;
    return key;
  }
};

}  // namespace

const Aead& aead(AeadAlgorithm algorithm) {
  // The key's size says which AES it is.
  static const AeadOf<GcmKey> gcm;
  static const AeadOf<ChaChaPolyKey> chachapoly;
  static const AeadOf<CcmKey<16>> ccm;
  static const AeadOf<CcmKey<8>> ccm_8;
  switch (algorithm) {
    case AeadAlgorithm::aes_128_gcm:
    case AeadAlgorithm::aes_256_gcm: return gcm;
    case AeadAlgorithm::chacha20_poly1305: return chachapoly;
    case AeadAlgorithm::aes_128_ccm:
    case AeadAlgorithm::aes_256_ccm: return ccm;
    case AeadAlgorithm::aes_128_ccm_8:
    case AeadAlgorithm::aes_256_ccm_8: return ccm_8;
  }
  std::unreachable();
}

}  // namespace tls12::mbedtls
