// RFC 5246 §7.3, figures 1 and 2, as tables: which message or local step follows which.
#pragma once

#include <cstdint>

#include "tls12/messages.hpp"
#include "tls12/registry.hpp"

namespace tls12::handshake {

/// A message on the wire, or a local step that one end takes between messages.
enum class Step : std::uint16_t {
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_status = 22,
  // Its own content type (RFC 5246 §7.1), but it has its place in the figures. No HandshakeType has
  // this number.
  change_cipher_spec = 0x100,
  // Local steps: the only ones that may wait for an answer from outside. They may be taken again,
  // draw no randomness before they can finish, and hash nothing.
  choose_configuration = 0x200,
  look_up_session,
  negotiate,
  verify_peer,
  choose_identity,
  sign,
  derive_keys,
  complete,
};
constexpr bool is_local(Step step) { return step >= Step::choose_configuration; }
constexpr Step step_of(HandshakeType type) { return static_cast<Step>(type); }
/// "ServerHello", "[ChangeCipherSpec]", "(verify peer)": a static text, for errors, traces, tests
/// and diagrams.
const char* name(Step step);

/// The facts that both ends know alike, and that decide whether a row applies.
struct Negotiated {
  KeyExchange key_exchange = KeyExchange::ecdhe_ecdsa;
  bool resumed = false;
  bool certificate_status = false;  ///< the ServerHello announces it (RFC 6066 §8)
  bool new_session_ticket = false;  ///< the ServerHello announces it (RFC 5077 §3.3)
  bool certificate_requested = false;
  bool client_certificate = false;  ///< the client's Certificate is not empty
};

enum class Presence : std::uint8_t { required, sender_decides };

struct Row {
  Role who;  ///< the sender of the message, or the end that takes the local step
  Step step;
  bool (*applies)(const Negotiated&) = [](const Negotiated&) { return true; };
  Presence presence = Presence::required;
};

// When a row is part of the handshake: RFC 5246 §7.4.2 to §7.4.8; RFC 4279 §2 for pre-shared keys.
namespace rows {

inline constexpr Role kClient = Role::client;
inline constexpr Role kServer = Role::server;
inline constexpr Presence kMayBeLeftOut = Presence::sender_decides;

constexpr bool by_certificate(const Negotiated& n) { return has_certificate(n.key_exchange); }
constexpr bool server_signs(const Negotiated& n) { return has_signature(n.key_exchange); }
constexpr bool server_has_share(const Negotiated& n) {
  return has_dhe(n.key_exchange) || has_ecdhe(n.key_exchange);
}
// RFC 4279 §2: the message holds a hint, if the server has one.
constexpr bool psk_only(const Negotiated& n) { return n.key_exchange == KeyExchange::psk; }
constexpr bool status_announced(const Negotiated& n) { return n.certificate_status; }
constexpr bool ticket_announced(const Negotiated& n) { return n.new_session_ticket; }
constexpr bool certificate_requested(const Negotiated& n) { return n.certificate_requested; }
constexpr bool client_has_certificate(const Negotiated& n) { return n.client_certificate; }

// clang-format off
/// RFC 5246 §7.3, figure 1: the full handshake. Shared by both roles.
inline constexpr Row kFullHandshake[] = {
    {kClient, Step::client_hello},
    {kServer, Step::choose_configuration},
    {kServer, Step::look_up_session},
    {kServer, Step::negotiate},
    {kServer, Step::server_hello},
    {kServer, Step::certificate, by_certificate},
    {kServer, Step::certificate_status, status_announced, kMayBeLeftOut},
    {kServer, Step::sign, server_signs},
    {kServer, Step::server_key_exchange, server_has_share},
    {kServer, Step::server_key_exchange, psk_only, kMayBeLeftOut},
    {kServer, Step::certificate_request, by_certificate, kMayBeLeftOut},
    {kServer, Step::server_hello_done},
    {kClient, Step::verify_peer},  // before the client sends anything that depends on it
    {kClient, Step::choose_identity, certificate_requested},
    {kClient, Step::certificate, certificate_requested},
    {kClient, Step::client_key_exchange},
    {kClient, Step::derive_keys},  // RFC 7627 §3: the session hash ends with ClientKeyExchange
    {kServer, Step::derive_keys},
    {kClient, Step::sign, client_has_certificate},
    {kClient, Step::certificate_verify, client_has_certificate},
    {kServer, Step::verify_peer},
    {kClient, Step::change_cipher_spec},
    {kClient, Step::finished},
    {kServer, Step::new_session_ticket, ticket_announced},
    {kServer, Step::change_cipher_spec},
    {kServer, Step::finished},
    {kClient, Step::complete},
    {kServer, Step::complete},
};

/// RFC 5246 §7.3, figure 2: the abbreviated handshake, from its ServerHello on. The rows before it
/// are those of figure 1.
inline constexpr Row kAbbreviatedHandshake[] = {
    {kServer, Step::server_hello},
    {kClient, Step::verify_peer},
    {kServer, Step::verify_peer},
    {kClient, Step::derive_keys},
    {kServer, Step::derive_keys},
    {kServer, Step::new_session_ticket, ticket_announced},
    {kServer, Step::change_cipher_spec},
    {kServer, Step::finished},
    {kClient, Step::change_cipher_spec},
    {kClient, Step::finished},
    {kClient, Step::complete},
    {kServer, Step::complete},
};
// clang-format on

}  // namespace rows
using rows::kAbbreviatedHandshake;
using rows::kFullHandshake;

}  // namespace tls12::handshake
