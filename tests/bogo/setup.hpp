// From the runner's flags to this library's configurations.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "flags.hpp"
#include "tls12/config.hpp"
#include "watcher.hpp"

namespace tls12::bogo {

/// What the connections of one test share.
struct Shared {
  std::shared_ptr<WatchedStore> sessions = std::make_shared<WatchedStore>();
  std::shared_ptr<TicketKeys> ticket_keys = TicketKeys::rotating().value();
  std::optional<bool> verdict = {};  ///< what the verifier said last
};

/// The shim's identities, in order of preference, each with its key, which is an external one where
/// the runner wants callbacks to answer later (-async).
class Credentials {
 public:
  static Result<Credentials> of(const Flags& flags);

  const std::vector<Identity>& identities() const { return identities_; }
  const PrivateKey& key_of(const Identity& identity) const { return keys_[index_of(identity)]; }
  std::size_t index_of(const Identity& identity) const;

 private:
  std::vector<Identity> identities_;
  std::vector<PrivateKey> keys_;
};

Result<ClientContext> client_context(const Flags& flags, const Credentials& credentials,
                                     Shared& shared, Seen& seen);
Result<ServerContext> server_context(const Flags& flags, const Credentials& credentials,
                                     Shared& shared, Seen& seen);

}  // namespace tls12::bogo
