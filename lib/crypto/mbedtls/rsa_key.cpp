#include "crypto/mbedtls/rsa_key.hpp"

namespace tls12::mbedtls {
namespace {

int import(RsaContext& context, const PrivateKeyNumbers& numbers) {
  const auto data = [](Bytes number) { return number.empty() ? nullptr : number.data(); };
  return mbedtls_rsa_import_raw(&context, data(numbers.modulus), numbers.modulus.size(),
                                data(numbers.prime1), numbers.prime1.size(), data(numbers.prime2),
                                numbers.prime2.size(), data(numbers.private_exponent),
                                numbers.private_exponent.size(), data(numbers.public_exponent),
                                numbers.public_exponent.size());
}

int sign_digest(RsaContext& context, RsaPadding padding, HashAlgorithm hash, std::size_t salt_size,
                const Digest& digest, RandomStream& stream, std::uint8_t* out) {
  if (padding == RsaPadding::pss) {
    // The hash of MGF1, which is the message's (RFC 8446 §4.2.3, for TLS 1.2 too); the context is
    // this signature's alone.
    if (const int status = rsa_set_padding(&context, MBEDTLS_RSA_PKCS_V21, md_type(hash));
        status != 0)
      return status;
    return mbedtls_rsa_rsassa_pss_sign_ext(&context, RandomStream::draw, &stream, md_type(hash),
                                           static_cast<unsigned>(digest.size), digest.bytes.data(),
                                           static_cast<int>(salt_size), out);
  }
  return rsa_pkcs1_sign(&context, RandomStream::draw, &stream, md_type(hash),
                        static_cast<unsigned>(digest.size), digest.bytes.data(), out);
}

}  // namespace

bool RsaContext::verify(RsaPadding scheme, HashAlgorithm hash, std::size_t salt_size,
                        const Digest& digest, Bytes signature) {
  if (signature.size() != mbedtls_rsa_get_len(this)) return false;
  const auto size = static_cast<unsigned>(digest.size);
  if (scheme == RsaPadding::pss) {
    if (salt_size > kMaxSignatureSize) return false;
    return succeeded(rsa_pss_verify(this, md_type(hash), size, digest.bytes.data(), md_type(hash),
                                    static_cast<int>(salt_size), signature.data()));
  }
  return succeeded(
      rsa_pkcs1_verify(this, md_type(hash), size, digest.bytes.data(), signature.data()));
}

bool read_public(const PublicKey& key, RsaContext& context) {
  // An exponent is 3 or 65537 in practice. A peer that sends one of the modulus's size buys a
  // thousand times the work.
  constexpr std::size_t kMaxExponentSize = 8;
  if (key.modulus.size() > kMaxModulusBits / 8 || key.exponent.size() > kMaxExponentSize)
    return false;
  return succeeded(import(context, {.modulus = key.modulus, .public_exponent = key.exponent})) &&
         succeeded(mbedtls_rsa_complete(&context)) && succeeded(mbedtls_rsa_check_pubkey(&context));
}

Result<void> RsaContexts::set(const PrivateKeyNumbers& numbers) {
  if (numbers.modulus.size() > kMaxModulusBits / 8) return fail(Errc::key_unsupported);
  // rsa_complete only fills what is missing; whether everything fits together is found by
  // rsa_check_privkey alone.
  if (!succeeded(import(master_, numbers)) || !succeeded(mbedtls_rsa_complete(&master_)) ||
      !succeeded(mbedtls_rsa_check_privkey(&master_))) {
    return fail(Errc::bad_private_key);
  }
  Mpi modulus;
  if (!modulus.read(numbers.modulus)) return fail(Errc::out_of_memory);
  modulus_bits_ = mbedtls_mpi_bitlen(&modulus);
  return {};
}

std::unique_ptr<RsaContext> RsaContexts::borrow() const {
  {
    const std::lock_guard lock(mutex_);
    if (pool_) {
      auto context = std::move(pool_);
      pool_ = std::move(context->next);
      return context;
    }
  }
  std::unique_ptr<RsaContext> context(new (std::nothrow) RsaContext(padding_));
  if (context && mbedtls_rsa_copy(context.get(), &master_) != 0) context.reset();
  return context;
}

void RsaContexts::give_back(std::unique_ptr<RsaContext> context) const {
  const std::lock_guard lock(mutex_);
  context->next = std::move(pool_);
  pool_ = std::move(context);
}

Result<std::size_t> RsaSigningKey::sign(HashAlgorithm hash, std::size_t salt_size, Bytes message,
                                        Random& random, MutableBytes out) const try {
  const std::size_t size = mbedtls_rsa_get_len(&contexts_.master());
  if (out.size() < size) return fail(Errc::misuse);
  if (!fits(hash, salt_size)) return fail(Errc::key_too_small);
  const Digest digest(hash, message);
  if (!digest.ok) return fail(Errc::crypto_failed);
  RandomStream stream;
  if (!stream.seed(random)) return fail(Errc::randomness_failed);
  auto context = contexts_.borrow();
  if (!context) return fail(Errc::out_of_memory);
  // A signature made by a fault in one half of the CRT gives a prime away to whoever sees it: none
  // leaves unverified.
  const bool good =
      succeeded(sign_digest(*context, padding_, hash, salt_size, digest, stream, out.data())) &&
      context->verify(padding_, hash, salt_size, digest, out.first(size));
  if (!good) {
    wipe(out.first(size));
    return fail(Errc::crypto_failed);
  }
  contexts_.give_back(std::move(context));
  return size;
} catch (const std::bad_alloc&) {
  wipe(out);  // a signature that was not verified
  return fail(Errc::out_of_memory);
}

bool RsaSigningKey::fits(HashAlgorithm hash, std::size_t salt_size) const {
  const std::size_t bits = contexts_.modulus_bits(), digest = digest_size(hash);
  // RFC 8017 §9.1.1: emLen >= hLen + sLen + 2, where the encoded message has one bit less than the
  // modulus.
  if (padding_ == RsaPadding::pss)
    return salt_size <= kMaxSignatureSize && (bits - 1 + 7) / 8 >= digest + salt_size + 2;
  // RFC 8017 §9.2: emLen >= tLen + 11, where T is the DigestInfo.
  return (bits + 7) / 8 >= facts(hash).digest_info_size + digest + 11;
}

}  // namespace tls12::mbedtls
