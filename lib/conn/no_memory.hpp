// Faults of this end outside the engine: unlike their rows in the error table, no alert was sent.
#pragma once

#include "base/caught.hpp"

namespace tls12 {

inline Error no_memory(Phase phase) {
  Error error(Errc::out_of_memory);
  error.alert.reset();
  return error.in(phase);
}

/// For a catch (...) clause: the error for the exception that is being handled.
inline Error not_told(Phase phase) {
  Error error = caught();
  error.alert.reset();
  return error.in(phase);
}

}  // namespace tls12
