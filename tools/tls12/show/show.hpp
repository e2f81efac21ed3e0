// `tls12 show`: decodes certificates, CRLs, OCSP responses and requests.
#pragma once

#include "common/command.hpp"

namespace tls12::tool {

/// Adds the subcommand to `app`. Parsing a command line that names it sets `action`.
void add_show(CLI::App& app, Action& action);

}  // namespace tls12::tool
