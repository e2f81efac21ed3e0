// RSA encryption (RFC 8017 §7.2) by mbedTLS: padded one way, bare the other.
#include <algorithm>

#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/rsa_key.hpp"

namespace tls12::mbedtls {
namespace {

/// Both are big-endian and of the same size; neither is a secret.
bool below(Bytes a, Bytes b) { return std::ranges::lexicographical_compare(a, b); }

class RsaDecryptionKey final : public DecryptionKey {
 public:
  Result<void> set(const PrivateKeyNumbers& numbers) {
    if (auto set = contexts_.set(numbers); !set) return set;
    const int exported = mbedtls_rsa_export_raw(&contexts_.master(), modulus_.data(), size(),
                                                nullptr, 0, nullptr, 0, nullptr, 0, nullptr, 0);
    return exported == 0 ? Result<void>() : fail(Errc::bad_private_key);
  }

  Result<std::size_t> decrypt(Bytes ciphertext, Random& random, MutableBytes out) const override
      try {
    if (out.size() < size()) return fail(Errc::misuse);
    // Publicly wrong, but still not to be answered: what follows takes zeros as it takes any other
    // wrong padding.
    if (ciphertext.size() != size() || !below(ciphertext, Bytes(modulus_).first(size()))) {
      std::ranges::fill(out.first(size()), std::uint8_t{0});
      return size();
    }
    RandomStream stream;
    if (!stream.seed(random)) return fail(Errc::randomness_failed);
    auto context = contexts_.borrow();
    if (!context) return fail(Errc::out_of_memory);
    // Blinded, and checked with the public key: a fault in one half of the CRT does not get out.
    if (!succeeded(mbedtls_rsa_private(context.get(), RandomStream::draw, &stream,
                                       ciphertext.data(), out.data()))) {
      wipe(out.first(size()));
      return fail(Errc::crypto_failed);
    }
    contexts_.give_back(std::move(context));
    return size();
  } catch (const std::bad_alloc&) {
    wipe(out);
    return fail(Errc::out_of_memory);
  }

 private:
  std::size_t size() const { return mbedtls_rsa_get_len(&contexts_.master()); }

  RsaContexts contexts_{RsaPadding::pkcs1};
  std::array<std::uint8_t, kMaxSignatureSize> modulus_ = {};
};

class Pkcs1 final : public RsaEncryption {
 public:
  Result<std::size_t> encrypt(const PublicKey& key, Bytes message, Random& random,
                              MutableBytes out) const override try {
    constexpr std::size_t kPadding = 11;  // RFC 8017 §7.2.1
    RsaContext context(RsaPadding::pkcs1);
    if (key.kind != KeyKind::rsa || !read_public(key, context))
      return fail(Errc::certificate_wrong_type);
    const std::size_t size = mbedtls_rsa_get_len(&context);
    if (message.size() + kPadding > size)
      return fail(Errc::certificate_wrong_type, "the RSA key is too short");
    if (out.size() < size) return fail(Errc::misuse);
    RandomStream stream;
    if (!stream.seed(random)) return fail(Errc::randomness_failed);
    if (!succeeded(rsa_pkcs1_encrypt(&context, RandomStream::draw, &stream, message.size(),
                                     message.data(), out.data()))) {
      return fail(Errc::crypto_failed);
    }
    return size;
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

  Result<std::shared_ptr<const DecryptionKey>> load(
      const PrivateKeyNumbers& numbers) const override {
    if (numbers.kind != KeyKind::rsa) return fail(Errc::bad_private_key);
    try {
      auto key = std::make_shared<RsaDecryptionKey>();
      if (auto set = key->set(numbers); !set) return fail(set.error());
      return key;
    } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
  }
};

}  // namespace

const RsaEncryption& rsa_encryption() {
  static const Pkcs1 pkcs1;
  return pkcs1;
}

}  // namespace tls12::mbedtls
