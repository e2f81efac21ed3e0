// What of a file answers a request: conditional requests (RFC 9110 §13) and ranges (RFC 9110 §14).
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include "common/server/http.hpp"

namespace tls12::tool {

/// A file as its validators describe it (RFC 9110 §8.8).
struct Representation {
  std::uint64_t size = 0;
  std::string etag = {};  ///< quoted, and behind W/ when it is weak
  std::time_t modified = 0;
  bool modified_is_strong = false;  ///< it cannot have changed twice within that second
};

/// `status` is 200, 206, 304, 412 or 416; `offset` and `size` say what goes out for the first two.
struct Selection {
  unsigned status = 200;
  std::uint64_t offset = 0, size = 0;
};

/// What a GET or HEAD gets. Several ranges that do not melt into one are answered with the whole,
/// as RFC 9110 §14.2 allows.
Selection select(const Request& request, const Representation& now);

}  // namespace tls12::tool
