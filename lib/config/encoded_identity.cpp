#include "config/encoded_identity.hpp"

#include "config/encoding.hpp"

namespace tls12::config {

Result<EncodedIdentity> encode(const Identity& identity, const CommonConfig& config,
                               const SupportedAlgorithms& algorithms) {
  EncodedIdentity encoded{.identity = identity,
                          .certificate_list = {},
                          .key = {},
                          .signing_schemes = algorithms.signing_schemes};
  for (const Certificate& certificate : identity.chain())
    append_vector(encoded.certificate_list, certificate.der(), 3);
  x509::der::Fault fault;
  x509::der::Reader reader(identity.public_key_info(), fault);
  encoded.key = x509::read_subject_public_key_info(reader);
  if (identity.signing_schemes().empty()) return encoded;
  constexpr std::string_view kField = "identities: signing_schemes";
  auto own = find_rows<wire::SchemeRow>(*config.provider, identity.signing_schemes(), {}, kField);
  if (!own) return fail(own.error());
  if (const auto checked = check_sha1(*own, config.policy, kField); !checked)
    return fail(checked.error());
  std::erase_if(*own, [&](auto* row) { return !algorithm_for(row->scheme, encoded.key); });
  if (own->empty())
    return fail(Errc::bad_configuration, "identities: signing_schemes has none for the key");
  encoded.signing_schemes = std::move(*own);
  return encoded;
}

std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme,
                                                const x509::SubjectKey& key) {
  const auto algorithm = wire::algorithm_for(scheme, key.key.kind);
  if (algorithm && key.pss && !key.pss->allows(algorithm->hash, algorithm->salt_size))
    return std::nullopt;
  return algorithm;
}

}  // namespace tls12::config
