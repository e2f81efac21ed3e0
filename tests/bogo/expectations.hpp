// What the runner says that the shim is to find.
#pragma once

#include <string>

#include "flags.hpp"
#include "setup.hpp"
#include "tls12/state.hpp"

namespace tls12::bogo {

/// Behind a handshake: what differs from the flags, in words; empty when nothing does.
std::string unmet(const Flags& flags, bool resuming, const ConnectionState& state, const Seen& seen,
                  const Shared& shared, const Credentials& credentials);
/// Behind the connection.
std::string unmet_at_the_end(const Flags& flags, const ConnectionState& state, const Seen& seen);

}  // namespace tls12::bogo
