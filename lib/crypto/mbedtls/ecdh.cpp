// ECDHE on secp256r1, secp384r1, secp521r1 and X25519 by mbedTLS.
#include <mbedtls/ecdh.h>

#include <new>

#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/curve.hpp"

namespace tls12::mbedtls {
namespace {

class Share final : public KeyShare {
 public:
  explicit Share(GroupAlgorithm algorithm, mbedtls_ecp_group* curve)
      : algorithm_(algorithm), curve_(curve) {}

  Result<void> draw(Random& random) {
    if (auto drawn = draw_scalar(*curve_, algorithm_, random, scalar_); !drawn) return drawn;
    if (!blinding_.seed(random)) return fail(Errc::randomness_failed);
    Point point;
    if (!succeeded(mbedtls_ecp_mul(curve_, &point, &scalar_, &curve_->G, RandomStream::draw,
                                   &blinding_)) ||
        !write_point(*curve_, algorithm_, point, public_.data())) {
      return fail(Errc::crypto_failed);
    }
    return {};
  }

  Bytes public_value() const override { return Bytes(public_).first(public_size(algorithm_)); }

  Result<void> derive(Bytes peer, MutableBytes secret) override try {
    const std::size_t size = secret_size(algorithm_);
    if (secret.size() < size) return fail(Errc::misuse);
    Point point;
    if (!read_point(*curve_, algorithm_, peer, point)) return fail(Errc::bad_key_share);
    Mpi z;
    const int status =
        mbedtls_ecdh_compute_shared(curve_, &z, &point, &scalar_, RandomStream::draw, &blinding_);
    // RFC 8422 §5.11: a result of zero comes from the peer's value alone; the library finds that it
    // has no affine form.
    if (status == MBEDTLS_ERR_MPI_NOT_ACCEPTABLE || status == MBEDTLS_ERR_ECP_BAD_INPUT_DATA ||
        status == MBEDTLS_ERR_ECP_INVALID_KEY) {
      return fail(Errc::bad_key_share);
    }
    if (!succeeded(status)) return fail(Errc::crypto_failed);
    if (mbedtls_mpi_cmp_int(&z, 0) == 0 && algorithm_ == GroupAlgorithm::x25519)
      return fail(Errc::bad_key_share);
    const auto write = algorithm_ == GroupAlgorithm::x25519 ? mbedtls_mpi_write_binary_le
                                                            : mbedtls_mpi_write_binary;
    if (write(&z, secret.data(), size) != 0) return fail(Errc::crypto_failed);
    return {};
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

 private:
  const GroupAlgorithm algorithm_;
  mbedtls_ecp_group* const curve_;
  RandomStream blinding_;
  Mpi scalar_;
  std::array<std::uint8_t, kMaxPointSize> public_ = {};
};

class Ecdh final : public Group {
 public:
  explicit Ecdh(GroupAlgorithm algorithm) : algorithm_(algorithm) {}

  Result<std::unique_ptr<KeyShare>> generate(Random& random) const override try {
    mbedtls_ecp_group* const group_on_curve = curve(algorithm_);
    if (group_on_curve == nullptr) return fail(Errc::out_of_memory);
    auto share = std::make_unique<Share>(algorithm_, group_on_curve);
    if (auto drawn = share->draw(random); !drawn) return fail(drawn.error());
    return share;
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

 private:
  const GroupAlgorithm algorithm_;
};

}  // namespace

const Group& elliptic_curve(GroupAlgorithm algorithm) {
  static const std::array all = {Ecdh(GroupAlgorithm::x25519), Ecdh(GroupAlgorithm::secp256r1),
                                 Ecdh(GroupAlgorithm::secp384r1), Ecdh(GroupAlgorithm::secp521r1)};
  return all[static_cast<std::size_t>(algorithm)];
}

}  // namespace tls12::mbedtls
