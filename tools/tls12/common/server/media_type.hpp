// Media types by a file's ending.
#pragma once

#include <string_view>

namespace tls12::tool {

/// What a Content-Type says of a file of this name; application/octet-stream where the ending tells
/// nothing.
std::string_view media_type(std::string_view file_name);

}  // namespace tls12::tool
