// `tls12 demo`: shows TLS 1.2 at work with other programs.
#pragma once

#include "common/command.hpp"

namespace tls12::tool {

/// Adds the subcommand to `app`. Parsing a command line that names it sets `action`.
void add_demo(CLI::App& app, Action& action);

}  // namespace tls12::tool
