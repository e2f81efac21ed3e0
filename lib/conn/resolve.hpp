// Names to addresses, by a deadline.
#pragma once

#include <netdb.h>

#include <functional>
#include <string>
#include <vector>

#include "conn/socket.hpp"
#include "tls12/deadline.hpp"
#include "tls12/error.hpp"

namespace tls12 {

/// getaddrinfo, or what a test puts in its place. May block for as long as it likes; its list is
/// freed with freeaddrinfo.
using Lookup =
    std::function<int(const char* host, const char* port, const addrinfo* hints, addrinfo** list)>;

/// The addresses of `host`, best first (RFC 6724), with `port`. getaddrinfo cannot be cancelled: it
/// runs on a thread of its own, which is left behind when the deadline passes and ends by itself.
/// Errors, with Phase::resolve: Errc::host_not_found, timed_out, transport_failed.
Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port, Deadline deadline,
                                     Lookup lookup = getaddrinfo);

}  // namespace tls12
