// Errors of this library under the names that the runner expects.
#pragma once

#include <string_view>

#include "tls12/error.hpp"

namespace tls12::bogo {

/// Prints the error for the runner, and each BoringSSL name that stands for exactly this rule and
/// alert. Returns EXIT_FAILURE.
int failed(const Error& error);
/// Prints what the shim itself finds wrong, under the BoringSSL name if there is one. Returns
/// EXIT_FAILURE.
int failed(std::string_view text);

}  // namespace tls12::bogo
