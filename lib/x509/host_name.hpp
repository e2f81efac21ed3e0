// Whether a certificate is for the name that was asked for (RFC 6125 §6, RFC 2818 §3.1 for addresses).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "x509/parsed_certificate.hpp"

namespace tls12::x509 {

/// The name that the caller wants to talk to, checked: a DNS name in ASCII or an IP address.
class ReferenceName {
 public:
  /// DNS names as the DNS writes them: A-labels, one dot at the end allowed (an absolute name, the same name). IPv4 and IPv6 in text.
  /// Errors: Errc::bad_host_name.
  static Result<ReferenceName> parse(std::string_view text);

  bool is_address() const { return address_size_ != 0; }
  Bytes address() const { return Bytes(address_).first(address_size_); }
  /// In lower case, without the dot at the end.
  const std::string& dns() const { return dns_; }
  std::string text() const;

 private:
  std::string dns_;
  std::array<std::uint8_t, 16> address_ = {};
  std::size_t address_size_ = 0;
};

/// Whether a subjectAltName of the certificate is this name. The subject's common name never counts (RFC 6125 §6.4.4 allows it, nobody needs it).
bool is_for(const ParsedCertificate& certificate, const ReferenceName& name);

/// Whether a dNSName, which may have `*` as its whole left-most label, stands for `host` (lower case, no dot at the end).
bool dns_matches(std::string_view presented, std::string_view host);

/// Whether `text` may be a dNSName in a certificate: a DNS name, perhaps with a wildcard as dns_matches() understands it.
bool is_presentable(std::string_view text);

}  // namespace tls12::x509
