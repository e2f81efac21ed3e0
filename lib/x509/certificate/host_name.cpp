#include "x509/certificate/host_name.hpp"

#include <algorithm>

#include "x509/name/distinguished_name.hpp"
#include "x509/name/dns_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/name/mailbox.hpp"

namespace tls12::x509 {
namespace {

bool is_same(const GeneralName& presented, const ReferenceName& wanted) {
  const auto is_wanted_mailbox = [&](std::string_view text) {
    return is_mailbox(text) && same_mailbox(text, wanted.mailbox());
  };
  const std::string_view text = tls12::text_of(presented.value);
  switch (wanted.kind()) {
    case PeerName::Kind::ip:
      return presented.type == GeneralName::ip_address &&
             std::ranges::equal(presented.value, wanted.address());
    case PeerName::Kind::email:
      return (presented.type == GeneralName::rfc822_name && is_wanted_mailbox(text)) ||
             (presented.type == GeneralName::other_name &&
              is_wanted_mailbox(tls12::text_of(utf8_mailbox(presented.value).value_or(Bytes{}))));
    default: return presented.type == GeneralName::dns_name && dns_matches(text, wanted.dns());
  }
}

}  // namespace

bool is_for(const ParsedCertificate& certificate, const ReferenceName& wanted,
            bool common_name_fallback) {
  if (const auto& names = certificate.extensions.subject_alt_name) {
    der::Fault fault;
    for (der::Reader list(*names, fault); !list.at_end();)
      if (is_same(read_general_name(list), wanted)) return true;
    return false;
  }
  if (!common_name_fallback || wanted.kind() != PeerName::Kind::dns) return false;
  return std::ranges::any_of(
      attribute_texts(certificate.subject, oid::kCommonName),
      [&](const std::string& text) { return dns_matches(text, wanted.dns()); });
}

}  // namespace tls12::x509
