// No exception crosses the public API: running out of memory is an error like others.
#pragma once

#include "base/caught.hpp"

namespace tls12::x509 {

/// What `function` returns, a Result, or the error for an exception.
template <class Function>
auto guarded(Function function) noexcept -> decltype(function()) {
  try {
    return function();
  } catch (...) { return fail(caught()); }
}

}  // namespace tls12::x509
