#include "session/binding.hpp"

#include <initializer_list>

namespace tls12::session {
namespace {

/// Values one behind the other, so that no two sequences of them are the same bytes.
class Digest {
 public:
  explicit Digest(const Provider& provider)
      : hash_(*provider[HashAlgorithm::sha256].implementation) {}
  void number(std::uint64_t value) {
    std::array<std::uint8_t, 8> bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(value), value >>= 8;
    hash_.update(bytes);
  }
  void bytes(Bytes value) {
    number(value.size());
    hash_.update(value);
  }
  Binding finish() {
    Binding out;
    hash_.digest(out);
    return out;
  }

 private:
  Hash hash_;
};

void add(Digest& digest, const RevocationOptions& revocation) {
  digest.number(static_cast<std::uint64_t>(revocation.mode));
  for (const bool flag :
       {revocation.find_crls != nullptr, revocation.end_entity_only, revocation.unusable_crl_fails})
    digest.number(flag);
  digest.number(static_cast<std::uint64_t>(revocation.clock_skew.count()));
  digest.number(static_cast<std::uint64_t>(revocation.max_age_without_next_update.count()));
  digest.number(revocation.crls.size());
  for (const Crl& crl : revocation.crls) digest.bytes(crl.der());
}

void add(Digest& digest, const TransparencyOptions& transparency) {
  digest.number(transparency.required);
  digest.number(transparency.logs.size());
  for (const TransparencyLog& log : transparency.logs) digest.bytes(log.id());
}

// All that can make one policy stricter than another. What a verdict may cost does not.
void add(Digest& digest, const VerifyPolicy& policy) {
  for (const bool flag :
       {policy.allow_sha1, policy.strict_profile, policy.common_name_fallback,
        policy.initial_policy_mapping_inhibit, policy.initial_explicit_policy,
        policy.initial_any_policy_inhibit, policy.check != nullptr,
        policy.dangerous.accept_anyway != nullptr, policy.max_path_length.has_value()})
    digest.number(flag);
  digest.number(policy.min_rsa_bits);
  digest.number(policy.max_path_length.value_or(0));
  digest.number(policy.signature_schemes.size());
  for (const SignatureScheme scheme : policy.signature_schemes)
    digest.number(static_cast<std::uint64_t>(scheme));
  digest.number(policy.user_initial_policy_set.size());
  for (const std::string& oid : policy.user_initial_policy_set) digest.bytes(bytes_of(oid));
  add(digest, policy.revocation);
  add(digest, policy.transparency);
  digest.number(policy.pins_suffice);
  digest.number(policy.pins.size());
  for (const Pin& pin : policy.pins) {
    digest.number(static_cast<std::uint64_t>(pin.kind));
    digest.bytes(pin.sha256);
  }
}

}  // namespace

Binding Bindings::of(std::string_view server_name, const Provider& provider, std::uint8_t asked,
                     const TrustStore& trust, const VerifyPolicy& policy) const {
  Digest digest(provider);
  digest.bytes(of_configuration(provider, asked, trust, policy));
  digest.bytes(bytes_of(server_name));
  return digest.finish();
}

Binding Bindings::of_configuration(const Provider& provider, std::uint8_t asked,
                                   const TrustStore& trust, const VerifyPolicy& policy) const {
  const TrustAnchors anchors = trust.anchors();
  const std::scoped_lock lock(mutex_);
  if (anchors_ && anchors_->begin() == anchors.begin())
    return of_configuration_;  // kept alive here, so that nothing else can be there
  Digest digest(provider);
  digest.number(asked);
  add(digest, policy);
  for (const Certificate& anchor : anchors) digest.bytes(anchor.der());
  of_configuration_ = digest.finish();
  anchors_ = anchors;
  return of_configuration_;
}

}  // namespace tls12::session
