// A certificate as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tls12/certificate.hpp"

namespace tls12::tool {

/// Subject, issuer, names, validity and key of a certificate.
nlohmann::ordered_json certificate_json(const Certificate& certificate);

}  // namespace tls12::tool
