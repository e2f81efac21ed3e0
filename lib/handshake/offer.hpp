// What a client's configuration offers, the same in every ClientHello.
#pragma once

#include "config/context.hpp"

namespace tls12::handshake {

inline constexpr std::uint8_t kPointFormats[] = {
    static_cast<std::uint8_t>(EcPointFormat::uncompressed)};

/// The connection adds what it alone knows: its random, session, name and verify_data, and values
/// that mean nothing.
ClientHello hello_of(const ClientContext::Content& context);

/// RFC 6066 §4: 1 to 4 for max_fragment_length; 0 for none.
std::uint8_t fragment_length_code(std::size_t size);

}  // namespace tls12::handshake
