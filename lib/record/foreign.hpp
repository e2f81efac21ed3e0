// Peers that speak another protocol, recognized by their first bytes.
#pragma once

#include <optional>

#include "tls12/bytes.hpp"
#include "tls12/error.hpp"

namespace tls12::record {

/// The most bytes that it takes to recognize a protocol.
inline constexpr std::size_t kMaxForeignStart = 18;

/// The error for a peer whose first bytes are `input`, which is not empty and does not start with a
/// content type.
/// Nothing: more bytes are needed. Errc::plain_http, or Errc::not_tls; its detail names the
/// protocol if it is known.
std::optional<Error> foreign_protocol(Bytes input);

}  // namespace tls12::record
