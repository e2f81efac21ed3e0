#include "handshake/key_agreement.hpp"

#include <cstring>

#include "base/big_endian.hpp"
#include "handshake/premaster.hpp"

namespace tls12::handshake {
Result<void> KeyAgreement::generate(const Provider& provider, const wire::GroupRow& group) {
  auto share = provider[group.algorithm].implementation->generate(provider.rng());
  if (!share) return fail(share.error());
  share_ = std::move(*share);
  secret_size_ = secret_size(group.algorithm);
  is_field_ = is_finite_field(group.algorithm);
  return {};
}

Result<void> KeyAgreement::generate(const Provider& provider, const DhParameters& parameters) {
  if (!provider.dh)
    return fail(Errc::algorithm_unavailable, "Diffie-Hellman in the server's field");
  auto share = provider.dh.implementation->generate(parameters, provider.rng());
  if (!share) return fail(share.error());
  share_ = std::move(*share);
  secret_size_ = parameters.prime.size();
  is_field_ = true;
  return {};
}

Result<void> KeyAgreement::agree(Bytes peer_public_value, PreMasterSecret& out) {
  out.resize(secret_size_);
  const auto derived = share_->derive(peer_public_value, out.bytes());
  share_.reset();
  // RFC 7919 §3, §4: the alert is handshake_failure, and RFC 8422 §5.11's for a curve is
  // illegal_parameter.
  if (!derived && is_field_ && derived.error().code == Errc::bad_key_share)
    return fail(Errc::bad_dh_public_value);
  if (derived && is_field_) out = PreMasterSecret::copy_of(dh_pre_master_secret(out.bytes()));
  return derived;
}

void add_psk(PreMasterSecret& secret, Bytes key) {
  PreMasterSecret made(2 + (secret.empty() ? key.size() : secret.size()) + 2 + key.size());
  std::uint8_t* at = made.bytes().data();
  const auto put = [&](Bytes part, std::size_t size) {
    at = put_big_endian(size, 2, at);
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += size;
  };
  put(secret.bytes(), secret.empty() ? key.size() : secret.size());
  put(key, key.size());
  secret = std::move(made);
}

}  // namespace tls12::handshake
