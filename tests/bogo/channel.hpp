// One end of a connection to the runner, as the shim drives it: over an Engine or over a Conn.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "answers.hpp"
#include "tls12/engine.hpp"
#include "tls12/state.hpp"

namespace tls12::bogo {

class Channel {
 public:
  virtual ~Channel() = default;

  virtual Result<void> handshake() = 0;
  /// At least an octet of the peer's data; empty at its close_notify.
  virtual Result<std::vector<std::uint8_t>> read(std::size_t at_most) = 0;
  virtual Result<void> write(Bytes data) = 0;
  virtual Result<void> close_write() = 0;
  virtual void abort(Alert alert) = 0;
  /// The end: ours is sent, and all that still comes is read and discarded, so that no reset
  /// destroys what we sent last.
  virtual void drain() = 0;

  virtual ConnectionState state() const = 0;
  virtual Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                              MutableBytes out) const = 0;
  virtual Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const = 0;
};

struct ChannelSettings {
  int descriptor;   ///< a connected socket, which the channel takes over
  bool one_by_one;  ///< one octet at a time, each way
  Answers& answers;
};
std::unique_ptr<Channel> engine_channel(const ChannelSettings& settings, Engine engine);
/// Errors: those of tcp_transport().
Result<std::unique_ptr<Channel>> conn_channel(const ChannelSettings& settings,
                                              const ServerContext& context);
Result<std::unique_ptr<Channel>> conn_channel(const ChannelSettings& settings,
                                              const ClientContext& context,
                                              std::string_view server_name);

}  // namespace tls12::bogo
