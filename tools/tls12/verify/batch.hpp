// The two ways of `tls12 verify`.
#pragma once

#include <string>

#include "verify/case.hpp"

namespace tls12::tool {

/// Every line of `path` ("-": standard input) is a case in JSON; its verdict is a line on standard
/// output. `defaults` holds what a line does not say. The result is an exit code.
int verify_batch(const std::string& path, const Case& defaults, bool with_details);

}  // namespace tls12::tool
