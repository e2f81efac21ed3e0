// The strings of names (RFC 5280 §4.1.2.4), whatever their type, as code points.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "x509/asn1/der.hpp"
#include "x509/name/case_folding.hpp"

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

/// A string as RFC 5280 §7.1 compares it, one code point after the other. Of RFC 4518's six steps:
///   1. Transcode: from each of the string types.
///   2. Map: what cannot be seen to nothing, white space to spaces, and letters by RFC 3454
///      appendix B.2, ASCII's and all others'.
///   3. Normalize: left out. The tables would be as large as the rest of this room; names are
///      copied from a subject to the issuers below it octet by octet, and no other validator that
///      the public web uses normalizes. So "u" with a combining diaeresis is not the letter with
///      one.
///   4. Prohibit, 5. Check bidi: left out; what is refused there is compared like anything else.
///   6. Insignificant spaces: none at the ends, one for any run inside. (The RFC writes one and
///      two, to compare substrings; a mark that combines with a space is not looked at.)
class FoldedText {
 public:
  explicit FoldedText(const der::Element& string) : points_(string) {}
  std::optional<char32_t> next();

 private:
  /// The next one that is mapped to something; white space is U+0020.
  std::optional<char32_t> next_mapped();

  CodePoints points_;
  Folded folded_ = {};  ///< what is left of the last character, up to the first 0
  std::optional<char32_t> held_ = {};
  bool started_ = false;
};

}  // namespace tls12::x509
