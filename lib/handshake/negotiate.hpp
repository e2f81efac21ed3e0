// What a server makes of a ClientHello, and a client of a CertificateRequest: pure functions of the
// message and the configuration.
#pragma once

#include <optional>

#include "config/context.hpp"
#include "tls12/messages.hpp"

namespace tls12::handshake {

/// How an end will show its key, and sign.
struct Credential {
  const config::EncodedIdentity* identity = nullptr;
  CertificateType type = CertificateType::x509;
  SignatureScheme scheme = {};  ///< these two only where something is signed
  SignatureAlgorithm algorithm = {};
};

/// The server's choice.
struct Choice {
  const wire::SuiteRow* suite = nullptr;
  const wire::GroupRow* group = nullptr;  ///< null: the suite has no ephemeral key exchange
  Credential credential = {};             ///< none: the suite has no certificate
  bool by_name = false;                   ///< the credential is for the client's server_name
};

/// What every ClientHello must say, whatever the configuration and besides its extensions (RFC 5246
/// §7.4.1.2, appendix E.1; RFC 7507 §3). Errors: version_not_supported, inappropriate_fallback,
/// null_compression_missing.
Result<void> check_client_hello(const ClientHello& hello);

/// RFC 6066 §3: whether an identity is for the name that the client asks for.
bool has_identity_for_name(const ServerContext::Content& context, const ClientHello& hello);
/// RFC 5246 §7.4.1.3 and §7.4.1.4.1, RFC 8422 §5.1, RFC 7919 §4, RFC 7250 §4.2. Errors:
/// signature_algorithms_absent, no_common_suite, no_common_group, no_common_finite_field,
/// no_common_signature_scheme, encrypt_then_mac_missing, certificate_type_not_offered.
Result<Choice> choose(const ServerContext::Content& context, const ClientHello& hello);
/// RFC 5246 §7.4.4, §7.4.6: the first identity that the request welcomes by type, scheme and
/// authority; none when there is none.
std::optional<Credential> choose_for(const CertificateRequest& request,
                                     std::span<const config::EncodedIdentity> identities,
                                     CertificateType shown_as = CertificateType::x509);
/// RFC 7250 §4.2: the types that both ends list, in our order. An end without a list has X.509
/// only.
std::vector<CertificateType> common_certificate_types(const std::vector<CertificateType>& ours,
                                                      std::optional<Bytes> theirs);

/// Whether a server refuses clients without a certificate (RFC 5246 §7.4.6).
bool requires_certificate(ClientAuthentication mode);
/// Whether a key of this kind can serve a suite of this key exchange (RFC 5246 §7.4.2, RFC 8422 §2,
/// §5.3).
bool fits(KeyExchange key_exchange, KeyKind key);
/// Whether the certificate's key usage allows what a server does with it in this key exchange (RFC
/// 5246 §7.4.2).
bool usage_allows(KeyExchange key_exchange, const Certificate& certificate);

}  // namespace tls12::handshake
