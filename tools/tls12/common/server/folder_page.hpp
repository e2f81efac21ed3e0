// The files of a folder.
#pragma once

#include <string>

#include "common/server/http.hpp"

namespace tls12::tool {

/// The file or folder below `root` that the request names, or the requested part of the file.
/// Status 404 for everything that is not below `root`, also by "..", by links, or by a leading dot.
Response folder_page(const std::string& root, const Request& request);

}  // namespace tls12::tool
