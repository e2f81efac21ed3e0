// From the premaster secret to the keys (RFC 5246 §5, §6.3, §7.4.9, §8.1; RFC 7627).
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "base/secret.hpp"
#include "handshake/proofs.hpp"
#include "handshake/transcript.hpp"
#include "record/protection.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"
#include "wire/codec.hpp"
#include "wire/registry.hpp"

namespace tls12::handshake {

using wire::kMasterSecretSize;
using wire::kVerifyDataSize;
inline constexpr std::size_t kRandomSize = 32;

inline constexpr std::size_t kMaxPskSize = 256;
/// A group's secret alone, or with a key shared beforehand (RFC 4279 §2).
using PreMasterSecret = Secret<2 + kMaxGroupSecretSize + 2 + kMaxPskSize>;
using VerifyData = std::array<std::uint8_t, kVerifyDataSize>;
using HelloRandom = std::array<std::uint8_t, kRandomSize>;

/// RFC 5246 §5: the pseudorandom function under one secret.
class Prf {
 public:
  /// Errors: Errc::out_of_memory.
  static Result<Prf> with_secret(const Provider& provider, HashAlgorithm hash, Bytes secret);
  /// Fills `out` with PRF(secret, label, seed), the seed being the concatenation of its parts.
  /// Errors: Errc::crypto_failed.
  Result<void> expand(std::string_view label, Bytes seed1, Bytes seed2, MutableBytes out);

 private:
  Prf(std::unique_ptr<HmacKey> key, std::size_t digest) : key_(std::move(key)), digest_(digest) {}
  std::unique_ptr<HmacKey> key_;
  std::size_t digest_;
};

/// RFC 5246 §6.3: three pairs of keys, the client's first. The views show the key block, which
/// wipes itself.
struct KeyBlock {
  wire::RecordCipher cipher = {};
  bool encrypt_then_mac = false;  ///< RFC 7366, for a block cipher
  record::KeySizes sizes = {};
  Secret<2 * (48 + 32 + 12)> bytes = {};
  record::DirectionKeys of(Role writer) const {
    return {.mac_key = part(0, sizes.mac_key, writer),
            .key = part(2 * sizes.mac_key, sizes.key, writer),
            .iv = part(2 * (sizes.mac_key + sizes.key), sizes.iv, writer)};
  }

 private:
  Bytes part(std::size_t at, std::size_t size, Role writer) const {
    return bytes.bytes().subspan(at + (writer == Role::client ? 0 : size), size);
  }
};

/// The master secret of one connection, and what is made of it.
class KeySchedule {
 public:
  struct Inputs {
    const Provider& provider;
    const wire::SuiteRow& suite;
    Bytes pre_master_secret;
    Bytes client_random, server_random;
    std::optional<Digest>
        session_hash;  ///< RFC 7627 §3, up to and including ClientKeyExchange; none: RFC 5246 §8.1
  };
  static Result<KeySchedule> from(const Inputs& inputs);
  /// RFC 5246 §8.1: of a session that is resumed.
  static Result<KeySchedule> resume(const Provider& provider, const wire::SuiteRow& suite,
                                    Bytes master_secret);

  Bytes master_secret() const { return master_secret_.bytes(); }
  Result<KeyBlock> key_block(Bytes client_random, Bytes server_random,
                             bool encrypt_then_mac = false);
  /// RFC 5246 §7.4.9: what `sender`'s Finished says behind these messages.
  Result<VerifyData> verify_data(Role sender, const Digest& messages);
  /// The peer's Finished, compared in constant time. Errors: Errc::bad_finished.
  Result<FinishedVerified> verify_finished(Role sender, const Digest& messages, Bytes received);

 private:
  KeySchedule(const wire::SuiteRow& suite, Prf prf, Secret<kMasterSecretSize> master)
      : suite_(&suite), prf_(std::move(prf)), master_secret_(std::move(master)) {}
  const wire::SuiteRow* suite_;
  Prf prf_;  // under the master secret
  Secret<kMasterSecretSize> master_secret_;
};

}  // namespace tls12::handshake
