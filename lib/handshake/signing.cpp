#include "handshake/signing.hpp"

#include <algorithm>

namespace tls12::handshake {

Result<Outcome> Signing::step(const Provider& provider) {
  if (refused_) return fail(Errc::signature_refused);
  if (size_ != 0) return check_foreign(provider);
  const PrivateKey& key = credential_.identity->identity.key();
  if (key.is_elsewhere()) {
    waits_ = true;
    return Outcome::waits;
  }
  const auto size = key.sign(credential_.algorithm, message_.view(), provider.rng(), signature_);
  if (!size) return fail(size.error());
  size_ = *size;
  return Outcome::done;
}

// A faulty RSA signature gives the key away (RFC 8422 §9 asks for care; the fault attack is
// Lenstra's), whoever made it.
Result<Outcome> Signing::check_foreign(const Provider& provider) const {
  const SignatureAlgorithm& by = credential_.algorithm;
  if (!is_rsa(by.family)) return Outcome::done;
  const PublicKey& key = credential_.identity->key.key;
  const bool right = provider[by.family].implementation->verify(key, by.hash, by.salt_size,
                                                                message_.view(), signature());
  if (!right) return fail(Errc::signature_refused, "the RSA signature that was provided is wrong");
  return Outcome::done;
}

void Signing::answer(std::optional<Bytes> signature) {
  waits_ = false;
  refused_ = !signature || signature->empty() || signature->size() > signature_.size();
  if (refused_) return;
  std::ranges::copy(*signature, signature_.begin());
  size_ = signature->size();
}

}  // namespace tls12::handshake
