// Pairs of fields of which one would silently switch off a check that the other asks for.
#pragma once

#include <optional>
#include <string>

#include "tls12/config.hpp"

namespace tls12::config {

/// The first such pair, as an error that names both fields; nothing when there is none.
std::optional<Error> contradiction_in(const ClientConfig& config);
std::optional<Error> contradiction_in(const ServerConfig& config);

/// RFC 7250: whether these types, an empty list standing for X.509 alone, contain `type`.
bool lists(const std::vector<CertificateType>& types, CertificateType type);

}  // namespace tls12::config
