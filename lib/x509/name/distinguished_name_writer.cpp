#include "x509/name/distinguished_name_writer.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "x509/asn1/der_writer.hpp"
#include "x509/name/attribute_type.hpp"
#include "x509/name/directory_string.hpp"
#include "x509/name/dns_name.hpp"

namespace tls12::x509 {
namespace {

using der::Writer;

std::unexpected<Error> wrong(std::string_view what, std::string_view where) {
  return fail(Errc::misuse, std::string("a name: ").append(what).append(": ").append(where));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::optional<char> hex_pair(std::string_view text) {
  if (text.size() < 2 || hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0) return std::nullopt;
  return static_cast<char>(hex_digit(text[0]) << 4 | hex_digit(text[1]));
}

/// What stands between the signs that are not escaped: always something, if only an empty text.
std::vector<std::string_view> split(std::string_view text, char sign) {
  std::vector<std::string_view> parts;
  for (;;) {
    std::size_t at = 0;
    while (at < text.size() && text[at] != sign) at += text[at] == '\\' ? 2 : 1;
    parts.push_back(text.substr(0, at));
    if (at >= text.size()) return parts;
    text.remove_prefix(at + 1);
  }
}

/// RFC 4514 §3: a pair is a backslash and a special character, or two hexadecimal digits.
std::optional<std::string> unescaped(std::string_view text) {
  std::string value;
  while (!text.empty()) {
    if (text[0] != '\\') {
      if (std::string_view("\";<>").find(text[0]) != text.npos) return std::nullopt;
      value.push_back(text[0]);
      text.remove_prefix(1);
    } else if (const auto octet = hex_pair(text.substr(1))) {
      value.push_back(*octet);
      text.remove_prefix(3);
    } else if (text.size() > 1 && std::string_view("\\\"+,;<> #=").find(text[1]) != text.npos) {
      value.push_back(text[1]);
      text.remove_prefix(2);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

/// The white space around a value is none of it, unless it is escaped.
std::string_view trimmed_value(std::string_view text) {
  const std::string_view value = trimmed(text);
  const std::size_t backslashes = value.size() - (value.find_last_not_of('\\') + 1);
  const auto begin = static_cast<std::size_t>(value.data() - text.data());
  return backslashes % 2 == 1 ? text.substr(begin, value.size() + 1) : value;
}

/// RFC 4514 §2.4: the encoding of a value, in hexadecimal. One element of DER.
Result<void> write_encoded_value(std::string_view digits, std::string_view pair, Writer& writer) {
  std::vector<std::uint8_t> encoding;
  for (; !digits.empty(); digits.remove_prefix(2)) {
    const auto octet = hex_pair(digits);
    if (!octet) return wrong("not hexadecimal", pair);
    encoding.push_back(static_cast<std::uint8_t>(*octet));
  }
  der::Fault fault;
  der::Reader reader(encoding, fault);
  reader.element();
  reader.finish();
  if (fault) return wrong(fault.what, pair);
  writer.raw(encoding);
  return {};
}

/// X.680 §41.4.
bool is_printable(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

Result<void> write_string(std::string_view value, const AttributeType& type, std::string_view pair,
                          Writer& writer) {
  const Bytes octets = bytes_of(value);
  const bool is_right =
      is_well_formed({.tag = type.string, .content = octets}) &&
      (type.string != der::kPrintableString || std::ranges::all_of(value, is_printable));
  if (!is_right) return wrong("not the characters that it may have", pair);
  const auto characters = static_cast<std::size_t>(
      std::ranges::count_if(octets, [](std::uint8_t octet) { return (octet & 0xc0) != 0x80; }));
  if (characters < type.min_size) return wrong("too short", pair);
  if (characters > type.max_size)
    return wrong("more than " + std::to_string(type.max_size) + " characters", pair);
  writer.element(type.string, octets);
  return {};
}

/// What has no short name here has no bounds here either.
constexpr AttributeType kOtherType{{}, {}, der::kUtf8String, 32768};

/// AttributeTypeAndValue, from "CN=example.org".
Result<void> write_attribute(std::string_view pair, Writer& writer) {
  const std::size_t sign = pair.find('=');
  if (sign == pair.npos) return wrong("no '='", pair);
  const std::string_view name = trimmed(pair.substr(0, sign)),
                         text = trimmed_value(pair.substr(sign + 1));
  const auto known = std::ranges::find_if(
      kAttributeTypes, [&](const AttributeType& row) { return same_ascii(row.name, name); });
  const bool is_known = known != std::end(kAttributeTypes);
  const auto number = encode_dotted(name);
  if (!is_known && !number) return wrong("an unknown type of attribute", pair);
  const auto write_value = [&]() -> Result<void> {
    if (text.starts_with('#')) return write_encoded_value(text.substr(1), pair, writer);
    const auto value = unescaped(text);
    if (!value) return wrong("a character that must be escaped", pair);
    return write_string(*value, is_known ? *known : kOtherType, pair, writer);
  };
  Result<void> written;
  writer.sequence([&] {
    writer.object_identifier(is_known ? known->oid.bytes() : Bytes(*number));
    written = write_value();
  });
  return written;
}

/// RelativeDistinguishedName, from "CN=a+UID=b".
Result<SecretVector> encode_relative_name(std::string_view text) {
  std::vector<SecretVector> attributes;
  for (const std::string_view pair : split(text, '+')) {
    Writer attribute;
    if (auto written = write_attribute(pair, attribute); !written) return fail(written.error());
    attributes.push_back(attribute.take());
  }
  std::ranges::sort(attributes, [](Bytes a, Bytes b) {
    return der::in_set_order(a, b) && !std::ranges::equal(a, b);
  });
  Writer writer;
  writer.nest(der::kSet, [&] {
    for (const SecretVector& attribute : attributes) writer.raw(attribute);
  });
  return writer.take();
}

}  // namespace

SecretVector encode_common_name(std::string_view common_name) {
  Writer writer;
  writer.sequence([&] {
    if (common_name.empty()) return;
    writer.nest(der::kSet, [&] {
      writer.sequence([&] {
        writer.object_identifier(oid::kCommonName.bytes());
        writer.element(der::kUtf8String, bytes_of(common_name));
      });
    });
  });
  return writer.take();
}

Result<SecretVector> encode_name(std::string_view text) {
  std::vector<SecretVector> sets;
  if (!trimmed(text).empty())
    for (const std::string_view part : split(text, ',')) {
      auto set = encode_relative_name(part);
      if (!set) return set;
      sets.push_back(std::move(*set));
    }
  Writer writer;
  writer.sequence([&] {
    for (auto set = sets.rbegin(); set != sets.rend(); ++set) writer.raw(*set);
  });
  return writer.take();
}

}  // namespace tls12::x509
