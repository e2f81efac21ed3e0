#include "common/output/format.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "common/output/print.hpp"

namespace tls12::tool {

std::string format_time(WallTime time) {
  // std::time_t ends in 2038 where it has 32 bits.
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  char text[80];
  const int size = std::snprintf(
      text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC", int{date.year()},
      unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

std::string format_key_kind(KeyKind kind) {
  return kind == KeyKind::rsa_pss ? "RSA for PSS alone" : std::string(name(kind));
}

std::string format_key(const PublicKey& key) {
  return format_key_kind(key.kind) +
         (is_rsa(key.kind) ? ", " + std::to_string(key.modulus.size() * 8) + " bits" : "");
}

std::string to_hex(Bytes bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string hex_preview(Bytes bytes, std::size_t at_most) {
  std::string text = to_hex(bytes.first(std::min(bytes.size(), at_most)));
  if (bytes.size() > at_most) text += Text::drawn("…");
  return text + (text.empty() ? "" : " ") + "(" + count(bytes.size(), "byte", "bytes") + ")";
}

SuiteParts suite_parts(CipherSuite suite) {
  // TLS_<key exchange>_<authentication>_WITH_<cipher>_<hash> (RFC 5246 appendix C).
  const std::string text = name(suite);
  const std::size_t with = text.find("_WITH_"), hash = text.rfind('_'),
                    middle = with == std::string::npos ? with : text.rfind('_', with - 1);
  if (with == std::string::npos || middle == std::string::npos || middle < 4)
    return {text, {}, {}, {}};
  return {text.substr(4, middle - 4), text.substr(middle + 1, with - middle - 1),
          text.substr(with + 6, hash - with - 6), text.substr(hash + 1)};
}

std::string count(std::uint64_t n, const char* one, const char* many) {
  return std::to_string(n) + " " + (n == 1 ? one : many);
}

}  // namespace tls12::tool
