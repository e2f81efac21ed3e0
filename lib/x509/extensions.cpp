#include "x509/extensions.hpp"

#include "x509/general_name.hpp"

namespace tls12::x509 {
namespace {

using der::Reader;

/// Certificates of today have about ten; each is looked for among those before it.
constexpr std::size_t kMaxExtensions = 64;

void read_basic_constraints(Reader& value, Extensions& out) {
  Reader fields = value.enter_sequence();
  BasicConstraints constraints;
  if (fields.next_is(der::kBoolean)) {
    constraints.is_ca = fields.boolean();
    if (!constraints.is_ca) fields.refuse("a default value that is encoded");
  }
  if (fields.next_is(der::kInteger)) {
    constraints.path_length = fields.small_natural();
    // RFC 5280 §4.2.1.9: only a CA has one.
    if (!constraints.is_ca) fields.refuse("a path length without cA", Errc::bad_certificate);
  }
  fields.finish();
  out.basic_constraints = constraints;
}

/// At least one bit is set (RFC 5280 §4.2.1.3). DER leaves out zeros at the end (X.690 §11.2.2), but roots that everybody trusts have them;
/// the bits that do not count are zero (§11.2.1).
void read_key_usage(Reader& value, Extensions& out) {
  const Bytes bits = value.content(der::kBitString);
  if (value.fault()) return;
  if (bits.size() < 2) return value.refuse("a key usage without any bit", Errc::bad_certificate);
  const unsigned unused = bits[0];
  if (unused > 7 || (bits.back() & ((1u << unused) - 1)) != 0) return value.refuse("a key usage with stray bits at its end");
  std::uint16_t usage = 0;
  for (unsigned bit = 0; bit < 16 && bit / 8 + 1 < bits.size(); ++bit)
    if ((bits[bit / 8 + 1] >> (7 - bit % 8) & 1) != 0) usage = static_cast<std::uint16_t>(usage | 1u << bit);
  if (usage == 0) value.refuse("a key usage without any bit", Errc::bad_certificate);
  out.key_usage = usage;
}

void read_extended_key_usage(Reader& value, Extensions& out) {
  const Bytes purposes = value.content(der::kSequence);
  Reader list(purposes, value.fault());
  if (list.at_end()) list.refuse("an extended key usage without any purpose");
  while (!list.at_end()) list.object_identifier();
  out.extended_key_usage = purposes;
}

void read_subject_alt_name(Reader& value, Extensions& out) {
  const Bytes names = value.content(der::kSequence);
  Reader list(names, value.fault());
  if (list.at_end()) list.refuse("a subjectAltName without any name");
  while (!list.at_end()) read_general_name(list);
  out.subject_alt_name = names;
}

void read_subject_key_identifier(Reader& value, Extensions& out) { out.subject_key_identifier = value.octet_string(); }

void read_authority_key_identifier(Reader& value, Extensions& out) {
  Reader fields = value.enter_sequence();
  AuthorityKeyIdentifier identifier;
  if (fields.next_is(der::context(0))) identifier.key_identifier = fields.content(der::context(0));
  const bool has_issuer = fields.next_is(der::constructed(1));
  if (has_issuer) {
    Reader names = fields.enter(der::constructed(1));
    if (names.at_end()) names.refuse("an authorityCertIssuer without any name");
    identifier.issuer = names.rest();
    while (!names.at_end()) read_general_name(names);
  }
  const bool has_serial = fields.next_is(der::context(2));
  if (has_serial) identifier.serial = fields.integer(der::context(2));
  if (has_issuer != has_serial) fields.refuse("authorityCertIssuer and authorityCertSerialNumber come together", Errc::bad_certificate);
  fields.finish();
  out.authority_key_identifier = identifier;
}

/// What is done with an extension that is in the table. One that is not is ignored, unless it is critical.
struct Row {
  const Oid* id;
  void (*read)(Reader& value, Extensions& out);  ///< null: the certificate cannot be used, since ignoring it would trust too much
};
constexpr Row kRows[] = {
    {&oid::kBasicConstraints, read_basic_constraints},
    {&oid::kKeyUsage, read_key_usage},
    {&oid::kExtendedKeyUsage, read_extended_key_usage},
    {&oid::kSubjectAltName, read_subject_alt_name},
    {&oid::kSubjectKeyIdentifier, read_subject_key_identifier},
    {&oid::kAuthorityKeyIdentifier, read_authority_key_identifier},
    {&oid::kNameConstraints, nullptr},
    {&oid::kPolicyConstraints, nullptr},
    {&oid::kInhibitAnyPolicy, nullptr},
};

void interpret(const Extension& extension, der::Fault& fault, Extensions& out) {
  for (const Row& row : kRows) {
    if (!is(extension.id, *row.id)) continue;
    if (row.read == nullptr) break;
    Reader value(extension.value, fault);
    row.read(value, out);
    value.finish();
    return;
  }
  const bool restricts = std::ranges::any_of(kRows, [&](const Row& row) { return row.read == nullptr && is(extension.id, *row.id); });
  if ((extension.is_critical || restricts) && out.not_understood.empty()) out.not_understood = extension.id;
}

}  // namespace

bool Extensions::allows(const Oid& purpose) const {
  if (!extended_key_usage) return true;
  der::Fault fault;
  for (Reader list(*extended_key_usage, fault); !list.at_end();) {
    const Bytes allowed = list.object_identifier();
    if (is(allowed, purpose) || is(allowed, oid::kAnyExtendedKeyUsage)) return true;
  }
  return false;
}

Extension read_extension(Reader& reader) {
  Reader fields = reader.enter_sequence();
  Extension extension{.id = fields.object_identifier()};
  if (fields.next_is(der::kBoolean)) {
    extension.is_critical = fields.boolean();
    if (!extension.is_critical) fields.refuse("a default value that is encoded");
  }
  extension.value = fields.octet_string();
  fields.finish();
  return extension;
}

Extensions read_extensions(Reader& list) {
  Extensions out;
  const Bytes all = list.rest();
  if (list.at_end()) list.refuse("an empty list of extensions");
  for (std::size_t count = 0; !list.at_end(); ++count) {
    if (count == kMaxExtensions) return list.refuse("too many extensions", Errc::bad_certificate), out;
    const Extension extension = read_extension(list);
    Reader earlier(all, list.fault());
    for (std::size_t i = 0; i < count && !list.fault(); ++i)
      if (std::ranges::equal(read_extension(earlier).id, extension.id)) return list.refuse("an extension that comes twice", Errc::bad_certificate), out;
    if (!list.fault()) interpret(extension, list.fault(), out);
  }
  return out;
}

}  // namespace tls12::x509
