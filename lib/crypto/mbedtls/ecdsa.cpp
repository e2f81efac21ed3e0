// ECDSA on the three NIST curves by mbedTLS.
#include <mbedtls/ecdsa.h>

#include <algorithm>
#include <new>

#include "crypto/ecdsa_signature.hpp"
#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/curve.hpp"

namespace tls12::mbedtls {
namespace {

struct Parameters {
  GroupAlgorithm curve;
  KeyKind kind;
};

/// Nothing in it changes when it signs, so threads share it freely.
class EcdsaKey final : public SigningKey {
 public:
  explicit EcdsaKey(GroupAlgorithm algorithm, mbedtls_ecp_group* curve)
      : size_(secret_size(algorithm)), curve_(curve) {}
  [[nodiscard]] bool set(Bytes scalar) {
    return scalar.size() == size_ && scalar_.read(scalar) &&
           succeeded(mbedtls_ecp_check_privkey(curve_, &scalar_));
  }

  Result<std::size_t> sign(HashAlgorithm hash, std::size_t, Bytes message, Random& random,
                           MutableBytes out) const override try {
    if (out.size() < 2 * size_ + 9) return fail(Errc::misuse);
    const Digest digest(hash, message);
    RandomStream blinding;
    if (!digest.ok) return fail(Errc::crypto_failed);
    if (!blinding.seed(random)) return fail(Errc::randomness_failed);
    // RFC 6979: k comes from the key and the digest, so that no randomness, however bad, gives the
    // key away. What is drawn only hides the computation.
    Mpi r, s;
    std::array<std::uint8_t, kMaxGroupSecretSize> r_bytes, s_bytes;
    if (!succeeded(mbedtls_ecdsa_sign_det_ext(curve_, &r, &s, &scalar_, digest.bytes.data(),
                                              digest.size, md_type(hash), RandomStream::draw,
                                              &blinding)) ||
        mbedtls_mpi_write_binary(&r, r_bytes.data(), size_) != 0 ||
        mbedtls_mpi_write_binary(&s, s_bytes.data(), size_) != 0) {
      return fail(Errc::crypto_failed);
    }
    return crypto::write_ecdsa_signature(r_bytes.data(), s_bytes.data(), size_, out.data());
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

 private:
  const std::size_t size_;
  mbedtls_ecp_group* const curve_;
  Mpi scalar_;
};

class Ecdsa final : public Signature {
 public:
  explicit Ecdsa(KeyKind kind) : parameters_{*facts(kind).curve, kind} {}

  SignatureFamily family() const { return facts(parameters_.kind).family; }

  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t, Bytes message,
              Bytes signature) const override {
    return verify(key, Digest(hash, message), signature);
  }
  std::optional<bool> verify_digest(const PublicKey& key, HashAlgorithm hash, std::size_t,
                                    Bytes digest, Bytes signature) const override {
    return verify(key, Digest::of(hash, digest), signature);
  }
  bool is_on_curve(const PublicKey& key) const override {
    mbedtls_ecp_group* const group_on_curve = curve(parameters_.curve);
    if (group_on_curve == nullptr) throw std::bad_alloc();
    Point point;
    return key.kind == parameters_.kind &&
           read_point(*group_on_curve, parameters_.curve, key.point, point);
  }

  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& numbers) const override {
    mbedtls_ecp_group* const group_on_curve = curve(parameters_.curve);
    if (group_on_curve == nullptr) return fail(Errc::out_of_memory);
    if (numbers.kind != parameters_.kind) return fail(Errc::bad_private_key);
    try {
      auto key = std::make_shared<EcdsaKey>(parameters_.curve, group_on_curve);
      if (!key->set(numbers.scalar)) return fail(Errc::bad_private_key);
      return key;
    } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
  }

  Result<std::size_t> public_point(const PrivateKeyNumbers& numbers,
                                   MutableBytes out) const override try {
    mbedtls_ecp_group* const group_on_curve = curve(parameters_.curve);
    if (group_on_curve == nullptr) return fail(Errc::out_of_memory);
    if (out.size() < public_size(parameters_.curve)) return fail(Errc::misuse);
    Mpi scalar;
    Point point;
    if (numbers.kind != parameters_.kind ||
        numbers.scalar.size() != secret_size(parameters_.curve) || !scalar.read(numbers.scalar) ||
        !succeeded(mbedtls_ecp_check_privkey(group_on_curve, &scalar))) {
      return fail(Errc::bad_private_key);
    }
    // Nothing random is at hand: the scalar's digest seeds the blinding.
    Secret<RandomStream::kSeedSize> seed(RandomStream::kSeedSize);
    RandomStream blinding;
    if (!succeeded(mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), numbers.scalar.data(),
                              numbers.scalar.size(), seed.bytes().data())) ||
        !blinding.seed(seed.bytes().first<RandomStream::kSeedSize>()) ||
        !succeeded(mbedtls_ecp_mul(group_on_curve, &point, &scalar, &group_on_curve->G,
                                   RandomStream::draw, &blinding)) ||
        !write_point(*group_on_curve, parameters_.curve, point, out.data())) {
      return fail(Errc::crypto_failed);
    }
    return public_size(parameters_.curve);
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

  Result<Generated> generate(Random& random, std::size_t) const override try {
    mbedtls_ecp_group* const group_on_curve = curve(parameters_.curve);
    if (group_on_curve == nullptr) return fail(Errc::out_of_memory);
    Mpi scalar;
    if (auto drawn = draw_scalar(*group_on_curve, parameters_.curve, random, scalar); !drawn)
      return fail(drawn.error());
    Generated key;
    key.kind = parameters_.kind;
    key.scalar.resize(secret_size(parameters_.curve));
    if (mbedtls_mpi_write_binary(&scalar, key.scalar.data(), key.scalar.size()) != 0)
      return fail(Errc::crypto_failed);
    return key;
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

 private:
  bool verify(const PublicKey& key, const Digest& digest, Bytes signature) const {
    if (key.kind != parameters_.kind) return false;
    const auto numbers = crypto::parse_ecdsa_signature(signature);
    mbedtls_ecp_group* const group_on_curve = curve(parameters_.curve);
    if (group_on_curve == nullptr) throw std::bad_alloc();
    if (!numbers) return false;
    Mpi r, s;
    Point point;
    if (!r.read(numbers->r) || !s.read(numbers->s) ||
        !read_point(*group_on_curve, parameters_.curve, key.point, point))
      return false;
    return digest.ok && succeeded(mbedtls_ecdsa_verify(group_on_curve, digest.bytes.data(),
                                                       digest.size, &point, &r, &s));
  }

  const Parameters parameters_;
};

}  // namespace

const Signature& ecdsa(SignatureFamily family) {
  static const Ecdsa all[] = {Ecdsa(KeyKind::ec_secp256r1), Ecdsa(KeyKind::ec_secp384r1),
                              Ecdsa(KeyKind::ec_secp521r1)};
  return *std::ranges::find(all, family, &Ecdsa::family);
}

}  // namespace tls12::mbedtls
