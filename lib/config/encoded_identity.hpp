// An identity, with what a handshake needs of it looked up and encoded once.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "config/supported_algorithms.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::config {

struct EncodedIdentity {
  Identity identity;
  std::vector<std::uint8_t> certificate_list;           ///< RFC 5246 §7.4.2
  x509::SubjectKey key;                                 ///< views into `identity`
  std::vector<const wire::SchemeRow*> signing_schemes;  ///< best first
};
/// Errors: Errc::bad_configuration, Errc::algorithm_unavailable; the detail names the field.
Result<EncodedIdentity> encode(const Identity& identity, const CommonConfig& config,
                               const SupportedAlgorithms& algorithms);

/// How a key signs by `scheme`; nothing when it cannot, or may not (RFC 5246 §7.4.1.4.1, RFC 4055
/// §3.3).
std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme,
                                                const x509::SubjectKey& key);

}  // namespace tls12::config
