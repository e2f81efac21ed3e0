#include "x509/oid.hpp"

namespace tls12::x509 {

std::string dotted(Bytes encoded) {
  std::string text;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : encoded) {
    // An arc beyond 64 bits (UUIDs have them) is shown as the octets that it is.
    if (arc >> 57 != 0) {
      static constexpr char kDigits[] = "0123456789abcdef";
      text = "0x";
      for (const std::uint8_t o : encoded) text.append({kDigits[o >> 4], kDigits[o & 15]});
      return text;
    }
    arc = arc << 7 | (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (text.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(first).append(".").append(std::to_string(arc - first * 40));
    } else {
      text.append(".").append(std::to_string(arc));
    }
    arc = 0;
  }
  return text;
}

}  // namespace tls12::x509
