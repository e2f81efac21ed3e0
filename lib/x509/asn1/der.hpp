// Reading DER (X.690 §8, §10, §11), strictly: one encoding a value, nothing behind the last field,
// everything bounded.
// A few deviations that are common and harmless are read and noted (tolerate());
// VerifyPolicy::strict refuses them.
//
// A Reader never copies: what it gives are views into the bytes it was made for. The first rule
// that an encoding breaks is kept in a Fault that all readers of one parse share; from then on
// every reader is at its end and gives empty values, so that a parse is written as a straight line
// and asks once, at its end, whether all was well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12::x509::der {

/// The identifier octets that X.509 uses: all fit in one (X.690 §8.1.2.2 to §8.1.2.4).
enum Tag : std::uint8_t {
  kBoolean = 0x01,
  kInteger = 0x02,
  kBitString = 0x03,
  kOctetString = 0x04,
  kNull = 0x05,
  kObjectIdentifier = 0x06,
  kEnumerated = 0x0a,
  kUtf8String = 0x0c,
  kNumericString = 0x12,
  kPrintableString = 0x13,
  kTeletexString = 0x14,
  kIa5String = 0x16,
  kUtcTime = 0x17,
  kGeneralizedTime = 0x18,
  kVisibleString = 0x1a,
  kUniversalString = 0x1c,
  kBmpString = 0x1e,
  kSequence = 0x30,
  kSet = 0x31,
};

constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0x80 | number); }
constexpr std::uint8_t constructed(unsigned number) {
  return static_cast<std::uint8_t>(0xa0 | number);
}

/// Nothing that this room reads is larger, but for CRLs, which have a limit of their own.
inline constexpr std::size_t kMaxSize = std::size_t{1} << 24;

/// An encoding that a rule forbids, but that has only one meaning. Both are static texts.
struct Deviation {
  const char* what = nullptr;
  const char* section = nullptr;
  explicit operator bool() const { return what != nullptr; }
};

/// The first rule that was broken. `what` is a static text.
struct Fault {
  Errc code = Errc::bad_der;
  const char* what = nullptr;
  Deviation deviation = {};  ///< the first that was tolerated
  explicit operator bool() const { return what != nullptr; }
  Error error() const { return Error(code, what == nullptr ? "" : what); }
};

struct Element {
  std::uint8_t tag = 0;
  Bytes content = {};
  Bytes whole = {};  ///< with identifier and length
};

class Reader {
 public:
  Reader(Bytes bytes, Fault& fault) : left_(bytes), fault_(&fault) {}

  bool at_end() const { return left_.empty() || *fault_; }
  Bytes rest() const { return left_; }
  bool next_is(std::uint8_t tag) const { return !at_end() && left_[0] == tag; }

  /// The next element, whatever it is.
  Element element();
  /// The next element, which must have this tag: with its header, or its content alone.
  Element element(std::uint8_t tag);
  Bytes content(std::uint8_t tag) { return element(tag).content; }
  Reader enter(std::uint8_t tag) { return {content(tag), *fault_}; }
  Reader enter_sequence() { return enter(kSequence); }

  /// X.690 §11.1: 0x00 or 0xff.
  bool boolean();
  /// Two's complement in the fewest octets (X.690 §8.3.2).
  Bytes integer(std::uint8_t tag = kInteger);
  /// A non-negative integer without its sign octet; zero is one octet of zero.
  Bytes natural(std::uint8_t tag = kInteger);
  /// A non-negative integer, or the largest value there is when it does not fit.
  std::uint64_t small_natural(std::uint8_t tag = kInteger);
  Bytes object_identifier(std::uint8_t tag = kObjectIdentifier);
  Bytes octet_string() { return content(kOctetString); }
  /// A bit string of whole octets.
  Bytes bit_string();
  /// The octets of a bit string of any length; the bits that do not count are zero (X.690 §11.2.1).
  Bytes bits(std::uint8_t tag = kBitString);
  /// The first 16 bits of a named bit list, bit n as bit n.
  std::uint16_t named_bits(std::uint8_t tag = kBitString);
  void null();

  /// Nothing may be left.
  void finish();
  void refuse(const char* what, Errc code = Errc::bad_der);
  /// Notes a deviation, and goes on.
  void tolerate(const char* what, const char* section);
  /// The same for a value that equals its DEFAULT (X.690 §11.5).
  void tolerate_default() { tolerate("a default value that is encoded", "X.690 §11.5"); }
  Fault& fault() const { return *fault_; }

 private:
  std::optional<std::size_t> length();

  Bytes left_;
  Fault* fault_;
};

/// X.690 §11.6: the elements of a SET OF come in ascending order of their encodings, the shorter
/// padded with zeros.
bool in_set_order(Bytes first, Bytes second);

}  // namespace tls12::x509::der
