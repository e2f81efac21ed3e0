#include "x509/asn1/oid.hpp"

#include <charconv>

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

std::optional<std::vector<std::uint8_t>> encode_dotted(std::string_view text) {
  std::vector<std::uint64_t> arcs;
  for (const char *at = text.data(), *end = at + text.size();; ++at) {
    const auto [next, error] = std::from_chars(at, end, arcs.emplace_back());
    if (error != std::errc() || (*at == '0' && next - at > 1)) return std::nullopt;
    at = next;
    if (at == end) break;
    if (*at != '.') return std::nullopt;
  }
  // X.660 §6: below the first two roots there are forty arcs.
  if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39) || arcs[1] > UINT64_MAX - 80)
    return std::nullopt;
  arcs[1] += 40 * arcs[0];
  std::vector<std::uint8_t> encoded;
  for (std::size_t i = 1; i < arcs.size(); ++i) {
    int groups = 1;
    while (groups < 10 && arcs[i] >> (7 * groups) != 0) ++groups;
    while (groups-- > 0)
      encoded.push_back(
          static_cast<std::uint8_t>((arcs[i] >> (7 * groups) & 0x7f) | (groups == 0 ? 0 : 0x80)));
  }
  return encoded;
}

}  // namespace tls12::x509
