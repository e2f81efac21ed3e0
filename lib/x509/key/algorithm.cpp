#include "x509/key/algorithm.hpp"

#include <algorithm>
#include <array>

#include "wire/registry.hpp"
#include "x509/asn1/oid.hpp"
#include "x509/key/algorithm_name.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;
using der::Writer;

struct SignatureRow {
  const Oid* oid;
  SignatureKind kind;
  HashAlgorithm hash;
};
constexpr SignatureRow kSignatures[] = {
    {&oid::kSha256WithRsa, SignatureKind::rsa_pkcs1, HashAlgorithm::sha256},
    {&oid::kSha384WithRsa, SignatureKind::rsa_pkcs1, HashAlgorithm::sha384},
    {&oid::kSha512WithRsa, SignatureKind::rsa_pkcs1, HashAlgorithm::sha512},
    {&oid::kSha1WithRsa, SignatureKind::rsa_pkcs1, HashAlgorithm::sha1},
    {&oid::kEcdsaWithSha256, SignatureKind::ecdsa, HashAlgorithm::sha256},
    {&oid::kEcdsaWithSha384, SignatureKind::ecdsa, HashAlgorithm::sha384},
    {&oid::kEcdsaWithSha512, SignatureKind::ecdsa, HashAlgorithm::sha512},
    {&oid::kEcdsaWithSha1, SignatureKind::ecdsa, HashAlgorithm::sha1},
    {&oid::kEd25519, SignatureKind::ed25519, HashAlgorithm::sha512},
};

struct HashRow {
  const Oid* oid;
  HashAlgorithm hash;
};
constexpr HashRow kHashes[] = {{&oid::kSha1, HashAlgorithm::sha1},
                               {&oid::kSha256, HashAlgorithm::sha256},
                               {&oid::kSha384, HashAlgorithm::sha384},
                               {&oid::kSha512, HashAlgorithm::sha512}};

struct CurveRow {
  const Oid* oid;
  KeyKind kind;
};
constexpr CurveRow kCurves[] = {{&oid::kSecp256r1, KeyKind::ec_secp256r1},
                                {&oid::kSecp384r1, KeyKind::ec_secp384r1},
                                {&oid::kSecp521r1, KeyKind::ec_secp521r1}};

constexpr std::uint8_t kNullElement[] = {der::kNull, 0};

bool is_null(Bytes parameters) { return std::ranges::equal(parameters, kNullElement); }

constexpr const char* kWrongParameters = "an algorithm identifier with wrong parameters";

std::optional<HashAlgorithm> read_mask_generation(Reader& reader) {
  const AlgorithmIdentifier mask = read_algorithm_identifier(reader);
  if (!is(mask.oid, oid::kMgf1)) return std::nullopt;
  Reader parameters(mask.parameters, reader.fault());
  const auto hash = read_hash_algorithm(parameters);
  parameters.finish();
  return hash;
}

/// RFC 4055 §3.1; nothing when a hash or the mask generation is not supported. Default values may
/// be encoded: validators must accept them.
std::optional<PssParameters> read_pss_parameters(Bytes parameters, Fault& fault) {
  Reader whole(parameters, fault);
  Reader fields = whole.enter_sequence();
  std::optional<HashAlgorithm> hash = HashAlgorithm::sha1, mask_hash = HashAlgorithm::sha1;
  std::uint64_t salt_size = 20, trailer = 1;
  const auto optional_field = [&](unsigned number, auto read) {
    if (!fields.next_is(der::constructed(number))) return;
    Reader field = fields.enter(der::constructed(number));
    read(field);
    field.finish();
  };
  optional_field(0, [&](Reader& field) { hash = read_hash_algorithm(field); });
  optional_field(1, [&](Reader& field) { mask_hash = read_mask_generation(field); });
  optional_field(2, [&](Reader& field) { salt_size = field.small_natural(); });
  optional_field(3, [&](Reader& field) { trailer = field.small_natural(); });
  if (trailer != 1) fields.refuse(kWrongParameters, Errc::bad_certificate);
  fields.finish();
  whole.finish();
  if (!hash || hash != mask_hash || salt_size > kMaxSignatureSize) return std::nullopt;
  return PssParameters{*hash, static_cast<std::size_t>(salt_size)};
}

void write_pss_parameters(const PssParameters& pss, Writer& writer) {
  writer.sequence([&] {
    if (pss.hash != HashAlgorithm::sha1) {
      writer.nest(der::constructed(0), [&] { write_hash_algorithm(pss.hash, writer); });
      writer.nest(der::constructed(1), [&] {
        writer.sequence([&] {
          writer.object_identifier(oid::kMgf1.bytes());
          write_hash_algorithm(pss.hash, writer);
        });
      });
    }
    if (pss.salt_size != 20)
      writer.nest(der::constructed(2), [&] { writer.small_natural(pss.salt_size); });
  });
}

PublicKey read_rsa_public_key(Bytes bits, KeyKind kind, Fault& fault) {
  Reader whole(bits, fault);
  Reader fields = whole.enter_sequence();
  PublicKey key{.kind = kind, .modulus = fields.natural(), .exponent = fields.natural()};
  fields.finish();
  whole.finish();
  return key;
}

}  // namespace

AlgorithmIdentifier read_algorithm_identifier(Reader& reader) {
  Reader fields = reader.enter_sequence();
  AlgorithmIdentifier algorithm{.oid = fields.object_identifier()};
  if (!fields.at_end()) algorithm.parameters = fields.element().whole;
  fields.finish();
  return algorithm;
}

std::optional<HashAlgorithm> read_hash_algorithm(Reader& reader) {
  const AlgorithmIdentifier algorithm = read_algorithm_identifier(reader);
  for (const HashRow& row : kHashes) {
    if (!is(algorithm.oid, *row.oid)) continue;
    if (!algorithm.parameters.empty() && !is_null(algorithm.parameters))
      reader.refuse(kWrongParameters, Errc::bad_certificate);
    return row.hash;
  }
  return std::nullopt;
}

bool SignatureMethod::is(SignatureScheme scheme) const {
  const auto* row = wire::find(scheme);
  if (row == nullptr) return false;
  switch (kind) {
    case SignatureKind::unsupported: return false;
    case SignatureKind::rsa_pkcs1:
      return row->family == SignatureFamily::rsa_pkcs1 && row->hash == hash;
    case SignatureKind::rsa_pss:
      return row->family == SignatureFamily::rsa_pss && row->hash == hash &&
             salt_size == digest_size(hash);
    case SignatureKind::ecdsa:
      return is_ec(row->key) && row->hash == hash;  // in TLS 1.2 on any curve
    case SignatureKind::ed25519: return row->family == SignatureFamily::ed25519;
  }
  return false;
}

SignatureMethod read_signature_algorithm(Reader& reader) {
  const AlgorithmIdentifier algorithm = read_algorithm_identifier(reader);
  SignatureMethod method{.oid = algorithm.oid};
  if (is(algorithm.oid, oid::kRsassaPss)) {
    // RFC 4055 §3.1: the parameters must be there.
    const auto pss = read_pss_parameters(algorithm.parameters, reader.fault());
    if (pss)
      method.kind = SignatureKind::rsa_pss, method.hash = pss->hash,
      method.salt_size = pss->salt_size;
    return method;
  }
  for (const SignatureRow& row : kSignatures) {
    if (!is(algorithm.oid, *row.oid)) continue;
    // RFC 4055 §5: NULL, and absent must be accepted; RFC 5758 §3.2, RFC 8410 §3: absent.
    const bool is_ecdsa_null = row.kind == SignatureKind::ecdsa && is_null(algorithm.parameters);
    const bool fits = algorithm.parameters.empty() ||
                      (row.kind == SignatureKind::rsa_pkcs1 && is_null(algorithm.parameters));
    if (is_ecdsa_null)
      reader.tolerate("an ECDSA signature with parameters", "RFC 5758 §3.2");
    else if (!fits)
      reader.refuse(kWrongParameters, Errc::bad_certificate);
    method.kind = row.kind;
    method.hash = row.hash;
  }
  return method;
}

std::optional<KeyKind> kind_of_curve(Bytes oid) {
  for (const CurveRow& row : kCurves)
    if (is(oid, *row.oid)) return row.kind;
  return std::nullopt;
}

std::optional<KeyKind> key_kind_of(const AlgorithmIdentifier& algorithm,
                                   std::optional<PssParameters>& pss, Fault& fault) {
  Reader parameters(algorithm.parameters, fault);
  if (is(algorithm.oid, oid::kRsaEncryption)) {
    if (!is_null(algorithm.parameters)) parameters.refuse(kWrongParameters, Errc::bad_certificate);
    return KeyKind::rsa;
  }
  if (is(algorithm.oid, oid::kRsassaPss)) {
    if (algorithm.parameters.empty()) return KeyKind::rsa_pss;
    pss = read_pss_parameters(algorithm.parameters, fault);
    return pss ? std::optional(KeyKind::rsa_pss) : std::nullopt;
  }
  if (is(algorithm.oid, oid::kEcPublicKey)) {
    // RFC 5480 §2.1.1: a named curve; implicit and specified ones must not be used.
    if (!parameters.next_is(der::kObjectIdentifier)) return std::nullopt;
    return kind_of_curve(parameters.object_identifier());
  }
  if (is(algorithm.oid, oid::kEd25519)) {
    if (!algorithm.parameters.empty()) parameters.refuse(kWrongParameters, Errc::bad_certificate);
    return KeyKind::ed25519;
  }
  return std::nullopt;
}

SubjectKey read_subject_public_key_info(Reader& reader) {
  Reader fields = reader.enter_sequence();
  const AlgorithmIdentifier algorithm = read_algorithm_identifier(fields);
  SubjectKey subject{
      .oid = algorithm.oid, .parameters = algorithm.parameters, .bits = fields.bit_string()};
  fields.finish();
  if (fields.fault()) return subject;
  const auto kind = key_kind_of(algorithm, subject.pss, reader.fault());
  if (!kind || reader.fault()) return subject;
  if (is_rsa(*kind)) {
    subject.key = read_rsa_public_key(subject.bits, *kind, reader.fault());
  } else {
    // RFC 5480 §2.2: compressed points may be refused; TLS 1.2 does not speak them either (RFC 8422
    // §5.1.2).
    if (is_ec(*kind) && !subject.bits.empty() && subject.bits[0] != 0x04) return subject;
    if (subject.bits.size() != facts(*kind).point_size)
      reader.refuse("a public key of the wrong size", Errc::bad_certificate);
    subject.key = {.kind = *kind, .point = subject.bits};
  }
  subject.supported = !reader.fault();
  return subject;
}

void write_signature_algorithm(const SignatureMethod& method, Writer& writer) {
  writer.sequence([&] {
    if (method.kind == SignatureKind::rsa_pss) {
      writer.object_identifier(oid::kRsassaPss.bytes());
      return write_pss_parameters({method.hash, method.salt_size}, writer);
    }
    for (const SignatureRow& row : kSignatures)
      if (row.kind == method.kind &&
          (row.hash == method.hash || row.kind == SignatureKind::ed25519))
        writer.object_identifier(row.oid->bytes());
    if (method.kind == SignatureKind::rsa_pkcs1) writer.null();
  });
}

void write_hash_algorithm(HashAlgorithm hash, Writer& writer) {
  writer.sequence([&] {
    writer.object_identifier(std::ranges::find(kHashes, hash, &HashRow::hash)->oid->bytes());
    writer.null();
  });
}

void write_curve(KeyKind kind, Writer& writer) {
  const auto row = std::ranges::find(kCurves, kind, &CurveRow::kind);
  if (row != std::end(kCurves)) writer.object_identifier(row->oid->bytes());
}

void write_key_algorithm(KeyKind kind, const std::optional<PssParameters>& pss, Writer& writer) {
  writer.sequence([&] {
    switch (kind) {
      case KeyKind::rsa:
        writer.object_identifier(oid::kRsaEncryption.bytes());
        return writer.null();
      case KeyKind::rsa_pss:
        writer.object_identifier(oid::kRsassaPss.bytes());
        if (pss) write_pss_parameters(*pss, writer);
        return;
      case KeyKind::ed25519: return writer.object_identifier(oid::kEd25519.bytes());
      case KeyKind::ec_secp256r1:
      case KeyKind::ec_secp384r1:
      case KeyKind::ec_secp521r1:
        writer.object_identifier(oid::kEcPublicKey.bytes());
        return write_curve(kind, writer);
    }
  });
}

void write_subject_public_key_info(const PublicKey& key, const std::optional<PssParameters>& pss,
                                   Writer& writer) {
  writer.sequence([&] {
    write_key_algorithm(key.kind, pss, writer);
    if (!is_rsa(key.kind)) return writer.bit_string(key.point);
    Writer rsa;
    rsa.sequence([&] {
      rsa.natural(key.modulus);
      rsa.natural(key.exponent);
    });
    writer.bit_string(rsa.bytes());
  });
}

std::string text_of(const SignatureMethod& method) {
  switch (method.kind) {
    case SignatureKind::unsupported:
      return is(method.oid, oid::kRsassaPss) ? "RSA-PSS with unsupported parameters"
                                             : algorithm_name(method.oid);
    case SignatureKind::rsa_pkcs1: return std::string("RSA with ").append(name(method.hash));
    case SignatureKind::rsa_pss: return std::string("RSA-PSS with ").append(name(method.hash));
    case SignatureKind::ecdsa: return std::string("ECDSA with ").append(name(method.hash));
    case SignatureKind::ed25519: return "Ed25519";
  }
  return {};
}

std::string text_of(const SubjectKey& key) {
  if (is(key.oid, oid::kRsassaPss)) return "an RSA-PSS key with unsupported parameters";
  if (!is(key.oid, oid::kEcPublicKey)) return "a key for " + algorithm_name(key.oid);
  Fault fault;
  Reader parameters(key.parameters, fault);
  if (!parameters.next_is(der::kObjectIdentifier)) return "an EC key with explicit parameters";
  const Bytes curve = parameters.object_identifier();
  return (kind_of_curve(curve) ? "an EC key as a compressed point on " : "an EC key on ") +
         algorithm_name(curve);
}

bool same_key(const PublicKey& a, const PublicKey& b) {
  return a.kind == b.kind && std::ranges::equal(a.modulus, b.modulus) &&
         std::ranges::equal(a.exponent, b.exponent) && std::ranges::equal(a.point, b.point);
}

}  // namespace tls12::x509
