#include "record/protection.hpp"

#include "record/aead.hpp"

namespace tls12::record {

KeySizes key_sizes(const wire::RecordCipher& cipher) {
  if (const auto* cbc = std::get_if<wire::CbcHmac>(&cipher))
    return {.mac_key = digest_size(cbc->mac), .key = key_size(cbc->cipher)};
  const auto aead = std::get<AeadAlgorithm>(cipher);
  return {.key = key_size(aead), .iv = use_of(aead).fixed_iv_size};
}

Result<std::unique_ptr<Protection>> make_protection(const Provider& provider,
                                                    const wire::RecordCipher& cipher,
                                                    bool encrypt_then_mac,
                                                    const DirectionKeys& keys,
                                                    const Limits& limits) {
  if (const auto* cbc = std::get_if<wire::CbcHmac>(&cipher))
    return make_protection(provider, *cbc, encrypt_then_mac, keys.key, keys.mac_key, limits);
  return make_protection(provider, std::get<AeadAlgorithm>(cipher), keys.key, keys.iv, limits);
}

}  // namespace tls12::record
