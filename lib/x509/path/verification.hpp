// What the parts of one verdict share: the builder (build.cpp), the validator (validate.cpp),
// revocation and verify() itself.
#pragma once

#include <array>
#include <expected>
#include <span>
#include <vector>

#include "tls12/verify.hpp"
#include "x509/asn1/budget.hpp"
#include "x509/certificate/trust_anchors.hpp"
#include "x509/path/certificate_checks.hpp"

namespace tls12::x509 {

/// A chain, whole or growing, from the end entity upwards.
using Path = std::span<const Certificate* const>;

/// What is kept of a verdict that was interrupted, for when it is begun anew: no signature is
/// checked twice.
struct KnownSignatures {
  struct Link {
    Certificate certificate,
        issuer;  // owned: the caller's certificates may be gone, and their memory reused
    bool is_right = false;
  };
  struct Other {
    std::array<std::uint8_t, 32> digest = {};  ///< of key, method, message and signature
    bool is_right = false;
  };
  std::vector<Link> links = {};
  std::vector<Other> others = {};
  std::size_t steps = 0;  ///< of the attempt before, without signatures
};

/// One verdict under way: what it is judged by, what it may still cost, and what it has found out.
class Verification {
 public:
  /// Views what `request` views, `work`, and what is `known`.
  Verification(const VerifyRequest& request, Work& work, KnownSignatures& known);

  const VerifyPolicy& policy;
  const WallTime now;
  const Provider& provider;
  Budget budget;

  bool trusts_nobody() const { return anchors_.empty(); }
  bool is_anchor(const Certificate& certificate) const;
  /// Those whose subject has this hash.
  std::span<const Certificate> anchors_named(std::uint64_t hash) const {
    return with_subject(anchors_, hash);
  }
  /// Likewise, of what was presented behind the leaf: each once, in the order it came.
  Path untrusted_named(std::uint64_t hash) const;

  /// RFC 5280 §6.1.3 (a) (1): `issuer`'s key signed `certificate`. Each pair is checked once, at
  /// the budget's expense.
  Check signed_by(const Certificate& certificate, const Certificate& issuer);
  /// A signature over something else, likewise at the budget's expense.
  bool is_signed(Bytes message, const SignatureMethod& method, Bytes signature,
                 const SubjectKey& key);

 private:
  TrustAnchors anchors_;
  std::vector<const Certificate*> untrusted_;  // by the hash of their subjects
  KnownSignatures& known_;
  std::size_t links_charged_ =
      0;  // of known_.links, those from the start that this attempt has paid for
};

/// `refusal` of the certificate at `depth`, as verify() tells it.
VerifyFailure failure_of(const ParsedCertificate& certificate, std::size_t depth,
                         const Refusal& refusal);

}  // namespace tls12::x509
