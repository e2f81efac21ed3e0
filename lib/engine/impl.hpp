// The engine's state: one connection, whatever its role. The members are grouped as the files
// beside this one: input.cpp takes the peer's bytes apart, output.cpp and data.cpp seal ours,
// engine.cpp is the public face.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/buffer.hpp"
#include "base/secret.hpp"
#include "base/work.hpp"
#include "engine/output_queue.hpp"
#include "handshake/endpoint.hpp"
#include "handshake/flow.hpp"
#include "record/framer.hpp"
#include "record/half.hpp"
#include "record/handshake_assembly.hpp"
#include "tls12/engine.hpp"
#include "x509/name/reference_name.hpp"

namespace tls12 {

class Engine::Impl final : private handshake::Channel {
 public:
  Impl(const ClientContext& context, WallTime now);
  Impl(const ServerContext& context, WallTime now);
  /// Asks the configuration for an observer, first of all.
  void observe();
  /// The first handshake; a client's ClientHello is in output() behind it.
  void begin_client(x509::ReferenceName server_name);
  void begin_server();

  // input.cpp
  MutableBytes input_space();
  MutableBytes begin_receive();
  Result<void> received(std::size_t n);
  void transport_ended();
  Bytes readable() const { return plaintext_; }
  Result<void> consume(std::size_t n);
  void answer(const Answer& with);
  void answer_renegotiation(bool accepted);
  void work();
  void interrupt_if(std::function<bool()> ask) { work_.interrupt_if(std::move(ask)); }

  // exports.cpp
  Result<void> export_keying_material(std::string_view label, std::optional<Bytes> context,
                                      MutableBytes out) const;
  Result<std::vector<std::uint8_t>> channel_binding(ChannelBinding kind) const;

  // data.cpp
  Result<std::size_t> write(std::span<const Bytes> buffers, Flush flush);
  Result<void> flush();
  void restart_record_sizes();

  // output.cpp
  Bytes output() const { return output_.front(); }
  Bytes begin_send() { return output_.begin_send(); }
  Result<void> sent(std::size_t n);
  bool mid_record() const { return record_left_ != 0; }
  Result<void> close_write();
  void fail(Error error);
  void fail_silently(Error error);

  bool handshaking() const { return handshake_ != nullptr; }
  bool waiting() const { return wants() != Wants::nothing || has_work(); }
  bool has_work() const { return handshake_ && work_.interrupted(); }
  Wants wants() const {
    return handshake_                 ? handshake_->wants()
           : renegotiation_requested_ ? Wants::renegotiation
                                      : Wants::nothing;
  }
  Request request() const;
  const char* due() const {
    return handshake_                         ? handshake_->flow().due()
           : error_ && error_->due != nullptr ? error_->due
                                              : "complete";
  }
  bool write_closed() const { return close_notify_sent_; }
  bool peer_closed() const { return peer_closed_; }
  std::optional<Alert> warning() const { return warning_; }
  const std::optional<Error>& error() const { return error_; }
  const ConnectionState& state() const { return state_; }
  std::optional<SessionUpdate> take_session_update() {
    return std::exchange(session_update_, std::nullopt);
  }
  void release_buffers();

  /// Of an exception: told to the peer, if that is possible.
  void fail_by_exception(const Error& error) noexcept;

  bool called_ = false;   // some call is under way
  bool retired_ = false;  // the engine was destroyed from inside a callback

 private:
  /// What a handshake behind the first makes; it counts when that is complete.
  struct Next {
    ConnectionState state;
    handshake::EstablishedSecrets secrets;
  };

  // input.cpp
  void process();
  bool process_record();
  void go_on();
  void go_on_receiving();
  Result<void> pay_for_handshake();
  Result<void> dispatch(ContentType type, const record::Record& record, MutableBytes plaintext);
  Result<void> receive_handshake(Bytes fragment);
  Result<void> receive_messages();
  Result<void> check_flight_end() const;
  Result<void> receive_message(const record::HandshakeAssembly::Message& message);
  Result<void> receive_hello_request(Bytes body);
  Result<void> receive_second_client_hello(Bytes body);
  Result<void> receive_change_cipher_spec(Bytes fragment);
  Result<void> receive_alert(Bytes fragment);
  Result<void> receive_application_data(const record::Record& record, MutableBytes plaintext);
  Result<void> count_hello_request();
  bool speaks_as_before() const;
  Result<void> moved_on(const Result<handshake::Outcome>& outcome);

  // renegotiation.cpp
  bool may_renegotiate() const;
  Result<void> renegotiate();
  Result<void> refuse_renegotiation();
  void renegotiated();

  // exports.cpp
  Result<std::vector<std::uint8_t>> end_point() const;

  // engine.cpp
  Impl(Role role, std::variant<ClientContext, ServerContext> context, const CommonConfig& config,
       bool dynamic_records, WallTime now);
  handshake::Endpoint::Environment environment(ConnectionState& state,
                                               handshake::EstablishedSecrets& kept,
                                               const ConnectionState* established);
  Result<void> start(std::unique_ptr<handshake::Endpoint> endpoint);
  void begin(std::unique_ptr<handshake::Endpoint> endpoint);

  // data.cpp
  Result<std::size_t> take(Bytes data, bool nothing_follows);
  Result<std::size_t> seal_from_there(Bytes data, bool nothing_follows);
  Result<std::size_t> hold(Bytes data, std::size_t room);
  void choose_record_size();
  Result<void> seal_data(Bytes data);

  // output.cpp
  Result<void> seal_flight();
  /// 0: the peer has no limit of its own.
  void limit_sent_fragments(std::size_t peers);
  void flush_flight();
  Result<void> send_alert(AlertLevel level, Alert alert);
  Result<void> seal(ContentType type, Bytes fragment);
  Result<Observer::Record> seal_record(ContentType type, Bytes fragment);
  void count_records();
  void forget_session();
  template <class Event>
  void tell(Event event);

  // handshake::Channel
  Buffer& messages() override { return flight_; }
  Result<void> send_change_cipher_spec() override;
  Result<void> set_pending(const handshake::KeyBlock& keys) override;
  void version_negotiated() override;
  void limit_fragments(std::size_t send, std::size_t receive) override;
  void owe(SessionUpdate update) override { session_update_ = std::move(update); }

  std::variant<ClientContext, ServerContext> context_;
  const CommonConfig& config_;
  const WallTime now_;
  Work work_;
  std::uint64_t data_before_work_ = 0;  // state_.bytes_received when work_ was filled
  ConnectionState state_;
  handshake::EstablishedSecrets secrets_;
  std::unique_ptr<Observer> observer_;
  bool renegotiation_requested_ = false;  // the application is asked (Renegotiation::ask)
  std::unique_ptr<Next> next_;            // of a renegotiation under way, or given up
  std::unique_ptr<handshake::Endpoint>
      handshake_;  // gone, and wiped, when it is complete or has failed

  Buffer input_;
  record::Framer framer_;
  record::Half reading_;
  record::HandshakeAssembly assembly_;
  Bytes plaintext_ = {};  // of the record at the front of input_, what was not consumed yet
  std::size_t plaintext_record_ = 0;  // that record's size on the wire
  std::size_t missing_ = kRecordHeaderSize;
  ProtocolVersion peer_version_ = ProtocolVersion::tls12;  // of the last record's header
  std::size_t offered_ = 0;                                // how much input_space() gave
  bool receiving_ = false;  // begin_receive() gave it: it must stay where it is
  bool bulk_ = false;       // the last input filled all the room there was
  bool ended_ = false;
  std::size_t receive_limit_ = 0;  // RFC 6066 §4, RFC 8449; 0: the protocol's own
  std::size_t pending_receive_limit_ = 0;
  unsigned warnings_ = 0, hello_requests_ = 0;
  std::optional<Alert> warning_ = {};
  bool peer_closed_ = false;

  Buffer flight_;  // handshake messages that are not in records yet
  record::Half writing_;
  OutputQueue output_;
  SecretVector held_;  // data for a record that is not full yet: Flush::later
  const bool dynamic_records_;
  std::size_t small_left_ = 0;  // data that is still to go in small records
  std::size_t fragment_limit_ =
      kMaxPlaintext;  // RFC 6066 §4, RFC 8449, CommonConfig::max_send_fragment
  std::size_t pending_fragment_limit_ = 0;
  std::size_t record_left_ = 0;  // of a record that was sent in part
  bool close_notify_sent_ = false;

  std::optional<SessionUpdate> session_update_;
  bool failing_ = false;
  std::optional<Error> error_;
};

/// Tells the observer, if there is one. It cannot stop a failure: what it throws then is dropped.
template <class Event>
void Engine::Impl::tell(Event event) {
  if (!observer_) return;
  if (!failing_) return event(*observer_);
  try {
    event(*observer_);
  } catch (...) {}
}

}  // namespace tls12
