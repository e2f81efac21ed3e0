#include "x509/name/general_name_writer.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "x509/name/distinguished_name_writer.hpp"
#include "x509/name/dns_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/name/mailbox.hpp"
#include "x509/name/reference_name.hpp"
#include "x509/name/uri.hpp"

namespace tls12::x509 {
namespace {

using der::Writer;
using Type = GeneralName::Type;

struct Typed {
  Type type;
  std::string_view text;
};

std::optional<Typed> by_prefix(std::string_view text) {
  static constexpr Typed kPrefixes[] = {{Type::dns_name, "DNS:"},
                                        {Type::ip_address, "IP:"},
                                        {Type::rfc822_name, "email:"},
                                        {Type::uri, "URI:"},
                                        {Type::directory_name, "DN:"}};
  for (const Typed& prefix : kPrefixes)
    if (text.starts_with(prefix.text)) return Typed{prefix.type, text.substr(prefix.text.size())};
  return std::nullopt;
}

/// The octets of an IP address; none when it is not one.
std::vector<std::uint8_t> address_of(std::string_view text) {
  const auto name = ReferenceName::parse(text);
  if (!name || !name->is_address()) return {};
  return {name->address().begin(), name->address().end()};
}

std::unexpected<Error> no_name(std::string_view text) {
  return fail(Errc::misuse, std::string("no name for a certificate: ").append(text));
}

Result<void> write_directory_name(std::string_view text, Writer& writer) {
  const auto name = encode_name(text);
  if (!name) return fail(name.error());
  writer.element(der::constructed(Type::directory_name), *name);
  return {};
}

Result<void> write(Type type, Bytes value, Writer& writer) {
  writer.element(der::context(type), value);
  return {};
}

/// RFC 5280 §4.2.1.10: the address, and as many octets of mask.
std::vector<std::uint8_t> address_and_mask(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::vector<std::uint8_t> range = address_of(text.substr(0, slash));
  const std::size_t size = range.size();
  std::size_t bits = 8 * size;
  if (slash != text.size()) {
    const auto [end, error] =
        std::from_chars(text.data() + slash + 1, text.data() + text.size(), bits);
    if (error != std::errc() || end != text.data() + text.size() || bits > 8 * size) return {};
  }
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t ones = std::min<std::size_t>(8, bits - std::min(bits, 8 * i));
    const auto mask = static_cast<std::uint8_t>(0xff00u >> ones);
    if ((range[i] & ~mask) != 0) return {};
    range.push_back(mask);
  }
  return range;
}

/// Others than ASCII's belong in another kind of name (RFC 9598 §3).
bool is_ascii_mailbox(std::string_view text) {
  return is_mailbox(text) &&
         std::ranges::all_of(bytes_of(text), [](std::uint8_t c) { return c < 0x80; });
}

bool is_host_or_domain(std::string_view text) {
  return is_dns_name(text.starts_with('.') ? text.substr(1) : text);
}

}  // namespace

Result<void> write_uri(std::string_view text, Writer& writer) {
  if (!is_uri(text)) return fail(Errc::misuse, std::string("no URI: ").append(text));
  return write(Type::uri, bytes_of(text), writer);
}

Result<void> write_general_name(std::string_view text, Writer& writer) {
  const auto by_looks = [&]() -> Typed {
    const bool is_address = !address_of(text).empty();
    return {is_address           ? Type::ip_address
            : text.contains(':') ? Type::uri
            : text.contains('@') ? Type::rfc822_name
                                 : Type::dns_name,
            text};
  };
  const Typed name = by_prefix(text).value_or(by_looks());
  switch (name.type) {
    case Type::ip_address: {
      const auto address = address_of(name.text);
      return address.empty() ? no_name(text) : write(name.type, address, writer);
    }
    case Type::rfc822_name:
      return is_ascii_mailbox(name.text) ? write(name.type, bytes_of(name.text), writer)
                                         : no_name(text);
    case Type::uri: return write_uri(name.text, writer);
    case Type::directory_name: return write_directory_name(name.text, writer);
    default: break;
  }
  // In the form in which it is compared; a wildcard is none of a host's.
  const auto host = ReferenceName::parse(name.text);
  if (host && !host->is_address()) return write(Type::dns_name, bytes_of(host->dns()), writer);
  return is_presentable(name.text) ? write(Type::dns_name, bytes_of(name.text), writer)
                                   : no_name(text);
}

Result<void> write_subtree_base(std::string_view text, Writer& writer) {
  const auto by_looks = [&]() -> Typed {
    const bool is_range = !address_and_mask(text).empty();
    return {is_range             ? Type::ip_address
            : text.contains('=') ? Type::directory_name
            : text.contains('@') ? Type::rfc822_name
                                 : Type::dns_name,
            text};
  };
  const Typed base = by_prefix(text).value_or(by_looks());
  switch (base.type) {
    case Type::ip_address: {
      const auto range = address_and_mask(base.text);
      return range.empty() ? no_name(text) : write(base.type, range, writer);
    }
    case Type::rfc822_name:
      return is_ascii_mailbox(base.text) || is_host_or_domain(base.text)
                 ? write(base.type, bytes_of(base.text), writer)
                 : no_name(text);
    case Type::uri:
      return is_host_or_domain(base.text) ? write(base.type, bytes_of(base.text), writer)
                                          : no_name(text);
    case Type::directory_name: return write_directory_name(base.text, writer);
    default:
      return is_dns_name(base.text) ? write(Type::dns_name, bytes_of(base.text), writer)
                                    : no_name(text);
  }
}

}  // namespace tls12::x509
