// tls12::issue_certificate: from a recipe to a certificate, signed by itself or by an issuer.
#include "base/caught.hpp"
#include "base/internals.hpp"
#include "tls12/issue.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/issue/certificate_draft.hpp"
#include "x509/issue/recipe.hpp"
#include "x509/name/distinguished_name.hpp"

namespace tls12::x509 {
namespace {

/// Whether `issuer` may issue what `recipe` says (RFC 5280 §4.2.1.9, §4.2.1.3).
Result<void> check_may_issue(const ParsedCertificate& issuer, const CertificateRecipe& recipe) {
  const auto& constraints = issuer.extensions.basic_constraints;
  if (!constraints || !constraints->is_ca || !issuer.extensions.allows(KeyUsage::key_cert_sign))
    return fail(Errc::misuse, "the issuer is no CA: " + describe(issuer));
  if (recipe.is_ca && constraints->path_length == 0)
    return fail(Errc::misuse,
                "the issuer's path length allows no CA below it: " + describe(issuer));
  return {};
}

/// By `issuer`, or where that is null, by the key itself.
Result<Certificate> issue(const CertificateRecipe& recipe, Bytes public_key_info,
                          const PrivateKey& signer, const ParsedCertificate* issuer,
                          const Provider& provider) {
  auto draft = draft_of(recipe, public_key_info, provider);
  if (!draft) return fail(draft.error());
  const auto method = method_for(signer, recipe.hash, recipe.pss);
  if (!method) return fail(method.error());
  draft->method = *method;
  auto authority = key_identifier(signer.public_key_info(), provider);
  if (!authority) return fail(authority.error());
  if (issuer == nullptr) {
    if (is_empty_name(draft->subject))
      return fail(Errc::misuse, "a certificate that signs itself without a subject");
    draft->issuer = draft->subject;
  } else {
    if (auto may = check_may_issue(*issuer, recipe); !may) return fail(may.error());
    draft->issuer.assign(issuer->subject.begin(), issuer->subject.end());
    // RFC 5280 §4.2.1.1: the subjectKeyIdentifier of the issuer's certificate.
    if (const auto& own = issuer->extensions.subject_key_identifier)
      authority->assign(own->begin(), own->end());
  }
  draft->extensions.push_back(draft_authority_key_identifier(*authority));
  return sign(*draft, signer, provider.rng());
}

Result<void> check_provider(const ProviderPtr& provider) {
  if (provider == nullptr || !provider->random)
    return fail(Errc::algorithm_unavailable, "no crypto backend with randomness");
  return {};
}

}  // namespace
}  // namespace tls12::x509

namespace tls12 {

Result<Certificate> issue_certificate(const CertificateRecipe& recipe, const PrivateKey& key,
                                      const Identity* issuer, ProviderPtr provider) {
  return guarded([&]() -> Result<Certificate> {
    if (auto usable = x509::check_provider(provider); !usable) return fail(usable.error());
    const PrivateKey& signer = issuer != nullptr ? issuer->key() : key;
    if (key.is_elsewhere() || signer.is_elsewhere())
      return fail(Errc::misuse, "the key lives elsewhere");
    return x509::issue(recipe, key.public_key_info(), signer,
                       issuer == nullptr ? nullptr : &internals(issuer->chain().front()),
                       *provider);
  });
}

Result<Certificate> issue_certificate(const CertificateRecipe& recipe,
                                      const CertificationRequest& request, const Identity& issuer,
                                      ProviderPtr provider) {
  return guarded([&]() -> Result<Certificate> {
    if (auto usable = x509::check_provider(provider); !usable) return fail(usable.error());
    if (issuer.key().is_elsewhere()) return fail(Errc::misuse, "the key lives elsewhere");
    return x509::issue(recipe, request.public_key_info(), issuer.key(),
                       &internals(issuer.chain().front()), *provider);
  });
}

Result<DevelopmentIdentity> make_development_identity(std::vector<std::string> names, KeyKind kind,
                                                      ProviderPtr provider) {
  return guarded([&]() -> Result<DevelopmentIdentity> {
    const auto identify = [&](const CertificateRecipe& recipe, KeyKind of,
                              const Identity* issuer) -> Result<Identity> {
      auto key = PrivateKey::generate(of, 2048, provider);
      if (!key) return fail(key.error());
      auto certificate = issue_certificate(recipe, *key, issuer, provider);
      if (!certificate) return fail(certificate.error());
      return Identity::from({std::move(*certificate)}, std::move(*key));
    };
    auto ca = identify({.common_name = "tls12 development CA", .is_ca = true, .path_length = 0},
                       KeyKind::ec_secp256r1, nullptr);
    if (!ca) return fail(ca.error());
    CertificateRecipe recipe{.names = std::move(names)};
    if (!recipe.names.empty() && recipe.names.front().size() <= x509::kMaxCommonName)
      recipe.common_name = recipe.names.front();
    auto leaf = identify(recipe, kind, &*ca);
    if (!leaf) return fail(leaf.error());
    return DevelopmentIdentity{std::move(*ca), std::move(*leaf)};
  });
}

}  // namespace tls12
