// Sealing sessions into tickets and opening them (RFC 5077 §4), for TicketKeys.
#pragma once

#include <optional>
#include <vector>

#include "base/secret.hpp"
#include "tls12/session.hpp"

namespace tls12::session {

/// How much longer a ticket is than its session.
inline constexpr std::size_t kTicketOverhead = 16 + 12 + 16;
/// key_name[16] | nonce[12] | AEAD(session), the key's name authenticated with it: RFC 5077 §4's
/// recommendation with an AEAD in place of AES-CBC and HMAC. Errors: Errc::randomness_failed,
/// Errc::algorithm_unavailable, Errc::out_of_memory.
Result<std::vector<std::uint8_t>> seal_ticket(TicketKeys& keys, Bytes session, WallTime now);

struct OpenedTicket {
  SecretVector session;
  bool renew;  ///< its key seals no more
};
/// Nothing for a ticket that none of our keys sealed, that was changed, or whose key is too old.
std::optional<OpenedTicket> open_ticket(TicketKeys& keys, Bytes ticket, WallTime now);

}  // namespace tls12::session
