// The CBC suites' protection (RFC 5246 §6.2.3.2), in both orders that there are: MAC then encrypt,
// and encrypt then MAC (RFC 7366).
#pragma once

#include "record/protection.hpp"
#include "record/record_mac.hpp"

namespace tls12::record {

/// What both orders share: an IV that nobody can foresee in front, and padding behind, as little as
/// there can be.
class CbcProtection : public Protection {
 public:
  /// `random` outlives this.
  CbcProtection(std::unique_ptr<CbcKey> key, const RecordMac& mac, Random& random,
                std::uint64_t records_warn, std::uint64_t records_end)
      : Protection(records_warn, records_end), mac_(mac), key_(std::move(key)), random_(random) {}

 protected:
  static constexpr std::size_t kIvSize = kAesBlockSize;
  /// IV, `content_size` bytes, and padding to a whole block, of which there is at least the byte
  /// that counts it.
  static std::size_t encrypted_size(std::size_t content_size) {
    return kIvSize + (content_size / kAesBlockSize + 1) * kAesBlockSize;
  }
  /// Writes encrypted_size(plaintext.size() + mac.size()) bytes. False when there is no randomness.
  bool encrypt(Bytes plaintext, Bytes mac, std::uint8_t* out);
  /// Decrypts in place what stands behind the IV, and returns it.
  MutableBytes decrypt(MutableBytes encrypted);

  RecordMac mac_;

 private:
  std::unique_ptr<CbcKey> key_;
  Random& random_;
};

/// RFC 5246 §6.2.3.2. The padding is not authenticated, and whoever learns whether it was right
/// reads the plaintext byte by byte; or whoever learns how much of a record was hashed (Lucky
/// Thirteen). open() does the same work for every padding, right or wrong, and says one thing of
/// both faults.
class MacThenEncrypt final : public CbcProtection {
 public:
  using CbcProtection::CbcProtection;
  std::size_t sealed_size(std::size_t plaintext_size) const override {
    return encrypted_size(plaintext_size + mac_.size());
  }
  bool seal(std::uint64_t sequence, ContentType type, ProtocolVersion version, Bytes plaintext,
            std::uint8_t* out) override;
  std::optional<MutableBytes> open(std::uint64_t sequence, ContentType type,
                                   ProtocolVersion version, MutableBytes fragment) override;
};

/// RFC 7366 §3: the MAC covers what is sent, and nothing is decrypted before it is right.
class EncryptThenMac final : public CbcProtection {
 public:
  using CbcProtection::CbcProtection;
  std::size_t sealed_size(std::size_t plaintext_size) const override {
    return encrypted_size(plaintext_size) + mac_.size();
  }
  bool seal(std::uint64_t sequence, ContentType type, ProtocolVersion version, Bytes plaintext,
            std::uint8_t* out) override;
  std::optional<MutableBytes> open(std::uint64_t sequence, ContentType type,
                                   ProtocolVersion version, MutableBytes fragment) override;
};

}  // namespace tls12::record
