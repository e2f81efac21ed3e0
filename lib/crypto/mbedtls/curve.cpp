#include "crypto/mbedtls/curve.hpp"

#include <new>

namespace tls12::mbedtls {
namespace {

struct Curve {
  explicit Curve(mbedtls_ecp_group_id id) {
    mbedtls_ecp_group_init(&group);
    // A Montgomery curve has no table.
    if (mbedtls_ecp_group_load(&group, id) != 0 || (id != MBEDTLS_ECP_DP_CURVE25519 && !warm())) {
      mbedtls_ecp_group_free(&group);
      throw std::bad_alloc();
    }
  }

  bool warm() {
    constexpr std::array<std::uint8_t, RandomStream::kSeedSize> kNoSecretToBlind = {};
    RandomStream stream;
    Mpi three;
    Point result;
    return stream.seed(kNoSecretToBlind) && mbedtls_mpi_lset(&three, 3) == 0 &&
           mbedtls_ecp_mul(&group, &result, &three, &group.G, RandomStream::draw, &stream) == 0;
  }

  mbedtls_ecp_group group;
};

template <mbedtls_ecp_group_id id>
mbedtls_ecp_group* the_curve() {
  try {
    // Never destroyed: a thread may still sign while the process ends. One that failed to load is
    // tried again at the next call.
    static Curve* const curve = new Curve(id);
    return &curve->group;
  } catch (const std::bad_alloc&) { return nullptr; }
}

}  // namespace

mbedtls_ecp_group* curve(GroupAlgorithm algorithm) {
  switch (algorithm) {
    case GroupAlgorithm::x25519: return the_curve<MBEDTLS_ECP_DP_CURVE25519>();
    case GroupAlgorithm::secp256r1: return the_curve<MBEDTLS_ECP_DP_SECP256R1>();
    case GroupAlgorithm::secp384r1: return the_curve<MBEDTLS_ECP_DP_SECP384R1>();
    case GroupAlgorithm::secp521r1: return the_curve<MBEDTLS_ECP_DP_SECP521R1>();
    default: return nullptr;
  }
}

Result<void> draw_scalar(const mbedtls_ecp_group& group, GroupAlgorithm algorithm, Random& random,
                         mbedtls_mpi& scalar) {
  const bool x25519 = algorithm == GroupAlgorithm::x25519;
  Secret<secret_size(GroupAlgorithm::secp521r1)> drawn(secret_size(algorithm));
  const auto bytes = drawn.bytes();
  // A draw is out of range once in 2^32, at worst: a source that goes on so is broken.
  for (int attempt = 0; attempt < 8; ++attempt) {
    if (!random.fill(bytes)) return fail(Errc::randomness_failed);
    if (x25519) {  // RFC 7748 §5: three low bits and the top one clear, the one below it set
      bytes[0] &= 0xf8;
      bytes[31] = static_cast<std::uint8_t>((bytes[31] & 0x7f) | 0x40);
    } else if (algorithm == GroupAlgorithm::secp521r1) {
      bytes[0] &= 0x01;
    }
    const auto read = x25519 ? mbedtls_mpi_read_binary_le : mbedtls_mpi_read_binary;
    if (read(&scalar, bytes.data(), bytes.size()) != 0) return fail(Errc::out_of_memory);
    if (succeeded(mbedtls_ecp_check_privkey(&group, &scalar))) return {};
  }
  return fail(Errc::randomness_failed);
}

bool read_point(const mbedtls_ecp_group& group, GroupAlgorithm algorithm, Bytes encoded,
                mbedtls_ecp_point& point) {
  if (encoded.size() != public_size(algorithm)) return false;
  if (algorithm != GroupAlgorithm::x25519 && encoded[0] != 0x04) return false;
  return succeeded(mbedtls_ecp_point_read_binary(&group, &point, encoded.data(), encoded.size())) &&
         succeeded(mbedtls_ecp_check_pubkey(&group, &point));
}

bool write_point(const mbedtls_ecp_group& group, GroupAlgorithm algorithm,
                 const mbedtls_ecp_point& point, std::uint8_t* out) {
  std::size_t size = 0;
  return succeeded(mbedtls_ecp_point_write_binary(&group, &point, MBEDTLS_ECP_PF_UNCOMPRESSED,
                                                  &size, out, public_size(algorithm))) &&
         size == public_size(algorithm);
}

}  // namespace tls12::mbedtls
