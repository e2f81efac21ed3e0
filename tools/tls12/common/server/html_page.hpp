// The looks of all pages: one style, no scripts, nothing fetched from elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "common/server/http.hpp"

namespace tls12::tool {

/// A whole page; `body` is HTML. The browser is told to run nothing and to fetch nothing.
Response page(std::string_view title, const std::string& body);

}  // namespace tls12::tool
