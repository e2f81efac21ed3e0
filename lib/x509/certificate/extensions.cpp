#include "x509/certificate/extensions.hpp"

#include <span>

#include "x509/certificate/distribution_point.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {
namespace {

using der::Reader;

/// The content of a SEQUENCE SIZE (1..MAX) OF something, each element checked by `read`.
template <class Read>
Bytes read_list(Reader& reader, std::uint8_t tag, Read read) {
  const Bytes elements = reader.content(tag);
  Reader list(elements, reader.fault());
  if (list.at_end()) list.refuse("an empty list where there must be an element");
  while (!list.at_end()) read(list);
  return elements;
}
template <class Read>
Bytes read_list(Reader& reader, Read read) {
  return read_list(reader, der::kSequence, read);
}

/// RFC 5280 §4.2.1.1.
void read_authority_key_identifier(Reader& value, Extensions& out) {
  Reader fields = value.enter_sequence();
  AuthorityKeyIdentifier identifier;
  if (fields.next_is(der::context(0))) identifier.key_identifier = fields.content(der::context(0));
  if (fields.next_is(der::constructed(1)))
    identifier.issuer = read_general_names(fields, der::constructed(1));
  if (fields.next_is(der::context(2))) identifier.serial = fields.integer(der::context(2));
  fields.finish();
  out.authority_key_identifier = identifier;
}

/// RFC 5280 §4.2.1.2.
void read_subject_key_identifier(Reader& value, Extensions& out) {
  out.subject_key_identifier = value.octet_string();
}

/// RFC 5280 §4.2.1.3.
void read_key_usage(Reader& value, Extensions& out) { out.key_usage = value.named_bits(); }

/// A CPSuri is an IA5String, a UserNotice a SEQUENCE. Both are for people.
bool is_understood(Bytes qualifier_id, const der::Element& qualifier) {
  if (is(qualifier_id, oid::kCpsQualifier)) return qualifier.tag == der::kIa5String;
  return is(qualifier_id, oid::kUserNoticeQualifier) && qualifier.tag == der::kSequence;
}

/// RFC 5280 §4.2.1.4.
void read_certificate_policies(Reader& value, Extensions& out) {
  out.policies = read_list(value, [&](Reader& list) {
    Reader information = list.enter_sequence();
    information.object_identifier();
    if (!information.at_end())
      read_list(information, [&](Reader& qualifiers) {
        Reader qualifier = qualifiers.enter_sequence();
        const Bytes id = qualifier.object_identifier();
        if (!is_understood(id, qualifier.element()) && out.qualifier_not_understood.empty())
          out.qualifier_not_understood = id;
        qualifier.finish();
      });
    information.finish();
  });
}

/// RFC 5280 §4.2.1.5.
void read_policy_mappings(Reader& value, Extensions& out) {
  out.policy_mappings = read_list(value, [](Reader& list) {
    Reader pair = list.enter_sequence();
    pair.object_identifier();
    pair.object_identifier();
    pair.finish();
  });
}

/// RFC 5280 §4.2.1.6, §4.2.1.7.
void read_subject_alt_name(Reader& value, Extensions& out) {
  out.subject_alt_name = read_general_names(value);
}
void read_issuer_alt_name(Reader& value, Extensions& out) {
  out.issuer_alt_name = read_general_names(value);
}

/// RFC 5280 §4.2.1.8.
void read_subject_directory_attributes(Reader& value, Extensions&) {
  read_list(value, [](Reader& list) {
    Reader attribute = list.enter_sequence();
    attribute.object_identifier();
    read_list(attribute, der::kSet, [](Reader& values) { values.element(); });
    attribute.finish();
  });
}

/// RFC 5280 §4.2.1.9.
void read_basic_constraints(Reader& value, Extensions& out) {
  Reader fields = value.enter_sequence();
  BasicConstraints constraints;
  if (fields.next_is(der::kBoolean)) {
    constraints.is_ca = fields.boolean();
    if (!constraints.is_ca) fields.tolerate_default();
  }
  if (fields.next_is(der::kInteger)) constraints.path_length = fields.small_natural();
  fields.finish();
  out.basic_constraints = constraints;
}

/// RFC 5280 §4.2.1.10.
Bytes read_subtrees(Reader& reader, std::uint8_t tag) {
  return read_list(reader, tag, [](Reader& list) {
    const GeneralName base = read_subtree(list);
    // RFC 5280 gives a leading dot a meaning in URIs and mailboxes alone. CAs write it in DNS names
    // too.
    if (base.type == GeneralName::dns_name && !base.value.empty() && base.value[0] == '.')
      list.tolerate("a DNS name constraint with a leading dot", "RFC 5280 §4.2.1.10");
  });
}

void read_name_constraints(Reader& value, Extensions& out) {
  Reader fields = value.enter_sequence();
  NameConstraints constraints;
  if (fields.at_end())
    fields.refuse("name constraints that constrain nothing", Errc::bad_certificate);
  if (fields.next_is(der::constructed(0)))
    constraints.permitted = read_subtrees(fields, der::constructed(0));
  if (fields.next_is(der::constructed(1)))
    constraints.excluded = read_subtrees(fields, der::constructed(1));
  fields.finish();
  out.name_constraints = constraints;
}

/// RFC 5280 §4.2.1.11.
void read_policy_constraints(Reader& value, Extensions& out) {
  Reader fields = value.enter_sequence();
  PolicyConstraints constraints;
  if (fields.at_end())
    fields.refuse("policy constraints that constrain nothing", Errc::bad_certificate);
  if (fields.next_is(der::context(0)))
    constraints.require_explicit_policy = fields.small_natural(der::context(0));
  if (fields.next_is(der::context(1)))
    constraints.inhibit_policy_mapping = fields.small_natural(der::context(1));
  fields.finish();
  out.policy_constraints = constraints;
}

/// RFC 5280 §4.2.1.12.
void read_extended_key_usage(Reader& value, Extensions& out) {
  out.extended_key_usage = read_list(value, [](Reader& list) { list.object_identifier(); });
}

/// RFC 5280 §4.2.1.13.
void read_crl_distribution_points(Reader& value, Extensions& out) {
  out.crl_distribution_points = read_list(value, read_distribution_point);
}

/// RFC 5280 §4.2.1.14.
void read_inhibit_any_policy(Reader& value, Extensions& out) {
  out.inhibit_any_policy = value.small_natural();
}

/// RFC 5280 §4.2.1.15.
void read_freshest_crl(Reader& value, Extensions& out) {
  out.freshest_crl = read_list(value, read_distribution_point);
}

/// RFC 5280 §4.2.2.1, §4.2.2.2.
void read_access_description(Reader& list) {
  Reader description = list.enter_sequence();
  description.object_identifier();
  read_general_name(description);
  description.finish();
}
void read_authority_info_access(Reader& value, Extensions& out) {
  out.authority_info_access = read_list(value, read_access_description);
}
void read_subject_info_access(Reader& value, Extensions& out) {
  out.subject_info_access = read_list(value, read_access_description);
}

/// RFC 7633 §4.1.
void read_tls_feature(Reader& value, Extensions& out) {
  out.tls_features = read_list(value, [](Reader& list) { list.natural(); });
}

/// RFC 6962 §3.3: a vector of vectors, each with two octets of length in front, and none of them
/// empty.
void read_signed_certificate_timestamps(Reader& value, Extensions& out) {
  const Bytes all = value.octet_string();
  if (value.fault()) return;
  const auto take = [&](Bytes& from) -> std::optional<Bytes> {
    if (from.size() < 2) return std::nullopt;
    const std::size_t size = std::size_t{from[0]} << 8 | from[1];
    if (size == 0 || size > from.size() - 2) return std::nullopt;
    const Bytes content = from.subspan(2, size);
    from = from.subspan(2 + size);
    return content;
  };
  Bytes left = all;
  auto list = take(left);
  bool whole = list && left.empty();
  while (whole && !list->empty()) whole = take(*list).has_value();
  if (!whole)
    value.refuse("a list of signed certificate timestamps that is cut short or has an empty one",
                 Errc::bad_certificate);
  out.signed_certificate_timestamps = all;
}

/// RFC 6960 §4.2.2.2.1.
void read_ocsp_no_check(Reader& value, Extensions&) { value.null(); }

/// Whether a path with this extension is judged by it. RFC 5280 §4.2: an extension that is not
/// processed must not be critical.
enum class Handling : std::uint8_t { processed, only_read };

/// One extension. One that is not in the table is ignored, unless it is critical.
struct Row {
  ExtensionId id;
  const Oid* oid;
  Handling handling;
  void (*read)(Reader& value, Extensions& out);
};
using enum Handling;
constexpr Row kRows[] = {
    {ExtensionId::authority_key_identifier, &oid::kAuthorityKeyIdentifier, processed,
     read_authority_key_identifier},
    {ExtensionId::subject_key_identifier, &oid::kSubjectKeyIdentifier, processed,
     read_subject_key_identifier},
    {ExtensionId::key_usage, &oid::kKeyUsage, processed, read_key_usage},
    {ExtensionId::certificate_policies, &oid::kCertificatePolicies, processed,
     read_certificate_policies},
    {ExtensionId::policy_mappings, &oid::kPolicyMappings, processed, read_policy_mappings},
    {ExtensionId::subject_alt_name, &oid::kSubjectAltName, processed, read_subject_alt_name},
    {ExtensionId::issuer_alt_name, &oid::kIssuerAltName, only_read, read_issuer_alt_name},
    {ExtensionId::subject_directory_attributes, &oid::kSubjectDirectoryAttributes, only_read,
     read_subject_directory_attributes},
    {ExtensionId::basic_constraints, &oid::kBasicConstraints, processed, read_basic_constraints},
    {ExtensionId::name_constraints, &oid::kNameConstraints, processed, read_name_constraints},
    {ExtensionId::policy_constraints, &oid::kPolicyConstraints, processed, read_policy_constraints},
    {ExtensionId::extended_key_usage, &oid::kExtendedKeyUsage, processed, read_extended_key_usage},
    {ExtensionId::crl_distribution_points, &oid::kCrlDistributionPoints, processed,
     read_crl_distribution_points},
    {ExtensionId::inhibit_any_policy, &oid::kInhibitAnyPolicy, processed, read_inhibit_any_policy},
    {ExtensionId::freshest_crl, &oid::kFreshestCrl, processed, read_freshest_crl},
    {ExtensionId::authority_info_access, &oid::kAuthorityInfoAccess, only_read,
     read_authority_info_access},
    {ExtensionId::subject_info_access, &oid::kSubjectInfoAccess, only_read,
     read_subject_info_access},
    {ExtensionId::tls_feature, &oid::kTlsFeature, processed, read_tls_feature},
    {ExtensionId::signed_certificate_timestamps, &oid::kSignedCertificateTimestamps, processed,
     read_signed_certificate_timestamps},
    {ExtensionId::ocsp_no_check, &oid::kOcspNoCheck, processed, read_ocsp_no_check},
};

/// Row n is about ExtensionId n, and each has a reader.
constexpr bool is_complete(std::span<const Row> rows) {
  for (std::size_t n = 0; n < rows.size(); ++n)
    if (rows[n].id != ExtensionId{static_cast<std::uint8_t>(n)} || !rows[n].read) return false;
  return rows.size() == static_cast<std::size_t>(ExtensionId::number_of_ids);
}
static_assert(is_complete(kRows));
static_assert(std::size(kRows) <= 32, "a bit each in Extensions::present and critical");

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
    if (!extension.is_critical) fields.tolerate_default();
  }
  extension.value = fields.octet_string();
  fields.finish();
  return extension;
}

void read_value(const Extension& extension, der::Fault& fault, Extensions& out) {
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& r) { return is(extension.id, *r.oid); });
  if (extension.is_critical && (row == std::end(kRows) || row->handling == only_read) &&
      out.not_understood.empty())
    out.not_understood = extension.id;
  if (row == std::end(kRows)) return;
  Reader value(extension.value, fault);
  row->read(value, out);
  value.finish();
  const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(row->id);
  out.present |= bit;
  if (extension.is_critical) out.critical |= bit;
}

Extensions read_extensions(Reader& list) {
  Extensions out;
  for_each_extension(list,
                     [&](const Extension& extension) { read_value(extension, list.fault(), out); });
  return out;
}

}  // namespace tls12::x509
