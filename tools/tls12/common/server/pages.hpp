// What `serve` answers: files of a folder, or pages about the connection itself.
#pragma once

#include <cstdint>
#include <string>

#include "common/server/http.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {

/// A page that says what went wrong.
Response error_page(unsigned status, const std::string& reason = {});

/// The file or folder that the request names below `root`, or the part of it that is asked for.
/// What is not below it, be it by "..", by links or by a leading dot, is not there.
Response folder_page(const std::string& root, const Request& request);

/// Where the pages about the connection are when a folder has the rest; no file's path begins so.
inline constexpr std::string_view kStatusPath = "/.tls12/";

/// A connection as its pages tell of it.
struct Visit {
  ConnectionState state;
  std::string peer;
  std::uint64_t requests = 1;  ///< so far, with this one
};

/// What the connection negotiated ("" as `path`), the same for scripts ("state.json"), and the
/// request itself ("request").
Response status_page(const Visit& visit, const Request& request, std::string_view path);

}  // namespace tls12::tool
