// What a server makes of a ClientHello: pure functions of the hello and the configuration.
#pragma once

#include <optional>

#include "handshake/context.hpp"
#include "tls12/messages.hpp"

namespace tls12::handshake {

/// The server's choice.
struct Choice {
  const wire::SuiteRow* suite = nullptr;
  const wire::GroupRow* group = nullptr;
  const ServerIdentity* identity = nullptr;
  SignatureScheme scheme = {};
  SignatureAlgorithm algorithm = {};
  Bytes application_protocol = {};  ///< a view into the configuration; empty when none was chosen
};

/// What every ClientHello of a first handshake must say, whatever the configuration (RFC 5246 §7.4.1.2, appendix E.1; RFC 5746 §3.6; RFC 8422 §5.1.2).
/// Errors: version_not_supported, null_compression_missing, renegotiation_info_not_empty, point_format_missing.
Result<void> check_client_hello(const ClientHello& hello);
/// Whether the client signalled RFC 5746, in either of its two ways (§3.3).
bool signals_secure_renegotiation(const ClientHello& hello);

/// RFC 5246 §7.4.1.3 and §7.4.1.4.1, RFC 8422 §5.1, RFC 7301 §3.2. Errors: signature_algorithms_absent, no_common_suite, no_common_group,
/// no_common_signature_scheme, no_common_application_protocol.
Result<Choice> choose(const ServerContext::Content& context, const ClientHello& hello);

/// How the key of a certificate signs by `scheme`; nothing when it cannot, or may not (RFC 5246 §7.4.1.4.1, RFC 4055 §3.3).
std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme, const Certificate& certificate);

/// Whether a certificate with this key can serve a suite of this key exchange (RFC 8422 §2, §5.3).
bool fits(KeyExchange key_exchange, KeyKind key);

}  // namespace tls12::handshake
