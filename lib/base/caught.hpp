// No exception crosses the public API: each one becomes an error there.
#pragma once

#include <exception>
#include <new>

#include "tls12/error.hpp"

namespace tls12 {

/// For a catch (...) clause: the error for the exception that is being handled. This library throws
/// std::bad_alloc alone, so any other exception left a callback of the application; its text is the
/// detail.
inline Error caught() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return Errc::out_of_memory;
  } catch (const std::exception& thrown) {
    return {Errc::callback_threw, thrown.what()};
  } catch (...) { return Errc::callback_threw; }
}

/// The Result that `function` returns, or the error for an exception.
template <class Function>
auto guarded(Function function) noexcept -> decltype(function()) {
  try {
    return function();
  } catch (...) { return fail(caught()); }
}

}  // namespace tls12
