#include "common/output/certificate_json.hpp"

#include <nlohmann/json.hpp>

#include "common/output/format.hpp"

namespace tls12::tool {

nlohmann::ordered_json certificate_json(const Certificate& certificate) {
  return {{"subject", certificate.subject()},
          {"issuer", certificate.issuer()},
          {"names", certificate.names()},
          {"not_before", calendar(certificate.not_before())},
          {"not_after", calendar(certificate.not_after())},
          {"key", key_in_words(certificate.public_key())}};
}

}  // namespace tls12::tool
