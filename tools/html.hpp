// The looks of all pages: one style, no scripts, nothing fetched from elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "http.hpp"

namespace tls12::tool {

/// Text as it stands in HTML, in attributes, too.
std::string html(std::string_view text);

/// A whole page; `body` is HTML. The browser is told to run nothing and to fetch nothing.
Response page(std::string_view title, const std::string& body);

}  // namespace tls12::tool
