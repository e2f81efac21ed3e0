// A connection to the first of several addresses that takes one.
#pragma once

#include <string>
#include <vector>

#include "conn/socket.hpp"
#include "tls12/deadline.hpp"
#include "tls12/error.hpp"

namespace tls12 {

/// RFC 8305 §5: attempts start one after the other, the next when one failed or `kAttemptDelay`
/// went by, and all go on until one wins.
/// `addresses` is in order of preference; the two families take turns (§4). Errors, with
/// Phase::connect and `name` as detail: the one that says most of those that the attempts came to;
/// Errc::timed_out.
Result<Descriptor> connect_to_any(const std::vector<Address>& addresses, Deadline deadline,
                                  const std::string& name);

inline constexpr Duration kAttemptDelay = std::chrono::milliseconds(250);

}  // namespace tls12
