#include "show/value_format.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>

#include "common/output/format.hpp"
#include "show/oids.hpp"
#include "tls12/text.hpp"

namespace tls12::tool::asn1 {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

/// Two digits at a time: "2030-01-31 12:00:00 UTC" from 300131120000Z.
std::string format_time(std::string_view year, std::string_view rest) {
  if (rest.size() != 11 || rest.back() != 'Z' ||
      !std::ranges::all_of(rest.substr(0, 10), [](char c) { return c >= '0' && c <= '9'; }))
    return {};
  std::string text(year);
  for (std::size_t i = 0; i < 10; i += 2) text.append(1, "-- ::"[i / 2]).append(rest.substr(i, 2));
  return text + " UTC";
}

std::string format_octets(Bytes) { return {}; }
std::string format_null(Bytes) { return "null"; }

constexpr Type kTypes[] = {
    {"BOOLEAN", Type::primitive, kBoolean, {}, nullptr, format_boolean},
    {"INTEGER", Type::primitive, kInteger, {}, nullptr, format_integer},
    {"BIT STRING", Type::primitive, kBitString, {}, nullptr, format_bits},
    {"OCTET STRING", Type::primitive, kOctetString, {}, nullptr, format_octets},
    {"NULL", Type::primitive, kNull, {}, nullptr, format_null},
    {"OBJECT IDENTIFIER", Type::primitive, kObjectIdentifier, {}, nullptr, format_oid},
    {"ENUMERATED", Type::primitive, kEnumerated, {}, nullptr, format_integer},
    {"UTF8String", Type::primitive, kUtf8String, {}, nullptr, format_string},
    {"NumericString", Type::primitive, 0x12, {}, nullptr, format_string},
    {"PrintableString", Type::primitive, kPrintableString, {}, nullptr, format_string},
    {"TeletexString", Type::primitive, kTeletexString, {}, nullptr, format_string},
    {"IA5String", Type::primitive, kIa5String, {}, nullptr, format_string},
    {"UTCTime", Type::primitive, kUtcTime, {}, nullptr, format_utc_time},
    {"GeneralizedTime", Type::primitive, kGeneralizedTime, {}, nullptr, format_generalized_time},
    {"VisibleString", Type::primitive, kVisibleString, {}, nullptr, format_string},
    {"UniversalString", Type::primitive, kUniversalString, {}, nullptr, to_hex},
    {"BMPString", Type::primitive, kBmpString, {}, nullptr, format_bmp_string},
    {"SEQUENCE", Type::list, kSequence},
    {"SET", Type::list, kSet},
};

}  // namespace

const Type* universal_type(std::uint8_t tag) {
  const auto* found = std::ranges::find(kTypes, tag, &Type::tag);
  return found == std::end(kTypes) ? nullptr : found;
}

std::string format_boolean(Bytes content) {
  return content.size() == 1 && content[0] == 0 ? "FALSE" : "TRUE";
}

std::string format_integer(Bytes content) {
  if (content.empty()) return "nothing";
  if (content.size() > 8) {
    const Bytes digits = content[0] == 0 ? content.subspan(1) : content;
    return count(digits.size() * 8 - static_cast<std::size_t>(std::countl_zero(digits[0])), "bit",
                 "bits") +
           (content[0] >= 0x80 ? ", negative" : "");
  }
  std::int64_t value = content[0] >= 0x80 ? -1 : 0;
  for (const std::uint8_t octet : content)
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8 | octet);
  return std::to_string(value);
}

std::string format_bits(Bytes content) {
  if (content.empty() || content[0] > 7) return "no bits";
  return count(std::max<std::size_t>((content.size() - 1) * 8, content[0]) - content[0], "bit",
               "bits");
}

std::string format_string(Bytes content) { return in_quotes(text_of(content)); }

std::string format_bmp_string(Bytes content) {
  // Units beyond ASCII by their code: a lone half of a surrogate pair is not a character.
  std::string text;
  for (std::size_t i = 0; i + 1 < content.size(); i += 2) {
    const unsigned unit = static_cast<unsigned>(content[i]) << 8 | content[i + 1];
    const char ascii = static_cast<char>(unit);
    if (unit >= 0x20 && unit < 0x7f)
      text.append(ascii == '"' || ascii == '\\' ? "\\" : "").append(1, ascii);
    else
      text.append("\\u{").append({kDigits[unit >> 12], kDigits[unit >> 8 & 15],
                                  kDigits[unit >> 4 & 15], kDigits[unit & 15], '}'});
  }
  return '"' + text + '"';
}

std::string format_utc_time(Bytes content) {
  const std::string_view text = text_of(content);
  // RFC 5280 §4.1.2.5.1: years from 50 on are of the last century.
  const std::string words =
      text.size() == 13
          ? format_time((text[0] >= '5' ? "19" : "20") + std::string(text.substr(0, 2)),
                        text.substr(2))
          : std::string();
  return words.empty() ? format_string(content) : words;
}

std::string format_generalized_time(Bytes content) {
  const std::string_view text = text_of(content);
  const std::string words =
      text.size() == 15 ? format_time(text.substr(0, 4), text.substr(4)) : std::string();
  return words.empty() ? format_string(content) : words;
}

std::string format_address(Bytes content) {
  const auto one = [](Bytes address) -> std::string {
    char text[INET6_ADDRSTRLEN];
    const char* written =
        ::inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
    return written != nullptr ? written : "?";
  };
  const std::size_t half = content.size() / 2;
  if (content.size() == 4 || content.size() == 16) return one(content);
  // RFC 5280 §4.2.1.10: in name constraints an address is followed by its mask.
  if (content.size() == 8 || content.size() == 32)
    return one(content.first(half)) + ", mask " + one(content.subspan(half));
  return to_hex(content);
}

std::string format_named_bits(Bytes content, std::span<const char* const> names) {
  std::string text;
  for (std::size_t bit = 0; bit < names.size(); ++bit) {
    const std::size_t octet = 1 + bit / 8;
    if (octet < content.size() && (content[octet] >> (7 - bit % 8) & 1) != 0)
      text += (text.empty() ? "" : ", ") + std::string(names[bit]);
  }
  return text.empty() ? "none" : text;
}

std::string format_named_number(Bytes content, std::span<const char* const> names) {
  if (content.size() == 1 && content[0] < names.size())
    return std::string(names[content[0]]) + " (" + std::to_string(content[0]) + ")";
  return format_integer(content);
}

}  // namespace tls12::tool::asn1
