#include "record/cbc.hpp"

#include <algorithm>
#include <new>

#include "base/constant_time.hpp"

namespace tls12::record {
namespace {

constexpr std::size_t kMaxPadding = 255;

/// What stands in front of the padding. Both members are secrets.
struct Unpadded {
  std::uint64_t size;
  std::uint64_t good;  ///< all ones if the padding was right, else zero
};

/// RFC 5246 §6.2.3.2: the last byte says how many bytes of padding stand in front of it, and each
/// of them says the same; in front of them all is room for `reserved` bytes. Wrong padding counts
/// as none, so that as much is left to do. `padded` is longer than `reserved`.
Unpadded unpad(Bytes padded, std::size_t reserved) {
  const std::size_t last = padded.size() - 1;
  const std::uint64_t length = padded[last];
  std::uint64_t good = ~ct::less_mask(last - reserved, length);
  for (std::size_t i = 1; i <= std::min(last, kMaxPadding); ++i) {
    const std::uint64_t is_padding = ~ct::less_mask(length, i);
    good &= ct::equal_mask(padded[last - i], length) | ~is_padding;
  }
  return {.size = last - (length & good), .good = good};
}

/// All ones if `data` holds `mac` at the secret place `at`, one of the `unsure` + 1 last where it
/// fits.
std::uint64_t holds_at(Bytes data, Bytes mac, std::size_t unsure, std::uint64_t at) {
  std::uint64_t found = 0;
  const std::size_t last = data.size() - mac.size();
  for (std::size_t place = last - unsure; place <= last; ++place) {
    std::uint64_t difference = 0;
    for (std::size_t i = 0; i < mac.size(); ++i)
      difference |= static_cast<std::uint64_t>(data[place + i] ^ mac[i]);
    found |= ct::equal_mask(place, at) & ct::equal_mask(difference, 0);
  }
  return found;
}

}  // namespace

bool CbcProtection::encrypt(Bytes plaintext, Bytes mac, std::uint8_t* out) {
  if (!random_.fill({out, kIvSize})) return false;
  // The whole blocks are encrypted from where they are; the rest, the MAC and the padding are put
  // together first.
  const std::size_t whole = plaintext.size() / kAesBlockSize * kAesBlockSize;
  std::array<std::uint8_t, kAesBlockSize + kMaxDigestSize + kAesBlockSize> tail;
  const auto content_end =
      std::ranges::copy(mac, std::ranges::copy(plaintext.subspan(whole), tail.begin()).out).out;
  const auto content = static_cast<std::size_t>(content_end - tail.begin());
  const std::size_t padding = kAesBlockSize - 1 - content % kAesBlockSize;
  std::fill_n(content_end, padding + 1, static_cast<std::uint8_t>(padding));
  std::uint8_t* const blocks = out + kIvSize;
  key_->encrypt({out, kIvSize}, plaintext.first(whole), blocks);
  key_->encrypt({blocks + whole - kAesBlockSize, kAesBlockSize},
                Bytes(tail).first(content + padding + 1), blocks + whole);
  return true;
}

MutableBytes CbcProtection::decrypt(MutableBytes encrypted) {
  const MutableBytes blocks = encrypted.subspan(kIvSize);
  key_->decrypt(encrypted.first(kIvSize), blocks, blocks.data());
  return blocks;
}

// ------------------------------------------------ MAC, then encrypt

bool MacThenEncrypt::seal(std::uint64_t sequence, ContentType type, ProtocolVersion version,
                          Bytes plaintext, std::uint8_t* out) {
  std::array<std::uint8_t, kMaxDigestSize> mac;
  mac_.compute(additional_data(sequence, type, version, plaintext.size()), plaintext, mac.data());
  return encrypt(plaintext, Bytes(mac).first(mac_.size()), out);
}

std::optional<MutableBytes> MacThenEncrypt::open(std::uint64_t sequence, ContentType type,
                                                 ProtocolVersion version, MutableBytes fragment) {
  // These sizes anybody sees.
  if (fragment.size() < sealed_size(0) || fragment.size() % kAesBlockSize != 0) return std::nullopt;
  const MutableBytes blocks = decrypt(fragment);
  const std::size_t most = blocks.size() - 1 - mac_.size(), unsure = std::min(most, kMaxPadding);
  // From here to the verdict nothing branches on what was decrypted.
  const Unpadded unpadded = unpad(blocks, mac_.size());
  const auto size = static_cast<std::size_t>(unpadded.size) - mac_.size();
  std::array<std::uint8_t, kMaxDigestSize> mac;
  mac_.compute_hiding_size(additional_data(sequence, type, version, size), blocks.first(most),
                           unsure, size, mac.data());
  const std::uint64_t right =
      holds_at(blocks.first(blocks.size() - 1), Bytes(mac).first(mac_.size()), unsure, size);
  if (ct::reveal(right & unpadded.good) == 0) return std::nullopt;
  return blocks.first(static_cast<std::size_t>(ct::reveal(size)));
}

// ------------------------------------------------ encrypt, then MAC

bool EncryptThenMac::seal(std::uint64_t sequence, ContentType type, ProtocolVersion version,
                          Bytes plaintext, std::uint8_t* out) {
  if (!encrypt(plaintext, {}, out)) return false;
  const Bytes encrypted(out, encrypted_size(plaintext.size()));
  mac_.compute(additional_data(sequence, type, version, encrypted.size()), encrypted,
               out + encrypted.size());
  return true;
}

std::optional<MutableBytes> EncryptThenMac::open(std::uint64_t sequence, ContentType type,
                                                 ProtocolVersion version, MutableBytes fragment) {
  if (fragment.size() < sealed_size(0) || (fragment.size() - mac_.size()) % kAesBlockSize != 0)
    return std::nullopt;
  const MutableBytes encrypted = fragment.first(fragment.size() - mac_.size());
  std::array<std::uint8_t, kMaxDigestSize> mac;
  mac_.compute(additional_data(sequence, type, version, encrypted.size()), encrypted, mac.data());
  if (!ct::equal(Bytes(mac).first(mac_.size()), fragment.last(mac_.size()))) return std::nullopt;
  const MutableBytes blocks = decrypt(encrypted);
  const Unpadded unpadded = unpad(blocks, 0);
  if (ct::reveal(unpadded.good) == 0) return std::nullopt;
  return blocks.first(static_cast<std::size_t>(ct::reveal(unpadded.size)));
}

// ------------------------------------------------ by algorithm

Result<std::unique_ptr<Protection>> make_protection(const Provider& provider,
                                                    const wire::CbcHmac& algorithm,
                                                    bool encrypt_then_mac, Bytes key, Bytes mac_key,
                                                    const Limits& limits) {
  const Implemented<Cbc>& cbc = provider[algorithm.cipher];
  const Implemented<HashFunction>& hash = provider[algorithm.mac];
  if (!cbc) return fail(Errc::algorithm_unavailable, name(algorithm.cipher));
  if (!hash) return fail(Errc::algorithm_unavailable, name(algorithm.mac));
  if (!provider.random) return fail(Errc::algorithm_unavailable, "randomness");
  if (key.size() != key_size(algorithm.cipher) || mac_key.size() != digest_size(algorithm.mac))
    return fail(Errc::internal_error, "a key of the wrong size");
  std::unique_ptr<CbcKey> expanded = cbc.implementation->with_key(key);
  if (!expanded) return fail(Errc::out_of_memory);

  const RecordMac mac(*hash.implementation, mac_key);
  std::unique_ptr<Protection> protection;
  if (encrypt_then_mac) {
    protection.reset(new (std::nothrow) EncryptThenMac(
        std::move(expanded), mac, provider.rng(), limits.aes_records_warn, limits.aes_records_end));
  } else {
    protection.reset(new (std::nothrow) MacThenEncrypt(
        std::move(expanded), mac, provider.rng(), limits.aes_records_warn, limits.aes_records_end));
  }
  if (!protection) return fail(Errc::out_of_memory);
  return protection;
}

}  // namespace tls12::record
