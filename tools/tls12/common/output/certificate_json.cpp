#include "common/output/certificate_json.hpp"

#include <nlohmann/json.hpp>

#include "common/output/format.hpp"

namespace tls12::tool {

nlohmann::ordered_json certificate_json(const Certificate& certificate) {
  return {{"subject", certificate.subject()},
          {"issuer", certificate.issuer()},
          {"names", certificate.names()},
          {"not_before", format_time(certificate.not_before())},
          {"not_after", format_time(certificate.not_after())},
          {"key", format_key(certificate.public_key())}};
}

}  // namespace tls12::tool
