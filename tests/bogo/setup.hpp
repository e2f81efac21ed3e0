// From the runner's flags to this library's configurations.
#pragma once

#include <memory>
#include <optional>

#include "flags.hpp"
#include "tls12/config.hpp"
#include "watcher.hpp"

namespace tls12::bogo {

/// What the connections of one test share.
struct Shared {
  std::shared_ptr<WatchedStore> sessions = std::make_shared<WatchedStore>();
  std::shared_ptr<TicketKeys> ticket_keys = TicketKeys::rotating();
  std::optional<bool> verdict = {};  ///< what the verifier said last
};

/// The key that signs while the engine waits for it, where it is not the engine's own.
using Signer = std::optional<PrivateKey>;

Result<ClientContext> client_context(const Flags& flags, Shared& shared, Seen& seen, Signer& signer);
Result<ServerContext> server_context(const Flags& flags, Shared& shared, Seen& seen);

}  // namespace tls12::bogo
