// `tls12 backends`: which library implements which algorithm, and how fast.
#pragma once

#include "common/command.hpp"

namespace tls12::tool {

/// Adds the subcommand to `app`. Parsing a command line that names it sets `action`.
void add_backends(CLI::App& app, Action& action);

}  // namespace tls12::tool
