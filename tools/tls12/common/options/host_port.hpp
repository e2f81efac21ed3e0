// HOST:PORT on the command line.
#pragma once

#include <cstdint>
#include <string>

namespace tls12::tool {

struct HostPort {
  std::string
      host;  ///< a name, or an address without brackets; empty: all addresses of this machine
  std::uint16_t port = 0;
};

/// Where to connect: HOST:PORT, [ADDRESS]:PORT, [ADDRESS%ZONE]:PORT; PORT is a number from 1 or a
/// service's name.
/// CLI11's kind of validator: empty if `text` is one, otherwise the reason, which says how to write
/// it.
std::string parse_target(const std::string& text, HostPort& into);

/// Where to listen: as parse_target(), and :PORT for all addresses of this machine, and port 0 for
/// a free one.
std::string parse_listen_address(const std::string& text, HostPort& into);

}  // namespace tls12::tool
