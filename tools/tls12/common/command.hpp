// What the subcommands share: how one is added, how it ends, and how it says why.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <string>

#include "common/output/print.hpp"
#include "tls12/error.hpp"

namespace tls12::tool {

/// Exit codes: everything went well; it did not, for the one reason on standard error; the command
/// line makes no sense.
inline constexpr int kDone = 0, kFailed = 1, kUsage = 2;

/// What the chosen subcommand runs; its result is the exit code.
using Action = std::function<int()>;

/// `line` as complain() writes it.
Text complaint(const Text& line);

/// One line on standard error.
void complain(const Text& line);

/// Complains, and is the exit code of a subcommand that failed.
int failed(const Text& reason);
int failed(const Error& error);

/// `error` for things of this machine (files, keys, options), of which no peer was told.
Error local(Error error);

}  // namespace tls12::tool
