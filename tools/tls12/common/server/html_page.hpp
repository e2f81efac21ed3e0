// HTML pages in one style, without scripts or other resources.
#pragma once

#include <string>
#include <string_view>

#include "common/server/http.hpp"

namespace tls12::tool {

/// A whole page; `body` is HTML. Its Content-Security-Policy forbids scripts and requests.
Response html_page(std::string_view title, const std::string& body);

/// A page that says what went wrong.
Response error_page(unsigned status, const std::string& reason = {});

}  // namespace tls12::tool
