// Memory that ran out outside the engine: unlike its row in the error table, no alert was sent.
#pragma once

#include "tls12/error.hpp"

namespace tls12 {

inline Error no_memory(Phase phase) {
  Error error(Errc::out_of_memory);
  error.alert.reset();
  return error.in(phase);
}

}  // namespace tls12
