// A curve as mbedTLS holds it, shared by everything that computes on it.
#pragma once

#include "crypto/mbedtls/handles.hpp"

namespace tls12::mbedtls {

/// One curve for the whole process. The library keeps the table of multiples of the base point in
/// the group, and makes it at the first multiplication: that happens here, once, so that afterwards
/// all threads only read. Null when memory ran out; the next call tries again.
mbedtls_ecp_group* curve(GroupAlgorithm algorithm);

/// A private scalar, straight from `random`: secret_size(algorithm) bytes, again while they are out
/// of range. Errors: Errc::randomness_failed.
[[nodiscard]] Result<void> draw_scalar(const mbedtls_ecp_group& group, GroupAlgorithm algorithm,
                                       Random& random, mbedtls_mpi& scalar);

/// Reads an uncompressed point (RFC 8422 §5.4.1: no other form), or an X25519 value, and checks
/// that it is on the curve.
[[nodiscard]] bool read_point(const mbedtls_ecp_group& group, GroupAlgorithm algorithm,
                              Bytes encoded, mbedtls_ecp_point& point);

/// Writes public_size(algorithm) bytes.
[[nodiscard]] bool write_point(const mbedtls_ecp_group& group, GroupAlgorithm algorithm,
                               const mbedtls_ecp_point& point, std::uint8_t* out);

}  // namespace tls12::mbedtls
