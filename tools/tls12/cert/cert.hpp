// `tls12 cert`: makes and shows certificates, requests and CRLs.
#pragma once

#include "common/command.hpp"

namespace tls12::tool {

/// Adds the subcommand to `app`. Parsing a command line that names it sets `action`.
void add_cert(CLI::App& app, Action& action);

}  // namespace tls12::tool
