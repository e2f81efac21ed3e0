// From the premaster secret to the keys (RFC 5246 §5, §6.3, §7.4.9, §8.1; RFC 7627).
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "base/secret.hpp"
#include "handshake/proofs.hpp"
#include "handshake/transcript.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"
#include "wire/registry.hpp"

namespace tls12::handshake {

inline constexpr std::size_t kMasterSecretSize = 48;
inline constexpr std::size_t kVerifyDataSize = 12;
inline constexpr std::size_t kRandomSize = 32;

using PreMasterSecret = Secret<kMaxGroupSecretSize>;
using VerifyData = std::array<std::uint8_t, kVerifyDataSize>;
using HelloRandom = std::array<std::uint8_t, kRandomSize>;

/// RFC 5246 §5: the pseudorandom function under one secret.
class Prf {
 public:
  /// Errors: Errc::out_of_memory.
  static Result<Prf> with_secret(const Provider& provider, HashAlgorithm hash, Bytes secret);
  /// Fills `out` with PRF(secret, label, seed), the seed being the concatenation of its parts. Errors: Errc::crypto_failed.
  Result<void> expand(std::string_view label, Bytes seed1, Bytes seed2, MutableBytes out);

 private:
  Prf(std::unique_ptr<HmacKey> key, std::size_t digest) : key_(std::move(key)), digest_(digest) {}
  std::unique_ptr<HmacKey> key_;
  std::size_t digest_;
};

/// RFC 5246 §6.3, without MAC keys, which AEAD suites do not have (§6.2.3.3). The views show the key block, which wipes itself.
struct KeyBlock {
  AeadAlgorithm aead = AeadAlgorithm::aes_128_gcm;
  std::size_t key_size = 0, iv_size = 0;
  Secret<2 * (32 + 12)> bytes = {};
  Bytes write_key(Role writer) const { return bytes.bytes().subspan(writer == Role::client ? 0 : key_size, key_size); }
  Bytes write_iv(Role writer) const { return bytes.bytes().subspan(2 * key_size + (writer == Role::client ? 0 : iv_size), iv_size); }
};

/// The master secret of one connection, and what is made of it.
class KeySchedule {
 public:
  struct Inputs {
    const Provider& provider;
    const wire::SuiteRow& suite;
    Bytes pre_master_secret;
    Bytes client_random, server_random;
    std::optional<Digest> session_hash;  ///< RFC 7627 §3, up to and including ClientKeyExchange; none: RFC 5246 §8.1
  };
  static Result<KeySchedule> from(const Inputs& inputs);

  Bytes master_secret() const { return master_secret_.bytes(); }
  /// `iv_size`: the suite's fixed part of the nonce (RFC 5288 §3: 4; RFC 7905 §2: 12).
  Result<KeyBlock> key_block(Bytes client_random, Bytes server_random, std::size_t iv_size);
  /// RFC 5246 §7.4.9: what `sender`'s Finished says behind these messages.
  Result<VerifyData> verify_data(Role sender, const Digest& messages);
  /// The peer's Finished, compared in constant time. Errors: Errc::bad_finished.
  Result<FinishedVerified> verify_finished(Role sender, const Digest& messages, Bytes received);

 private:
  KeySchedule(AeadAlgorithm aead, Prf prf, Secret<kMasterSecretSize> master) : aead_(aead), prf_(std::move(prf)), master_secret_(std::move(master)) {}
  AeadAlgorithm aead_;
  Prf prf_;  // under the master secret
  Secret<kMasterSecretSize> master_secret_;
};

}  // namespace tls12::handshake
