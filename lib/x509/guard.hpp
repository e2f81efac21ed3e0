// No exception crosses the public API: running out of memory is an error like others.
#pragma once

#include <new>

#include "tls12/error.hpp"

namespace tls12::x509 {

/// What `function` returns, a Result, or Errc::out_of_memory.
template <class Function>
auto guarded(Function function) noexcept -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
}

}  // namespace tls12::x509
