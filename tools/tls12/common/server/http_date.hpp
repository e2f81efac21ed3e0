// Points in time as HTTP writes them.
#pragma once

#include <ctime>
#include <optional>
#include <string>

namespace tls12::tool {

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t time);

/// RFC 9110 §5.6.7: the form above, and the two obsolete ones; nothing for anything else.
std::optional<std::time_t> parse_http_date(const std::string& text);

}  // namespace tls12::tool
