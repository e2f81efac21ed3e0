// The name of a number that has none in tls12/registry.hpp.
#pragma once

#include <string>

namespace tls12 {

/// "0x0a1b" with so many digits, or "GREASE (0x2a2a)" for a reserved value of four digits.
std::string name_of_number(unsigned value, int digits);

}  // namespace tls12
