// What the tests of revocation share: CRLs and OCSP responses of the chain of chains.hpp, and how a
// verdict depends on them.
#pragma once

#include "x509/chains.hpp"
#include "x509/issue/revocation_draft.hpp"

namespace tls12::x509::test {

/// A certificate for key 2, issued by the root: there is nothing in between.
inline Certificate child(Draft draft) {
  return sign_as(std::move(draft), common_name("root"), key(0));
}
inline Certificate child() { return child(leaf_draft(key(2))); }

struct Asked {
  RevocationMode mode = RevocationMode::require;
  std::vector<Crl> crls = {};
  Bytes staple = {};
  bool staple_was_requested = true;
  WallTime now = test_time();
  VerifyPolicy policy = {};
  const Provider& provider = *default_provider();
};

inline Verdict judge_status(const std::vector<Certificate>& presented, const Asked& asked,
                            std::vector<Certificate> anchors) {
  VerifyPolicy policy = asked.policy;
  policy.revocation.mode = asked.mode;
  policy.revocation.crls = asked.crls;
  return verify({.presented = presented,
                 .trust = TrustStore::of(std::move(anchors)),
                 .peer_name = PeerName::any(),
                 .now = asked.now,
                 .policy = policy,
                 .stapled_ocsp = asked.staple,
                 .staple_was_requested = asked.staple_was_requested,
                 .provider = asked.provider});
}
inline Errc status(const std::vector<Certificate>& presented, const Asked& asked) {
  return code_of(judge_status(presented, asked, {root()}));
}

/// A CRL of the root's, with one thing changed.
template <class Change>
Crl crl_of(const Certificate& issuer, const PrivateKey& signer, Change change) {
  auto draft = crl_draft_of(issuer, signer, 7, test_time() - kDay, test_time() + kDay);
  REQUIRE(draft.has_value());
  change(*draft);
  auto crl = sign_crl(*draft, signer, default_provider()->rng());
  REQUIRE_MESSAGE(crl.has_value(), crl.error().message());
  return *crl;
}
template <class Change>
Crl crl(Change change) {
  return crl_of(root(), key(0), change);
}
inline Crl crl() {
  return crl([](CrlDraft&) {});
}
/// A change that lists a certificate.
inline auto listing(const Certificate& certificate,
                    std::optional<RevocationReason> reason = RevocationReason::key_compromise) {
  return [=](CrlDraft& draft) {
    draft.entries.push_back(revoked_entry(certificate, test_time() - kDay, reason));
  };
}

/// That `certificate`, which `issuer` issued, is good, with one thing changed; signed by `signer`.
template <class Change>
std::vector<std::uint8_t> ocsp_of(const Certificate& certificate, const Certificate& issuer,
                                  const Certificate& responder, const PrivateKey& signer,
                                  Change change) {
  const auto single =
      single_response_of(certificate, issuer, HashAlgorithm::sha1, test_time() - kDay,
                         test_time() + kDay, *default_provider());
  REQUIRE(single.has_value());
  auto draft = ocsp_draft_of(*single, responder, signer, test_time() - kDay, *default_provider());
  REQUIRE(draft.has_value());
  change(*draft);
  const auto response = sign_ocsp_response(*draft, signer, default_provider()->rng());
  REQUIRE_MESSAGE(response.has_value(), response.error().message());
  return {response->der().begin(), response->der().end()};
}
/// By the root itself.
template <class Change>
std::vector<std::uint8_t> ocsp(const Certificate& certificate, Change change) {
  return ocsp_of(certificate, root(), root(), key(0), change);
}
inline std::vector<std::uint8_t> ocsp(const Certificate& certificate) {
  return ocsp(certificate, [](OcspDraft&) {});
}

}  // namespace tls12::x509::test
