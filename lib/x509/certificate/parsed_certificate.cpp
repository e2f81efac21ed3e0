#include "x509/certificate/parsed_certificate.hpp"

#include <algorithm>

#include "tls12/text.hpp"
#include "x509/asn1/time.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;

unsigned read_version(Reader& tbs) {
  if (!tbs.next_is(der::constructed(0))) return 1;
  Reader field = tbs.enter(der::constructed(0));
  const std::uint64_t version = field.small_natural();
  field.finish();
  if (version == 0) field.tolerate_default();
  if (version > 2) field.refuse("an unknown certificate version", Errc::bad_certificate);
  return static_cast<unsigned>(version) + 1;
}

void read_validity(Reader& tbs, ParsedCertificate& out) {
  Reader validity = tbs.enter_sequence();
  out.validity = validity.rest();
  out.not_before = read_time(validity);
  out.not_after = read_time(validity);
  validity.finish();
}

/// RFC 5280 §4.1.2.8: only versions 2 and 3 have them.
std::optional<Bytes> read_unique_identifier(Reader& tbs, std::uint8_t tag, unsigned version) {
  if (!tbs.next_is(tag)) return std::nullopt;
  if (version < 2)
    tbs.refuse("a unique identifier in a certificate of version 1", Errc::bad_certificate);
  return tbs.bits(tag);
}

/// RFC 5280 §4.1.2.9: only version 3 has them.
void read_extension_field(Reader& tbs, ParsedCertificate& out) {
  if (!tbs.next_is(der::constructed(3))) return;
  Reader field = tbs.enter(der::constructed(3));
  Reader list = field.enter_sequence();
  field.finish();
  if (out.version != 3)
    list.refuse("extensions in a certificate that is not of version 3", Errc::bad_certificate);
  if (!list.fault()) out.extensions = read_extensions(list);
}

/// RFC 5280 §4.1.2, field by field. Returns the inner AlgorithmIdentifier.
Bytes read_tbs(Bytes encoding, Fault& fault, ParsedCertificate& out) {
  Reader whole(encoding, fault);
  Reader tbs = whole.enter_sequence();
  out.version = read_version(tbs);
  out.serial = tbs.integer();
  const Bytes algorithm = tbs.element(der::kSequence).whole;
  out.issuer = read_name(tbs);
  read_validity(tbs, out);
  out.subject = read_name(tbs);
  const Bytes before_key = tbs.rest();
  out.subject_key = read_subject_public_key_info(tbs);
  if (!fault) out.public_key_info = before_key.first(before_key.size() - tbs.rest().size());
  out.issuer_unique_id = read_unique_identifier(tbs, der::context(1), out.version);
  out.subject_unique_id = read_unique_identifier(tbs, der::context(2), out.version);
  read_extension_field(tbs, out);
  tbs.finish();
  return algorithm;
}

}  // namespace

Result<void> parse(ParsedCertificate& certificate) {
  Fault fault;
  Reader whole(certificate.der, fault);
  Reader fields = whole.enter_sequence();
  certificate.tbs = fields.element(der::kSequence).whole;
  const Bytes inner = read_tbs(certificate.tbs, fault, certificate);
  const Bytes before = fields.rest();
  certificate.signature_method = read_signature_algorithm(fields);
  // RFC 5280 §4.1.1.2: the algorithm outside the signature is the one inside it.
  if (!fault && !std::ranges::equal(inner, before.first(before.size() - fields.rest().size())))
    fields.refuse("the signature algorithms inside and outside differ", Errc::bad_certificate);
  certificate.signature = fields.bit_string();
  fields.finish();
  whole.finish();
  if (fault) return fail(fault.error());
  certificate.deviation = fault.deviation;
  certificate.issuer_hash = name_hash(certificate.issuer);
  certificate.subject_hash = name_hash(certificate.subject);
  certificate.self_issued = certificate.issuer_hash == certificate.subject_hash &&
                            same_name(certificate.issuer, certificate.subject);
  return {};
}

std::string describe(const ParsedCertificate& certificate) {
  if (!is_empty_name(certificate.subject)) return text_of_name(certificate.subject);
  if (certificate.extensions.subject_alt_name) {
    Fault fault;
    for (Reader list(*certificate.extensions.subject_alt_name, fault); !list.at_end();) {
      const GeneralName name = read_general_name(list);
      if (name.type == GeneralName::dns_name) return escaped(tls12::text_of(name.value));
      if (name.type == GeneralName::ip_address) return text_of_address(name.value);
    }
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "serial number ";
  for (const std::uint8_t octet : certificate.serial)
    text.append({kDigits[octet >> 4], kDigits[octet & 15]});
  return text;
}

}  // namespace tls12::x509
