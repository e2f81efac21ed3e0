#include "handshake/signing.hpp"

#include <algorithm>

namespace tls12::handshake {

void Signing::begin(const Identity& identity, SignatureScheme scheme, const SignatureAlgorithm& algorithm) {
  identity_ = identity;
  scheme_ = scheme;
  algorithm_ = algorithm;
}

Result<Outcome> Signing::step(const Provider& provider) {
  if (refused_) return fail(Errc::signature_refused);
  if (size_ != 0) return check_foreign(provider);
  if (identity_->key().is_elsewhere()) {
    waits_ = true;
    return Outcome::waits;
  }
  const auto size = identity_->key().sign(algorithm_, message_.view(), provider.rng(), signature_);
  if (!size) return fail(size.error());
  size_ = *size;
  return Outcome::done;
}

// A faulty RSA signature gives the key away (RFC 8422 §9 asks for care; the fault attack is Lenstra's), whoever made it.
Result<Outcome> Signing::check_foreign(const Provider& provider) const {
  if (algorithm_.family != SignatureFamily::rsa_pkcs1 && algorithm_.family != SignatureFamily::rsa_pss) return Outcome::done;
  const bool right = provider[algorithm_.family].implementation->verify(identity_->chain().front().public_key(), algorithm_.hash, algorithm_.salt_size,
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
