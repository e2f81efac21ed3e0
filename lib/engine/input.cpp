// From the peer: records, by content type (RFC 5246 §6.2.1), into messages, alerts and data.
#include <algorithm>

#include "engine/impl.hpp"

namespace tls12 {
namespace {

using handshake::Outcome;
using handshake::Step;

// What a quiet connection offers to read into: enough for what is small; a whole buffer once that
// was filled to the brim.
constexpr std::size_t kQuietInput = 4096;

}  // namespace

MutableBytes Engine::Impl::input_space() {
  if (receiving_) return {};
  offered_ = 0;
  if (error_ || peer_closed_ || ended_ || !plaintext_.empty() || waiting()) return {};
  const std::size_t room =
      std::max(bulk_ ? config_.limits.input : kQuietInput, input_.size() + missing_);
  const MutableBytes space = input_.prepare(room - input_.size());
  offered_ = space.size();
  return space;
}

MutableBytes Engine::Impl::begin_receive() {
  const MutableBytes space = input_space();
  receiving_ = receiving_ || !space.empty();
  return space;
}

Result<void> Engine::Impl::received(std::size_t n) {
  if (n > offered_)
    return std::unexpected(Error(Errc::misuse, "received(): more bytes than input_space() has"));
  if (offered_ != 0) bulk_ = n == offered_;
  offered_ = 0;
  receiving_ = false;
  input_.commit(n);
  if (const auto paid = pay_for_handshake(); !paid) fail(paid.error());
  process();
  return {};
}

// A call and a record each cost something, however few bytes they bring.
Result<void> Engine::Impl::pay_for_handshake() {
  return !handshake_ || work_.take() ? Result<void>() : std::unexpected(Error(Errc::too_much_work));
}

void Engine::Impl::transport_ended() {
  ended_ = true;
  process();
}

Result<void> Engine::Impl::consume(std::size_t n) {
  if (n > plaintext_.size())
    return std::unexpected(Error(Errc::misuse, "consume(): more bytes than readable() has"));
  if (n == 0) return {};
  plaintext_ = plaintext_.subspan(n);
  state_.bytes_received += n;
  if (!plaintext_.empty()) return {};
  input_.consume(plaintext_record_);
  plaintext_record_ = 0;
  process();
  return {};
}

void Engine::Impl::answer(const Answer& with) {
  if (const auto* renegotiation = std::get_if<RenegotiationAnswer>(&with))
    return answer_renegotiation(renegotiation->accept);
  handshake_->answer(with);
  go_on();
}

void Engine::Impl::work() {
  work_.resume();
  go_on();
}

void Engine::Impl::go_on() {
  if (const auto moved = moved_on(handshake_->flow().advance()); !moved) return fail(moved.error());
  go_on_receiving();
}

void Engine::Impl::go_on_receiving() {
  if (const auto received = receive_messages(); !received) return fail(received.error());
  flush_flight();
  process();
}

// Record by record, until there is data to be read, an answer to wait for, or nothing more to do.
void Engine::Impl::process() {
  while (!error_ && !peer_closed_ && plaintext_.empty() && !waiting() && process_record()) {}
  count_records();
}

bool Engine::Impl::process_record() {
  const auto framed = framer_.next(input_.view());
  if (!framed) return fail(framed.error()), false;
  if (!framed->record) {
    missing_ = framed->missing;
    if (ended_) fail(Errc::truncated);
    return false;
  }
  const record::Record& record = *framed->record;
  peer_version_ = record.version;
  const std::uint64_t sequence = reading_.sequence();
  const bool is_protected = reading_.is_protected();
  const auto plaintext = reading_.open(record);
  if (!plaintext) return fail(plaintext.error()), false;
  tell([&](Observer& o) {
    o.on_record({Direction::received, record.type, record.version, is_protected, sequence,
                 record.wire_size, *plaintext});
  });

  if (is_protected && receive_limit_ != 0 && plaintext->size() > receive_limit_)
    return fail(Errc::record_overflow), false;
  if (const auto taken = dispatch(record.type, record, *plaintext); !taken)
    return fail(taken.error()), false;
  if (plaintext_.empty()) input_.consume(record.wire_size);
  flush_flight();
  return true;
}

Result<void> Engine::Impl::dispatch(ContentType type, const record::Record& record,
                                    MutableBytes plaintext) {
  switch (type) {
    case ContentType::handshake: return receive_handshake(plaintext);
    case ContentType::change_cipher_spec: return receive_change_cipher_spec(plaintext);
    case ContentType::alert: return receive_alert(plaintext);
    case ContentType::application_data: return receive_application_data(record, plaintext);
  }
  return std::unexpected(Error(Errc::record_type_unknown));
}

// ------------------------------------------------ handshake

Result<void> Engine::Impl::receive_handshake(Bytes fragment) {
  if (const auto paid = pay_for_handshake(); !paid) return paid;
  assembly_.add(fragment);
  return receive_messages();
}

Result<void> Engine::Impl::receive_messages() {
  while (!waiting() && !(handshake_ && work_.pause(1))) {
    const auto message = assembly_.next(handshake_ ? handshake_->syntax() : wire::Syntax{});
    if (!message) return std::unexpected(message.error());
    if (!*message) return check_flight_end();
    if (const auto taken = receive_message(**message); !taken) return taken;
  }
  assembly_
      .keep();  // a step waits for an answer, or for more time: what came behind stays for later
  return {};
}

// RFC 5246 §7.3, §7.4: once we answer it is not the peer's turn, and what it has begun to say
// already is out of order.
Result<void> Engine::Impl::check_flight_end() const {
  if (flight_.empty() || !assembly_.partial()) return {};
  return std::unexpected(
      Error(Errc::unexpected_message, "part of a handshake message behind the end of the flight"));
}

Result<void> Engine::Impl::receive_message(const record::HandshakeAssembly::Message& message) {
  if (state_.role == Role::client && message.type == HandshakeType::hello_request)
    return receive_hello_request(message.body());
  if (handshake_)
    return moved_on(handshake_->flow().receive(handshake::step_of(message.type), message.bytes));
  if (state_.role == Role::server && message.type == HandshakeType::client_hello)
    return receive_second_client_hello(message.body());
  if (next_) return {};  // of a renegotiation that our close_notify has ended
  Error error(Errc::unexpected_message, name(message.type));
  error.due = "nothing: the handshake is complete";
  return std::unexpected(error);
}

// RFC 5246 §7.4.1.1: ignored while a handshake is under way, and never hashed.
Result<void> Engine::Impl::receive_hello_request(Bytes body) {
  if (const auto request = wire::parse_hello_request(body); !request)
    return std::unexpected(request.error());
  if (const auto counted = count_hello_request(); !counted || handshake_) return counted;
  if (!may_renegotiate()) return refuse_renegotiation();
  renegotiation_requested_ =
      std::get<ClientContext>(context_).config().renegotiation == Renegotiation::ask;
  return renegotiation_requested_ ? Result<void>() : renegotiate();
}

// RFC 5746 §4.4: this server never renegotiates.
Result<void> Engine::Impl::receive_second_client_hello(Bytes body) {
  if (const auto hello = wire::parse_client_hello(body); !hello)
    return std::unexpected(hello.error());
  if (const auto counted = count_hello_request(); !counted) return counted;
  return refuse_renegotiation();
}

Result<void> Engine::Impl::count_hello_request() {
  if (++hello_requests_ > config_.limits.hello_requests)
    return std::unexpected(Error(Errc::too_many_hello_requests));
  return {};
}

Result<void> Engine::Impl::moved_on(const Result<Outcome>& outcome) {
  if (!outcome) return std::unexpected(outcome.error());
  tell([&](Observer& o) { o.on_due(handshake_->flow().due()); });
  if (!handshake_->flow().complete()) return {};
  handshake_.reset();
  warning_.reset();
  if (next_) renegotiated();
  tell([&](Observer& o) { o.on_complete(state_); });
  return {};
}

// ------------------------------------------------ the other three

// RFC 5246 §7.1: one byte, on a boundary between messages. What comes behind it is under the new
// keys.
Result<void> Engine::Impl::receive_change_cipher_spec(Bytes fragment) {
  if (fragment.size() != 1 || fragment[0] != 1)
    return std::unexpected(Error(Errc::bad_change_cipher_spec));
  tell([](Observer& o) { o.on_change_cipher_spec(Direction::received); });
  if (assembly_.partial()) return std::unexpected(Error(Errc::key_change_inside_message));
  if (!handshake_) return std::unexpected(Error(Errc::unexpected_change_cipher_spec));
  const auto outcome = handshake_->flow().receive(Step::change_cipher_spec, {});
  if (!outcome) return std::unexpected(outcome.error());
  reading_.activate_pending();
  framer_.expect_protection();
  receive_limit_ = pending_receive_limit_;
  framer_.limit_plaintext(receive_limit_);
  return moved_on(outcome);
}

// RFC 5246 §7.2.
Result<void> Engine::Impl::receive_alert(Bytes fragment) {
  const auto alert = wire::parse_alert(fragment);
  if (!alert) return std::unexpected(alert.error());
  tell([&](Observer& o) { o.on_alert(Direction::received, *alert); });
  if (alert->description == Alert::close_notify) {
    // It counts when it is authenticated: before Finished, anybody could have sent it.
    if (!speaks_as_before()) return std::unexpected(Error(Errc::close_notify_before_finished));
    peer_closed_ = true;
    handshake_.reset();
    if (!config_.strict_close) return {};
    held_.clear();  // RFC 5246 §7.2.1: pending writes are discarded
    return close_write();
  }
  if (alert->level == AlertLevel::fatal) {
    Error error(Errc::peer_alert);
    error.alert = alert->description;
    error.due = handshake_ ? handshake_->flow().due() : nullptr;
    return std::unexpected(error);
  }
  if (++warnings_ > config_.limits.warning_alerts)
    return std::unexpected(Error(Errc::too_many_warnings));
  warning_ = alert->description;
  return {};
}

// RFC 5246 §7.4.1.1: a server takes our ClientHello up when it gets to it; what it sends before is
// of the handshake that is complete.
bool Engine::Impl::speaks_as_before() const {
  return !handshake_ || (next_ && handshake_->flow().awaits(Step::server_hello));
}

Result<void> Engine::Impl::receive_application_data(const record::Record& record,
                                                    MutableBytes plaintext) {
  if (!speaks_as_before()) {
    Error error(Errc::application_data_before_finished);
    error.due = handshake_->flow().due();
    return std::unexpected(error);
  }
  if (plaintext.empty()) return {};
  warnings_ = 0;
  warning_.reset();
  plaintext_ = plaintext;
  plaintext_record_ = record.wire_size;
  return {};
}

}  // namespace tls12
