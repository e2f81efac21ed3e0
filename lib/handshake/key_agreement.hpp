// The ephemeral Diffie-Hellman of one handshake, on a curve or in a finite field, and what keys
// shared beforehand make of it.
#pragma once

#include <memory>

#include "handshake/key_schedule.hpp"
#include "tls12/crypto.hpp"
#include "wire/registry.hpp"

namespace tls12::handshake {

/// Our share, fresh for every handshake and never kept for another (RFC 8422 §5.11, RFC 7919 §5.1).
class KeyAgreement {
 public:
  /// In a group of ours. Errors: Errc::algorithm_unavailable and those of Group::generate.
  Result<void> generate(const Provider& provider, const wire::GroupRow& group);
  /// In a field that the server named (RFC 5246 §7.4.3): an RFC 7919 group is known by its prime.
  /// Errors: those of Dh::generate.
  Result<void> generate(const Provider& provider, const DhParameters& parameters);
  /// As it goes on the wire; valid until agree().
  Bytes public_value() const { return share_->public_value(); }
  /// The shared secret, once: of a curve with its leading zeros (RFC 8422 §5.10), of a field
  /// without (RFC 5246 §8.1.2). Errors: Errc::bad_key_share; in a field Errc::bad_dh_public_value.
  Result<void> agree(Bytes peer_public_value, PreMasterSecret& out);

 private:
  std::unique_ptr<KeyShare> share_;
  std::size_t secret_size_ = 0;
  bool is_field_ = false;
};

/// RFC 4279 §2, §3, RFC 5489 §2: `secret` (empty for bare PSK, which has as many zeros as the key
/// has bytes) and the key, each behind its length, are the premaster secret. The key has 1 to
/// kMaxPskSize bytes.
void add_psk(PreMasterSecret& secret, Bytes key);

}  // namespace tls12::handshake
