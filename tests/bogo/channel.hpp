// An engine at one end of a socket, driven until something has happened.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "tls12/engine.hpp"

namespace tls12::bogo {

class Channel {
 public:
  /// Takes the socket over. `one_by_one`: a byte at a time, each way. `signer` is the key elsewhere, if there is one; `judge` answers for the
  /// peer's certificate.
  Channel(int descriptor, Engine engine, bool one_by_one, const std::optional<PrivateKey>& signer, std::function<void(Engine&)> judge)
      : descriptor_(descriptor), engine_(std::move(engine)), one_by_one_(one_by_one), signer_(signer), judge_(std::move(judge)) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  Engine& engine() { return engine_; }
  const Engine& engine() const { return engine_; }

  /// Whether the handshake came to its end; engine().error() has the reason of one that did not.
  bool handshake();
  /// Some data of the peer's, nothing at its end: then peer_closed() or error() of the engine says which.
  Bytes read(std::size_t at_most);
  bool write(Bytes data);
  /// Sends what there is to send.
  void flush();
  /// The end: ours is sent, and all that still comes is read and thrown away, so that no reset destroys what we sent last.
  void drain();

 private:
  bool receive();
  std::size_t wanted() const;
  void note(Bytes received);
  void sign();

  int descriptor_;
  Engine engine_;
  bool one_by_one_;
  std::vector<std::uint8_t> header_;  // of the record that comes
  std::size_t record_left_ = 0;
  const std::optional<PrivateKey>& signer_;
  std::function<void(Engine&)> judge_;
};

/// A socket to the runner, which knows the connection by `shim_id`; -1 when there is none.
int connect_to_runner(unsigned port, bool ipv6, std::string_view shim_id);

}  // namespace tls12::bogo
