// OpenSSL's language of cipher lists, as far as the runner speaks it.
#pragma once

#include <string_view>
#include <vector>

#include "tls12/registry.hpp"

namespace tls12::bogo {

/// The suites of a list such as "DEFAULT:!AES", in order; those that this library does not have are left out. "ALL" is what BoringSSL has by default.
std::vector<CipherSuite> suites_of(std::string_view list);

}  // namespace tls12::bogo
