// The named policies: how each differs from the defaults of VerifyPolicy.
#include "tls12/verify.hpp"

namespace tls12 {

const VerifyPolicy& VerifyPolicy::standard() {
  static const VerifyPolicy policy;
  return policy;
}

const VerifyPolicy& VerifyPolicy::strict() {
  static const VerifyPolicy policy = {
      .name = "strict", .strict_profile = true, .revocation = {.unusable_crl_fails = true}};
  return policy;
}

const VerifyPolicy& VerifyPolicy::legacy() {
  static const VerifyPolicy policy = {
      .name = "legacy", .min_rsa_bits = 1024, .allow_sha1 = true, .common_name_fallback = true};
  return policy;
}

}  // namespace tls12
