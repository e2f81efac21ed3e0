// All extensions, in the order in which their functions are called, and the calls over all of them.
#pragma once

#include "handshake/extensions/extension.hpp"

namespace tls12::handshake {
namespace extensions {

extern const ExtensionRow kEcPointFormats;
extern const ExtensionRow kSupportedGroups;
extern const ExtensionRow kSignatureAlgorithms;
extern const ExtensionRow kSignatureAlgorithmsCert;
extern const ExtensionRow kRenegotiationInfo;
extern const ExtensionRow kExtendedMasterSecret;
extern const ExtensionRow kEncryptThenMac;
extern const ExtensionRow kServerName;
extern const ExtensionRow kApplicationLayerProtocolNegotiation;
extern const ExtensionRow kServerCertificateType;
extern const ExtensionRow kClientCertificateType;
extern const ExtensionRow kStatusRequest;
extern const ExtensionRow kSignedCertificateTimestamp;
extern const ExtensionRow kMaxFragmentLength;
extern const ExtensionRow kRecordSizeLimit;
extern const ExtensionRow kSessionTicket;
extern const ExtensionRow kGrease;
extern const ExtensionRow kPadding;

}  // namespace extensions

/// Client: fills the extensions of a ClientHello whose other fields are filled already.
void offer_extensions(Offer& offer, ClientHello& hello);
/// Client: whether a session can be offered, by all extensions.
bool extensions_allow_offering(const ClientContext::Content& context,
                               const session::Session& session);
/// Client: RFC 5246 §7.4.1.4. Errors: Errc::extension_not_offered, and those of each extension.
Result<void> accept_extensions(ReceivedAnswer& received);

/// Server: the errors are those of each extension.
Result<void> check_extensions(const ClientHello& hello, ConnectionState& state);
Result<void> require_extensions(const ServerContext::Content& context, const ClientHello& hello,
                                ConnectionState& state);
/// Server: whether a session can be resumed, by all extensions.
Result<bool> extensions_allow_resuming(const ServerContext::Content& context,
                                       const ClientHello& hello, const session::Session& session);
Result<void> answer_extensions(SentAnswer& answer, ServerHello& hello);

/// RFC 5746 §3.3: whether the client supports secure renegotiation, signalled in either way.
bool signals_secure_renegotiation(const ClientHello& hello);
/// RFC 7301 §3.2: a view into the configuration; empty when the client has no such extension, or
/// the server no protocols. Errors: Errc::no_common_application_protocol; where a protocol is
/// required, also for a client without the extension.
Result<Bytes> choose_protocol(const ServerContext::Content& context, const ClientHello& hello);

}  // namespace tls12::handshake
