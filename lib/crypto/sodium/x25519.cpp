// X25519 (RFC 7748) by libsodium.
#include <sodium.h>

#include <cstring>
#include <new>

#include "base/secret.hpp"
#include "crypto/sodium/backend.hpp"

namespace tls12::sodium {
namespace {

static_assert(crypto_scalarmult_curve25519_BYTES == public_size(GroupAlgorithm::x25519));

class Share final : public KeyShare {
 public:
  /// False when the library refuses the scalar, which it never does.
  bool compute_public_value() {
    return crypto_scalarmult_curve25519_base(public_.data(), scalar_.bytes().data()) == 0;
  }
  MutableBytes scalar() { return scalar_.bytes(); }

  Bytes public_value() const override { return public_; }
  Result<void> derive(Bytes peer, MutableBytes secret) override {
    if (peer.size() != public_.size()) return fail(Errc::bad_key_share);
    if (secret.size() < secret_size(GroupAlgorithm::x25519)) return fail(Errc::misuse);
    // RFC 8422 §5.11: a result of zeros must not be used; libsodium refuses it, and every point of
    // small order, with -1.
    if (crypto_scalarmult_curve25519(secret.data(), scalar_.bytes().data(), peer.data()) != 0)
      return fail(Errc::bad_key_share);
    return {};
  }

 private:
  Secret<32> scalar_{32};
  std::array<std::uint8_t, 32> public_ = {};
};

class X25519 final : public Group {
 public:
  Result<std::unique_ptr<KeyShare>> generate(Random& random) const override {
    std::unique_ptr<Share> share(new (std::nothrow) Share);
    if (!share) return fail(Errc::out_of_memory);
    if (!random.fill(share->scalar())) return fail(Errc::randomness_failed);
    if (!share->compute_public_value()) return fail(Errc::crypto_failed);
    return share;
  }
};

}  // namespace

const Group& x25519() {
  static const X25519 group;
  return group;
}

}  // namespace tls12::sodium
