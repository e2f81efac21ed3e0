// How a fragment becomes a TLSCiphertext fragment, and back, under one key for one direction (RFC
// 5246 §6.2.3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/big_endian.hpp"
#include "tls12/bytes.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"
#include "tls12/limits.hpp"
#include "tls12/registry.hpp"
#include "wire/registry.hpp"

namespace tls12::record {

/// Knows a key and a format, not the order of records: the sequence number is given with each.
/// Records carry at most kMaxPlaintext bytes.
class Protection {
 public:
  virtual ~Protection() = default;

  /// Bytes of the fragment that `plaintext_size` bytes become. Grows with its argument, though not
  /// always at once (padding).
  virtual std::size_t sealed_size(std::size_t plaintext_size) const = 0;
  std::size_t overhead(std::size_t plaintext_size) const {
    return sealed_size(plaintext_size) - plaintext_size;
  }

  /// Writes sealed_size(plaintext.size()) bytes to `out`, which does not overlap the plaintext.
  /// False when a format needs randomness and there is none: then `out` holds nothing that may be
  /// sent.
  [[nodiscard]] virtual bool seal(std::uint64_t sequence, ContentType type, ProtocolVersion version,
                                  Bytes plaintext, std::uint8_t* out) = 0;
  /// Opens in place: the plaintext is a part of `fragment`. Nothing for every failure, whatever its
  /// cause: too short, wrong tag, wrong padding.
  [[nodiscard]] virtual std::optional<MutableBytes> open(std::uint64_t sequence, ContentType type,
                                                         ProtocolVersion version,
                                                         MutableBytes fragment) = 0;

  /// From how many records on the key is used more than is advised, and after how many its use
  /// ends. kNoLimit: the sequence number alone bounds it.
  std::uint64_t records_warn() const { return records_warn_; }
  std::uint64_t records_end() const { return records_end_; }
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

 protected:
  Protection(std::uint64_t records_warn, std::uint64_t records_end)
      : records_warn_(records_warn), records_end_(records_end) {}

 private:
  std::uint64_t records_warn_, records_end_;
};

/// One direction's part of the key block (RFC 5246 §6.3), and how many bytes of each a cipher
/// takes: a CBC suite a MAC key and a key, its IVs being sent with the records; an AEAD a key and
/// what is fixed of its nonces, the salt of RFC 5288 §3 and RFC 6655 §3 or the whole of RFC 7905
/// §2.
struct DirectionKeys {
  Bytes mac_key, key, iv;
};
struct KeySizes {
  std::size_t mac_key = 0, key = 0, iv = 0;
};
KeySizes key_sizes(const wire::RecordCipher& cipher);

/// The protection of one direction. The keys are copied; `provider` outlives it, because CBC's IVs
/// come from there. `encrypt_then_mac` is what was negotiated (RFC 7366), and concerns CBC suites
/// alone. Errors: Errc::algorithm_unavailable when `provider` lacks something, Errc::internal_error
/// for a wrong size, Errc::out_of_memory.
Result<std::unique_ptr<Protection>> make_protection(const Provider& provider,
                                                    const wire::RecordCipher& cipher,
                                                    bool encrypt_then_mac,
                                                    const DirectionKeys& keys,
                                                    const Limits& limits);
/// The same for one kind of cipher.
Result<std::unique_ptr<Protection>> make_protection(const Provider& provider,
                                                    AeadAlgorithm algorithm, Bytes key,
                                                    Bytes fixed_iv, const Limits& limits);
Result<std::unique_ptr<Protection>> make_protection(const Provider& provider,
                                                    const wire::CbcHmac& algorithm,
                                                    bool encrypt_then_mac, Bytes key, Bytes mac_key,
                                                    const Limits& limits);

/// What is authenticated beside the fragment: seq_num, type, version and the plaintext's length
/// (RFC 5246 §6.2.3.1 and §6.2.3.3).
inline constexpr std::size_t kAdditionalDataSize = 13;
inline std::array<std::uint8_t, kAdditionalDataSize> additional_data(std::uint64_t sequence,
                                                                     ContentType type,
                                                                     ProtocolVersion version,
                                                                     std::size_t plaintext_size) {
  std::array<std::uint8_t, kAdditionalDataSize> data;
  std::uint8_t* out = put_big_endian(sequence, 8, data.data());
  *out++ = static_cast<std::uint8_t>(type);
  out = put_big_endian(static_cast<unsigned>(version), 2, out);
  put_big_endian(plaintext_size, 2, out);
  return data;
}

}  // namespace tls12::record
