// A readable account of a connection: each message and record as it goes by, field by field, and what came of it.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "paint.hpp"
#include "tls12/observer.hpp"

namespace tls12::tool {

/// Observers that write to `to`, whole events at a time. When a process has several connections, each event carries its number.
ObserverFactory trace_to(std::FILE* to, Paint paint);

}  // namespace tls12::tool
