#include "x509/path/name_constraints.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "tls12/text.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/dns_name.hpp"
#include "x509/name/mailbox.hpp"

namespace tls12::x509 {
namespace {

using der::Reader;

// Hosts of mailboxes and URIs: one host, all below a domain, or nothing at all, which every program
// takes for everything.

bool is_host_base(std::string_view base) {
  return base.empty() || is_dns_name(base.starts_with('.') ? base.substr(1) : base);
}

bool is_host_within(std::string_view host, std::string_view base) {
  if (!base.starts_with('.')) return base.empty() || same_ascii(host, base);
  return host.size() > base.size() && same_ascii(host.substr(host.size() - base.size()), base);
}

// dNSName: a domain and all below it; after a leading dot, all below it alone. A wildcard is a
// label like others, which stands for any one label.

std::string_view without_wildcard(std::string_view name) {
  return name.starts_with("*.") ? name.substr(2) : name;
}

bool is_dns_pattern(std::string_view name) { return is_dns_name(without_wildcard(name)); }

bool is_dns_within(std::string_view name, std::string_view base) {
  if (base.starts_with('.')) return is_host_within(name, base);
  if (base.empty() || same_ascii(name, base)) return true;
  if (name.size() <= base.size()) return false;
  const std::size_t start = name.size() - base.size();
  return name[start - 1] == '.' && same_ascii(name.substr(start), base);
}

/// Whether a name that `name` stands for is within `base`: `*.example.org` stands for
/// `www.example.org`, too.
bool dns_reaches(std::string_view name, std::string_view base) {
  if (is_dns_within(name, base)) return true;
  const std::size_t dot = base.find('.');
  return name.starts_with("*.") && dot != 0 && dot != base.npos &&
         same_ascii(without_wildcard(name), base.substr(dot + 1));
}

// rfc822Name: a mailbox, or its host. A quoted local part cannot be compared: it has many ways to
// say the same.

bool is_plain_mailbox(std::string_view text) { return is_mailbox(text) && !text.starts_with('"'); }
bool is_mail_base(std::string_view base) {
  return base.contains('@') ? is_plain_mailbox(base) : is_host_base(base);
}

bool is_mail_within(std::string_view mailbox, std::string_view base) {
  return base.contains('@') ? same_mailbox(mailbox, base)
                            : is_host_within(mailbox.substr(mailbox.find('@') + 1), base);
}

// uniformResourceIdentifier: the host of its authority (RFC 3986 §3.2).

std::string_view uri_host(std::string_view uri) {
  const std::size_t start = uri.find("://");
  if (start == uri.npos || uri.substr(0, start).find_first_of("/?#") != uri.npos) return {};
  std::string_view authority = uri.substr(start + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  authority.remove_prefix(authority.contains('@') ? authority.find('@') + 1 : 0);
  return authority.substr(0, authority.find(':'));
}

// iPAddress: an address and its mask, whose ones all come before its zeros.

bool is_network(Bytes base) {
  const Bytes mask = base.subspan(base.size() / 2);
  const auto partial = std::ranges::find_if(mask, [](std::uint8_t octet) { return octet != 0xff; });
  if (partial == mask.end()) return true;
  return std::countl_one(*partial) == std::popcount(*partial) &&
         std::all_of(partial + 1, mask.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool is_address_within(Bytes address, Bytes base) {
  if (base.size() != 2 * address.size()) return false;
  for (std::size_t i = 0; i < address.size(); ++i)
    if (((address[i] ^ base[i]) & base[address.size() + i]) != 0) return false;
  return true;
}

template <auto function>
bool as_text(Bytes a) {
  return function(tls12::text_of(a));
}
template <auto function>
bool as_texts(Bytes a, Bytes b) {
  return function(tls12::text_of(a), tls12::text_of(b));
}
bool always(Bytes) { return true; }

/// How names of one type, or for URIs their hosts, are compared with constraints.
struct Form {
  bool (*is_base)(Bytes base) = nullptr;  ///< null: constraints of this type are not understood
  bool (*is_name)(Bytes name) = nullptr;  ///< whether it can be compared at all
  bool (*is_within)(Bytes name, Bytes base) = nullptr;
  bool (*reaches)(Bytes name,
                  Bytes base) = nullptr;  ///< whether anything that it stands for is within
};
constexpr Form kForms[] = {
    {},  // otherName
    {as_text<is_mail_base>, as_text<is_plain_mailbox>, as_texts<is_mail_within>,
     as_texts<is_mail_within>},  // rfc822Name
    {as_text<is_host_base>, as_text<is_dns_pattern>, as_texts<is_dns_within>,
     as_texts<dns_reaches>},                 // dNSName
    {},                                      // x400Address
    {always, always, is_within, is_within},  // directoryName
    {},                                      // ediPartyName
    {as_text<is_host_base>, as_text<is_dns_name>, as_texts<is_host_within>,
     as_texts<is_host_within>},                                  // uniformResourceIdentifier
    {is_network, always, is_address_within, is_address_within},  // iPAddress
    {},                                                          // registeredID
};

constexpr std::size_t kComparisonsOfOneStep = 32;

/// Of a name that can be compared, so that its characters are harmless.
std::string text_of(GeneralName::Type type, Bytes name) {
  if (type == GeneralName::directory_name) return text_of_name(name);
  return type == GeneralName::ip_address ? text_of_address(name) : escaped(tls12::text_of(name));
}

}  // namespace

Result<void> NameConstraintState::add(const NameConstraints& constraints) {
  if (constraints.permitted)
    if (auto added = add(*constraints.permitted, true); !added) return added;
  return constraints.excluded ? add(*constraints.excluded, false) : Result<void>{};
}

Result<void> NameConstraintState::add(Bytes subtrees, bool is_permitted) {
  std::array<bool, std::size(kForms)> is_seen = {};
  der::Fault fault;
  for (Reader list(subtrees, fault); !list.at_end();) {
    const auto [type, base] = read_subtree(list);
    if (fault) break;
    if (const Form& form = kForms[type]; form.is_base != nullptr && !form.is_base(base))
      return fail(Errc::certificate_name_constraint, "a malformed constraint");
    Subtrees& of_type = subtrees_[type];
    of_type.count += 1;
    of_type.octets += base.size();
    if (is_permitted && !std::exchange(is_seen[type], true)) of_type.permitted.emplace_back();
    (is_permitted ? of_type.permitted.back() : of_type.excluded).push_back(base);
  }
  return fault ? Result<void>(fail(fault.error())) : Result<void>{};
}

Result<void> NameConstraintState::check(const ParsedCertificate& certificate,
                                        bool common_name_counts) {
  if (std::ranges::all_of(subtrees_, [](const Subtrees& of_type) { return of_type.count == 0; }))
    return {};
  if (!is_empty_name(certificate.subject))
    if (auto checked = check(GeneralName::directory_name, certificate.subject); !checked)
      return checked;

  const auto& subject_alt_name = certificate.extensions.subject_alt_name;
  bool has_mailbox = false;
  der::Fault fault;
  for (Reader names(subject_alt_name.value_or(Bytes{}), fault); !names.at_end();) {
    const auto [type, name] = read_general_name(names);
    if (auto checked = check(type, name); !checked) return checked;
    has_mailbox |= type == GeneralName::rfc822_name;
    // RFC 9549 §2.2: one constraint for both forms of a mailbox.
    if (const auto mailbox = type == GeneralName::other_name ? utf8_mailbox(name) : std::nullopt)
      if (auto checked = check(GeneralName::rfc822_name, *mailbox); !checked) return checked;
  }
  if (fault) return fail(fault.error());

  if (!has_mailbox)
    for (const std::string& mailbox : attribute_texts(certificate.subject, oid::kEmailAddress))
      if (auto checked = check(GeneralName::rfc822_name, bytes_of(mailbox)); !checked)
        return checked;
  if (common_name_counts && !subject_alt_name)
    for (const std::string& name : attribute_texts(certificate.subject, oid::kCommonName))
      if (is_dns_pattern(name))
        if (auto checked = check(GeneralName::dns_name, bytes_of(name)); !checked) return checked;
  return {};
}

Result<void> NameConstraintState::check(GeneralName::Type type, Bytes name) {
  const Subtrees& of_type = subtrees_[type];
  if (of_type.count == 0) return {};
  if (type == GeneralName::uri) name = bytes_of(uri_host(tls12::text_of(name)));
  // Texts differ at once or are short; in attributes letters are folded, and white space is
  // skipped, however much there is.
  const std::size_t cost = type == GeneralName::directory_name
                               ? (of_type.octets + of_type.count * name.size()) / kOctetsFolded
                               : (of_type.octets / 16 + of_type.count) / kComparisonsOfOneStep;
  if (!budget_->take(1 + cost))
    return fail(Errc::certificate_search_exhausted, "too many names and constraints");
  const Form& form = kForms[type];
  // RFC 5280 §4.2.1.10: a constraint is processed, or the certificate is refused.
  if (form.is_base == nullptr)
    return fail(Errc::certificate_name_constraint, "a constraint of a type that is not understood");
  if (!form.is_name(name))
    return fail(Errc::certificate_name_constraint,
                "a name that cannot be compared with the constraints");
  const bool is_permitted =
      std::ranges::all_of(of_type.permitted, [&](const std::vector<Bytes>& bases) {
        return std::ranges::any_of(bases, [&](Bytes base) { return form.is_within(name, base); });
      });
  if (!is_permitted)
    return fail(Errc::certificate_name_constraint, "not permitted: " + text_of(type, name));
  const bool is_excluded =
      std::ranges::any_of(of_type.excluded, [&](Bytes base) { return form.reaches(name, base); });
  if (is_excluded)
    return fail(Errc::certificate_name_constraint, "excluded: " + text_of(type, name));
  return {};
}

}  // namespace tls12::x509
