#include <unistd.h>

#include <algorithm>

#include "channel.hpp"
#include "socket.hpp"
#include "tls12/conn.hpp"

namespace tls12::bogo {
namespace {

/// A transport that gives and takes as little at once as the runner wants.
class PacedTransport final : public Transport {
 public:
  PacedTransport(TransportPtr inner, bool one_by_one)
      : inner_(std::move(inner)), one_by_one_(one_by_one), pace_(one_by_one) {}

  Result<std::optional<std::size_t>> read(MutableBytes into) override {
    const MutableBytes part = into.first(std::min(into.size(), pace_.at_most()));
    const auto got = inner_->read(part);
    if (got && *got) pace_.note(part.first(**got));
    return got;
  }
  Result<std::optional<std::size_t>> write(Bytes from) override {
    return inner_->write(one_by_one_ ? from.first(1) : from);
  }
  Result<void> shut_down_writing() override { return inner_->shut_down_writing(); }
  Result<void> close() override { return inner_->close(); }
  std::uint64_t wakes() const override { return inner_->wakes(); }
  void wake() override { inner_->wake(); }
  void wait(Interest interest, Deadline until, std::uint64_t seen) override {
    inner_->wait(interest, until, seen);
  }
  Clock& clock() override { return inner_->clock(); }

 private:
  TransportPtr inner_;
  bool one_by_one_;
  Pace pace_;
};

class ConnChannel final : public Channel {
 public:
  ConnChannel(const ChannelSettings& settings, Conn conn)
      : descriptor_(settings.descriptor), answers_(settings.answers), conn_(std::move(conn)) {
    conn_->on_request([this](Wants) { answers_.give(*conn_); });
  }
  ~ConnChannel() override { close(descriptor_); }

  Result<void> handshake() override { return conn_->handshake(); }
  Result<std::vector<std::uint8_t>> read(std::size_t at_most) override {
    std::vector<std::uint8_t> data(at_most);
    const auto got = conn_->read(data);
    if (!got) return fail(got.error());
    data.resize(*got);
    return data;
  }
  Result<void> write(Bytes data) override {
    const auto written = conn_->write(data);
    return written ? Result<void>() : fail(written.error());
  }
  Result<void> close_write() override { return conn_->close_write(); }
  void abort(Alert alert) override { conn_->abort(alert); }
  void drain() override {
    state_ = conn_->state();
    conn_.reset();
    bogo::drain(descriptor_);
  }

  ConnectionState state() const override { return conn_ ? conn_->state() : state_; }
  Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                      MutableBytes out) const override {
    return conn_->export_keying_material(label, context, out);
  }
  Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const override {
    return conn_->channel_binding(kind);
  }

 private:
  int descriptor_;  // of the same socket as the Conn's, for drain()
  Answers& answers_;
  std::optional<Conn> conn_;
  ConnectionState state_;
};

template <class MakeConn>
Result<std::unique_ptr<Channel>> channel_of(const ChannelSettings& settings, MakeConn make_conn) {
  auto transport = tcp_transport(dup(settings.descriptor));
  if (!transport) return fail(transport.error());
  auto conn =
      make_conn(std::make_unique<PacedTransport>(std::move(*transport), settings.one_by_one));
  if (!conn) return fail(conn.error());
  return std::make_unique<ConnChannel>(settings, std::move(*conn));
}

}  // namespace

Result<std::unique_ptr<Channel>> conn_channel(const ChannelSettings& settings,
                                              const ServerContext& context) {
  return channel_of(settings, [&](TransportPtr transport) {
    return Conn::server(std::move(transport), context);
  });
}

Result<std::unique_ptr<Channel>> conn_channel(const ChannelSettings& settings,
                                              const ClientContext& context,
                                              std::string_view server_name) {
  return channel_of(settings, [&](TransportPtr transport) {
    return Conn::client(std::move(transport), context, server_name);
  });
}

}  // namespace tls12::bogo
