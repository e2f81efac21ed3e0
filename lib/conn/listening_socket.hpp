// A socket that listens, and can be closed while threads accept on it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

#include "conn/process.hpp"
#include "conn/sleepers.hpp"
#include "conn/socket.hpp"
#include "tls12/deadline.hpp"
#include "tls12/error.hpp"

namespace tls12 {

/// A forked child has a copy of its own, which it may use and close.
class ListeningSocket {
 public:
  /// Errors, with Phase::configure: as Listener::on.
  static Result<Descriptor> open(std::string_view address, std::uint16_t port);

  explicit ListeningSocket(Descriptor socket);
  ~ListeningSocket() { close(); }

  /// A connected socket. Errors, with Phase::connect: as Listener::accept.
  Result<Descriptor> accept(Deadline deadline);
  /// Comes back when no thread is in accept() and the descriptor is closed.
  void close();
  const Address& address() const { return address_; }

 private:
  Result<Descriptor> accept_open(Deadline deadline);
  void enter_process();

  ProcessGuard process_;
  Descriptor socket_;
  Address address_;
  Sleepers sleepers_;
  std::mutex mutex_;
  std::condition_variable left_;
  bool closed_ = false;
  int inside_ = 0;
};

}  // namespace tls12
