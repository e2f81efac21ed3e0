// Points in time on the command line and in JSON.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "tls12/time.hpp"

namespace tls12::tool {

/// RFC 3339 §5.6, or seconds since 1970. Nothing if `text` is neither, or not a time of the years 0
/// to 9999.
std::optional<WallTime> parse_time(const std::string& text);

/// Accepts only the texts that parse_time() reads.
CLI::Validator is_time();

}  // namespace tls12::tool
