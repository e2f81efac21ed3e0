#include "x509/name/dns_name.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace tls12::x509 {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_label_character(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, is_label_character) &&
         label.front() != '-' && label.back() != '-';
}

/// Calls `is_right` with each label, until one is not.
template <class IsRight>
bool all_labels(std::string_view name, IsRight is_right) {
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_right(name.substr(0, dot))) return false;
    if (dot == name.npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::string_view last_label(std::string_view name) { return name.substr(name.rfind('.') + 1); }

/// RFC 9525 §6.3: the wildcard is the whole left-most label. At least two labels follow it: `*.com`
/// would stand for all of a registry (§7.1).
bool has_usable_wildcard(std::string_view presented) {
  return presented.starts_with("*.") && is_dns_name(presented.substr(2)) &&
         presented.find('.', 2) != presented.npos;
}

std::optional<std::uint32_t> punycode_digit(char c) {
  if (is_digit(c)) return static_cast<std::uint32_t>(c - '0' + 26);
  if (lower(c) >= 'a' && lower(c) <= 'z') return static_cast<std::uint32_t>(lower(c) - 'a');
  return std::nullopt;
}

/// RFC 3492 §6.2, without keeping what it decodes to: whether each number is complete, within
/// bounds, and stands for a character beyond ASCII.
/// No label of 63 characters comes near the limits of 32 bits before those of Unicode.
bool is_punycode(std::string_view text) {
  constexpr std::uint32_t kBase = 36, kMinThreshold = 1, kMaxThreshold = 26, kSkew = 38,
                          kDamp = 700, kLastCodePoint = 0x10ffff;
  const std::size_t delimiter = text.rfind('-');
  std::uint32_t points = delimiter == text.npos ? 0 : static_cast<std::uint32_t>(delimiter);
  text.remove_prefix(delimiter == text.npos ? 0 : delimiter + 1);
  if (text.empty() || delimiter == 0) return false;
  std::uint64_t code_point = 0x80, position = 0;
  std::uint32_t bias = 72;
  for (bool first = true; !text.empty(); first = false) {
    const std::uint64_t before = position;
    std::uint64_t weight = 1;
    for (std::uint32_t k = kBase;; k += kBase) {
      if (text.empty()) return false;
      const auto digit = punycode_digit(text.front());
      text.remove_prefix(1);
      if (!digit) return false;
      position += *digit * weight;
      if (position > std::numeric_limits<std::uint32_t>::max()) return false;
      const std::uint32_t threshold = k <= bias ? kMinThreshold : std::min(k - bias, kMaxThreshold);
      if (*digit < threshold) break;
      weight *= kBase - threshold;
    }
    ++points;
    std::uint64_t delta = (position - before) / (first ? kDamp : 2);
    delta += delta / points;
    std::uint32_t k = 0;
    for (; delta > ((kBase - kMinThreshold) * kMaxThreshold) / 2; k += kBase)
      delta /= kBase - kMinThreshold;
    bias = k + static_cast<std::uint32_t>((kBase - kMinThreshold + 1) * delta / (delta + kSkew));
    code_point += position / points;
    if (code_point > kLastCodePoint || (code_point >= 0xd800 && code_point <= 0xdfff)) return false;
    position = position % points + 1;
  }
  return true;
}

}  // namespace

bool same_ascii(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_dns_name(std::string_view text) {
  return text.size() <= 253 && all_labels(text, is_label) &&
         !std::ranges::all_of(last_label(text), is_digit);
}

bool has_true_a_labels(std::string_view dns_name) {
  return all_labels(dns_name, [](std::string_view label) {
    return !same_ascii(label.substr(0, 4), "xn--") || is_punycode(label.substr(4));
  });
}

bool is_presentable(std::string_view text) {
  return is_dns_name(text) || has_usable_wildcard(text);
}

bool dns_matches(std::string_view presented, std::string_view host) {
  if (is_dns_name(presented)) return same_ascii(presented, host);
  const std::size_t dot = host.find('.');
  return has_usable_wildcard(presented) && dot != host.npos &&
         same_ascii(presented.substr(2), host.substr(dot + 1));
}

}  // namespace tls12::x509
