#include "x509/issue/certificate_draft.hpp"

#include <algorithm>

#include "x509/asn1/der_writer.hpp"
#include "x509/asn1/time.hpp"
#include "x509/issue/recipe.hpp"
#include "x509/key/digest.hpp"

namespace tls12::x509 {
namespace {

using der::Writer;

constexpr std::size_t kSerialSize = 16, kMaxSerialSize = 20, kKeyIdentifierSize = 20;

DraftExtension subject_key_identifier(Bytes identifier) {
  return draft_extension(oid::kSubjectKeyIdentifier, false,
                         [&](Writer& writer) { writer.octet_string(identifier); });
}

void write_tbs(const Draft& draft, Writer& writer) {
  writer.sequence([&] {
    if (draft.version > 1)
      writer.nest(der::constructed(0), [&] { writer.small_natural(draft.version - 1); });
    writer.natural(draft.serial);
    write_signature_algorithm(draft.method, writer);
    writer.raw(draft.issuer);
    writer.sequence([&] {
      write_time(draft.not_before, writer);
      write_time(draft.not_after, writer);
    });
    writer.raw(draft.subject);
    writer.raw(draft.public_key_info);
    if (!draft.extensions.empty())
      writer.nest(der::constructed(3), [&] { write_extensions(draft.extensions, writer); });
  });
}

std::optional<SignatureFamily> family_of(SignatureKind method, KeyKind key) {
  switch (method) {
    case SignatureKind::rsa_pkcs1: return SignatureFamily::rsa_pkcs1;
    case SignatureKind::rsa_pss: return SignatureFamily::rsa_pss;
    case SignatureKind::ed25519: return SignatureFamily::ed25519;
    case SignatureKind::ecdsa: return facts(key).family;
    case SignatureKind::unsupported: break;
  }
  return std::nullopt;
}

SubjectKey subject_key_of(Bytes public_key_info) {
  der::Fault fault;
  der::Reader info(public_key_info, fault);
  return read_subject_public_key_info(info);
}

/// RFC 5280 §4.1.2.2: positive, at most 20 octets, and where nobody says which,
/// random, so that nobody can foresee what is signed.
Result<std::vector<std::uint8_t>> serial_of(const CertificateRecipe& recipe, Random& random) {
  std::vector<std::uint8_t> serial = recipe.serial;
  if (serial.empty()) {
    serial.resize(kSerialSize);
    if (!random.fill(serial)) return fail(Errc::randomness_failed);
    serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
    return serial;
  }
  serial.erase(serial.begin(),
               std::ranges::find_if(serial, [](std::uint8_t octet) { return octet != 0; }));
  const std::size_t size = serial.empty() ? 0 : serial.size() + (serial[0] >= 0x80 ? 1 : 0);
  if (size == 0 || size > kMaxSerialSize)
    return fail(Errc::misuse, "a serial number that is not a positive one of at most 20 octets");
  return serial;
}

}  // namespace

DraftExtension draft_authority_key_identifier(Bytes key_identifier) {
  return draft_extension(oid::kAuthorityKeyIdentifier, false, [&](Writer& writer) {
    writer.sequence([&] { writer.element(der::context(0), key_identifier); });
  });
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

Result<SecretVector> key_identifier(Bytes public_key_info, const Provider& provider) {
  const auto digest =
      digest_of(HashAlgorithm::sha256, subject_key_of(public_key_info).bits, provider);
  if (!digest) return fail(digest.error());
  const Bytes whole = digest->bytes();
  return SecretVector(whole.begin(), whole.begin() + kKeyIdentifierSize);
}

Result<SignatureMethod> method_for(const PrivateKey& key, std::optional<HashAlgorithm> hash,
                                   bool pss) {
  if (pss && !is_rsa(key.kind())) return fail(Errc::misuse, "RSASSA-PSS is for RSA keys");
  if (hash && key.kind() == KeyKind::ed25519)
    return fail(Errc::misuse, "Ed25519 has a hash of its own");
  if (hash == HashAlgorithm::sha1) return fail(Errc::misuse, "SHA-1 signs nothing any more");
  switch (key.kind()) {
    case KeyKind::ec_secp256r1:
      return SignatureMethod{SignatureKind::ecdsa, hash.value_or(HashAlgorithm::sha256)};
    case KeyKind::ec_secp384r1:
      return SignatureMethod{SignatureKind::ecdsa, hash.value_or(HashAlgorithm::sha384)};
    case KeyKind::ec_secp521r1:
      return SignatureMethod{SignatureKind::ecdsa, hash.value_or(HashAlgorithm::sha512)};
    case KeyKind::ed25519: return SignatureMethod{SignatureKind::ed25519, HashAlgorithm::sha512};
    case KeyKind::rsa:
      if (!pss)
        return SignatureMethod{SignatureKind::rsa_pkcs1, hash.value_or(HashAlgorithm::sha256)};
      [[fallthrough]];
    case KeyKind::rsa_pss: break;
  }
  const auto own = subject_key_of(key.public_key_info()).pss;
  const HashAlgorithm used = hash.value_or(own ? own->hash : HashAlgorithm::sha256);
  return SignatureMethod{SignatureKind::rsa_pss, used,
                         std::max(digest_size(used), own ? own->salt_size : 0)};
}

Result<Draft> draft_of(const CertificateRecipe& recipe, Bytes public_key_info,
                       const Provider& provider) {
  if (auto sense = check(recipe); !sense) return fail(sense.error());
  auto serial = serial_of(recipe, provider.rng());
  if (!serial) return fail(serial.error());
  auto subject = subject_of(recipe);
  if (!subject) return fail(subject.error());
  auto extensions = extensions_of(recipe, subject_key_of(public_key_info).key.kind);
  if (!extensions) return fail(extensions.error());
  auto identifier = key_identifier(public_key_info, provider);
  if (!identifier) return fail(identifier.error());
  extensions->push_back(subject_key_identifier(*identifier));
  return Draft{.serial = std::move(*serial),
               .subject = std::move(*subject),
               .not_before = recipe.not_before,
               .not_after = recipe.not_after,
               .public_key_info = public_key_info,
               .extensions = std::move(*extensions)};
}

Result<void> write_signed(Bytes tbs, const SignatureMethod& method, const PrivateKey& signer,
                          Random& random, Writer& writer) {
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
  writer.sequence(
      [&] { written = write_signed(tbs.bytes(), draft.method, signer, random, writer); });
  if (!written) return fail(written.error());
  return Certificate::from_der(writer.bytes());
}

}  // namespace tls12::x509
