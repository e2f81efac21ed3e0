// A hash of a few bytes, as names for keys and issuers are made.
#pragma once

#include <array>

#include "tls12/crypto.hpp"

namespace tls12::x509 {

class Digest {
 public:
  Bytes bytes() const { return Bytes(octets_).first(size_); }

 private:
  friend Result<Digest> digest_of(HashAlgorithm algorithm, Bytes data, const Provider& provider);
  std::array<std::uint8_t, kMaxDigestSize> octets_ = {};
  std::size_t size_ = 0;
};

/// Errors: Errc::algorithm_unavailable.
inline Result<Digest> digest_of(HashAlgorithm algorithm, Bytes data, const Provider& provider) {
  const auto& row = provider[algorithm];
  if (!row) return fail(Errc::algorithm_unavailable, name(algorithm));
  Hash hash(*row.implementation);
  hash.update(data);
  Digest digest;
  digest.size_ = hash.digest(digest.octets_).size();
  return digest;
}

}  // namespace tls12::x509
