// `--color WHEN`.
#pragma once

#include <CLI/CLI.hpp>

#include "common/output/terminal_style.hpp"

namespace tls12::tool {

/// Adds the option. Its value is stored in `colour`.
void add_colour_option(CLI::App& app, Colour& colour);

}  // namespace tls12::tool
