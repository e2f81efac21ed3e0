// ChaCha20-Poly1305 (RFC 8439) and AES-256-GCM by libsodium.
#include <sodium.h>

#include <cstring>
#include <new>

#include "base/secret.hpp"
#include "crypto/sodium/backend.hpp"

namespace tls12::sodium {
namespace {

static_assert(crypto_aead_chacha20poly1305_ietf_KEYBYTES ==
              key_size(AeadAlgorithm::chacha20_poly1305));
static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == kAeadNonceSize &&
              crypto_aead_chacha20poly1305_ietf_ABYTES ==
                  tag_size(AeadAlgorithm::chacha20_poly1305));
static_assert(crypto_aead_aes256gcm_KEYBYTES == key_size(AeadAlgorithm::aes_256_gcm));
static_assert(crypto_aead_aes256gcm_NPUBBYTES == kAeadNonceSize &&
              crypto_aead_aes256gcm_ABYTES == tag_size(AeadAlgorithm::aes_256_gcm));

class ChaCha20Poly1305Key final : public AeadKey {
 public:
  explicit ChaCha20Poly1305Key(Bytes key) : key_(Secret<32>::copy_of(key)) {}

  void seal(Bytes nonce, Bytes ad, Bytes plaintext, std::uint8_t* out) override {
    crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plaintext.data(), plaintext.size(),
                                              ad.data(), ad.size(), nullptr, nonce.data(),
                                              key_.bytes().data());
  }
  bool open(Bytes nonce, Bytes ad, Bytes sealed, std::uint8_t* out) override {
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(),
                                                     sealed.size(), ad.data(), ad.size(),
                                                     nonce.data(), key_.bytes().data()) == 0;
  }

 private:
  Secret<32> key_;
};

class Aes256GcmKey final : public AeadKey {
 public:
  explicit Aes256GcmKey(Bytes key) { crypto_aead_aes256gcm_beforenm(&state_, key.data()); }
  ~Aes256GcmKey() override { sodium_memzero(&state_, sizeof state_); }

  void seal(Bytes nonce, Bytes ad, Bytes plaintext, std::uint8_t* out) override {
    crypto_aead_aes256gcm_encrypt_afternm(out, nullptr, plaintext.data(), plaintext.size(),
                                          ad.data(), ad.size(), nullptr, nonce.data(), &state_);
  }
  bool open(Bytes nonce, Bytes ad, Bytes sealed, std::uint8_t* out) override {
    return crypto_aead_aes256gcm_decrypt_afternm(out, nullptr, nullptr, sealed.data(),
                                                 sealed.size(), ad.data(), ad.size(), nonce.data(),
                                                 &state_) == 0;
  }

 private:
  alignas(16) crypto_aead_aes256gcm_state state_;
};

template <class Key>
class AeadOf final : public Aead {
 public:
  std::unique_ptr<AeadKey> with_key(Bytes key) const override {
    return std::unique_ptr<AeadKey>(new (std::nothrow) Key(key));
  }
};

}  // namespace

const Aead& chacha20_poly1305() {
  static const AeadOf<ChaCha20Poly1305Key> aead;
  return aead;
}

const Aead& aes_256_gcm() {
  static const AeadOf<Aes256GcmKey> aead;
  return aead;
}

}  // namespace tls12::sodium
