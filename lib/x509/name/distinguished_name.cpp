#include "x509/name/distinguished_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/printable.hpp"
#include "x509/name/attribute_type.hpp"
#include "x509/name/directory_string.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;

struct Attribute {
  Bytes type;
  der::Element value;
};

Attribute read_attribute(Reader& set) {
  Reader pair = set.enter_sequence();
  Attribute attribute{pair.object_identifier(), pair.element()};
  pair.finish();
  return attribute;
}

/// RFC 4514 §2.4: the characters that must be escaped, and where. Those that tls12/text.hpp hides
/// are escaped as well, octet by octet.
void append_escaped(std::string_view value, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (bool first = true; !value.empty(); first = false) {
    std::string_view rest = value;
    const auto c = take_code_point(rest);
    const std::string_view octets = value.substr(0, value.size() - rest.size());
    if (!c || !is_printable(*c)) {
      for (const char octet : octets)
        out.append({'\\', kDigits[static_cast<unsigned char>(octet) >> 4], kDigits[octet & 15]});
    } else {
      const bool special = std::string_view("\"+,;<>\\").contains(octets[0]);
      const bool at_edge = (first && (c == U' ' || c == U'#')) || (rest.empty() && c == U' ');
      if (special || at_edge) out.push_back('\\');
      out.append(octets);
    }
    value = rest;
  }
}

void append_attribute(const Attribute& attribute, std::string& out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto row = std::ranges::find_if(
      kAttributeTypes, [&](const AttributeType& type) { return is(attribute.type, type.oid); });
  out.append(row != std::end(kAttributeTypes) ? std::string(row->name) : dotted(attribute.type))
      .push_back('=');
  // RFC 4514 §2.4: a type without a name, or a value that is no string, shows its encoding.
  if (row == std::end(kAttributeTypes) || !is_directory_string(attribute.value.tag)) {
    out.push_back('#');
    for (const std::uint8_t octet : attribute.value.whole)
      out.append({kDigits[octet >> 4], kDigits[octet & 15]});
    return;
  }
  append_escaped(utf8_of(attribute.value), out);
}

bool same_value(const der::Element& a, const der::Element& b) {
  if (std::ranges::equal(a.whole, b.whole)) return true;
  if (!is_directory_string(a.tag) || !is_directory_string(b.tag)) return false;
  FoldedText x(a), y(b);
  for (;;) {
    const auto c = x.next();
    if (c != y.next()) return false;
    if (!c) return true;
  }
}

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325, kHashPrime = 0x100000001b3;  // FNV-1a

std::uint64_t hash_step(std::uint64_t hash, std::uint64_t value) {
  return (hash ^ value) * kHashPrime;
}

std::uint64_t attribute_hash(const Attribute& attribute) {
  std::uint64_t hash = kHashStart;
  for (const std::uint8_t octet : attribute.type) hash = hash_step(hash, octet);
  if (!is_directory_string(attribute.value.tag)) {
    for (const std::uint8_t octet : attribute.value.whole) hash = hash_step(hash, octet);
    return hash;
  }
  FoldedText text(attribute.value);
  while (const auto c = text.next()) hash = hash_step(hash, *c);
  return hash;
}

/// A bound on the nesting-free work that one name can ask for; real ones have at most a dozen.
constexpr std::size_t kMaxAttributesInSet = 16;  // read_relative_distinguished_name() names it

/// Whether every attribute of `a` is in `b`; sets of one size. Each is compared with the first that
/// has its hash: values that were made to collide do not match, which only harms the maker.
bool contains_all(Bytes a, Bytes b, Fault& fault) {
  if (std::ranges::equal(a, b)) return true;
  std::array<std::pair<std::uint64_t, Attribute>, kMaxAttributesInSet> candidates;
  std::size_t left_count = 0, right_count = 0;
  for (Reader right(b, fault); !right.at_end() && right_count < candidates.size(); ++right_count) {
    const Attribute attribute = read_attribute(right);
    candidates[right_count] = {attribute_hash(attribute), attribute};
  }
  for (Reader left(a, fault); !left.at_end(); ++left_count) {
    const Attribute wanted = read_attribute(left);
    const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(right_count);
    const auto found = std::ranges::find(candidates.begin(), end, attribute_hash(wanted),
                                         &std::pair<std::uint64_t, Attribute>::first);
    if (found == end || !std::ranges::equal(wanted.type, found->second.type) ||
        !same_value(wanted.value, found->second.value))
      return false;
  }
  return left_count == right_count;
}

/// How much of `name` is `base`, from the start.
enum class Beginning { none, part, all };
Beginning begins_with(Bytes name, Bytes base) {
  Fault fault;
  Reader left(name, fault), right(base, fault);
  left = left.enter_sequence();
  right = right.enter_sequence();
  while (!right.at_end())
    if (left.at_end() || !contains_all(left.content(der::kSet), right.content(der::kSet), fault))
      return Beginning::none;
  if (fault) return Beginning::none;
  return left.at_end() ? Beginning::all : Beginning::part;
}

}  // namespace

void read_relative_distinguished_name(Reader& reader, std::uint8_t tag) {
  Reader set = reader.enter(tag);
  if (set.at_end()) set.refuse("a name with an empty set of attributes");
  Bytes previous;
  for (std::size_t count = 0; !set.at_end(); ++count) {
    if (count == kMaxAttributesInSet)
      set.refuse("a name with more than 16 attributes in a set", Errc::bad_certificate);
    const Bytes before = set.rest();
    const Attribute attribute = read_attribute(set);
    const Bytes whole = before.first(before.size() - set.rest().size());
    if (!previous.empty() && !der::in_set_order(previous, whole))
      set.tolerate("a set that is not in order, in a name", "X.690 §11.6");
    previous = whole;
    if (!reader.fault() && is_directory_string(attribute.value.tag) &&
        !is_well_formed(attribute.value))
      set.refuse("a string that its type does not allow", Errc::bad_certificate);
  }
}

Bytes read_name(Reader& reader) {
  const der::Element name = reader.element(der::kSequence);
  for (Reader sets(name.content, reader.fault()); !sets.at_end();)
    read_relative_distinguished_name(sets);
  return name.whole;
}

bool is_empty_name(Bytes name) { return name.size() <= 2; }

bool same_name(Bytes a, Bytes b) {
  return std::ranges::equal(a, b) || begins_with(a, b) == Beginning::all;
}

bool same_name(Bytes a, Bytes b, Budget& budget) {
  if (std::ranges::equal(a, b)) return budget.take(1 + a.size() / kOctetsEqual);
  return budget.take(1 + (a.size() + b.size()) / kOctetsFolded) &&
         begins_with(a, b) == Beginning::all;
}

bool is_within(Bytes name, Bytes base) { return begins_with(name, base) != Beginning::none; }

std::uint64_t name_hash(Bytes name) {
  Fault fault;
  Reader whole(name, fault);
  std::uint64_t hash = kHashStart;
  for (Reader sets = whole.enter_sequence(); !sets.at_end();) {
    std::uint64_t sum = 0;  // the order in a set depends on the strings' types
    for (Reader set = sets.enter(der::kSet); !set.at_end();)
      sum += attribute_hash(read_attribute(set));
    hash = hash_step(hash, sum);
  }
  return hash;
}

std::vector<std::string> attribute_texts(Bytes name, const Oid& type) {
  std::vector<std::string> texts;
  Fault fault;
  Reader whole(name, fault);
  for (Reader sets = whole.enter_sequence(); !sets.at_end();)
    for (Reader set = sets.enter(der::kSet); !set.at_end();)
      if (const Attribute attribute = read_attribute(set); is(attribute.type, type))
        texts.push_back(utf8_of(attribute.value));
  return texts;
}

std::string text_of_name(Bytes name) {
  Fault fault;
  Reader whole(name, fault);
  std::string forwards;  // the sets in the order of the encoding, and where each begins
  std::vector<std::size_t> starts;
  for (Reader sets = whole.enter_sequence(); !sets.at_end();) {
    starts.push_back(forwards.size());
    for (Reader set = sets.enter(der::kSet); !set.at_end();) {
      if (forwards.size() != starts.back()) forwards.push_back('+');
      append_attribute(read_attribute(set), forwards);
    }
  }
  std::string text;
  text.reserve(forwards.size() + starts.size());
  for (std::size_t end = forwards.size(); !starts.empty(); end = starts.back(), starts.pop_back()) {
    if (!text.empty()) text.push_back(',');
    text.append(forwards, starts.back(), end - starts.back());
  }
  return text;
}

}  // namespace tls12::x509
