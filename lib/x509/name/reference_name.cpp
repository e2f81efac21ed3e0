#include "x509/name/reference_name.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "x509/name/dns_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/name/mailbox.hpp"

namespace tls12::x509 {
namespace {

/// Where the zone of RFC 4007 §11 begins in "fe80::1%eth0", npos without one. The zone is of this
/// machine alone: it has at least one character, and none that a URL or a shell splits at.
std::size_t zone_in(const std::string& text) {
  const std::size_t percent = text.find('%');
  if (percent == text.npos || percent + 1 == text.size()) return text.npos;
  return text.find_first_of("% []/", percent + 1) == text.npos ? percent : text.npos;
}

/// The size of the address in `out`; 0 if the text is not an address.
std::size_t parse_address(const std::string& text, std::array<std::uint8_t, 16>& out) {
  if (text.contains('\0')) return 0;
  if (inet_pton(AF_INET, text.c_str(), out.data()) == 1) return 4;
  if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return 16;
  const std::size_t zone = zone_in(text);
  if (zone == text.npos) return 0;
  return inet_pton(AF_INET6, text.substr(0, zone).c_str(), out.data()) == 1 ? 16 : 0;
}

}  // namespace

Result<ReferenceName> ReferenceName::parse(std::string_view text, PeerName::Kind kind) {
  using Kind = PeerName::Kind;
  ReferenceName name;
  name.name_ = text;
  const auto refuse = [&] {
    if (name.name_.empty()) return fail(Errc::bad_host_name, "it is empty");
    const bool is_ascii =
        std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return fail(Errc::bad_host_name,
                is_ascii ? name.name_ : name.name_ + " (in the DNS, it is written with xn--)");
  };
  if (kind == Kind::email) {
    name.kind_ = Kind::email;
    if (!is_mailbox(text)) return refuse();
    return name;
  }
  if (kind != Kind::dns) name.address_size_ = parse_address(name.name_, name.address_);
  if (name.address_size_ != 0) {
    name.kind_ = Kind::ip;
    return name;
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  if (kind == Kind::ip || !is_dns_name(text) || !has_true_a_labels(text)) return refuse();
  name.name_.resize(text.size());
  std::ranges::transform(text, name.name_.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return name;
}

std::string ReferenceName::text() const& {
  return is_address() ? text_of_address(address()) : name_;
}
std::string ReferenceName::text() && {
  return is_address() ? text_of_address(address()) : std::move(name_);
}

}  // namespace tls12::x509
