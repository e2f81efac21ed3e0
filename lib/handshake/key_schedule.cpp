#include "handshake/key_schedule.hpp"

#include <algorithm>
#include <cstring>

#include "base/constant_time.hpp"

namespace tls12::handshake {

Result<Prf> Prf::with_secret(const Provider& provider, HashAlgorithm hash, Bytes secret) {
  auto key = provider.hmac(hash).implementation->with_key(secret);
  if (!key) return fail(Errc::out_of_memory);
  return Prf(std::move(key), digest_size(hash));
}

// RFC 5246 §5: P_hash = HMAC(secret, A(1) + seed) + HMAC(secret, A(2) + seed) + …, where A(0) is
// the seed and A(i) = HMAC(secret, A(i-1));
// the seed of the PRF is the label followed by the seed.
Result<void> Prf::expand(std::string_view label, Bytes seed1, Bytes seed2, MutableBytes out) {
  Secret<kMaxDigestSize> a(digest_), block(digest_);
  if (!key_->compute({bytes_of(label), seed1, seed2}, a.bytes().data()))
    return fail(Errc::crypto_failed, "HMAC");
  while (!out.empty()) {
    if (!key_->compute({a.bytes(), bytes_of(label), seed1, seed2}, block.bytes().data()))
      return fail(Errc::crypto_failed, "HMAC");
    const std::size_t n = std::min(out.size(), digest_);
    std::memcpy(out.data(), block.bytes().data(), n);
    out = out.subspan(n);
    if (!out.empty() && !key_->compute({a.bytes()}, a.bytes().data()))
      return fail(Errc::crypto_failed, "HMAC");
  }
  return {};
}

Result<KeySchedule> KeySchedule::from(const Inputs& in) {
  auto pre_master = Prf::with_secret(in.provider, in.suite.prf_hash, in.pre_master_secret);
  if (!pre_master) return fail(pre_master.error());
  Secret<kMasterSecretSize> master(kMasterSecretSize);
  const auto made = in.session_hash
                        ? pre_master->expand("extended master secret", in.session_hash->bytes(), {},
                                             master.bytes())  // RFC 7627 §4
                        : pre_master->expand("master secret", in.client_random, in.server_random,
                                             master.bytes());  // RFC 5246 §8.1
  if (!made) return fail(made.error());
  return resume(in.provider, in.suite, master.bytes());
}

Result<KeySchedule> KeySchedule::resume(const Provider& provider, const wire::SuiteRow& suite,
                                        Bytes master_secret) {
  auto prf = Prf::with_secret(provider, suite.prf_hash, master_secret);
  if (!prf) return fail(prf.error());
  return KeySchedule(suite, std::move(*prf), Secret<kMasterSecretSize>::copy_of(master_secret));
}

Result<KeyBlock> KeySchedule::key_block(Bytes client_random, Bytes server_random,
                                        bool encrypt_then_mac) {
  KeyBlock block{.cipher = suite_->cipher,
                 .encrypt_then_mac = encrypt_then_mac,
                 .sizes = record::key_sizes(suite_->cipher)};
  block.bytes.resize(2 * (block.sizes.mac_key + block.sizes.key + block.sizes.iv));
  // RFC 5246 §6.3: here the server's random comes first.
  if (const auto made =
          prf_.expand("key expansion", server_random, client_random, block.bytes.bytes());
      !made)
    return fail(made.error());
  return block;
}

Result<VerifyData> KeySchedule::verify_data(Role sender, const Digest& messages) {
  VerifyData data;
  const auto made = prf_.expand(sender == Role::client ? "client finished" : "server finished",
                                messages.bytes(), {}, data);
  if (!made) return fail(made.error());
  return data;
}

Result<FinishedVerified> KeySchedule::verify_finished(Role sender, const Digest& messages,
                                                      Bytes received) {
  const auto expected = verify_data(sender, messages);
  if (!expected) return fail(expected.error());
  if (!ct::equal(*expected, received)) return fail(Errc::bad_finished);
  return FinishedVerified();
}

}  // namespace tls12::handshake
