// issue_crl(): a complete list of what a CA took back, the one before it carried on.
#include <algorithm>

#include "base/caught.hpp"
#include "tls12/issue.hpp"
#include "x509/asn1/time.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/issue/revocation_draft.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/path/certificate_checks.hpp"

namespace tls12 {
namespace {

using x509::DraftEntry;
using x509::der::Fault;
using x509::der::Reader;

/// The reason that RFC 5280 §5.3.1 spells so; removeFromCRL is for delta CRLs.
Result<std::optional<x509::RevocationReason>> reason_of(const std::string& text) {
  using enum x509::RevocationReason;
  if (text.empty()) return std::nullopt;
  for (const auto reason :
       {unspecified, key_compromise, ca_compromise, affiliation_changed, superseded,
        cessation_of_operation, certificate_hold, privilege_withdrawn, aa_compromise})
    if (x509::text_of(reason) == text) return reason;
  return fail(Errc::misuse, "no reason to revoke a certificate: " + text);
}

/// An entry as it was, with all its extensions.
DraftEntry copy_entry(Reader& entries) {
  Reader fields = entries.enter_sequence();
  const Bytes serial = fields.integer();
  DraftEntry entry{.serial = {serial.begin(), serial.end()},
                   .revocation_date = x509::read_time(fields)};
  if (fields.at_end()) return entry;
  for (Reader list = fields.enter_sequence(); !list.at_end();) {
    const x509::Extension extension = x509::read_extension(list);
    x509::Oid id;
    if (extension.id.size() > id.octets.size()) {
      list.refuse("an extension of an entry that is not known");
      break;
    }
    std::ranges::copy(extension.id, id.octets.begin());
    id.size = static_cast<std::uint8_t>(extension.id.size());
    entry.extensions.push_back(
        {id, extension.is_critical, {extension.value.begin(), extension.value.end()}});
  }
  return entry;
}

/// The entries of the issuer's last list, and the number of the next one.
Result<std::uint64_t> carry_on(const Crl& previous, const x509::ParsedCertificate& issuer,
                               const Provider& provider, std::vector<DraftEntry>& entries) {
  const x509::ParsedCrl& crl = internals(previous);
  if (!x509::same_name(crl.issuer, issuer.subject))
    return fail(Errc::misuse, "the CRL is not this issuer's: " + previous.issuer());
  if (crl.is_delta() || crl.is_indirect())
    return fail(Errc::misuse, "the CRL is not a complete one of its issuer's");
  if (auto right = x509::check_signature(crl.tbs, crl.signature_method, crl.signature,
                                         issuer.subject_key, provider);
      !right)
    return fail(right.error().code, "the CRL: " + right.error().reason());
  Fault fault;
  for (Reader list(crl.entries, fault); !list.at_end();) entries.push_back(copy_entry(list));
  if (fault) return fail(Errc::bad_crl, fault.what);
  std::uint64_t number = 0;
  if (crl.crl_number) {
    if (crl.crl_number->size() >= sizeof number)
      return fail(Errc::misuse, "the CRL's number is too large");
    for (const std::uint8_t octet : *crl.crl_number) number = number << 8 | octet;
  }
  return number + 1;
}

}  // namespace

Result<Crl> issue_crl(const CrlRecipe& recipe, const Identity& issuer, ProviderPtr provider) {
  return guarded([&]() -> Result<Crl> {
    if (provider == nullptr || !provider->random)
      return fail(Errc::algorithm_unavailable, "no crypto backend with randomness");
    if (issuer.key().is_elsewhere()) return fail(Errc::misuse, "the key lives elsewhere");
    const x509::ParsedCertificate& ca = internals(issuer.chain().front());
    if (!ca.extensions.allows(x509::KeyUsage::crl_sign))
      return fail(Errc::misuse, "the issuer may not sign CRLs: " + x509::describe(ca));
    if (recipe.next_update <= recipe.this_update)
      return fail(Errc::misuse, "a CRL that is out of date when it is made");
    const auto reason = reason_of(recipe.reason);
    if (!reason) return fail(reason.error());

    std::vector<DraftEntry> entries;
    std::uint64_t number = 1;
    if (recipe.previous) {
      const auto next = carry_on(*recipe.previous, ca, *provider, entries);
      if (!next) return fail(next.error());
      number = *next;
    }
    for (const Certificate& certificate : recipe.revoked) {
      if (!x509::same_name(internals(certificate).issuer, ca.subject))
        return fail(Errc::misuse,
                    "not issued by this issuer: " + x509::describe(internals(certificate)));
      const auto is_same = [&](const DraftEntry& entry) {
        return std::ranges::equal(entry.serial, internals(certificate).serial);
      };
      if (std::ranges::none_of(entries, is_same))
        entries.push_back(x509::revoked_entry(certificate, recipe.this_update, *reason));
    }
    auto draft = x509::crl_draft_of(issuer.chain().front(), issuer.key(), number,
                                    recipe.this_update, recipe.next_update);
    if (!draft) return fail(draft.error());
    draft->entries = std::move(entries);
    return x509::sign_crl(*draft, issuer.key(), provider->rng());
  });
}

}  // namespace tls12
