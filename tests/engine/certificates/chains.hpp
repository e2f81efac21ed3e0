// Identities by recipe: whose CA signs how, and for which names.
#pragma once

#include "support/engines.hpp"

namespace tls12::test {

struct ChainRecipe {
  KeyKind key = KeyKind::ec_secp256r1, ca_key = KeyKind::ec_secp256r1;
  std::vector<std::string> names = {"localhost"};
  std::optional<HashAlgorithm> hash = {};
  bool pss = false, for_clients = false, shows_ca = false;
  std::string ca_name = "CA";
};

/// An identity and its CA, valid around kNow.
inline DevelopmentIdentity make_chain(const ChainRecipe& recipe) {
  const auto from = kNow - std::chrono::hours(1), to = kNow + std::chrono::hours(1);
  const auto ca_key = PrivateKey::generate(recipe.ca_key).value(),
             key = PrivateKey::generate(recipe.key).value();
  const CertificateRecipe ca_recipe{
      .common_name = recipe.ca_name, .is_ca = true, .not_before = from, .not_after = to};
  const auto ca = Identity::from({issue_certificate(ca_recipe, ca_key).value()}, ca_key).value();
  const CertificateRecipe leaf_recipe{.common_name = recipe.names.front(),
                                      .names = recipe.names,
                                      .for_servers = !recipe.for_clients,
                                      .for_clients = recipe.for_clients,
                                      .not_before = from,
                                      .not_after = to,
                                      .hash = recipe.hash,
                                      .pss = recipe.pss};
  std::vector<Certificate> chain = {issue_certificate(leaf_recipe, key, &ca).value()};
  if (recipe.shows_ca) chain.push_back(ca.chain().front());
  return {ca, Identity::from(std::move(chain), key).value()};
}

}  // namespace tls12::test
