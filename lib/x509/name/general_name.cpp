#include "x509/name/general_name.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "x509/name/directory_string.hpp"
#include "x509/name/distinguished_name.hpp"

namespace tls12::x509 {
namespace {

/// A DirectoryString is a CHOICE, so that its tag is explicit whatever the module says (X.680
/// §31.2.7).
void read_edi_party_name(der::Reader fields) {
  const auto read_string = [&](unsigned number) {
    der::Reader field = fields.enter(der::constructed(number));
    const der::Element string = field.element();
    if (!field.fault() && (!is_directory_string(string.tag) || !is_well_formed(string)))
      field.refuse("a string that its type does not allow", Errc::bad_certificate);
    field.finish();
  };
  if (fields.next_is(der::constructed(0))) read_string(0);
  read_string(1);
  fields.finish();
}

void read_other_name(der::Reader fields) {
  fields.object_identifier();
  der::Reader value = fields.enter(der::constructed(0));
  value.element();
  value.finish();
  fields.finish();
}

/// An iPAddress is `addresses` addresses of one family.
GeneralName read(der::Reader& reader, std::size_t addresses) {
  der::Reader start = reader;
  const der::Element element = reader.element();
  if (reader.fault()) return {};
  const unsigned number = element.tag & 0x1f;
  const bool is_constructed =
      number == GeneralName::other_name ||
      (number >= GeneralName::x400_address && number <= GeneralName::edi_party_name);
  if (number > GeneralName::registered_id ||
      element.tag != (is_constructed ? der::constructed(number) : der::context(number)))
    return reader.refuse("a general name of an unknown type"), GeneralName{};
  GeneralName name{static_cast<GeneralName::Type>(number), element.content};
  switch (name.type) {
    case GeneralName::rfc822_name:
    case GeneralName::dns_name:
    case GeneralName::uri:
      if (std::ranges::any_of(name.value, [](std::uint8_t c) { return c >= 0x80; }))
        reader.refuse("a general name that is not ASCII", Errc::bad_certificate);
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
    case GeneralName::other_name: read_other_name({name.value, reader.fault()}); break;
    case GeneralName::edi_party_name: read_edi_party_name({name.value, reader.fault()}); break;
    case GeneralName::registered_id: start.object_identifier(element.tag); break;
    case GeneralName::x400_address:
      break;  // RFC 5280 §4.2.1.6 leaves it out, and nothing compares it
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

GeneralName read_subtree(der::Reader& list) {
  der::Reader subtree = list.enter_sequence();
  const GeneralName base = read(subtree, 2);
  if (subtree.next_is(der::context(0))) {
    if (subtree.small_natural(der::context(0)) != 0)
      subtree.refuse("a name constraint with a minimum", Errc::bad_certificate);
    subtree.tolerate_default();
  }
  subtree.finish();
  return base;
}

std::string text_of_address(Bytes address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
  return text;
}

}  // namespace tls12::x509
