// What ties a session to the configuration that it was made under.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "tls12/crypto.hpp"
#include "tls12/verify.hpp"

namespace tls12::session {

/// A digest of what has to be the same for a session to be resumed: the server's name (RFC 6066
/// §3), whom a configuration trusts, by which policy, and what it asks of its peer. What the
/// policy's own functions say is not in it: they are asked again.
using Binding = std::array<std::uint8_t, 32>;

/// The bindings of one configuration. `asked` holds what the configuration asks of its peer besides
/// the policy, as bits of the role. The part that is the same for all names is made once, and again
/// when the trust store was reloaded. Thread-safe.
class Bindings {
 public:
  Binding of(std::string_view server_name, const Provider& provider, std::uint8_t asked,
             const TrustStore& trust, const VerifyPolicy& policy) const;

 private:
  Binding of_configuration(const Provider& provider, std::uint8_t asked, const TrustStore& trust,
                           const VerifyPolicy& policy) const;

  mutable std::mutex mutex_;
  mutable std::optional<TrustAnchors> anchors_;
  mutable Binding of_configuration_ = {};
};

}  // namespace tls12::session
