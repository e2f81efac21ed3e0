#include "record/aead.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace tls12::record {

namespace {

/// RFC 7905 §2: the sequence number, padded on the left with zeros, exclusive-ored into the IV.
std::array<std::uint8_t, kAeadNonceSize> xor_nonce(Bytes iv, std::uint64_t sequence) {
  std::array<std::uint8_t, kAeadNonceSize> nonce = {}, result;
  put_big_endian(sequence, 8, nonce.data() + kAeadNonceSize - 8);
  for (std::size_t i = 0; i < nonce.size(); ++i)
    result[i] = static_cast<std::uint8_t>(nonce[i] ^ iv[i]);
  return result;
}

}  // namespace

// ------------------------------------------------ RFC 5288, RFC 6655

ExplicitNonceProtection::ExplicitNonceProtection(std::unique_ptr<AeadKey> key, std::size_t tag_size,
                                                 Bytes salt, std::uint64_t records_warn,
                                                 std::uint64_t records_end)
    : Protection(records_warn, records_end),
      key_(std::move(key)),
      tag_size_(tag_size),
      nonce_(Secret<kAeadNonceSize>::copy_of(salt.first(kSaltSize))) {
  nonce_.resize(kAeadNonceSize);
}

bool ExplicitNonceProtection::seal(std::uint64_t sequence, ContentType type,
                                   ProtocolVersion version, Bytes plaintext, std::uint8_t* out) {
  put_big_endian(sequence, 8, nonce_.bytes().data() + kSaltSize);
  put_big_endian(sequence, 8, out);
  key_->seal(nonce_.bytes(), additional_data(sequence, type, version, plaintext.size()), plaintext,
             out + kExplicitNonceSize);
  return true;
}

std::optional<MutableBytes> ExplicitNonceProtection::open(std::uint64_t sequence, ContentType type,
                                                          ProtocolVersion version,
                                                          MutableBytes fragment) {
  if (fragment.size() < kExplicitNonceSize + tag_size_) return std::nullopt;
  std::memcpy(nonce_.bytes().data() + kSaltSize, fragment.data(), kExplicitNonceSize);
  const MutableBytes sealed = fragment.subspan(kExplicitNonceSize);
  const MutableBytes plaintext = sealed.first(sealed.size() - tag_size_);
  if (!key_->open(nonce_.bytes(), additional_data(sequence, type, version, plaintext.size()),
                  sealed, plaintext.data()))
    return std::nullopt;
  return plaintext;
}

// ------------------------------------------------ RFC 7905

ChaChaProtection::ChaChaProtection(std::unique_ptr<AeadKey> key, Bytes iv,
                                   std::uint64_t records_warn, std::uint64_t records_end)
    : Protection(records_warn, records_end),
      key_(std::move(key)),
      iv_(Secret<kAeadNonceSize>::copy_of(iv.first(kAeadNonceSize))) {}

bool ChaChaProtection::seal(std::uint64_t sequence, ContentType type, ProtocolVersion version,
                            Bytes plaintext, std::uint8_t* out) {
  key_->seal(xor_nonce(iv_.bytes(), sequence),
             additional_data(sequence, type, version, plaintext.size()), plaintext, out);
  return true;
}

std::optional<MutableBytes> ChaChaProtection::open(std::uint64_t sequence, ContentType type,
                                                   ProtocolVersion version, MutableBytes fragment) {
  if (fragment.size() < kTagSize) return std::nullopt;
  const MutableBytes plaintext = fragment.first(fragment.size() - kTagSize);
  if (!key_->open(xor_nonce(iv_.bytes(), sequence),
                  additional_data(sequence, type, version, plaintext.size()), fragment,
                  plaintext.data()))
    return std::nullopt;
  return plaintext;
}

// ------------------------------------------------ by algorithm

Result<std::unique_ptr<Protection>> make_protection(const Provider& provider,
                                                    AeadAlgorithm algorithm, Bytes key,
                                                    Bytes fixed_iv, const Limits& limits) {
  const Implemented<Aead>& aead = provider[algorithm];
  if (!aead) return fail(Errc::algorithm_unavailable, name(algorithm));
  const AeadUse use = use_of(algorithm);
  if (key.size() != key_size(algorithm) || fixed_iv.size() != use.fixed_iv_size)
    return fail(Errc::internal_error, "a key of the wrong size");
  std::unique_ptr<AeadKey> expanded = aead.implementation->with_key(key);
  if (!expanded) return fail(Errc::out_of_memory);

  const std::uint64_t warn =
      use.records_warn != nullptr ? limits.*use.records_warn : Protection::kNoLimit;
  const std::uint64_t end = limits.*use.records_end;
  std::unique_ptr<Protection> protection;
  if (use.explicit_nonce_size == 0) {
    protection.reset(new (std::nothrow) ChaChaProtection(std::move(expanded), fixed_iv, warn, end));
  } else {
    protection.reset(new (std::nothrow) ExplicitNonceProtection(
        std::move(expanded), tag_size(algorithm), fixed_iv, warn, end));
  }
  if (!protection) return fail(Errc::out_of_memory);
  return protection;
}

}  // namespace tls12::record
