// What a CertificateRecipe becomes: a subject, and the extensions of RFC 5280 §4.2 that go with
// what the certificate is for.
#pragma once

#include <vector>

#include "tls12/issue.hpp"
#include "x509/issue/certificate_draft.hpp"

namespace tls12::x509 {

/// RFC 7633 §4.1: the TLS extension (RFC 6066 §8) that a certificate which must be stapled asks
/// for.
inline constexpr std::uint64_t kStatusRequest = 5;
/// X.520's bound, which RFC 5280 appendix A.1 repeats (ub-common-name).
inline constexpr std::size_t kMaxCommonName = 64;

/// Errors: Errc::misuse, when the recipe contradicts itself.
Result<void> check(const CertificateRecipe& recipe);
/// The subject's Name. Errors: Errc::misuse.
Result<SecretVector> subject_of(const CertificateRecipe& recipe);
/// All but the two key identifiers, for a key of this kind. Errors: Errc::misuse.
Result<std::vector<DraftExtension>> extensions_of(const CertificateRecipe& recipe, KeyKind kind);

}  // namespace tls12::x509
