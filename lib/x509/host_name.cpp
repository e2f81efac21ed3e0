#include "x509/host_name.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "x509/general_name.hpp"

namespace tls12::x509 {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Letters, digits and hyphens (RFC 1034 §3.5), and the underscore that names in use have.
bool is_label_character(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_'; }

/// RFC 1034 §3.1, §3.5: labels of 1 to 63 characters, 253 in all.
bool is_dns_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  std::string_view label;
  for (bool more = true; more;) {
    const std::size_t dot = text.find('.');
    label = text.substr(0, dot);
    if (label.empty() || label.size() > 63 || !std::ranges::all_of(label, is_label_character) || label.front() == '-' || label.back() == '-') return false;
    more = dot != text.npos;
    if (more) text.remove_prefix(dot + 1);
  }
  // A last label of digits would make a name that other programs read as an address (RFC 3696 §2: top-level names are not all-numeric).
  return !std::ranges::all_of(label, is_digit);
}

/// RFC 6125 §6.4.3: the wildcard is the whole left-most label. At least two labels follow it: `*.com` would stand for all of a registry (§7.2).
bool has_usable_wildcard(std::string_view presented) {
  return presented.starts_with("*.") && is_dns_name(presented.substr(2)) && presented.find('.', 2) != presented.npos;
}

}  // namespace

Result<ReferenceName> ReferenceName::parse(std::string_view text) {
  ReferenceName name;
  const std::string copy(text);
  if (copy.find('\0') == copy.npos) {
    if (inet_pton(AF_INET, copy.c_str(), name.address_.data()) == 1) name.address_size_ = 4;
    if (inet_pton(AF_INET6, copy.c_str(), name.address_.data()) == 1) name.address_size_ = 16;
  }
  if (name.is_address()) return name;
  if (text.ends_with('.')) text.remove_suffix(1);
  if (!is_dns_name(text)) return fail(Errc::bad_host_name, copy.c_str());
  name.dns_.resize(text.size());
  std::ranges::transform(text, name.dns_.begin(), lower);
  return name;
}

std::string ReferenceName::text() const { return is_address() ? text_of_address(address()) : dns_; }

bool dns_matches(std::string_view presented, std::string_view host) {
  const auto equal = [](std::string_view a, std::string_view b) { return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == y; }); };
  if (is_dns_name(presented)) return equal(presented, host);
  if (!has_usable_wildcard(presented)) return false;
  const std::size_t dot = host.find('.');
  return dot != host.npos && equal(presented.substr(2), host.substr(dot + 1));
}

bool is_presentable(std::string_view text) { return is_dns_name(text) || has_usable_wildcard(text); }

bool is_for(const ParsedCertificate& certificate, const ReferenceName& wanted) {
  if (!certificate.extensions.subject_alt_name) return false;
  der::Fault fault;
  for (der::Reader list(*certificate.extensions.subject_alt_name, fault); !list.at_end();) {
    const GeneralName name = read_general_name(list);
    const bool matches = wanted.is_address() ? name.type == GeneralName::ip_address && std::ranges::equal(name.value, wanted.address())
                                             : name.type == GeneralName::dns_name && dns_matches(tls12::text_of(name.value), wanted.dns());
    if (matches) return true;
  }
  return false;
}

}  // namespace tls12::x509
