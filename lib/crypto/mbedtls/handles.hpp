// mbedTLS's big numbers and points, freed (and wiped) at the end of a scope; and the randomness
// that its functions are given.
#pragma once

#include <mbedtls/bignum.h>
#include <mbedtls/chacha20.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <span>

#include "base/secret.hpp"
#include "tls12/crypto.hpp"

namespace tls12::mbedtls {

/// Whether a function of mbedTLS did its work. Throws std::bad_alloc if it ran out of memory: that
/// is not wrong input.
inline bool succeeded(int status) {
  // The library adds the code of a big number's function to the one of its caller.
  constexpr int kLowCode = 0x7f;
  if ((-status & kLowCode) == -MBEDTLS_ERR_MPI_ALLOC_FAILED ||
      status == MBEDTLS_ERR_ECP_ALLOC_FAILED || status == MBEDTLS_ERR_MD_ALLOC_FAILED) {
    throw std::bad_alloc();
  }
  return status == 0;
}

struct Mpi : mbedtls_mpi {
  Mpi() { mbedtls_mpi_init(this); }
  ~Mpi() { mbedtls_mpi_free(this); }
  Mpi(const Mpi&) = delete;
  Mpi& operator=(const Mpi&) = delete;
  [[nodiscard]] bool read(Bytes big_endian) {
    return succeeded(mbedtls_mpi_read_binary(this, big_endian.data(), big_endian.size()));
  }
};

struct Point : mbedtls_ecp_point {
  Point() { mbedtls_ecp_point_init(this); }
  ~Point() { mbedtls_ecp_point_free(this); }
  Point(const Point&) = delete;
  Point& operator=(const Point&) = delete;
};

/// The randomness of one operation: 32 bytes from the caller's Random, stretched by ChaCha20.
/// However much the library draws (its blinding keeps state, primes are tried until one is found),
/// the caller's source is asked once, for the same number of bytes, and may fail only there.
class RandomStream {
 public:
  static constexpr std::size_t kSeedSize = 32;

  RandomStream() { mbedtls_chacha20_init(&cipher_); }
  ~RandomStream() { mbedtls_chacha20_free(&cipher_); }
  RandomStream(const RandomStream&) = delete;
  RandomStream& operator=(const RandomStream&) = delete;

  [[nodiscard]] bool seed(Random& random) {
    Secret<kSeedSize> drawn(kSeedSize);
    return random.fill(drawn.bytes()) && seed(drawn.bytes().first<kSeedSize>());
  }
  /// Where the caller has no Random.
  [[nodiscard]] bool seed(std::span<const std::uint8_t, kSeedSize> key) {
    constexpr std::uint8_t kNonce[12] = {};
    return mbedtls_chacha20_setkey(&cipher_, key.data()) == 0 &&
           mbedtls_chacha20_starts(&cipher_, kNonce, 0) == 0;
  }

  /// The f_rng of the library's functions; `self` is the stream.
  static int draw(void* self, unsigned char* out, std::size_t size) {
    std::memset(out, 0, size);
    return mbedtls_chacha20_update(&static_cast<RandomStream*>(self)->cipher_, size, out, out);
  }

 private:
  mbedtls_chacha20_context cipher_;
};

inline mbedtls_md_type_t md_type(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::sha1: return MBEDTLS_MD_SHA1;
    case HashAlgorithm::sha256: return MBEDTLS_MD_SHA256;
    case HashAlgorithm::sha384: return MBEDTLS_MD_SHA384;
    case HashAlgorithm::sha512: return MBEDTLS_MD_SHA512;
  }
  return MBEDTLS_MD_NONE;
}

/// The digest of a message, in one go.
struct Digest {
  Digest(HashAlgorithm hash, Bytes message)
      : size(digest_size(hash)),
        ok(succeeded(mbedtls_md(mbedtls_md_info_from_type(md_type(hash)), message.data(),
                                message.size(), bytes.data()))) {}
  /// One that was computed before.
  static Digest of(HashAlgorithm hash, Bytes computed) {
    Digest digest(hash);
    digest.ok = computed.size() == digest.size;
    if (digest.ok) std::ranges::copy(computed, digest.bytes.begin());
    return digest;
  }
  std::array<std::uint8_t, kMaxDigestSize> bytes = {};
  std::size_t size;
  bool ok;

 private:
  explicit Digest(HashAlgorithm hash) : size(digest_size(hash)), ok(false) {}
};

}  // namespace tls12::mbedtls
