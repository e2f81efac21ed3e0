// RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017) by mbedTLS.
#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/rsa_key.hpp"

namespace tls12::mbedtls {
namespace {

class Rsa final : public Signature {
 public:
  explicit Rsa(RsaPadding padding) : padding_(padding) {}

  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size, Bytes message,
              Bytes signature) const override {
    return verify(key, hash, salt_size, Digest(hash, message), signature);
  }
  std::optional<bool> verify_digest(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size,
                                    Bytes digest, Bytes signature) const override {
    return verify(key, hash, salt_size, Digest::of(hash, digest), signature);
  }

  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& numbers) const override {
    if (!takes(numbers.kind)) return fail(Errc::bad_private_key);
    try {
      auto key = std::make_shared<RsaSigningKey>(padding_);
      if (auto set = key->set(numbers); !set) return fail(set.error());
      return key;
    } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
  }

  Result<std::size_t> public_point(const PrivateKeyNumbers&, MutableBytes) const override {
    return fail(Errc::misuse);
  }

  Result<Generated> generate(Random& random, std::size_t rsa_bits) const override;

 private:
  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size, const Digest& digest,
              Bytes signature) const {
    RsaContext context(padding_);
    return digest.ok && takes(key.kind) && read_public(key, context) &&
           context.verify(padding_, hash, salt_size, digest, signature);
  }

  /// A key that its certificate gives to PSS signs nothing else (RFC 4055 §1.2).
  bool takes(KeyKind kind) const {
    return signs_by(
        kind, padding_ == RsaPadding::pss ? SignatureFamily::rsa_pss : SignatureFamily::rsa_pkcs1);
  }

  const RsaPadding padding_;
};

Result<Signature::Generated> Rsa::generate(Random& random, std::size_t rsa_bits) const {
  constexpr std::size_t kMinModulusBits = 1024;
  if (rsa_bits < kMinModulusBits) return fail(Errc::key_too_small);
  if (rsa_bits > kMaxModulusBits || rsa_bits % 2 != 0) return fail(Errc::key_unsupported);
  RandomStream stream;
  if (!stream.seed(random)) return fail(Errc::randomness_failed);
  RsaContext context(padding_);
  if (mbedtls_rsa_gen_key(&context, RandomStream::draw, &stream, static_cast<unsigned>(rsa_bits),
                          65537) != 0)
    return fail(Errc::crypto_failed);
  try {
    Generated key;
    key.kind = padding_ == RsaPadding::pss ? KeyKind::rsa_pss : KeyKind::rsa;
    Mpi n, p, q, d, e;
    if (mbedtls_rsa_export(&context, &n, &p, &q, &d, &e) != 0) return fail(Errc::crypto_failed);
    const auto store = [](const mbedtls_mpi& number, std::vector<std::uint8_t>& bytes) {
      bytes.resize(mbedtls_mpi_size(&number));
      return mbedtls_mpi_write_binary(&number, bytes.data(), bytes.size()) == 0;
    };
    if (!store(n, key.modulus) || !store(e, key.public_exponent) ||
        !store(d, key.private_exponent) || !store(p, key.prime1) || !store(q, key.prime2)) {
      return fail(Errc::crypto_failed);
    }
    return key;
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
}

}  // namespace

const Signature& rsa_pkcs1() {
  static const Rsa signature(RsaPadding::pkcs1);
  return signature;
}

const Signature& rsa_pss() {
  static const Rsa signature(RsaPadding::pss);
  return signature;
}

}  // namespace tls12::mbedtls
