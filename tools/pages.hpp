// What `serve` answers: files of a folder, or a page about the connection itself.
#pragma once

#include <string>

#include "http.hpp"
#include "tls12/state.hpp"

namespace tls12::tool {

/// A page that says what went wrong.
Response error_page(unsigned status, const std::string& reason = {});

/// The file or folder that `target` names below `root`. What is not below it, be it by "..", by links or by a leading dot, is not there.
Response file_page(const std::string& root, const Request& request);

/// What this connection negotiated: a page for "/", the same as JSON for "/state.json".
Response status_page(const ConnectionState& state, const std::string& peer, const Request& request);

}  // namespace tls12::tool
