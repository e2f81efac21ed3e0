// `tls12 connect`: connects to a TLS server.
#pragma once

#include "common/command.hpp"

namespace tls12::tool {

/// Adds the subcommand to `app`. Parsing a command line that names it sets `action`.
void add_connect(CLI::App& app, Action& action);

}  // namespace tls12::tool
