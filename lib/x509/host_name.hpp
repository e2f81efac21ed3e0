// Whether a certificate is for the name that was asked for (RFC 9525 §6, RFC 5280 §7.5 for e-mail
// addresses).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "tls12/verify.hpp"
#include "x509/parsed_certificate.hpp"

namespace tls12::x509 {

/// The name that the caller wants to talk to, checked: a DNS name in ASCII, an IP address, or an
/// e-mail address.
class ReferenceName {
 public:
  /// DNS names as the DNS writes them: true A-labels, one dot at the end allowed (an absolute name,
  /// the same name). IPv4 and IPv6 in text, without brackets. The zone of an IPv6 address (RFC 4007
  /// §11) is ignored: no certificate has one. E-mail addresses with a DNS name as their host.
  /// Errors: Errc::bad_host_name, for an empty name as well. `kind` is not PeerName::Kind::any.
  static Result<ReferenceName> parse(std::string_view text,
                                     PeerName::Kind kind = PeerName::Kind::automatic);

  /// Never automatic.
  PeerName::Kind kind() const { return kind_; }
  bool is_address() const { return kind_ == PeerName::Kind::ip; }
  Bytes address() const { return Bytes(address_).first(address_size_); }
  /// In lower case, without the dot at the end.
  const std::string& dns() const { return name_; }
  const std::string& mailbox() const { return name_; }
  std::string text() const&;
  std::string text() &&;

 private:
  PeerName::Kind kind_ = PeerName::Kind::dns;
  std::string name_;
  std::array<std::uint8_t, 16> address_ = {};
  std::size_t address_size_ = 0;
};

/// Whether a subjectAltName of the certificate is this name. The subject's common name is no name
/// of a host (RFC 9525 §2), unless `common_name_fallback` wants it to be a DNS name where there is
/// no subjectAltName.
bool is_for(const ParsedCertificate& certificate, const ReferenceName& name,
            bool common_name_fallback = false);

}  // namespace tls12::x509
