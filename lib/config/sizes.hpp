// Whether the parts of a configuration fit the messages that will carry them together (RFC 5246
// §4.3: a length has 1 to 3 bytes).
#pragma once

#include "config/context.hpp"

namespace tls12::config {

/// Errors: Errc::bad_configuration; the detail names the field.
Result<void> check_sizes(const ClientContext::Content& context);
Result<void> check_sizes(const ServerContext::Content& context);

}  // namespace tls12::config
