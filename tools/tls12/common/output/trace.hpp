// A readable account of a connection: each message and record as it goes by, field by field, and
// what came of it.
#pragma once

#include <cstdio>
#include <functional>

#include "common/output/print.hpp"
#include "common/output/terminal_style.hpp"
#include "tls12/observer.hpp"

namespace tls12::tool {

/// Takes the text of one event: whole lines.
using TraceSink = std::function<void(const Text&)>;

/// Observers that give `to` whole events, from the threads of their connections. When a process has
/// several connections, each event carries its number.
ObserverFactory trace_to(TraceSink to, TerminalStyle style);
/// The same to a stream: waits for its reader.
ObserverFactory trace_to(std::FILE* to, TerminalStyle style);

}  // namespace tls12::tool
