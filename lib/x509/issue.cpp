#include "x509/issue.hpp"

#include <algorithm>

#include "x509/der_writer.hpp"
#include "x509/digest.hpp"
#include "x509/dns_name.hpp"
#include "x509/extensions.hpp"
#include "x509/guard.hpp"
#include "x509/host_name.hpp"
#include "x509/parsed_certificate.hpp"
#include "x509/time.hpp"

namespace tls12::x509 {
namespace {

using der::Writer;

/// X.520's bound, which RFC 5280 appendix A.1 repeats (ub-common-name).
constexpr std::size_t kMaxCommonName = 64;
constexpr std::size_t kSerialSize = 16, kKeyIdentifierSize = 20;

DraftExtension basic_constraints(const CertificateRecipe& recipe) {
  return draft_extension(oid::kBasicConstraints, true, [&](Writer& writer) {
    writer.sequence([&] {
      if (recipe.is_ca) writer.boolean(true);
      if (recipe.is_ca && recipe.path_length) writer.small_natural(*recipe.path_length);
    });
  });
}

/// RFC 5280 §4.2.1.3: a bit string that ends with its last set bit.
DraftExtension key_usage(std::initializer_list<KeyUsage> usages) {
  std::uint8_t bits = 0;
  for (const KeyUsage usage : usages) bits = static_cast<std::uint8_t>(bits | 0x80 >> static_cast<unsigned>(usage));
  unsigned unused = 0;
  while (unused < 7 && (bits >> unused & 1) == 0) ++unused;
  return draft_extension(oid::kKeyUsage, true, [&](Writer& writer) { writer.bit_string({&bits, 1}, unused); });
}

DraftExtension extended_key_usage(const CertificateRecipe& recipe) {
  return draft_extension(oid::kExtendedKeyUsage, false, [&](Writer& writer) {
    writer.sequence([&] {
      if (recipe.for_servers) writer.object_identifier(oid::kServerAuth.bytes());
      if (recipe.for_clients) writer.object_identifier(oid::kClientAuth.bytes());
    });
  });
}

/// RFC 5280 §4.2.1.6: critical when the subject is empty.
Result<DraftExtension> subject_alt_name(const CertificateRecipe& recipe) {
  for (const std::string& name : recipe.names)
    if (!is_presentable(name) && !ReferenceName::parse(name)) return fail(Errc::misuse, "no name for a certificate: " + name);
  return draft_extension(oid::kSubjectAltName, recipe.common_name.empty(), [&](Writer& writer) {
    writer.sequence([&] {
      for (const std::string& name : recipe.names) {
        const auto reference = ReferenceName::parse(name);
        if (reference && reference->is_address()) {
          writer.element(der::context(7), reference->address());
        } else {
          writer.element(der::context(2), bytes_of(reference ? reference->dns() : name));
        }
      }
    });
  });
}

DraftExtension subject_key_identifier(Bytes identifier) {
  return draft_extension(oid::kSubjectKeyIdentifier, false, [&](Writer& writer) { writer.octet_string(identifier); });
}

void write_tbs(const Draft& draft, Writer& writer) {
  writer.sequence([&] {
    if (draft.version > 1) writer.nest(der::constructed(0), [&] { writer.small_natural(draft.version - 1); });
    writer.natural(draft.serial);
    write_signature_algorithm(draft.method, writer);
    writer.raw(draft.issuer);
    writer.sequence([&] {
      write_time(draft.not_before, writer);
      write_time(draft.not_after, writer);
    });
    writer.raw(draft.subject);
    writer.raw(draft.public_key_info);
    if (!draft.extensions.empty()) writer.nest(der::constructed(3), [&] { write_extensions(draft.extensions, writer); });
  });
}

std::optional<SignatureFamily> family_of(SignatureKind method, KeyKind key) {
  switch (method) {
    case SignatureKind::rsa_pkcs1: return SignatureFamily::rsa_pkcs1;
    case SignatureKind::rsa_pss: return SignatureFamily::rsa_pss;
    case SignatureKind::ed25519: return SignatureFamily::ed25519;
    case SignatureKind::ecdsa:
      return key == KeyKind::ec_secp384r1   ? SignatureFamily::ecdsa_secp384r1
             : key == KeyKind::ec_secp521r1 ? SignatureFamily::ecdsa_secp521r1
                                            : SignatureFamily::ecdsa_secp256r1;
    case SignatureKind::unsupported: break;
  }
  return std::nullopt;
}

/// RFC 5280 §4.1.2.2: positive, and random so that nobody can foresee what is signed.
Result<std::vector<std::uint8_t>> random_serial(Random& random) {
  std::vector<std::uint8_t> serial(kSerialSize);
  if (!random.fill(serial)) return fail(Errc::randomness_failed);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
  return serial;
}

Result<void> check(const CertificateRecipe& recipe) {
  if (recipe.common_name.size() > kMaxCommonName) return fail(Errc::misuse, "a common name of more than 64 bytes: " + recipe.common_name);
  if (recipe.common_name.empty() && (recipe.names.empty() || recipe.is_ca)) return fail(Errc::misuse, "a certificate without a name");
  if (recipe.path_length && !recipe.is_ca) return fail(Errc::misuse, "a path length is for a CA");
  if (recipe.not_after < recipe.not_before) return fail(Errc::misuse, "a certificate that ends before it begins");
  return {};
}

}  // namespace

DraftExtension draft_authority_key_identifier(Bytes key_identifier) {
  return draft_extension(oid::kAuthorityKeyIdentifier, false,
                         [&](Writer& writer) { writer.sequence([&] { writer.element(der::context(0), key_identifier); }); });
}

void write_extensions(const std::vector<DraftExtension>& extensions, Writer& writer) {
  writer.sequence([&] {
    for (const DraftExtension& e : extensions)
      writer.sequence([&] {
        writer.object_identifier(e.id.bytes());
        if (e.is_critical) writer.boolean(true);
        writer.octet_string(e.value);
      });
  });
}

SecretVector encode_common_name(std::string_view common_name) {
  Writer writer;
  writer.sequence([&] {
    if (common_name.empty()) return;
    writer.nest(der::kSet, [&] {
      writer.sequence([&] {
        writer.object_identifier(oid::kCommonName.bytes());
        writer.element(der::kUtf8String, bytes_of(common_name));
      });
    });
  });
  return writer.take();
}

Result<SecretVector> key_identifier(Bytes public_key_info, const Provider& provider) {
  der::Fault fault;
  der::Reader info(public_key_info, fault);
  const Bytes bits = read_subject_public_key_info(info).bits;
  const auto digest = digest_of(HashAlgorithm::sha256, bits, provider);
  if (!digest) return fail(digest.error());
  const Bytes whole = digest->bytes();
  return SecretVector(whole.begin(), whole.begin() + kKeyIdentifierSize);
}

Result<SignatureMethod> method_for(const PrivateKey& key) {
  der::Fault fault;
  der::Reader info(key.public_key_info(), fault);
  const SubjectKey subject = read_subject_public_key_info(info);
  switch (key.kind()) {
    case KeyKind::rsa: return SignatureMethod{SignatureKind::rsa_pkcs1, HashAlgorithm::sha256};
    case KeyKind::rsa_pss: {
      const HashAlgorithm hash = subject.pss ? subject.pss->hash : HashAlgorithm::sha256;
      return SignatureMethod{SignatureKind::rsa_pss, hash, std::max(digest_size(hash), subject.pss ? subject.pss->salt_size : 0)};
    }
    case KeyKind::ec_secp256r1: return SignatureMethod{SignatureKind::ecdsa, HashAlgorithm::sha256};
    case KeyKind::ec_secp384r1: return SignatureMethod{SignatureKind::ecdsa, HashAlgorithm::sha384};
    case KeyKind::ec_secp521r1: return SignatureMethod{SignatureKind::ecdsa, HashAlgorithm::sha512};
    case KeyKind::ed25519: return SignatureMethod{SignatureKind::ed25519, HashAlgorithm::sha512};
  }
  return fail(Errc::key_unsupported);
}

Result<Draft> draft_of(const CertificateRecipe& recipe, const PrivateKey& key, const Provider& provider) {
  if (auto ok = check(recipe); !ok) return fail(ok.error());
  auto serial = random_serial(provider.rng());
  if (!serial) return fail(serial.error());
  auto identifier = key_identifier(key.public_key_info(), provider);
  if (!identifier) return fail(identifier.error());
  Draft draft{.serial = std::move(*serial),
              .subject = encode_common_name(recipe.common_name),
              .not_before = recipe.not_before,
              .not_after = recipe.not_after,
              .public_key_info = key.public_key_info()};
  draft.extensions.push_back(basic_constraints(recipe));
  if (recipe.is_ca) {
    draft.extensions.push_back(key_usage({KeyUsage::key_cert_sign, KeyUsage::crl_sign}));
  } else {
    // RSA keys also serve the key exchange that encrypts to them (RFC 5246 §7.4.2).
    draft.extensions.push_back(key.kind() == KeyKind::rsa ? key_usage({KeyUsage::digital_signature, KeyUsage::key_encipherment})
                                                          : key_usage({KeyUsage::digital_signature}));
    if (recipe.for_servers || recipe.for_clients) draft.extensions.push_back(extended_key_usage(recipe));
  }
  if (!recipe.names.empty()) {
    auto names = subject_alt_name(recipe);
    if (!names) return fail(names.error());
    draft.extensions.push_back(std::move(*names));
  }
  draft.extensions.push_back(subject_key_identifier(*identifier));
  return draft;
}

Result<void> write_signed(Bytes tbs, const SignatureMethod& method, const PrivateKey& signer, Random& random, Writer& writer) {
  const auto family = family_of(method.kind, signer.kind());
  if (!family) return fail(Errc::key_unsupported);
  std::array<std::uint8_t, kMaxSignatureSize> signature;
  const auto size = signer.sign({*family, method.hash, method.salt_size}, tbs, random, signature);
  if (!size) return fail(size.error());
  writer.raw(tbs);
  write_signature_algorithm(method, writer);
  writer.bit_string(Bytes(signature).first(*size));
  return {};
}

Result<Certificate> sign(const Draft& draft, const PrivateKey& signer, Random& random) {
  Writer tbs, writer;
  write_tbs(draft, tbs);
  Result<void> written;
  writer.sequence([&] { written = write_signed(tbs.bytes(), draft.method, signer, random, writer); });
  if (!written) return fail(written.error());
  return Certificate::from_der(writer.bytes());
}

}  // namespace tls12::x509

namespace tls12 {

Result<Certificate> issue_certificate(const CertificateRecipe& recipe, const PrivateKey& key, const Identity* issuer, ProviderPtr provider) {
  return x509::guarded([&]() -> Result<Certificate> {
    if (provider == nullptr || !provider->random) return fail(Errc::algorithm_unavailable, "no crypto backend with randomness");
    const PrivateKey& signer = issuer != nullptr ? issuer->key() : key;
    if (key.is_elsewhere() || signer.is_elsewhere()) return fail(Errc::misuse, "the key lives elsewhere");
    if (issuer == nullptr && recipe.common_name.empty()) return fail(Errc::misuse, "a certificate that signs itself without a subject");
    auto draft = x509::draft_of(recipe, key, *provider);
    if (!draft) return fail(draft.error());
    const auto method = x509::method_for(signer);
    if (!method) return fail(method.error());
    draft->method = *method;
    // RFC 5280 §4.2.1.1: the authority's identifier is what its certificate says of itself.
    Result<SecretVector> authority = x509::key_identifier(signer.public_key_info(), *provider);
    if (!authority) return fail(authority.error());
    draft->issuer = draft->subject;
    if (issuer != nullptr) {
      const x509::ParsedCertificate& ca = issuer->chain().front().parsed();
      draft->issuer.assign(ca.subject.begin(), ca.subject.end());
      if (const auto& own = ca.extensions.subject_key_identifier) authority->assign(own->begin(), own->end());
    }
    draft->extensions.push_back(x509::draft_authority_key_identifier(*authority));
    return x509::sign(*draft, signer, provider->rng());
  });
}

Result<DevelopmentIdentity> make_development_identity(std::vector<std::string> names, KeyKind kind, ProviderPtr provider) {
  return x509::guarded([&]() -> Result<DevelopmentIdentity> {
    const auto identify = [&](const CertificateRecipe& recipe, KeyKind of, const Identity* issuer) -> Result<Identity> {
      auto key = PrivateKey::generate(of, 2048, provider);
      if (!key) return fail(key.error());
      auto certificate = issue_certificate(recipe, *key, issuer, provider);
      if (!certificate) return fail(certificate.error());
      return Identity::from({std::move(*certificate)}, std::move(*key));
    };
    auto ca = identify({.common_name = "tls12 development CA", .is_ca = true, .path_length = 0}, KeyKind::ec_secp256r1, nullptr);
    if (!ca) return fail(ca.error());
    CertificateRecipe recipe{.names = std::move(names)};
    if (!recipe.names.empty() && recipe.names.front().size() <= x509::kMaxCommonName) recipe.common_name = recipe.names.front();
    auto leaf = identify(recipe, kind, &*ca);
    if (!leaf) return fail(leaf.error());
    return DevelopmentIdentity{std::move(*ca), std::move(*leaf)};
  });
}

}  // namespace tls12
