#include "x509/asn1/der_writer.hpp"

#include <array>
#include <bit>

namespace tls12::x509::der {

void Writer::element(std::uint8_t tag, Bytes content) {
  nest(tag, [&] { raw(content); });
}

void Writer::boolean(bool value) {
  const std::uint8_t octet = value ? 0xff : 0x00;
  element(kBoolean, {&octet, 1});
}

void Writer::small_natural(std::uint64_t value) {
  std::array<std::uint8_t, 8> octets;
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<std::uint8_t>(value >> (8 * (7 - i)));
  natural(octets);
}

void Writer::natural(Bytes value) {
  while (value.size() > 1 && value[0] == 0) value = value.subspan(1);
  nest(kInteger, [&] {
    if (value.empty() || value[0] >= 0x80) bytes_.push_back(0);
    raw(value);
  });
}

void Writer::bit_string(Bytes content, unsigned unused) {
  nest(kBitString, [&] {
    bytes_.push_back(static_cast<std::uint8_t>(unused));
    raw(content);
  });
}

void Writer::insert_length(std::size_t start) {
  const std::size_t size = bytes_.size() - start;
  std::array<std::uint8_t, 1 + sizeof size> octets;
  std::size_t n = 0;
  if (size < 0x80) {
    octets[n++] = static_cast<std::uint8_t>(size);
  } else {
    const std::size_t wide = (static_cast<std::size_t>(std::bit_width(size)) + 7) / 8;
    octets[n++] = static_cast<std::uint8_t>(0x80 | wide);
    for (std::size_t i = wide; i-- > 0;) octets[n++] = static_cast<std::uint8_t>(size >> (8 * i));
  }
  bytes_.insert(bytes_.begin() + static_cast<std::ptrdiff_t>(start), octets.begin(),
                octets.begin() + static_cast<std::ptrdiff_t>(n));
}

}  // namespace tls12::x509::der
