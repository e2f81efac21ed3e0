// The text of --help, as wide as the terminal.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace tls12::tool {

/// CLI11's formatter, whose lines are folded to the width of the terminal: COLUMNS, else standard
/// output's, else 80.
std::shared_ptr<CLI::FormatterBase> help_formatter();

/// `text` with lines of at most `width` characters, as far as its words allow. An option's
/// description continues at column `indent`.
std::string folded(const std::string& text, std::size_t width, std::size_t indent);

}  // namespace tls12::tool
