#include "common/server/http_date.hpp"

namespace tls12::tool {

std::string http_date(std::time_t time) {
  std::tm fields{};
  gmtime_r(&time, &fields);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &fields)};
}

std::optional<std::time_t> parse_http_date(const std::string& text) {
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm fields{};
    const char* end = ::strptime(text.c_str(), form, &fields);
    if (end != nullptr && *end == '\0') return ::timegm(&fields);
  }
  return std::nullopt;
}

}  // namespace tls12::tool
