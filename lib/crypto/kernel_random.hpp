// The kernel's randomness, which every backend lists: libsodium's own source ends the process when
// it fails, and ours must say so instead.
#pragma once

#include "tls12/crypto.hpp"

namespace tls12::crypto {

/// getrandom(2). It keeps no state in the process, so that a fork shares none.
const Random& kernel_random();

}  // namespace tls12::crypto
