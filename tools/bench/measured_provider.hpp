// A Provider that notes how long its primitives take, so that what the TLS layer adds can be told
// apart from them.
#pragma once

#include <chrono>

#include "tls12/crypto.hpp"

namespace bench {

/// Time spent in primitives since the program started, on this thread.
std::chrono::nanoseconds primitive_time();

/// The algorithms of `base`, each call timed.
tls12::ProviderPtr measured(tls12::ProviderPtr base);

}  // namespace bench
