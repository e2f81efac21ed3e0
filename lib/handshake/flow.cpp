#include "handshake/flow.hpp"

#include <algorithm>

namespace tls12::handshake {
namespace {

constexpr Role kClient = Role::client;
constexpr Role kServer = Role::server;
constexpr Presence kMayBeLeftOut = Presence::sender_decides;

// When a row is part of the handshake. RFC 5246 §7.4.2 to §7.4.8; RFC 4279 §2 for keys shared
// beforehand.
constexpr bool by_certificate(const Negotiated& n) { return has_certificate(n.key_exchange); }
constexpr bool server_signs(const Negotiated& n) { return has_signature(n.key_exchange); }
constexpr bool server_has_share(const Negotiated& n) {
  return has_dhe(n.key_exchange) || has_ecdhe(n.key_exchange);
}
// RFC 4279 §2: the message holds a hint, if the server has one.
constexpr bool bare_psk(const Negotiated& n) { return n.key_exchange == KeyExchange::psk; }
constexpr bool status_announced(const Negotiated& n) { return n.certificate_status; }
constexpr bool ticket_announced(const Negotiated& n) { return n.new_session_ticket; }
constexpr bool certificate_requested(const Negotiated& n) { return n.certificate_requested; }
constexpr bool client_has_certificate(const Negotiated& n) { return n.client_certificate; }

// clang-format off
constexpr Row kFull[] = {
    {kClient, Act::client_hello},
    {kServer, Act::choose_configuration},
    {kServer, Act::look_up_session},
    {kServer, Act::negotiate},
    {kServer, Act::server_hello},
    {kServer, Act::certificate, by_certificate},
    {kServer, Act::certificate_status, status_announced, kMayBeLeftOut},
    {kServer, Act::sign, server_signs},
    {kServer, Act::server_key_exchange, server_has_share},
    {kServer, Act::server_key_exchange, bare_psk, kMayBeLeftOut},
    {kServer, Act::certificate_request, by_certificate, kMayBeLeftOut},
    {kServer, Act::server_hello_done},
    {kClient, Act::verify_peer},  // before anything of ours is sent
    {kClient, Act::choose_identity, certificate_requested},
    {kClient, Act::certificate, certificate_requested},
    {kClient, Act::client_key_exchange},
    {kClient, Act::derive_keys},  // RFC 7627 §3: the session hash ends with ClientKeyExchange
    {kServer, Act::derive_keys},
    {kClient, Act::sign, client_has_certificate},
    {kClient, Act::certificate_verify, client_has_certificate},
    {kServer, Act::verify_peer},
    {kClient, Act::change_cipher_spec},
    {kClient, Act::finished},
    {kServer, Act::new_session_ticket, ticket_announced},
    {kServer, Act::change_cipher_spec},
    {kServer, Act::finished},
    {kClient, Act::complete},
    {kServer, Act::complete},
};

constexpr Row kAbbreviated[] = {
    {kServer, Act::server_hello},
    {kClient, Act::verify_peer},
    {kServer, Act::verify_peer},
    {kClient, Act::derive_keys},
    {kServer, Act::derive_keys},
    {kServer, Act::new_session_ticket, ticket_announced},
    {kServer, Act::change_cipher_spec},
    {kServer, Act::finished},
    {kClient, Act::change_cipher_spec},
    {kClient, Act::finished},
    {kClient, Act::complete},
    {kServer, Act::complete},
};
// clang-format on

}  // namespace

std::span<const Row> full_handshake() { return kFull; }
std::span<const Row> abbreviated_handshake() { return kAbbreviated; }

const char* name(Act act) {
  switch (act) {
    case Act::client_hello: return "ClientHello";
    case Act::server_hello: return "ServerHello";
    case Act::new_session_ticket: return "NewSessionTicket";
    case Act::certificate: return "Certificate";
    case Act::server_key_exchange: return "ServerKeyExchange";
    case Act::certificate_request: return "CertificateRequest";
    case Act::server_hello_done: return "ServerHelloDone";
    case Act::certificate_verify: return "CertificateVerify";
    case Act::certificate_status: return "CertificateStatus";
    case Act::client_key_exchange: return "ClientKeyExchange";
    case Act::finished: return "Finished";
    case Act::change_cipher_spec: return "[ChangeCipherSpec]";
    case Act::choose_configuration: return "(choose configuration)";
    case Act::look_up_session: return "(look up session)";
    case Act::negotiate: return "(negotiate)";
    case Act::verify_peer: return "(verify peer)";
    case Act::choose_identity: return "(choose identity)";
    case Act::sign: return "(sign)";
    case Act::derive_keys: return "(derive keys)";
    case Act::complete: return "(complete)";
  }
  return "a message that is in no figure";
}

Flow::Flow(Role role, Steps& steps, std::span<const Row> full, std::span<const Row> abbreviated)
    : role_(role), steps_(steps), rows_(full), abbreviated_(abbreviated) {}

Result<Outcome> Flow::advance() {
  if (error_) return std::unexpected(*error_);
  for (; at_ < rows_.size(); next()) {
    const Row& row = rows_[at_];
    if (!concerns_us(row)) continue;
    if (!ours(row)) return Outcome::done;
    if (steps_.pause()) return Outcome::waits;
    const Result<Outcome> outcome = is_local(row.act) ? steps_.take(row.act) : steps_.send(row.act);
    if (!outcome) return fail(outcome.error());
    if (*outcome == Outcome::waits) return outcome;
    if (*outcome == Outcome::left_out && row.presence == Presence::required)
      return fail({Errc::internal_error, name(row.act)});
  }
  return Outcome::done;
}

Result<Outcome> Flow::receive(Act message, Bytes bytes) {
  if (error_) return std::unexpected(*error_);
  for (std::size_t i = at_; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    if (!concerns_us(row)) continue;
    if (ours(row)) break;
    if (row.act == message) {
      at_ = i;
      if (const auto received = steps_.receive(message, bytes); !received)
        return fail(received.error());
      next();
      return advance();
    }
    if (row.presence == Presence::required) break;
  }
  return fail({message == Act::change_cipher_spec ? Errc::unexpected_change_cipher_spec
                                                  : Errc::unexpected_message,
               name(message)});
}

const Row* Flow::due_row() const {
  const auto rest = rows_.subspan(at_);
  const auto row = std::ranges::find_if(rest, [this](const Row& r) { return concerns_us(r); });
  return row == rest.end() ? nullptr : &*row;
}

bool Flow::awaits(Act message) const {
  const Row* row = due_row();
  return row != nullptr && row->act == message;
}

bool Flow::ours_are_sent() const {
  return std::ranges::none_of(rows_.subspan(at_), [this](const Row& r) {
    return concerns_us(r) && ours(r) && !is_local(r.act);
  });
}

const char* Flow::due() const {
  const Row* row = due_row();
  return row == nullptr ? "complete" : name(row->act);
}

// Local steps of the peer are none of our business, and rows that do not apply to this handshake
// are nobody's.
bool Flow::concerns_us(const Row& row) const {
  return row.applies(steps_.negotiated()) && (ours(row) || !is_local(row.act));
}

void Flow::next() {
  const bool hello = rows_[at_].act == Act::server_hello;
  ++at_;
  if (!hello || !steps_.negotiated().resumed) return;
  rows_ = abbreviated_;  // figure 2 goes on behind its own ServerHello, whatever stood before
  for (at_ = 0; rows_[at_].act != Act::server_hello;) ++at_;
  ++at_;
}

std::unexpected<Error> Flow::fail(Error error) {
  error.due = due();
  error_ = error.in(Phase::handshake);
  return std::unexpected(*error_);
}

}  // namespace tls12::handshake
