#include "x509/key/key_encoding.hpp"

#include <algorithm>

#include "x509/asn1/oid.hpp"
#include "x509/key/algorithm_name.hpp"
#include "x509/key/rsa_crt.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;
using der::Writer;

SecretVector copy_of(Bytes bytes) { return SecretVector(bytes.begin(), bytes.end()); }

std::unexpected<Error> broken(const char* what) { return fail(Errc::bad_private_key, what); }

/// RFC 5480 §2.1.1 forbids specifiedCurve.
std::unexpected<Error> explicit_curve() {
  Error error(Errc::key_unsupported, "a curve written out instead of named");
  error.advice = "convert it: openssl ec -in FILE -param_enc named_curve -out NEW.pem";
  return fail(error);
}

/// RFC 8017 appendix A.1.2, of version 0: two primes.
Result<OwnedKey> read_pkcs1(Bytes encoding, KeyKind kind) {
  Fault fault;
  Reader whole(encoding, fault);
  Reader fields = whole.enter_sequence();
  const std::uint64_t version = fields.small_natural();
  if (!fault && version == 1) return fail(Errc::key_unsupported, "RSA with more than two primes");
  if (version != 0) fields.refuse("an unknown version");
  OwnedKey key{.kind = kind};
  for (SecretVector* number :
       {&key.modulus, &key.public_exponent, &key.private_exponent, &key.prime1, &key.prime2})
    *number = copy_of(fields.natural());
  for (int i = 0; i < 3; ++i)
    fields.natural();  // exponent1, exponent2, coefficient: computed anew when needed
  fields.finish();
  whole.finish();
  if (fault) return broken(fault.what);
  return key;
}

/// RFC 5915 §3. `kind` is known when PKCS#8 said it.
Result<OwnedKey> read_sec1(Bytes encoding, std::optional<KeyKind> kind) {
  Fault fault;
  Reader whole(encoding, fault);
  Reader fields = whole.enter_sequence();
  if (fields.small_natural() != 1) fields.refuse("an unknown version");
  Bytes scalar = fields.octet_string();
  OwnedKey key;
  if (fields.next_is(der::constructed(0))) {
    Reader parameters = fields.enter(der::constructed(0));
    if (parameters.next_is(der::kSequence)) return explicit_curve();
    const Bytes curve = parameters.object_identifier();
    parameters.finish();
    const auto inner = kind_of_curve(curve);
    if (!fault && !inner) return fail(Errc::key_unsupported, "the curve " + algorithm_name(curve));
    if (!fault && kind && kind != inner) fields.refuse("the curves inside and outside differ");
    kind = inner;
  }
  if (fields.next_is(der::constructed(1))) {
    Reader field = fields.enter(der::constructed(1));
    const Bytes point = field.bit_string();
    field.finish();
    key.point.assign(point.begin(), point.end());
  }
  fields.finish();
  whole.finish();
  if (!fault && !kind) fields.refuse("the curve is missing");
  // RFC 5915 §3 asks for as many octets as the curve has; not every writer kept to that.
  while (kind && scalar.size() > facts(*kind).scalar_size && scalar[0] == 0)
    scalar = scalar.subspan(1);
  if (!fault && (scalar.empty() || scalar.size() > facts(*kind).scalar_size))
    fields.refuse("a scalar of the wrong size");
  if (fault) return broken(fault.what);
  key.kind = *kind;
  key.scalar.resize(facts(*kind).scalar_size);
  std::ranges::copy(scalar, key.scalar.end() - static_cast<std::ptrdiff_t>(scalar.size()));
  return key;
}

/// RFC 8410 §7: the seed in an OCTET STRING of its own.
Result<OwnedKey> read_ed25519(Bytes encoding) {
  Fault fault;
  Reader whole(encoding, fault);
  OwnedKey key{.kind = KeyKind::ed25519, .scalar = copy_of(whole.octet_string())};
  whole.finish();
  if (!fault && key.scalar.size() != facts(key.kind).scalar_size)
    whole.refuse("a seed of the wrong size");
  if (fault) return broken(fault.what);
  return key;
}

/// RFC 5958 §2: version 0, or 1 when the public key is there.
Result<OwnedKey> read_pkcs8(Bytes encoding) {
  Fault fault;
  Reader whole(encoding, fault);
  Reader fields = whole.enter_sequence();
  const std::uint64_t version = fields.small_natural();
  if (version > 1) fields.refuse("an unknown version");
  const AlgorithmIdentifier algorithm = read_algorithm_identifier(fields);
  const Bytes inner = fields.octet_string();
  if (fields.next_is(der::constructed(0)))
    fields.element();  // attributes say nothing about the key
  Bytes point;
  if (fields.next_is(der::context(1))) {
    const Bytes bits = fields.content(der::context(1));
    if (version != 1 || bits.empty() || bits[0] != 0)
      fields.refuse("a public key that does not belong there");
    if (!fault) point = bits.subspan(1);
  }
  fields.finish();
  whole.finish();
  if (fault) return broken(fault.what);
  std::optional<PssParameters> pss;
  const auto kind = key_kind_of(algorithm, pss, fault);
  if (fault) return broken(fault.what);
  if (!kind && is(algorithm.oid, oid::kEcPublicKey) &&
      Reader(algorithm.parameters, fault).next_is(der::kSequence))
    return explicit_curve();
  if (!kind) return fail(Errc::key_unsupported, algorithm_name(algorithm.oid));
  const bool rsa = is_rsa(*kind);
  Result<OwnedKey> key = rsa                         ? read_pkcs1(inner, *kind)
                         : *kind == KeyKind::ed25519 ? read_ed25519(inner)
                                                     : read_sec1(inner, kind);
  if (!key) return key;
  key->pss = pss;
  if (!rsa && !point.empty()) key->point.assign(point.begin(), point.end());
  return key;
}

void write_pkcs1(const OwnedKey& key, const RsaCrt& crt, Writer& writer) {
  writer.sequence([&] {
    writer.small_natural(0);
    for (const SecretVector* number :
         {&key.modulus, &key.public_exponent, &key.private_exponent, &key.prime1, &key.prime2,
          &crt.exponent1, &crt.exponent2, &crt.coefficient})
      writer.natural(*number);
  });
}

void write_sec1(const OwnedKey& key, Bytes point, Writer& writer) {
  writer.sequence([&] {
    writer.small_natural(1);
    writer.octet_string(key.scalar);
    writer.nest(der::constructed(1), [&] { writer.bit_string(point); });
  });
}

}  // namespace

PrivateKeyNumbers OwnedKey::numbers() const {
  return {.kind = kind,
          .modulus = modulus,
          .public_exponent = public_exponent,
          .private_exponent = private_exponent,
          .prime1 = prime1,
          .prime2 = prime2,
          .scalar = scalar};
}

Result<OwnedKey> read_private_key(Bytes encoding) {
  Fault fault;
  Reader whole(encoding, fault);
  Reader fields = whole.enter_sequence();
  fields.integer();
  if (fault) return broken(fault.what);
  if (fields.next_is(der::kSequence)) return read_pkcs8(encoding);
  if (fields.next_is(der::kOctetString)) return read_sec1(encoding, std::nullopt);
  return read_pkcs1(encoding, KeyKind::rsa);
}

Result<SecretVector> write_private_key(const OwnedKey& key, Bytes point) {
  Writer inner;
  if (is_rsa(key.kind)) {
    const auto crt = rsa_crt(key.private_exponent, key.prime1, key.prime2);
    if (!crt) return broken("its primes are not odd, or not apart");
    write_pkcs1(key, *crt, inner);
  } else if (key.kind == KeyKind::ed25519) {
    inner.octet_string(key.scalar);
  } else {
    write_sec1(key, point, inner);
  }
  Writer writer;
  writer.sequence([&] {
    writer.small_natural(0);
    write_key_algorithm(key.kind, key.pss, writer);
    writer.octet_string(inner.bytes());
  });
  return writer.take();
}

}  // namespace tls12::x509
