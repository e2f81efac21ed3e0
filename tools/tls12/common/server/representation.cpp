#include "common/server/representation.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "common/server/http_date.hpp"

namespace tls12::tool {
namespace {

constexpr std::string_view kSpace = " \t";

bool take(std::string_view& text, std::string_view front) {
  if (!text.starts_with(front)) return false;
  text.remove_prefix(front.size());
  return true;
}

void skip(std::string_view& text, std::string_view any_of) {
  text.remove_prefix(std::min(text.find_first_not_of(any_of), text.size()));
}

// ------------------------------------------------ conditions

struct EntityTag {
  bool weak = false;
  std::string_view opaque;
};

/// RFC 9110 §8.8.3, from the front of `text`.
std::optional<EntityTag> take_entity_tag(std::string_view& text) {
  EntityTag tag;
  tag.weak = take(text, "W/");
  if (!take(text, "\"")) return std::nullopt;
  const std::size_t end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  tag.opaque = text.substr(0, end);
  text.remove_prefix(end + 1);
  return tag;
}

enum class Comparison : unsigned char { strong, weak };

/// RFC 9110 §8.8.3.2.
bool same(const EntityTag& a, const EntityTag& b, Comparison how) {
  return a.opaque == b.opaque && (how == Comparison::weak || (!a.weak && !b.weak));
}

/// RFC 9110 §13.1.1, §13.1.2: whether a list of entity tags, or "*", names this one.
bool names(std::string_view list, std::string_view etag, Comparison how) {
  const auto ours = take_entity_tag(etag);
  skip(list, kSpace);
  if (list == "*") return true;
  for (;;) {
    skip(list, " \t,");
    const auto theirs = take_entity_tag(list);
    if (!theirs || !ours) return false;
    if (same(*theirs, *ours, how)) return true;
  }
}

/// RFC 9110 §13.2.2, the steps in their order: 304, 412, or nothing where the request goes on.
std::optional<unsigned> failed_condition(const Request& request, const Representation& now) {
  if (!request.if_match.empty()) {
    if (!names(request.if_match, now.etag, Comparison::strong)) return 412;
  } else if (const auto limit = parse_http_date(request.if_unmodified_since);
             limit && now.modified > *limit) {
    return 412;
  }
  if (!request.if_none_match.empty()) {
    if (names(request.if_none_match, now.etag, Comparison::weak)) return 304;
  } else if (const auto seen = parse_http_date(request.if_modified_since);
             seen && now.modified <= *seen) {
    return 304;
  }
  return std::nullopt;
}

/// RFC 9110 §13.1.5: what the client has a part of is this, for certain.
bool still_the_same(std::string_view if_range, const Representation& now) {
  if (if_range.empty()) return true;
  std::string_view ours_text = now.etag, theirs_text = if_range;
  const auto ours = take_entity_tag(ours_text);
  if (const auto theirs = take_entity_tag(theirs_text))
    return ours && same(*theirs, *ours, Comparison::strong);
  const auto date = parse_http_date(std::string(if_range));
  return date && *date == now.modified && now.modified_is_strong;
}

// ------------------------------------------------ ranges

/// From the first byte up to, and without, the one at `end`.
struct Range {
  std::uint64_t begin = 0, end = 0;
};

/// A number too large to count anything is as good as the largest.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max() - 1;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::uint64_t number = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    const auto digit = static_cast<std::uint64_t>(text.front() - '0');
    number = number > (kMost - digit) / 10 ? kMost : number * 10 + digit;
  }
  return number;
}

/// RFC 9110 §14.1.2, one of the list: "0-499", "500-", "-500". Nothing when it is malformed; empty
/// when it is beyond the end.
std::optional<Range> take_range(std::string_view& text, std::uint64_t size) {
  if (take(text, "-")) {
    const auto length = take_number(text);
    if (!length) return std::nullopt;
    return Range{size - std::min(size, *length), size};
  }
  const auto first = take_number(text);
  if (!first || !take(text, "-")) return std::nullopt;
  const bool open = text.empty() || text.front() < '0' || text.front() > '9';
  const std::uint64_t last = open ? size : take_number(text).value_or(0);
  if (!open && last < *first) return std::nullopt;
  return *first < size ? Range{*first, open ? size : std::min(size, last + 1)} : Range{};
}

/// Those of a Range field that can be satisfied; nothing where the field is to be ignored.
std::optional<std::vector<Range>> parse_ranges(std::string_view field, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (field.size() < kUnit.size() ||
      !std::ranges::equal(field.substr(0, kUnit.size()), kUnit, {}, lower))
    return std::nullopt;
  field.remove_prefix(kUnit.size());
  std::vector<Range> ranges;
  bool any = false;
  for (;;) {
    skip(field, " \t,");
    if (field.empty()) break;
    const auto range = take_range(field, size);
    skip(field, kSpace);
    if (!range || (!field.empty() && field.front() != ',')) return std::nullopt;
    any = true;
    if (range->begin < range->end) ranges.push_back(*range);
  }
  if (!any) return std::nullopt;
  return ranges;
}

/// RFC 9110 §15.3.7.2 lets ranges that touch or overlap become one.
std::optional<Range> merged(std::vector<Range> ranges) {
  std::ranges::sort(ranges, {}, &Range::begin);
  Range all = ranges.front();
  for (const Range& next : ranges) {
    if (next.begin > all.end) return std::nullopt;
    all.end = std::max(all.end, next.end);
  }
  return all;
}

}  // namespace

Selection select(const Request& request, const Representation& now) {
  const Selection whole{200, 0, now.size};
  if (const auto status = failed_condition(request, now)) return {*status};
  // RFC 9110 §14.2: Range has a meaning for GET alone.
  if (request.method != "GET" || request.range.empty() || !still_the_same(request.if_range, now))
    return whole;
  const auto ranges = parse_ranges(request.range, now.size);
  if (!ranges) return whole;
  if (ranges->empty()) return {416};
  const auto range = merged(*ranges);
  return range ? Selection{206, range->begin, range->end - range->begin} : whole;
}

}  // namespace tls12::tool
