// One extension of the hellos in one place: when a client offers it, what a server requires and
// answers, and what a client accepts. Each extension has a file in this folder and a row in
// table.hpp. Its syntax is a row in lib/wire/extensions.cpp.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "config/context.hpp"
#include "handshake/established.hpp"
#include "handshake/figures.hpp"
#include "handshake/negotiate.hpp"
#include "session/session.hpp"
#include "tls12/messages.hpp"
#include "tls12/state.hpp"

namespace tls12::handshake {

/// Facts that the extensions of the hellos agree on, for later rows alone.
struct Terms {
  CertificateType own_certificate_type = CertificateType::x509;
  CertificateType peer_certificate_type = CertificateType::x509;
  /// A client: it has an identity. A server: it sends a CertificateRequest.
  bool client_may_sign = false;
  std::uint8_t max_fragment_length = 0;  ///< RFC 6066 §4: 1 to 4, or 0 for none
  /// A client: the largest ticket that fits its ClientHello. A server: the largest that it issues.
  std::size_t ticket_room = 0;
};

/// A client's offer.
struct Offer {
  const ClientContext::Content& context;
  std::string_view server_name;        ///< empty for an address
  const session::Session* session;     ///< the one that is offered; may be null
  const ConnectionState* established;  ///< before a renegotiation; null in a first handshake
  const EstablishedSecrets& secrets;   ///< of the handshake before
  const HelloRandom& random;           ///< of the ClientHello
  std::vector<std::uint8_t> groups_wire =
      {};  ///< supported_groups, if it is not the context's list

  /// RFC 8701 §2: a reserved value, drawn from the random; nothing if the client sends none.
  std::optional<std::uint16_t> reserved_value(std::size_t place) const;
};

/// A server's answer to a ClientHello.
struct SentAnswer {
  const ServerContext::Content& context;
  const ClientHello& hello;
  std::size_t hello_size;  ///< bytes of the message
  const wire::SuiteRow& suite;
  const Choice& choice;             ///< without a suite, if a session is resumed
  const session::Session* session;  ///< the one that is resumed; null in a full handshake
  bool ticket_is_old;               ///< its ticket must be renewed
  ConnectionState& state;
  Negotiated& negotiated;
  Terms& terms;
};

/// Whether the server sends a certificate in this handshake, and may add evidence to it.
inline bool sends_certificate(const SentAnswer& answer) {
  return answer.session == nullptr && has_certificate(answer.suite.key_exchange) &&
         answer.choice.credential.type == CertificateType::x509;
}

/// A client's view of a server's answer.
struct ReceivedAnswer {
  const ClientContext::Content& context;
  const ClientHello& offered;
  const ServerHello& hello;
  const wire::SuiteRow& suite;
  const session::Session* session;     ///< the one that is resumed; null in a full handshake
  const ConnectionState* established;  ///< before a renegotiation; null in a first handshake
  const EstablishedSecrets& secrets;   ///< of the handshake before
  ConnectionState& state;
  Negotiated& negotiated;
  Terms& terms;
};

/// The functions of one extension; each may be null.
struct ExtensionRow {
  ExtensionType type;

  /// Client: fills the extension's field of the ClientHello, if it is offered. The views live as
  /// long as the context and the Offer.
  void (*offer)(Offer&, ClientHello&) = nullptr;
  /// Client: whether a session can be offered as far as this extension is concerned.
  bool (*can_offer_session)(const ClientContext::Content&, const session::Session&) = nullptr;
  /// Client: checks the answer, or its absence, and keeps what was agreed. Null: a server must not
  /// answer this extension (RFC 5246 §7.4.1.4).
  Result<void> (*accept)(ReceivedAnswer&) = nullptr;

  /// Server: checks the offer, whatever the configuration, and keeps what it says.
  Result<void> (*check)(const ClientHello&, ConnectionState&) = nullptr;
  /// Server: checks that the offer, or its absence, satisfies the configuration, and keeps what was
  /// chosen. After `check`.
  Result<void> (*require)(const ServerContext::Content&, const ClientHello&,
                          ConnectionState&) = nullptr;
  /// Server: whether a session can be resumed as far as this extension is concerned. False leads to
  /// a full handshake.
  Result<bool> (*can_resume_session)(const ServerContext::Content&, const ClientHello&,
                                     const session::Session&) = nullptr;
  /// Server: fills the extension's field of the ServerHello, and keeps what was agreed.
  Result<void> (*answer)(SentAnswer&, ServerHello&) = nullptr;
};

}  // namespace tls12::handshake
