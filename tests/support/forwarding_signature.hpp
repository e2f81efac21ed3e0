// A backend for signatures that passes all calls to another one.
#pragma once

#include "tls12/crypto.hpp"

namespace tls12::test {

class ForwardingSignature : public Signature {
 public:
  explicit ForwardingSignature(const Signature& to) : to_(to) {}
  bool verify(const PublicKey& key, HashAlgorithm hash, std::size_t salt_size, Bytes message,
              Bytes signature) const override {
    return to_.verify(key, hash, salt_size, message, signature);
  }
  Result<std::shared_ptr<const SigningKey>> load(const PrivateKeyNumbers& key) const override {
    return to_.load(key);
  }
  Result<std::size_t> public_point(const PrivateKeyNumbers& key, MutableBytes out) const override {
    return to_.public_point(key, out);
  }
  Result<Generated> generate(Random& random, std::size_t rsa_bits) const override {
    return to_.generate(random, rsa_bits);
  }

 private:
  const Signature& to_;
};

}  // namespace tls12::test
