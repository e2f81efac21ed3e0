// The MAC of a CBC suite's record: HMAC (RFC 2104) over a header and data (RFC 5246 §6.2.3.1), also
// when how much data there is must not show.
#pragma once

#include <cstdint>

#include "base/secret.hpp"
#include "tls12/crypto.hpp"

namespace tls12::record {

/// HMAC from the bare hash, because nothing else can hash a message whose length is a secret. The
/// states behind both padded keys are kept (RFC 2104 §4).
class RecordMac {
 public:
  /// `key` is no longer than a block of the hash.
  RecordMac(const HashFunction& hash, Bytes key);
  std::size_t size() const { return outer_.function().digest_size(); }

  /// The MAC of header and data, to `out` (size() bytes).
  void compute(Bytes header, Bytes data, std::uint8_t* out) const;

  /// The MAC of header and the first `size` bytes of `data`, where `size` is a secret from
  /// data.size() - `unsure` to data.size(). Which blocks are hashed, and which memory is touched,
  /// depends on the sizes of header and data and on `unsure` alone.
  void compute_hiding_size(Bytes header, Bytes data, std::size_t unsure, std::uint64_t size,
                           std::uint8_t* out) const;

 private:
  /// A hash that has taken in a key, and is wiped.
  struct KeyedHash : Hash {
    explicit KeyedHash(const Hash& hash) : Hash(hash) {}
    KeyedHash(const KeyedHash&) = default;
    ~KeyedHash() { wipe({reinterpret_cast<std::uint8_t*>(this), sizeof *this}); }
  };
  static KeyedHash keyed(const HashFunction& hash, Bytes key, std::uint8_t pad);
  void finish(Bytes inner_digest, std::uint8_t* out) const;

  KeyedHash inner_, outer_;
};

}  // namespace tls12::record
