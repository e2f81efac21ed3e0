#include "x509/general_name.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "x509/name.hpp"

namespace tls12::x509 {
namespace {

/// An iPAddress is `addresses` addresses of one family.
GeneralName read(der::Reader& reader, std::size_t addresses) {
  const der::Element element = reader.element();
  if (reader.fault()) return {};
  const unsigned number = element.tag & 0x1f;
  const bool is_constructed = number == GeneralName::other_name || (number >= GeneralName::x400_address && number <= GeneralName::edi_party_name);
  if (number > GeneralName::registered_id || element.tag != (is_constructed ? der::constructed(number) : der::context(number)))
    return reader.refuse("a general name of an unknown type"), GeneralName{};
  GeneralName name{static_cast<GeneralName::Type>(number), element.content};
  switch (name.type) {
    case GeneralName::rfc822_name:
    case GeneralName::dns_name:
    case GeneralName::uri:
      if (std::ranges::any_of(name.value, [](std::uint8_t c) { return c >= 0x80; })) reader.refuse("a general name that is not ASCII", Errc::bad_certificate);
      break;
    case GeneralName::directory_name: {
      der::Reader inner(name.value, reader.fault());
      name.value = read_name(inner);
      inner.finish();
      break;
    }
    case GeneralName::ip_address:
      if (name.value.size() != 4 * addresses && name.value.size() != 16 * addresses)
        reader.refuse("an address that is neither IPv4 nor IPv6", Errc::bad_certificate);
      break;
    default: break;
  }
  return name;
}

}  // namespace

GeneralName read_general_name(der::Reader& reader) { return read(reader, 1); }
Bytes read_general_names(der::Reader& reader, std::uint8_t tag) {
  const Bytes names = reader.content(tag);
  der::Reader list(names, reader.fault());
  if (list.at_end()) list.refuse("a list of general names without any");
  while (!list.at_end()) read_general_name(list);
  return names;
}

GeneralName read_subtree_base(der::Reader& reader) { return read(reader, 2); }

std::string text_of_address(Bytes address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
  return text;
}

}  // namespace tls12::x509
