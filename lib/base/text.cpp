#include "tls12/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

#include "base/printable.hpp"

namespace tls12 {
namespace {

struct Interval {
  char32_t first, last;
};
/// Unicode 15: the general categories Cc, Cf, Zl and Zp, and the property
/// Default_Ignorable_Code_Point. In order.
constexpr Interval kHidden[] = {
    {0x0, 0x1f},        {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x115f, 0x1160},   {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},
    {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

/// Unicode 15 §23.7.
bool is_noncharacter(char32_t c) { return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef); }

bool is_continuation(char octet) { return (static_cast<unsigned char>(octet) & 0xc0) == 0x80; }

std::string_view octet_escape(unsigned char octet, EscapeRoom& room) {
  static constexpr char kDigits[] = "0123456789abcdef";
  room = {'\\', 'x', kDigits[octet >> 4], kDigits[octet & 15]};
  return {room.data(), 4};
}

std::string_view character_escape(char32_t c, EscapeRoom& room) {
  room = {'\\', 'u', '{'};
  char* end =
      std::to_chars(room.data() + 3, room.data() + room.size(), static_cast<std::uint32_t>(c), 16)
          .ptr;
  *end++ = '}';
  return {room.data(), end};
}

/// As printable(), with a backslash before each character of `marked`.
std::string written(std::string_view text, std::string_view marked) {
  std::string out;
  out.reserve(text.size());
  EscapeRoom room;
  while (!text.empty()) {
    if (marked.contains(text.front())) out.push_back('\\');
    out.append(take_printable(text, room));
  }
  return out;
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t more = lead >= 0xf0 && lead < 0xf5   ? 3
                           : lead >= 0xe0 && lead < 0xf0 ? 2
                           : lead >= 0xc2 && lead < 0xe0 ? 1
                                                         : 0;
  const std::string_view rest = text.substr(1, more);
  text.remove_prefix(1);
  if (lead < 0x80) return lead;
  if (more == 0 || rest.size() < more || !std::ranges::all_of(rest, is_continuation))
    return std::nullopt;
  char32_t c = lead & (0x3fu >> more);
  for (const char octet : rest) c = c << 6 | (static_cast<unsigned char>(octet) & 0x3fu);
  constexpr char32_t kSmallest[] = {0, 0x80, 0x800,
                                    0x10000};  // RFC 3629 §3: the shortest form alone
  if (c < kSmallest[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return std::nullopt;
  text.remove_prefix(more);
  return c;
}

bool is_printable(char32_t c) {
  const auto* interval = std::ranges::lower_bound(kHidden, c, {}, &Interval::last);
  return (interval == std::end(kHidden) || c < interval->first) && !is_noncharacter(c);
}

std::string_view take_printable(std::string_view& text, EscapeRoom& room) {
  const std::string_view before = text;
  const auto c = take_code_point(text);
  if (!c) return octet_escape(static_cast<unsigned char>(before.front()), room);
  if (is_printable(*c)) return before.substr(0, before.size() - text.size());
  return *c < 0x80 ? octet_escape(static_cast<unsigned char>(*c), room)
                   : character_escape(*c, room);
}

std::string printable(std::string_view text) { return written(text, {}); }

std::string escaped(std::string_view text) { return written(text, "\\"); }

std::string in_quotes(std::string_view text) { return '"' + written(text, "\\\"") + '"'; }

}  // namespace tls12
