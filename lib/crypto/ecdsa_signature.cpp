#include "crypto/ecdsa_signature.hpp"

#include <algorithm>

namespace tls12::crypto {
namespace {

constexpr std::uint8_t kSequence = 0x30, kInteger = 0x02;

/// Takes one element with this tag off the front of `in`. Lengths here never need more than one
/// byte behind the 0x81.
std::optional<Bytes> take(std::uint8_t tag, Bytes& in) {
  if (in.size() < 2 || in[0] != tag) return std::nullopt;
  std::size_t length = in[1], header = 2;
  if (length == 0x81) {
    if (in.size() < 3 || in[2] < 0x80)
      return std::nullopt;  // X.690 §10.1: the short form where it suffices
    length = in[2];
    header = 3;
  } else if (length >= 0x80) {
    return std::nullopt;
  }
  if (in.size() - header < length) return std::nullopt;
  const Bytes content = in.subspan(header, length);
  in = in.subspan(header + length);
  return content;
}

std::optional<Bytes> take_positive(Bytes& in) {
  const auto content = take(kInteger, in);
  if (!content || content->empty() || (*content)[0] >= 0x80) return std::nullopt;
  if ((*content)[0] != 0) return content;
  // X.690 §8.3.2: a leading zero only where the next bit is set; so a lone zero, which ECDSA does
  // not allow, falls too.
  if (content->size() < 2 || (*content)[1] < 0x80) return std::nullopt;
  return content->subspan(1);
}

std::uint8_t* put_integer(Bytes number, std::uint8_t* out) {
  while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
  const bool pad = number[0] >= 0x80;
  *out++ = kInteger;
  *out++ = static_cast<std::uint8_t>(number.size() + pad);
  if (pad) *out++ = 0;
  return std::ranges::copy(number, out).out;
}

std::size_t integer_size(Bytes number) {
  std::uint8_t scratch[2 + 1 + 66];
  return static_cast<std::size_t>(put_integer(number, scratch) - scratch);
}

}  // namespace

std::optional<EcdsaNumbers> parse_ecdsa_signature(Bytes signature) {
  auto numbers = take(kSequence, signature);
  if (!numbers || !signature.empty()) return std::nullopt;
  const auto r = take_positive(*numbers);
  if (!r) return std::nullopt;
  const auto s = take_positive(*numbers);
  if (!s || !numbers->empty()) return std::nullopt;
  return EcdsaNumbers{*r, *s};
}

std::size_t write_ecdsa_signature(const std::uint8_t* r, const std::uint8_t* s, std::size_t size,
                                  std::uint8_t* out) {
  const std::size_t length = integer_size({r, size}) + integer_size({s, size});
  std::uint8_t* end = out;
  *end++ = kSequence;
  if (length >= 0x80) *end++ = 0x81;
  *end++ = static_cast<std::uint8_t>(length);
  end = put_integer({r, size}, end);
  end = put_integer({s, size}, end);
  return static_cast<std::size_t>(end - out);
}

}  // namespace tls12::crypto
