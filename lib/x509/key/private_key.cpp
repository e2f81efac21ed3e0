// PrivateKey: numbers, the public half, and what the backends made of them, one signer a family.
#include <algorithm>

#include "base/caught.hpp"
#include "tls12/certificate.hpp"
#include "x509/asn1/file.hpp"
#include "x509/asn1/file_format.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/key/encrypted_key.hpp"
#include "x509/key/key_encoding.hpp"

namespace tls12 {
namespace {

using x509::OwnedKey;

/// The first block of a PEM text that holds a private key (RFC 7468 §10, §11, and OpenSSL's older
/// labels).
Result<x509::pem::Block> find_key(const std::string_view text) {
  for (std::string_view rest = text;;) {
    const auto block = x509::pem::next(rest);
    if (!block) return fail(block.error());
    if (!*block) return x509::no_block(text, "PRIVATE KEY");
    const std::string_view label = (*block)->label;
    if (!label.ends_with("PRIVATE KEY")) continue;
    if ((*block)->has_headers && (*block)->base64.find("ENCRYPTED") != label.npos) {
      Error error(Errc::key_unsupported,
                  "encrypted in PEM itself (Proc-Type: 4,ENCRYPTED)");  // RFC 1421 §4.6.1.1
      error.advice = x509::kConvertKey;
      return fail(error);
    }
    for (const char* known :
         {"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"})
      if (label == known) return **block;
    return fail(x509::explained(Error(Errc::key_unsupported, label), bytes_of(text)));
  }
}

/// Whether `given`, in any of SEC 1's forms (§2.3.3), is the uncompressed `point`.
bool is_point(Bytes given, Bytes point) {
  if (std::ranges::equal(given, point)) return true;
  if (point.size() < 3 || point.size() % 2 == 0 || given.empty()) return false;
  const std::size_t half = point.size() / 2;
  const std::uint8_t odd = point.back() & 1;
  const bool compressed = given.size() == 1 + half && given[0] == (0x02 | odd);
  const bool hybrid = given.size() == point.size() && given[0] == (0x06 | odd);
  return (compressed || hybrid) &&
         std::ranges::equal(given.subspan(1), point.subspan(1, given.size() - 1));
}

}  // namespace

struct PrivateKey::Content {
  OwnedKey key = {};
  bool elsewhere = false, decrypts_elsewhere = false;
  std::vector<std::uint8_t> point = {};  ///< the public half of an EC or Ed25519 key
  std::vector<std::uint8_t> public_key_info = {};
  std::array<std::shared_ptr<const SigningKey>, kSignatureFamilies> signers = {};
  std::shared_ptr<const DecryptionKey> decryptor = {};  ///< of an rsa key

  Result<void> find_point(const Provider& provider);
  Result<void> load_signers(const Provider& provider);
  Result<void> load_decryptor(const Provider& provider);
  void write_public_key_info();
  static Result<std::shared_ptr<const Content>> make(OwnedKey key, const ProviderPtr& provider);
};

Result<void> PrivateKey::Content::find_point(const Provider& provider) {
  if (is_rsa(key.kind)) return {};
  const SignatureFamily family = facts(key.kind).family;
  const auto& row = provider[family];
  if (!row) return fail(Errc::algorithm_unavailable, name(family));
  point.resize(kMaxGroupPublicSize);
  const auto size = row.implementation->public_point(key.numbers(), point);
  if (!size) return fail(size.error());
  point.resize(*size);
  if (!key.point.empty() && !is_point(key.point, point))
    return fail(Errc::bad_private_key, "its public key belongs to another");
  return {};
}

Result<void> PrivateKey::Content::load_signers(const Provider& provider) {
  bool any = false;
  for (std::size_t i = 0; i < kSignatureFamilies; ++i) {
    const auto family = static_cast<SignatureFamily>(i);
    const auto& row = provider[family];
    if (!row || !signs_by(key.kind, family)) continue;
    auto signer = row.implementation->load(key.numbers());
    if (!signer) return fail(signer.error());
    signers[i] = std::move(*signer);
    any = true;
  }
  if (!any) return fail(Errc::algorithm_unavailable, name(facts(key.kind).family));
  return {};
}

Result<void> PrivateKey::Content::load_decryptor(const Provider& provider) {
  if (key.kind != KeyKind::rsa || !provider.rsa_encryption) return {};
  auto loaded = provider.rsa_encryption.implementation->load(key.numbers());
  if (!loaded) return fail(loaded.error());
  decryptor = std::move(*loaded);
  return {};
}

void PrivateKey::Content::write_public_key_info() {
  x509::der::Writer writer;
  write_subject_public_key_info(
      {.kind = key.kind, .modulus = key.modulus, .exponent = key.public_exponent, .point = point},
      key.pss, writer);
  public_key_info.assign(writer.bytes().begin(), writer.bytes().end());
}

Result<std::shared_ptr<const PrivateKey::Content>> PrivateKey::Content::make(
    OwnedKey key, const ProviderPtr& provider) {
  if (provider == nullptr) return fail(Errc::algorithm_unavailable, "no crypto backend");
  auto content = std::make_shared<Content>();
  content->key = std::move(key);
  if (auto found = content->find_point(*provider); !found) return fail(found.error());
  if (auto loaded = content->load_signers(*provider); !loaded) return fail(loaded.error());
  if (auto loaded = content->load_decryptor(*provider); !loaded) return fail(loaded.error());
  content->write_public_key_info();
  return content;
}

Result<PrivateKey> PrivateKey::from_der(Bytes der, ProviderPtr provider, const AskPassphrase& ask) {
  return guarded([&]() -> Result<PrivateKey> {
    SecretVector decrypted;
    if (x509::is_encrypted_private_key(der)) {
      if (provider == nullptr) return fail(Errc::algorithm_unavailable, "no crypto backend");
      auto inner = x509::decrypt_private_key(der, *provider, ask);
      if (!inner) return fail(inner.error());
      decrypted = std::move(*inner);
      der = decrypted;
    }
    auto key = x509::read_private_key(der);
    if (!key) return fail(key.error());
    auto content = Content::make(std::move(*key), provider);
    if (!content) return fail(content.error());
    return PrivateKey(std::move(*content));
  });
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view text, ProviderPtr provider,
                                        const AskPassphrase& ask) {
  return guarded([&]() -> Result<PrivateKey> {
    const auto block = find_key(text);
    if (!block) return fail(block.error());
    SecretVector der(block->max_size());
    const auto size = x509::pem::decode(*block, der);
    if (!size) return fail(size.error());
    return from_der(Bytes(der).first(*size), std::move(provider), ask);
  });
}

Result<PrivateKey> PrivateKey::from_file(const std::string& path, ProviderPtr provider,
                                         const AskPassphrase& ask) {
  return guarded([&]() -> Result<PrivateKey> {
    const auto content = x509::read_file(path);
    if (!content) return fail(content.error());
    const auto der = x509::der_in(*content);
    auto key = der ? from_der(*der, std::move(provider), ask)
                   : from_pem(text_of(*content), std::move(provider), ask);
    if (!key)
      return fail(x509::in_file(der ? x509::explained(key.error(), *content) : key.error(), path));
    return key;
  });
}

PrivateKey PrivateKey::elsewhere(KeyKind kind, bool decrypts) {
  auto content = std::make_shared<Content>();
  content->key.kind = kind;
  content->elsewhere = true;
  content->decrypts_elsewhere = decrypts && kind == KeyKind::rsa;
  return PrivateKey(std::move(content));
}

Result<PrivateKey> PrivateKey::generate(KeyKind kind, std::size_t rsa_bits, ProviderPtr provider) {
  return guarded([&]() -> Result<PrivateKey> {
    const SignatureFamily family = facts(kind).family;
    if (provider == nullptr || !(*provider)[family] || !provider->random)
      return fail(Errc::algorithm_unavailable, name(family));
    auto made = (*provider)[family].implementation->generate(provider->rng(), rsa_bits);
    if (!made) return fail(made.error());
    const auto copy = [](Bytes number) { return SecretVector(number.begin(), number.end()); };
    OwnedKey key{.kind = kind,
                 .modulus = copy(made->modulus),
                 .public_exponent = copy(made->public_exponent),
                 .private_exponent = copy(made->private_exponent),
                 .prime1 = copy(made->prime1),
                 .prime2 = copy(made->prime2),
                 .scalar = copy(made->scalar)};
    auto content = Content::make(std::move(key), provider);
    if (!content) return fail(content.error());
    return PrivateKey(std::move(*content));
  });
}

KeyKind PrivateKey::kind() const { return content_->key.kind; }
bool PrivateKey::is_elsewhere() const { return content_->elsewhere; }
bool PrivateKey::decrypts() const {
  return content_->decrypts_elsewhere || content_->decryptor != nullptr;
}
Bytes PrivateKey::public_key_info() const { return content_->public_key_info; }

Result<std::string> PrivateKey::to_pem() const {
  return guarded([&]() -> Result<std::string> {
    if (content_->elsewhere) return fail(Errc::misuse, "the key lives elsewhere");
    const auto der = x509::write_private_key(content_->key, content_->point);
    if (!der) return fail(der.error());
    std::string text;
    x509::pem::encode("PRIVATE KEY", *der, text);
    return text;
  });
}

Result<std::size_t> PrivateKey::sign(const SignatureAlgorithm& algorithm, Bytes message,
                                     Random& random, MutableBytes out) const {
  if (content_->elsewhere) return fail(Errc::misuse, "the key lives elsewhere");
  const auto& signer = content_->signers[static_cast<std::size_t>(algorithm.family)];
  if (signer == nullptr) return fail(Errc::signature_scheme_wrong_for_key, name(algorithm.family));
  // RFC 4055 §3.3: an RSA-PSS key may be restricted to one hash and a least salt.
  const auto& pss = content_->key.pss;
  if (pss && !pss->allows(algorithm.hash, algorithm.salt_size))
    return fail(Errc::signature_scheme_wrong_for_key, "the key is for another hash");
  return guarded(
      [&] { return signer->sign(algorithm.hash, algorithm.salt_size, message, random, out); });
}

Result<std::size_t> PrivateKey::decrypt(Bytes ciphertext, Random& random, MutableBytes out) const {
  if (content_->elsewhere) return fail(Errc::misuse, "the key lives elsewhere");
  if (content_->decryptor == nullptr) return fail(Errc::key_unsupported, "it does not decrypt");
  return guarded([&] { return content_->decryptor->decrypt(ciphertext, random, out); });
}

}  // namespace tls12
