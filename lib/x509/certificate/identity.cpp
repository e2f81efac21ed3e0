// Identity: a private key, with the certificate chain of the key or without.
#include <algorithm>

#include "base/caught.hpp"
#include "tls12/certificate.hpp"
#include "x509/asn1/file.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/key/algorithm.hpp"
#include "x509/name/distinguished_name.hpp"

namespace tls12 {
namespace {

/// `subject` is supported.
bool is_key_of(const PrivateKey& key, const x509::SubjectKey& subject) {
  if (key.is_elsewhere()) return key.kind() == subject.key.kind;
  x509::der::Fault fault;
  x509::der::Reader info(key.public_key_info(), fault);
  const x509::SubjectKey own = x509::read_subject_public_key_info(info);
  return own.supported && x509::same_key(own.key, subject.key);
}

// RFC 5246 §7.4.2: each certificate behind the one that it certifies. What certifies none of them
// does not belong there.
std::vector<Certificate> in_order(std::vector<Certificate> given) {
  std::vector<Certificate> chain;
  for (auto next = given.begin(); next != given.end();
       next = std::ranges::find_if(given, [&](const Certificate& c) {
         return x509::same_name(internals(c).subject, internals(chain.back()).issuer);
       })) {
    chain.push_back(std::move(*next));
    given.erase(next);
  }
  return chain;
}

}  // namespace

struct Identity::Content {
  std::vector<Certificate> chain;
  PrivateKey key;
  std::vector<std::uint8_t> raw_public_key = {};  ///< of a key without a certificate
  std::vector<CertificateType> types = {};        ///< empty: all
  std::vector<SignatureScheme> schemes = {};
  std::vector<std::uint8_t> ocsp_response = {}, timestamps = {};
};

Result<Identity> Identity::from(std::vector<Certificate> chain, PrivateKey key) {
  return guarded([&]() -> Result<Identity> {
    if (chain.empty()) return fail(Errc::misuse, "an identity without a certificate");
    const x509::SubjectKey& subject = internals(chain.front()).subject_key;
    if (!subject.supported || !is_key_of(key, subject))
      return fail(Errc::key_does_not_match_certificate, x509::describe(internals(chain.front())));
    return Identity(std::make_shared<const Content>(in_order(std::move(chain)), std::move(key)));
  });
}

Result<Identity> Identity::from_pem_files(const std::string& chain_path,
                                          const std::string& key_path, ProviderPtr provider,
                                          const AskPassphrase& ask) {
  return guarded([&]() -> Result<Identity> {
    auto chain = Certificate::all_from_file(chain_path);
    if (!chain) return fail(chain.error());
    auto key = PrivateKey::from_file(key_path, std::move(provider), ask);
    if (!key) return fail(key.error());
    auto identity = from(std::move(*chain), std::move(*key));
    if (!identity) return fail(x509::in_file(identity.error(), key_path));
    return identity;
  });
}

Result<Identity> Identity::from_raw_public_key(PrivateKey key, Bytes public_key_info) {
  return guarded([&]() -> Result<Identity> {
    const Bytes info = public_key_info.empty() ? key.public_key_info() : public_key_info;
    if (info.empty()) return fail(Errc::misuse, "an external key without its public half");
    x509::der::Fault fault;
    x509::der::Reader reader(info, fault);
    const x509::SubjectKey subject = x509::read_subject_public_key_info(reader);
    reader.finish();
    if (fault) return fail(Errc::bad_der, fault.what);
    if (!subject.supported) return fail(Errc::key_unsupported, "public_key_info");
    if (!is_key_of(key, subject))
      return fail(Errc::key_does_not_match_certificate, "public_key_info is of another key");
    Content content{.chain = {}, .key = std::move(key)};
    content.raw_public_key.assign(info.begin(), info.end());
    return Identity(std::make_shared<const Content>(std::move(content)));
  });
}

Identity Identity::with_certificate_types(std::vector<CertificateType> types) const {
  auto content = std::make_shared<Content>(*content_);
  content->types = std::move(types);
  return Identity(std::move(content));
}

Identity Identity::with_signing_schemes(std::vector<SignatureScheme> schemes) const {
  auto content = std::make_shared<Content>(*content_);
  content->schemes = std::move(schemes);
  return Identity(std::move(content));
}

Identity Identity::with_ocsp_response(Bytes der) const {
  auto content = std::make_shared<Content>(*content_);
  content->ocsp_response.assign(der.begin(), der.end());
  return Identity(std::move(content));
}

Identity Identity::with_signed_certificate_timestamps(Bytes list) const {
  auto content = std::make_shared<Content>(*content_);
  content->timestamps.assign(list.begin(), list.end());
  return Identity(std::move(content));
}

Bytes Identity::ocsp_response() const { return content_->ocsp_response; }
Bytes Identity::signed_certificate_timestamps() const { return content_->timestamps; }
std::span<const Certificate> Identity::chain() const { return content_->chain; }
std::span<const SignatureScheme> Identity::signing_schemes() const { return content_->schemes; }

Bytes Identity::public_key_info() const {
  if (content_->chain.empty()) return content_->raw_public_key;
  return internals(content_->chain.front()).public_key_info;
}

bool Identity::can_be_shown_as(CertificateType type) const {
  if (type == CertificateType::x509 && content_->chain.empty()) return false;
  return content_->types.empty() || std::ranges::count(content_->types, type) != 0;
}
const PrivateKey& Identity::key() const { return content_->key; }

}  // namespace tls12
