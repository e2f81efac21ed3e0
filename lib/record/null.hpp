// TLS_NULL_WITH_NULL_NULL: the protection that every connection starts with, which is none (RFC
// 5246 §6.1, §6.2.3.1).
#pragma once

#include "record/protection.hpp"

namespace tls12::record {

class NullProtection final : public Protection {
 public:
  NullProtection() : Protection(kNoLimit, kNoLimit) {}
  std::size_t sealed_size(std::size_t plaintext_size) const override { return plaintext_size; }
  bool seal(std::uint64_t sequence, ContentType type, ProtocolVersion version, Bytes plaintext,
            std::uint8_t* out) override;
  std::optional<MutableBytes> open(std::uint64_t sequence, ContentType type,
                                   ProtocolVersion version, MutableBytes fragment) override;
};

/// The only one that is needed: it has no state, so that all connections and threads share it.
NullProtection& null_protection();

}  // namespace tls12::record
