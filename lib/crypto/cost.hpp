// What public-key operations cost, in steps of Work: on the safe side of what the base backends
// take.
#pragma once

#include <cstddef>

#include "tls12/crypto.hpp"

namespace tls12 {

/// Verifying one signature over a message of this size.
std::size_t steps_to_verify(const PublicKey& key, std::size_t message_size);
/// A fresh key share, and the secret that it makes with the peer's.
std::size_t steps_to_agree(GroupAlgorithm group);
/// Likewise in a field that a server named.
std::size_t steps_to_agree(const DhParameters& parameters);

}  // namespace tls12
