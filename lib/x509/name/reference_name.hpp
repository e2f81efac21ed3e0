// The name of the peer that the caller expects: RFC 9525's reference identifier (§6.2).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "tls12/verify.hpp"

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

}  // namespace tls12::x509
