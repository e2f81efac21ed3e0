// Named choices of suites, groups and signature schemes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/crypto.hpp"
#include "tls12/registry.hpp"

namespace tls12 {

enum class SuitePolicy : std::uint8_t {
  modern,      ///< RFC 9325 §4.2: ECDHE with AEADs; curves; no SHA-1
  compatible,  ///< and DHE in RFC 7919's groups with AEADs, ECDHE with AES-CBC
  legacy,  ///< and DHE with AES-CBC, RSA key exchange, signatures over SHA-1: for what cannot be
           ///< replaced
  iot,     ///< ECDHE_ECDSA, and keys shared beforehand, with AES-CCM, AES-GCM and ChaCha20-Poly1305
           ///< (RFC 7925 §4)
  psk,     ///< keys shared beforehand: with (EC)DHE first, then bare
};
TLS12_API std::span<const SuitePolicy> policies();
TLS12_API std::string name(SuitePolicy policy);

/// What a policy stands for, best first as `provider` has it on this CPU: forward secrecy before
/// none, AEADs before CBC before short tags, then by rank. What has no implementation is left out.
/// Suites with keys shared beforehand are used only where a configuration has such keys.
TLS12_API std::vector<CipherSuite> suites_of(SuitePolicy policy,
                                             const Provider& provider = *default_provider());
TLS12_API std::vector<NamedGroup> groups_of(SuitePolicy policy);
TLS12_API std::vector<SignatureScheme> schemes_of(SuitePolicy policy);

/// Everything that this stack speaks, in any policy or by name alone.
TLS12_API std::vector<CipherSuite> every_suite();
TLS12_API std::vector<NamedGroup> every_group();
TLS12_API std::vector<SignatureScheme> every_scheme();

}  // namespace tls12
