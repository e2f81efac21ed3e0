#include "record/null.hpp"

#include <cstring>

namespace tls12::record {

bool NullProtection::seal(std::uint64_t, ContentType, ProtocolVersion, Bytes plaintext,
                          std::uint8_t* out) {
  if (!plaintext.empty()) std::memcpy(out, plaintext.data(), plaintext.size());
  return true;
}

std::optional<MutableBytes> NullProtection::open(std::uint64_t, ContentType, ProtocolVersion,
                                                 MutableBytes fragment) {
  return fragment;
}

NullProtection& null_protection() {
  static NullProtection instance;
  return instance;
}

}  // namespace tls12::record
