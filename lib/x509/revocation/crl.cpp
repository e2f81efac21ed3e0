#include "x509/revocation/crl.hpp"

#include <algorithm>
#include <array>

#include "x509/asn1/time.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;

/// RFC 5280 §5.2.3.
constexpr std::size_t kMaxCrlNumberSize = 20;

struct ReasonRow {
  RevocationReason reason;
  std::string_view name;
};
constexpr ReasonRow kReasons[] = {
    {RevocationReason::unspecified, "unspecified"},
    {RevocationReason::key_compromise, "keyCompromise"},
    {RevocationReason::ca_compromise, "cACompromise"},
    {RevocationReason::affiliation_changed, "affiliationChanged"},
    {RevocationReason::superseded, "superseded"},
    {RevocationReason::cessation_of_operation, "cessationOfOperation"},
    {RevocationReason::certificate_hold, "certificateHold"},
    {RevocationReason::remove_from_crl, "removeFromCRL"},
    {RevocationReason::privilege_withdrawn, "privilegeWithdrawn"},
    {RevocationReason::aa_compromise, "aACompromise"},
};

/// A BOOLEAN DEFAULT FALSE under an implicit tag.
bool read_flag(Reader& fields, unsigned number) {
  if (!fields.next_is(der::context(number))) return false;
  const Bytes value = fields.content(der::context(number));
  const bool is_true = std::ranges::equal(value, std::array<std::uint8_t, 1>{0xff});
  if (std::ranges::equal(value, std::array<std::uint8_t, 1>{0x00}))
    fields.tolerate_default();
  else if (!is_true)
    fields.refuse("a boolean that is neither 00 nor ff");
  return is_true;
}

/// RFC 5280 §5.2.5.
IssuingDistributionPoint read_issuing_distribution_point(Reader& value) {
  Reader fields = value.enter_sequence();
  if (fields.at_end()) fields.refuse("an issuing distribution point that says nothing");
  IssuingDistributionPoint point{.name = read_distribution_point_name(fields)};
  point.only_contains_user_certs = read_flag(fields, 1);
  point.only_contains_ca_certs = read_flag(fields, 2);
  if (fields.next_is(der::context(3)))
    point.only_some_reasons = read_reasons(fields, der::context(3));
  point.indirect_crl = read_flag(fields, 4);
  point.only_contains_attribute_certs = read_flag(fields, 5);
  if (point.only_contains_user_certs + point.only_contains_ca_certs +
          point.only_contains_attribute_certs >
      1)
    fields.refuse("an issuing distribution point for more than one kind of certificates alone");
  fields.finish();
  return point;
}

Bytes read_crl_number(Reader& value) {
  const Bytes number = value.natural();
  if (number.size() > kMaxCrlNumberSize) value.refuse("a CRL number of more than 20 octets");
  return number;
}

void read_crl_extension(const Extension& extension, Fault& fault, ParsedCrl& out) {
  Reader value(extension.value, fault);
  if (is(extension.id, oid::kCrlNumber)) {
    out.crl_number = read_crl_number(value);
    if (extension.is_critical) value.refuse("a CRL number that is critical");  // §5.2.3
  } else if (is(extension.id, oid::kDeltaCrlIndicator)) {
    out.base_crl_number = read_crl_number(value);
  } else if (is(extension.id, oid::kIssuingDistributionPoint)) {
    out.issuing_distribution_point_encoding = extension.value;
    out.issuing_distribution_point = read_issuing_distribution_point(value);
  } else {
    constexpr const Oid* kShared[] = {&oid::kAuthorityKeyIdentifier, &oid::kIssuerAltName,
                                      &oid::kFreshestCrl, &oid::kAuthorityInfoAccess};
    if (std::ranges::any_of(kShared, [&](const Oid* id) { return is(extension.id, *id); }))
      return read_value(extension, fault, out.extensions);
    if (extension.is_critical && out.not_understood.empty()) out.not_understood = extension.id;
    return;
  }
  value.finish();
}

/// What the extensions say together, and with the version (RFC 5280 §5.1.2.1, §5.2.3, §5.2.6).
void check_extensions(const ParsedCrl& crl, Reader& reader) {
  if (crl.version != 2) return reader.refuse("extensions in a CRL that is not of version 2");
  // §6.3.3 needs the number to combine a delta CRL with the one that it updates, and nowhere else.
  if (!crl.crl_number)
    reader.tolerate("a CRL of version 2 without a CRL number", "RFC 5280 §5.2.3");
  if (crl.is_delta() && crl.extensions.freshest_crl)
    reader.refuse("a delta CRL with a freshest CRL");
}

void read_entry_extension(const Extension& extension, Fault& fault, CrlEntry& out) {
  Reader value(extension.value, fault);
  if (is(extension.id, oid::kReasonCode)) {
    out.reason = read_revocation_reason(value);
  } else if (is(extension.id, oid::kInvalidityDate)) {
    out.invalidity_date = read_generalized_time(value);
  } else if (is(extension.id, oid::kCertificateIssuer)) {
    out.certificate_issuer = read_general_names(value);
  } else {
    if (extension.is_critical && out.not_understood.empty()) out.not_understood = extension.id;
    return;
  }
  value.finish();
}

/// The index is sorted: the last four octets of a serial number above the place of its entry. Eight
/// octets an entry, and no hash that somebody could make collide on purpose.
constexpr unsigned kPlaceBits = 32;
static_assert(kMostCrlOctets < std::uint64_t{1} << kPlaceBits);

std::uint64_t index_key(Bytes serial) {
  std::uint64_t key = 0;
  for (const std::uint8_t octet : serial.last(std::min<std::size_t>(serial.size(), 4)))
    key = key << 8 | octet;
  return key << kPlaceBits;
}

void read_entries(Reader& tbs, ParsedCrl& out) {
  // §5.1.2.6 has an empty list left out. GnuTLS writes one all the same, and it says nothing wrong.
  if (!tbs.next_is(der::kSequence)) return;
  out.entries = tbs.content(der::kSequence);
  for (Reader list(out.entries, tbs.fault()); !list.at_end(); ++out.size) {
    const std::size_t place = out.entries.size() - list.rest().size();
    const CrlEntry entry = read_crl_entry(list);
    out.index.push_back(index_key(entry.serial) | place);
    if (!entry.certificate_issuer.empty())
      out.issuer_changes.push_back(static_cast<std::uint32_t>(place));
    if (!entry.not_understood.empty() && out.not_understood.empty())
      out.not_understood = entry.not_understood;
  }
  std::ranges::sort(out.index);
}

/// What the entries may say depends on the extensions, which come behind them (RFC 5280 §5.1.2.1,
/// §5.3.1, §5.3.3).
void check_entries(const ParsedCrl& crl, Reader& reader) {
  if (!crl.issuer_changes.empty() && !crl.is_indirect())
    reader.refuse("an entry of another issuer in a CRL that is not indirect");
}

unsigned read_version(Reader& tbs) {
  if (!tbs.next_is(der::kInteger)) return 1;
  if (tbs.small_natural() != 1) tbs.refuse("a CRL version that is neither absent nor 2");
  return 2;
}

/// RFC 5280 §5.1.2, field by field. Returns the inner AlgorithmIdentifier.
Bytes read_tbs(Fault& fault, ParsedCrl& out) {
  Reader whole(out.tbs, fault);
  Reader tbs = whole.enter_sequence();
  out.version = read_version(tbs);
  const Bytes algorithm = tbs.element(der::kSequence).whole;
  out.issuer = read_name(tbs);
  if (!fault && is_empty_name(out.issuer)) tbs.refuse("an issuer without a name");  // §5.1.2.3
  out.this_update = read_time(tbs);
  if (tbs.next_is(der::kUtcTime) || tbs.next_is(der::kGeneralizedTime))
    out.next_update = read_time(tbs);
  read_entries(tbs, out);
  if (tbs.next_is(der::constructed(0))) {
    Reader field = tbs.enter(der::constructed(0));
    Reader list = field.enter_sequence();
    field.finish();
    for_each_extension(
        list, [&](const Extension& extension) { read_crl_extension(extension, fault, out); });
    check_extensions(out, list);
  }
  check_entries(out, tbs);
  tbs.finish();
  return algorithm;
}

/// RFC 5280 §5.3.3: who issued the certificate of the entry at `place`. The certificate issuer
/// stays the same until an entry names another.
bool is_of_issuer(const ParsedCrl& crl, std::uint32_t place, Bytes issuer, Budget& budget) {
  const auto next_change = std::ranges::upper_bound(crl.issuer_changes, place);
  if (next_change == crl.issuer_changes.begin()) return same_name(crl.issuer, issuer, budget);
  Fault fault;
  Reader entry(crl.entries.subspan(*(next_change - 1)), fault);
  return has_directory_name(read_crl_entry(entry).certificate_issuer, issuer, budget);
}

/// Empty if the signature covers the list itself, or nothing here can hash it.
std::vector<std::uint8_t> digest_of(const ParsedCrl& crl) {
  const SignatureKind kind = crl.signature_method.kind;
  if (kind == SignatureKind::unsupported || kind == SignatureKind::ed25519) return {};
  const auto& function = (*default_provider())[crl.signature_method.hash];
  if (!function) return {};
  Hash hash(*function.implementation);
  hash.update(crl.tbs);
  std::vector<std::uint8_t> digest(digest_size(crl.signature_method.hash));
  hash.digest(digest);
  return digest;
}

}  // namespace

bool KnownSigner::is(Bytes public_key_info) const {
  const std::scoped_lock lock(mutex_);
  return !public_key_info_.empty() && std::ranges::equal(public_key_info_, public_key_info);
}

void KnownSigner::set(Bytes public_key_info) {
  const std::scoped_lock lock(mutex_);
  public_key_info_.assign(public_key_info.begin(), public_key_info.end());
}

RevocationReason read_revocation_reason(Reader& reader) {
  const Bytes value = reader.integer(der::kEnumerated);
  if (reader.fault()) return RevocationReason::unspecified;
  const auto reason = static_cast<RevocationReason>(value[0]);
  if (value.size() != 1 ||
      std::ranges::find(kReasons, reason, &ReasonRow::reason) == std::end(kReasons))
    reader.refuse("an unknown reason for a revocation");
  return reason;
}

std::string_view text_of(RevocationReason reason) {
  return std::ranges::find(kReasons, reason, &ReasonRow::reason)->name;
}

CrlEntry read_crl_entry(Reader& entries) {
  Reader fields = entries.enter_sequence();
  CrlEntry entry{.serial = fields.integer(), .revocation_date = read_time(fields)};
  if (!fields.at_end()) {
    Reader list = fields.enter_sequence();
    for_each_extension(list, [&](const Extension& extension) {
      read_entry_extension(extension, fields.fault(), entry);
    });
  }
  fields.finish();
  return entry;
}

Result<void> parse(ParsedCrl& crl) {
  Fault fault;
  Reader whole(crl.der, fault);
  Reader fields = whole.enter_sequence();
  crl.tbs = fields.element(der::kSequence).whole;
  const Bytes inner = read_tbs(fault, crl);
  const Bytes outer = fields.rest();
  crl.signature_method = read_signature_algorithm(fields);
  // §5.1.2.2: the algorithm outside the signature is the one inside it.
  if (!fault && !std::ranges::equal(inner, outer.first(outer.size() - fields.rest().size())))
    fields.refuse("the signature algorithms inside and outside differ");
  crl.signature = fields.bit_string();
  fields.finish();
  whole.finish();
  if (fault) return fail(Errc::bad_crl, fault.what);
  crl.deviation = fault.deviation;
  crl.digest = digest_of(crl);
  crl.issuer_hash = name_hash(crl.issuer);
  return {};
}

std::optional<CrlEntry> find_entry(const ParsedCrl& crl, Bytes issuer, Bytes serial,
                                   Budget& budget) {
  const std::uint64_t key = index_key(serial);
  Fault fault;
  for (auto at = std::ranges::lower_bound(crl.index, key);
       at != crl.index.end() && *at >> kPlaceBits == key >> kPlaceBits; ++at) {
    const auto place = static_cast<std::uint32_t>(*at);
    Reader list(crl.entries.subspan(place), fault);
    const CrlEntry entry = read_crl_entry(list);
    const std::size_t octets = crl.entries.size() - place - list.rest().size();
    if (!budget.take(1 + octets / kOctetsRead)) return std::nullopt;
    if (std::ranges::equal(entry.serial, serial) && is_of_issuer(crl, place, issuer, budget))
      return entry;
  }
  return std::nullopt;
}

}  // namespace tls12::x509
