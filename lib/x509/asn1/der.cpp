#include "x509/asn1/der.hpp"

#include <algorithm>
#include <limits>

namespace tls12::x509::der {

Element Reader::element() {
  if (*fault_) return {};
  if (left_.empty()) {
    refuse("a field is missing");
    return {};
  }
  const Bytes start = left_;
  const std::uint8_t tag = left_[0];
  left_ = left_.subspan(1);
  // X.690 §8.1.2.4: tag numbers from 31 take more octets; X.509 has none.
  if ((tag & 0x1f) == 0x1f) {
    refuse("a tag number above 30");
    return {};
  }
  const auto size = length();
  if (!size) return {};
  const Bytes content = left_.first(*size);
  left_ = left_.subspan(*size);
  return {tag, content, start.first(start.size() - left_.size())};
}

Element Reader::element(std::uint8_t tag) {
  if (!*fault_ && !left_.empty() && left_[0] != tag)
    refuse("a field of another type than expected");
  return element();
}

std::optional<std::size_t> Reader::length() {
  if (left_.empty()) {
    refuse("a length is missing");
    return std::nullopt;
  }
  std::size_t size = left_[0];
  left_ = left_.subspan(1);
  if (size >= 0x80) {
    const std::size_t octets = size & 0x7f;
    // X.690 §10.1: the definite form, in the fewest octets. Four of them reach kMostCrlOctets.
    if (octets == 0) return refuse("an indefinite length"), std::nullopt;
    if (octets > 4) return refuse("a length beyond the limit"), std::nullopt;
    if (left_.size() < octets) return refuse("a length is cut short"), std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < octets; ++i) size = size << 8 | left_[i];
    left_ = left_.subspan(octets);
    if (size < 0x80 || (octets > 1 && size >> (8 * (octets - 1)) == 0))
      return refuse("a length that is not minimal"), std::nullopt;
  }
  if (size > left_.size()) return refuse("an element ends before its content"), std::nullopt;
  return size;
}

bool Reader::boolean() {
  const Bytes value = content(kBoolean);
  if (*fault_) return false;
  if (value.size() != 1 || (value[0] != 0x00 && value[0] != 0xff))
    refuse("a boolean that is neither 00 nor ff");
  return !*fault_ && value[0] == 0xff;
}

Bytes Reader::integer(std::uint8_t tag) {
  const Bytes value = content(tag);
  if (*fault_) return {};
  if (value.empty()) return refuse("an empty integer"), Bytes{};
  if (value.size() > 1 &&
      ((value[0] == 0x00 && value[1] < 0x80) || (value[0] == 0xff && value[1] >= 0x80)))
    return refuse("an integer that is not minimal"), Bytes{};
  return value;
}

Bytes Reader::natural(std::uint8_t tag) {
  const Bytes value = integer(tag);
  if (*fault_) return {};
  if (value[0] >= 0x80) return refuse("a negative integer"), Bytes{};
  return value.size() > 1 && value[0] == 0 ? value.subspan(1) : value;
}

std::uint64_t Reader::small_natural(std::uint8_t tag) {
  const Bytes value = natural(tag);
  if (value.size() > 8) return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  for (const std::uint8_t octet : value) number = number << 8 | octet;
  return number;
}

Bytes Reader::object_identifier(std::uint8_t tag) {
  const Bytes value = content(tag);
  if (*fault_) return {};
  if (value.empty() || value.back() >= 0x80)
    return refuse("an object identifier is cut short"), Bytes{};
  // X.690 §8.19.2: a subidentifier does not start with zeros.
  for (std::size_t i = 0; i < value.size(); ++i)
    if (value[i] == 0x80 && (i == 0 || value[i - 1] < 0x80))
      return refuse("an object identifier that is not minimal"), Bytes{};
  return value;
}

Bytes Reader::bit_string() {
  const Bytes value = content(kBitString);
  if (*fault_) return {};
  if (value.empty() || value[0] != 0)
    return refuse("a bit string that is not whole octets"), Bytes{};
  return value.subspan(1);
}

Bytes Reader::bits(std::uint8_t tag) {
  const Bytes value = content(tag);
  if (*fault_) return {};
  const unsigned unused = value.empty() ? 8 : value[0];
  if (unused > 7 || (value.size() == 1 && unused != 0))
    return refuse("a bit string without its length"), Bytes{};
  if (value.size() > 1 && (value.back() & ((1u << unused) - 1)) != 0)
    return refuse("a bit string with stray bits at its end"), Bytes{};
  return value.subspan(1);
}

std::uint16_t Reader::named_bits(std::uint8_t tag) {
  // DER leaves out zeros at the end (X.690 §11.2.2), but roots that everybody trusts have them.
  const Bytes octets = bits(tag);
  std::uint16_t flags = 0;
  for (unsigned bit = 0; bit < 16 && bit / 8 < octets.size(); ++bit)
    if ((octets[bit / 8] >> (7 - bit % 8) & 1) != 0)
      flags = static_cast<std::uint16_t>(flags | 1u << bit);
  return flags;
}

void Reader::null() {
  if (!content(kNull).empty()) refuse("a NULL with content");
}

void Reader::finish() {
  if (!*fault_ && !left_.empty()) refuse("something behind the last field");
}

void Reader::refuse(const char* what, Errc code) {
  if (!*fault_) fault_->code = code, fault_->what = what;
  left_ = {};
}

void Reader::tolerate(const char* what, const char* section) {
  if (!*fault_ && !fault_->deviation) fault_->deviation = {what, section};
}

bool in_set_order(Bytes first, Bytes second) {
  const std::size_t n = std::max(first.size(), second.size());
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint8_t a = i < first.size() ? first[i] : 0, b = i < second.size() ? second[i] : 0;
    if (a != b) return a < b;
  }
  return true;
}

}  // namespace tls12::x509::der
