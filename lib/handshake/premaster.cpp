#include "handshake/premaster.hpp"

#include <algorithm>

#include "base/big_endian.hpp"
#include "base/constant_time.hpp"

namespace tls12::handshake {
namespace {

/// All ones if `block` is 00 02, bytes that are not zero, 00 and 48 bytes (RFC 8017 §7.2.2).
/// `block` has room for eight bytes of padding.
std::uint64_t is_padded_pre_master(Bytes block) {
  const std::size_t separator = block.size() - kRsaPreMasterSize - 1;
  std::uint64_t good = ct::equal_mask(block[0], 0) & ct::equal_mask(block[1], 2) &
                       ct::equal_mask(block[separator], 0);
  for (const std::uint8_t byte : block.subspan(2, separator - 2)) good &= ~ct::equal_mask(byte, 0);
  return good;
}

}  // namespace

RsaPreMasterSecret rsa_pre_master_secret(Bytes block, ProtocolVersion offered, Bytes random) {
  constexpr std::size_t kLeastSize = 2 + 8 + 1 + kRsaPreMasterSize;
  RsaPreMasterSecret secret(kRsaPreMasterSize);
  const auto out = secret.bytes();
  put_big_endian(static_cast<unsigned>(offered), 2, out.data());
  std::ranges::copy(random.first(kRsaPreMasterRandomSize), out.begin() + 2);
  if (block.size() < kLeastSize) return secret;
  const std::uint64_t good = is_padded_pre_master(block);
  const Bytes message = block.last(kRsaPreMasterRandomSize);
  for (std::size_t i = 0; i < message.size(); ++i)
    out[i + 2] = static_cast<std::uint8_t>(ct::select(good, message[i], out[i + 2]));
  return secret;
}

Bytes dh_pre_master_secret(Bytes shared_secret) {
  const auto zeros =
      std::ranges::find_if(shared_secret, [](std::uint8_t byte) { return byte != 0; }) -
      shared_secret.begin();
  return shared_secret.subspan(static_cast<std::size_t>(zeros));
}

}  // namespace tls12::handshake
