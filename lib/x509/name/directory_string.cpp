#include "x509/name/directory_string.hpp"

#include <algorithm>
#include <utility>

#include "base/printable.hpp"

namespace tls12::x509 {
namespace {

constexpr char32_t kReplacement = 0xfffd;

bool is_scalar(char32_t c) { return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff); }

void append_utf8(char32_t c, std::string& out) {
  const auto push = [&](char32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (c < 0x80) return push(c);
  if (c < 0x800) {
    push(0xc0 | c >> 6);
  } else {
    if (c < 0x10000) {
      push(0xe0 | c >> 12);
    } else {
      push(0xf0 | c >> 18);
      push(0x80 | (c >> 12 & 0x3f));
    }
    push(0x80 | (c >> 6 & 0x3f));
  }
  push(0x80 | (c & 0x3f));
}

/// RFC 4518 §2.2, in order: what is mapped to nothing. U+0000 is among them.
struct Interval {
  char32_t first, last;
};
constexpr Interval kMappedToNothing[] = {
    {0x0, 0x8},       {0xe, 0x1f},      {0x7f, 0x84},       {0x86, 0x9f},       {0xad, 0xad},
    {0x34f, 0x34f},   {0x6dd, 0x6dd},   {0x70f, 0x70f},     {0x1806, 0x1806},   {0x180b, 0x180e},
    {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2063},   {0x206a, 0x206f},   {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffc}, {0x1d173, 0x1d17a}, {0xe0001, 0xe0001}, {0xe0020, 0xe007f},
};
/// Likewise: what is mapped to a space.
constexpr Interval kWhiteSpace[] = {
    {0x9, 0xd},       {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
    {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};

template <std::size_t size>
bool is_in(const Interval (&intervals)[size], char32_t c) {
  const auto interval = std::ranges::lower_bound(intervals, c, {}, &Interval::last);
  return interval != std::end(intervals) && interval->first <= c;
}
bool is_mapped_to_nothing(char32_t c) { return is_in(kMappedToNothing, c); }
bool is_white_space(char32_t c) { return is_in(kWhiteSpace, c); }

}  // namespace

bool is_directory_string(std::uint8_t tag) {
  switch (tag) {
    case der::kUtf8String:
    case der::kPrintableString:
    case der::kTeletexString:
    case der::kIa5String:
    case der::kNumericString:
    case der::kVisibleString:
    case der::kUniversalString:
    case der::kBmpString: return true;
    default: return false;
  }
}

bool is_well_formed(const der::Element& string) {
  switch (string.tag) {
    case der::kPrintableString:
    case der::kIa5String:
    case der::kNumericString:
    case der::kVisibleString:
      return std::ranges::all_of(string.content, [](std::uint8_t c) { return c < 0x80; });
    case der::kTeletexString: return true;
    default: break;
  }
  CodePoints points(string);
  while (const auto c = points.next())
    if (*c == kReplacement) return false;
  return true;
}

std::string utf8_of(const der::Element& string) {
  std::string text;
  CodePoints points(string);
  while (const auto c = points.next()) append_utf8(*c, text);
  return text;
}

std::optional<char32_t> CodePoints::next() {
  if (left_.empty()) return std::nullopt;
  switch (tag_) {
    case der::kUtf8String: return next_utf8();
    case der::kBmpString: return next_wide(2);
    case der::kUniversalString: return next_wide(4);
    default: {
      // TeletexString is T.61 on paper and Latin-1 in practice.
      const char32_t c = left_[0];
      left_ = left_.subspan(1);
      return c;
    }
  }
}

char32_t CodePoints::next_utf8() {
  std::string_view text = text_of(left_);
  const auto c = take_code_point(text);
  left_ = bytes_of(text);
  return c.value_or(kReplacement);
}

char32_t CodePoints::next_wide(std::size_t octets) {
  if (left_.size() < octets) {
    left_ = {};
    return kReplacement;
  }
  char32_t c = 0;
  for (std::size_t i = 0; i < octets; ++i) c = c << 8 | left_[i];
  left_ = left_.subspan(octets);
  return is_scalar(c) ? c : kReplacement;
}

std::optional<char32_t> FoldedText::next_mapped() {
  if (folded_[0] == 0) {
    std::optional<char32_t> c;
    do c = points_.next();
    while (c && is_mapped_to_nothing(*c));
    if (!c) return std::nullopt;
    if (is_white_space(*c)) return U' ';
    folded_ = fold_case(*c);
  }
  const char32_t first = folded_[0];
  folded_ = {folded_[1], folded_[2]};
  return first;
}

std::optional<char32_t> FoldedText::next() {
  if (held_) return std::exchange(held_, std::nullopt);
  bool space = false;
  for (;;) {
    const auto c = next_mapped();
    if (!c) return std::nullopt;
    if (*c == U' ') {
      space = started_;
      continue;
    }
    started_ = true;
    if (!space) return c;
    held_ = c;
    return U' ';
  }
}

}  // namespace tls12::x509
