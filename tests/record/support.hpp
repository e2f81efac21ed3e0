// What the record layer's tests share: hexadecimal text, keys, and records made by hand from the
// RFCs.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/buffer.hpp"
#include "record/framer.hpp"
#include "record/half.hpp"
#include "tls12/crypto.hpp"

namespace tls12::record::testing {

using Octets = std::vector<std::uint8_t>;

inline Octets unhex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  Octets out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  return out;
}

inline Octets octets(Bytes bytes) { return {bytes.begin(), bytes.end()}; }
inline Octets octets(std::string_view text) { return octets(bytes_of(text)); }

/// Bytes that differ from their neighbours.
inline Octets pattern(std::size_t size, unsigned seed = 1) {
  Octets out(size);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<std::uint8_t>((i * 167 + seed * 13) >> (i & 3));
  return out;
}

inline constexpr std::array kAeads = {
    AeadAlgorithm::aes_128_gcm,  AeadAlgorithm::aes_256_gcm, AeadAlgorithm::chacha20_poly1305,
    AeadAlgorithm::aes_128_ccm,  AeadAlgorithm::aes_256_ccm, AeadAlgorithm::aes_128_ccm_8,
    AeadAlgorithm::aes_256_ccm_8};

inline Octets test_key(AeadAlgorithm algorithm) { return pattern(key_size(algorithm), 7); }
inline Octets test_iv(AeadAlgorithm algorithm) {
  return pattern(algorithm == AeadAlgorithm::chacha20_poly1305 ? 12 : 4, 9);
}

inline std::unique_ptr<Protection> protection_for(AeadAlgorithm algorithm,
                                                  const Limits& limits = {}) {
  auto made = make_protection(*default_provider(), algorithm, test_key(algorithm),
                              test_iv(algorithm), limits);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// A CBC suite's ciphers, and the order of MAC and encryption.
struct CbcKind {
  wire::CbcHmac cipher;
  bool encrypt_then_mac;
  std::size_t mac_size() const { return digest_size(cipher.mac); }
};
inline constexpr std::array kCbcKinds = {
    CbcKind{{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha1}, false},
    CbcKind{{CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha1}, true},
    CbcKind{{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha256}, false},
    CbcKind{{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha256}, true},
    CbcKind{{CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha384}, false},
    CbcKind{{CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha384}, true},
};

inline Octets test_key(const CbcKind& kind) { return pattern(key_size(kind.cipher.cipher), 7); }
inline Octets test_mac_key(const CbcKind& kind) { return pattern(kind.mac_size(), 8); }

inline std::unique_ptr<Protection> protection_for(const CbcKind& kind, const Limits& limits = {},
                                                  const Provider& provider = *default_provider()) {
  auto made = make_protection(provider, kind.cipher, kind.encrypt_then_mac, test_key(kind),
                              test_mac_key(kind), limits);
  REQUIRE(made.has_value());
  return std::move(*made);
}

/// A direction that is protected already.
template <class Kind>
Half half_for(const Kind& kind, const Limits& limits = {}, std::uint64_t first_sequence = 0) {
  Half half(limits);
  half.set_pending(protection_for(kind, limits), first_sequence);
  half.activate_pending();
  return half;
}

inline void put_number(Octets& out, std::uint64_t value, int size) {
  for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// A whole TLS 1.2 record under `algorithm`'s test key, from the texts of RFC 5246 §6.2.3.3, RFC
/// 5288 §3, RFC 6655 §3 and RFC 7905 §2 and the bare AEAD.
inline Octets record_by_hand(AeadAlgorithm algorithm, std::uint64_t sequence,
                             std::uint64_t explicit_nonce, std::uint8_t type, Bytes plaintext) {
  const bool explicit_part = algorithm != AeadAlgorithm::chacha20_poly1305;
  Octets nonce = test_iv(algorithm);
  if (explicit_part) {
    put_number(nonce, explicit_nonce, 8);
  } else {
    Octets padded = {0, 0, 0, 0};
    put_number(padded, sequence, 8);
    for (std::size_t i = 0; i < 12; ++i) nonce[i] = static_cast<std::uint8_t>(nonce[i] ^ padded[i]);
  }
  Octets additional;
  put_number(additional, sequence, 8);
  put_number(additional, type, 1);
  put_number(additional, 0x0303, 2);
  put_number(additional, plaintext.size(), 2);
  Octets sealed(plaintext.size() + tag_size(algorithm));
  (*default_provider())[algorithm]
      .implementation->with_key(test_key(algorithm))
      ->seal(nonce, additional, plaintext, sealed.data());

  Octets wire = {type, 3, 3};
  put_number(wire, sealed.size() + (explicit_part ? 8 : 0), 2);
  if (explicit_part) put_number(wire, explicit_nonce, 8);
  wire.insert(wire.end(), sealed.begin(), sealed.end());
  return wire;
}

/// The header of `wire`, believed.
inline Record record_in(Octets& wire) {
  return {.type = static_cast<ContentType>(wire[0]),
          .version = static_cast<ProtocolVersion>(wire[1] << 8 | wire[2]),
          .fragment = MutableBytes(wire).subspan(5),
          .wire_size = wire.size()};
}

template <class T>
Errc code_of(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

}  // namespace tls12::record::testing
