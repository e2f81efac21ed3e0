// The strings of names (RFC 5280 §4.1.2.4), whatever their type, as code points.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "x509/der.hpp"

namespace tls12::x509 {

/// Whether a tag is that of a string type that names use.
bool is_directory_string(std::uint8_t tag);
/// Whether the octets are characters of the string's type at all.
bool is_well_formed(const der::Element& string);
std::string utf8_of(const der::Element& string);

/// The code points of a string, one after the other; what cannot be decoded is U+FFFD.
class CodePoints {
 public:
  explicit CodePoints(const der::Element& string) : tag_(string.tag), left_(string.content) {}
  std::optional<char32_t> next();

 private:
  char32_t next_utf8();
  char32_t next_wide(std::size_t octets);

  std::uint8_t tag_;
  Bytes left_;
};

/// A string as RFC 5280 §7.1 compares it: ASCII letters in lower case, no white space at its ends, one space for any run of it inside.
class FoldedText {
 public:
  explicit FoldedText(const der::Element& string) : points_(string) {}
  std::optional<char32_t> next();

 private:
  CodePoints points_;
  std::optional<char32_t> held_ = {};
  bool started_ = false;
};

}  // namespace tls12::x509
