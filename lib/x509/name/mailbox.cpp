#include "x509/name/mailbox.hpp"

#include <algorithm>

#include "x509/asn1/oid.hpp"
#include "x509/name/directory_string.hpp"
#include "x509/name/dns_name.hpp"

namespace tls12::x509 {
namespace {

/// RFC 5321 §4.5.3.1.1.
constexpr std::size_t kMaxLocalPart = 64;

std::string_view local_part(std::string_view mailbox) {
  return mailbox.substr(0, mailbox.rfind('@'));
}
std::string_view host(std::string_view mailbox) { return mailbox.substr(mailbox.rfind('@') + 1); }

/// RFC 5322 §3.2.3, RFC 6532 §3.2.
bool is_atom_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
}

/// Dot-string: atoms with single dots between them.
bool is_dot_string(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' && !text.contains("..") &&
         std::ranges::all_of(text, [](char c) { return c == '.' || is_atom_character(c); });
}

/// Quoted-string: printable characters, where a backslash takes the next one with it.
bool is_quoted_string(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escaped = text[i] == '\\';
    if (is_escaped && ++i == text.size()) return false;
    if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f ||
        (text[i] == '"' && !is_escaped))
      return false;
  }
  return true;
}

}  // namespace

bool is_mailbox(std::string_view text) {
  const std::string_view local = local_part(text);
  return text.contains('@') && local.size() <= kMaxLocalPart &&
         (is_dot_string(local) || is_quoted_string(local)) && is_dns_name(host(text));
}

std::optional<Bytes> utf8_mailbox(Bytes other_name) {
  der::Fault fault;
  der::Reader fields(other_name, fault);
  if (!is(fields.object_identifier(), oid::kSmtpUtf8Mailbox)) return std::nullopt;
  const der::Element text = fields.enter(der::constructed(0)).element(der::kUtf8String);
  return is_well_formed(text) ? text.content : Bytes{};
}

bool same_mailbox(std::string_view a, std::string_view b) {
  return local_part(a) == local_part(b) && same_ascii(host(a), host(b));
}

}  // namespace tls12::x509
