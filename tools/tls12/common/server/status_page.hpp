// Pages about the connection that they are sent over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/server/http.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {

/// The folder of these pages when the server also serves files. No served path begins with it.
inline constexpr std::string_view kStatusPath = "/.tls12/";

/// A connection, as its pages describe it.
struct ConnectionStatus {
  ConnectionState state;
  std::string peer;
  std::uint64_t requests = 1;  ///< so far, including this one
};

/// The page at `path`, which is relative to kStatusPath: "" is the negotiated parameters,
/// "state.json" the same for scripts, "request" the request itself. Others: status 404.
Response status_page(const ConnectionStatus& status, const Request& request, std::string_view path);

}  // namespace tls12::tool
