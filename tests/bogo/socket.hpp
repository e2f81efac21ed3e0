// The TCP connection to the runner.
#pragma once

#include <string_view>
#include <vector>

#include "tls12/bytes.hpp"

namespace tls12::bogo {

/// How much to receive at once: a record at a time, as the runner expects it. What follows a record
/// is not received before the caller asks for more.
class Pace {
 public:
  explicit Pace(bool one_by_one) : one_by_one_(one_by_one) {}
  std::size_t at_most() const;
  void note(Bytes received);

 private:
  bool one_by_one_;
  std::vector<std::uint8_t> header_;  // of the record that comes
  std::size_t record_left_ = 0;
};

/// A socket to the runner, which knows the connection by `shim_id`; -1 if the runner does not
/// answer.
int connect_to_runner(unsigned port, bool ipv6, std::string_view shim_id);
/// Half-closes the socket, and discards what the runner still sends.
void drain(int descriptor);

}  // namespace tls12::bogo
