// OpenSSL's language of cipher lists, as far as the runner speaks it.
#pragma once

#include <string_view>
#include <vector>

#include "tls12/messages.hpp"

namespace tls12::bogo {

/// The suites of a list such as "DEFAULT:!AES", in order; those that this library does not have are
/// left out. "ALL" is what BoringSSL has by default.
std::vector<CipherSuite> suites_of(std::string_view list);

/// The same for a server: of suites in brackets, "[A|B]", which it likes alike, the client's order
/// decides.
std::vector<CipherSuite> suites_for(std::string_view list, const ListOf16<CipherSuite>& clients);

}  // namespace tls12::bogo
