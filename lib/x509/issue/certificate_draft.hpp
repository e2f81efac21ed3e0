// Writing certificates (RFC 5280 §4.1), field by field. issue_certificate() fills a draft as the
// RFC requires; tests fill it otherwise.
#pragma once

#include <vector>

#include "base/secret.hpp"
#include "tls12/issue.hpp"
#include "x509/asn1/oid.hpp"
#include "x509/key/algorithm.hpp"
#include "x509/name/distinguished_name_writer.hpp"

namespace tls12::x509 {

struct DraftExtension {
  Oid id;
  bool is_critical = false;
  SecretVector value = {};
};

struct Draft {
  unsigned version = 3;
  std::vector<std::uint8_t> serial = {};
  SecretVector issuer = {}, subject = {};  ///< Names
  WallTime not_before = {}, not_after = {};
  Bytes public_key_info = {};
  std::vector<DraftExtension> extensions = {};
  SignatureMethod method = {};
};

/// An extension whose value `write` writes.
template <class Write>
DraftExtension draft_extension(const Oid& id, bool is_critical, Write write) {
  der::Writer writer;
  write(writer);
  return {id, is_critical, writer.take()};
}
DraftExtension draft_authority_key_identifier(Bytes key_identifier);
/// The list, without the tag that it has where it stands.
void write_extensions(const std::vector<DraftExtension>& extensions, der::Writer& writer);

/// RFC 7093 §2 (1): the first 160 bits of the SHA-256 of the subjectPublicKey.
Result<SecretVector> key_identifier(Bytes public_key_info, const Provider& provider);
/// How a key signs: unless `hash` says otherwise, with a hash as strong as the key, and where an
/// RSA-PSS key is restricted, with its own; an RSA key by RSASSA-PSS if `pss` says so. Errors:
/// Errc::misuse where the key cannot do what is wanted.
Result<SignatureMethod> method_for(const PrivateKey& key, std::optional<HashAlgorithm> hash = {},
                                   bool pss = false);
/// The draft filled from a recipe, all but issuer, authority key identifier and signature method.
/// Errors: Errc::misuse.
Result<Draft> draft_of(const CertificateRecipe& recipe, Bytes public_key_info,
                       const Provider& provider);
inline Result<Draft> draft_of(const CertificateRecipe& recipe, const PrivateKey& key,
                              const Provider& provider) {
  return draft_of(recipe, key.public_key_info(), provider);
}
/// What is signed, the method and the signature, which certificates, CRLs and OCSP responses alike
/// begin with. Errors: those of PrivateKey::sign.
Result<void> write_signed(Bytes tbs, const SignatureMethod& method, const PrivateKey& signer,
                          Random& random, der::Writer& writer);
/// The certificate, signed by `signer`. Errors: those of PrivateKey::sign, Errc::bad_certificate
/// when the draft makes none.
Result<Certificate> sign(const Draft& draft, const PrivateKey& signer, Random& random);

}  // namespace tls12::x509
