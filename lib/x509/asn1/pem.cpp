#include "x509/asn1/pem.hpp"

#include <array>

namespace tls12::x509::pem {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::uint8_t kSpace = 64, kPadding = 65, kOther = 66;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values;
  values.fill(kOther);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < 64; ++i)
    values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  for (const char c : std::string_view(" \t\r\n\v\f"))
    values[static_cast<std::uint8_t>(c)] = kSpace;
  values['='] = kPadding;
  return values;
}
constexpr auto kValues = make_values();

/// The three octets of a whole group.
void put(std::uint32_t group, MutableBytes out, std::size_t& size) {
  out[size] = static_cast<std::uint8_t>(group >> 16);
  out[size + 1] = static_cast<std::uint8_t>(group >> 8);
  out[size + 2] = static_cast<std::uint8_t>(group);
  size += 3;
}

/// Where `marker` starts a line, or npos. A byte-order mark may precede it: files that were joined
/// have them in the middle.
std::size_t find_line(std::string_view text, std::string_view marker) {
  for (std::size_t at = text.find(marker); at != text.npos; at = text.find(marker, at + 1)) {
    std::string_view before = text.substr(0, at);
    if (before.ends_with(kByteOrderMark)) before.remove_suffix(kByteOrderMark.size());
    if (before.empty() || before.back() == '\n' || before.back() == '\r') return at;
  }
  return text.npos;
}

}  // namespace

Result<std::optional<Block>> next(std::string_view& text) {
  const std::size_t begin = find_line(text, kBegin);
  if (begin == text.npos) {
    text = {};
    return std::nullopt;
  }
  std::string_view rest = text.substr(begin + kBegin.size());
  const std::size_t label_end = rest.find(kDashes);
  if (label_end == rest.npos || label_end > rest.find('\n'))
    return fail(Errc::bad_pem, "a BEGIN line is not complete");
  Block block;
  block.label = rest.substr(0, label_end);
  rest.remove_prefix(label_end + kDashes.size());
  const std::size_t end = find_line(rest, kEnd);
  if (end == rest.npos) return fail(Errc::bad_pem, "there is no END line");
  block.base64 = rest.substr(0, end);
  block.has_headers = block.base64.find(':') != rest.npos;
  rest.remove_prefix(end + kEnd.size());
  if (!rest.starts_with(block.label) || !rest.substr(block.label.size()).starts_with(kDashes))
    return fail(Errc::bad_pem, "the BEGIN and the END line differ");
  text = rest.substr(block.label.size() + kDashes.size());
  return block;
}

Result<std::size_t> decode(const Block& block, MutableBytes out) {
  const Bytes text = bytes_of(block.base64);
  std::uint32_t group = 0;
  unsigned digits = 0, padding = 0;
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    // Nearly all of a text is groups of four characters, which are read at once.
    for (; digits == 0 && padding == 0 && text.size() - at > 4; at += 4) {
      const std::uint32_t a = kValues[text[at]], b = kValues[text[at + 1]],
                          c = kValues[text[at + 2]], d = kValues[text[at + 3]];
      if ((a | b | c | d) >= kSpace) break;
      put(a << 18 | b << 12 | c << 6 | d, out, size);
    }
    const std::uint8_t value = kValues[text[at]];
    if (value == kSpace) continue;
    if (value == kPadding) {
      ++padding;
      continue;
    }
    if (value == kOther || padding != 0)
      return fail(Errc::bad_pem, "a character that is not base64");
    group = group << 6 | value;
    if (++digits == 4) {
      put(group, out, size);
      digits = 0;
      group = 0;
    }
  }
  if (digits + padding != 0 && digits + padding != 4)
    return fail(Errc::bad_pem, "the base64 is cut short");
  if (digits == 1 || (digits == 0 && padding != 0))
    return fail(Errc::bad_pem, "the base64 is cut short");
  if ((digits == 2 && (group & 0xf) != 0) || (digits == 3 && (group & 0x3) != 0))
    return fail(Errc::bad_pem, "the base64 has stray bits at its end");
  if (digits == 2) out[size++] = static_cast<std::uint8_t>(group >> 4);
  if (digits == 3) {
    out[size++] = static_cast<std::uint8_t>(group >> 10);
    out[size++] = static_cast<std::uint8_t>(group >> 2);
  }
  return size;
}

}  // namespace tls12::x509::pem
