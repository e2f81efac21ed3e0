#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "channel.hpp"
#include "socket.hpp"

namespace tls12::bogo {
namespace {

class EngineChannel final : public Channel {
 public:
  EngineChannel(const ChannelSettings& settings, Engine engine)
      : descriptor_(settings.descriptor),
        one_by_one_(settings.one_by_one),
        answers_(settings.answers),
        engine_(std::move(engine)),
        pace_(one_by_one_) {}
  ~EngineChannel() override { close(descriptor_); }

  Result<void> handshake() override {
    while (engine_.handshaking() && !engine_.error() && receive()) {}
    flush();
    if (engine_.error()) return fail(*engine_.error());
    return engine_.handshaking() ? fail(Errc::truncated) : Result<void>();
  }

  Result<std::vector<std::uint8_t>> read(std::size_t at_most) override {
    while (engine_.readable().empty() && !engine_.peer_closed() && !engine_.error() && receive()) {}
    flush();
    const Bytes plaintext = engine_.readable().first(std::min(at_most, engine_.readable().size()));
    if (plaintext.empty() && engine_.error()) return fail(*engine_.error());
    std::vector<std::uint8_t> data(plaintext.begin(), plaintext.end());
    engine_.consume(data.size()).value();
    return data;
  }

  Result<void> write(Bytes data) override {
    while (!data.empty()) {
      const auto taken = engine_.write(data);
      if (!taken) return fail(taken.error());
      data = data.subspan(*taken);
      flush();
    }
    return {};
  }

  Result<void> close_write() override {
    const auto closed = engine_.close_write();
    flush();
    return closed;
  }
  void abort(Alert alert) override {
    engine_.abort(alert);
    flush();
  }
  void drain() override {
    flush();
    bogo::drain(descriptor_);
  }

  ConnectionState state() const override { return engine_.state(); }
  Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                      MutableBytes out) const override {
    return engine_.export_keying_material(label, context, out);
  }
  Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const override {
    return engine_.channel_binding(kind);
  }

 private:
  void flush() {
    while (!engine_.output().empty()) {
      const Bytes output = engine_.output();
      const ssize_t sent =
          send(descriptor_, output.data(), one_by_one_ ? 1 : output.size(), MSG_NOSIGNAL);
      // A peer that is gone reads nothing any more.
      engine_.sent(sent > 0 ? static_cast<std::size_t>(sent) : output.size()).value();
    }
    if (const auto update = engine_.take_session_update()) update->apply();
  }

  bool receive() {
    flush();
    if (engine_.wants() != Wants::nothing) return answers_.give(engine_), true;
    const MutableBytes space = engine_.input_space();
    if (space.empty()) return false;
    const ssize_t received =
        recv(descriptor_, space.data(), std::min(space.size(), pace_.at_most()), 0);
    if (received > 0) {
      pace_.note(space.first(static_cast<std::size_t>(received)));
      engine_.received(static_cast<std::size_t>(received)).value();
    } else {
      engine_.transport_ended();
    }
    return true;
  }

  int descriptor_;
  bool one_by_one_;
  Answers& answers_;
  Engine engine_;
  Pace pace_;
};

}  // namespace

std::unique_ptr<Channel> engine_channel(const ChannelSettings& settings, Engine engine) {
  return std::make_unique<EngineChannel>(settings, std::move(engine));
}

}  // namespace tls12::bogo
