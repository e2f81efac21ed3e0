// For the peer: flights, alerts and the end, in records.
#include <algorithm>

#include "base/big_endian.hpp"
#include "engine/impl.hpp"
#include "record/protection.hpp"

namespace tls12 {
namespace {

constexpr std::uint8_t kChangeCipherSpec[] = {1};

}  // namespace

Result<Observer::Record> Engine::Impl::seal_record(ContentType type, Bytes fragment) {
  const std::uint64_t sequence = writing_.sequence();
  Buffer& out = output_.back();
  const std::size_t before = out.size();
  if (out.empty() && handshake_) (void)out.prepare(handshake::kUsualFlight);
  if (const auto sealed = writing_.seal(type, fragment, out); !sealed)
    return std::unexpected(sealed.error());
  const Bytes header = Bytes(out.view()).subspan(before, kRecordHeaderSize);
  const auto version = static_cast<ProtocolVersion>(big_endian(header.subspan(1, 2)));
  return Observer::Record{Direction::sent,     type,    version, writing_.is_protected(), sequence,
                          out.size() - before, fragment};
}

Result<void> Engine::Impl::seal(ContentType type, Bytes fragment) {
  const auto record = seal_record(type, fragment);
  if (!record) return std::unexpected(record.error());
  tell([&](Observer& o) { o.on_record(*record); });
  return {};
}

// The messages of a flight go into as few records as hold them (RFC 5246 §6.2.1 allows several in
// one).
Result<void> Engine::Impl::seal_flight() {
  if (flight_.empty()) return {};
  if (const auto flushed = flush(); !flushed)
    return flushed;  // data that was accepted before goes before
  while (!flight_.empty()) {
    const Bytes fragment = Bytes(flight_.view()).first(std::min(flight_.size(), fragment_limit_));
    if (const auto sealed = seal(ContentType::handshake, fragment); !sealed) return sealed;
    flight_.consume(fragment.size());
  }
  return {};
}

void Engine::Impl::flush_flight() {
  if (has_work()) return;  // the flight goes on: interruptions do not show in its records
  if (const auto sealed = seal_flight(); !sealed) fail(sealed.error());
}

Result<void> Engine::Impl::send_change_cipher_spec() {
  if (const auto sealed = seal_flight(); !sealed) return sealed;
  const auto record = seal_record(ContentType::change_cipher_spec, kChangeCipherSpec);
  if (!record) return std::unexpected(record.error());
  // Before the observer hears of it: if that throws, the alert must be under the new keys.
  writing_.activate_pending();
  limit_sent_fragments(pending_fragment_limit_);
  tell([&](Observer& o) {
    o.on_record(*record);
    o.on_change_cipher_spec(Direction::sent);
  });
  return {};
}

Result<void> Engine::Impl::set_pending(const handshake::KeyBlock& keys) {
  for (record::Half* half : {&writing_, &reading_}) {
    const Role writer = half == &writing_ ? state_.role : peer_of(state_.role);
    auto protection = record::make_protection(*config_.provider, keys.cipher, keys.encrypt_then_mac,
                                              keys.of(writer), config_.limits);
    if (!protection) return std::unexpected(protection.error());
    half->set_pending(std::move(*protection));
  }
  return {};
}

void Engine::Impl::version_negotiated() {
  framer_.expect_version(ProtocolVersion::tls12);
  writing_.set_version(ProtocolVersion::tls12);
}

void Engine::Impl::limit_fragments(std::size_t send, std::size_t receive) {
  pending_fragment_limit_ = send;
  pending_receive_limit_ = receive;
  if (send != 0 && !writing_.is_protected())
    limit_sent_fragments(send);  // RFC 6066 §4: of the handshake's messages too
}

void Engine::Impl::limit_sent_fragments(std::size_t peers) {
  const std::size_t ours = config_.max_send_fragment;
  fragment_limit_ = std::min(ours == 0 ? kMaxPlaintext : ours, peers == 0 ? kMaxPlaintext : peers);
}

Result<void> Engine::Impl::sent(std::size_t n) {
  const Bytes bytes = output_.front();
  if (n > bytes.size())
    return std::unexpected(Error(Errc::misuse, "sent(): more bytes than output() has"));
  for (std::size_t done = 0; done < n;) {
    if (record_left_ == 0) {
      const Bytes header = bytes.subspan(done, kRecordHeaderSize);
      record_left_ = kRecordHeaderSize + static_cast<std::size_t>(big_endian(header.subspan(3, 2)));
    }
    const std::size_t part = std::min(n - done, record_left_);
    record_left_ -= part;
    done += part;
  }
  output_.sent(n);
  return {};
}

Result<void> Engine::Impl::send_alert(AlertLevel level, Alert alert) {
  if (close_notify_sent_) return {};  // RFC 5246 §7.2.1: nothing follows it
  const AlertMessage message{level, alert};
  const auto sealed = seal(ContentType::alert, wire::serialize(message));
  if (sealed) tell([&](Observer& o) { o.on_alert(Direction::sent, message); });
  return sealed;
}

// RFC 5246 §7.2.1.
Result<void> Engine::Impl::close_write() {
  if (error_) return std::unexpected(*error_);
  if (!state_.handshake_complete) return std::unexpected(Error(Errc::handshake_not_complete));
  if (close_notify_sent_) return {};
  if (const auto flushed = flush(); !flushed) return flushed;
  if (const auto sent = send_alert(AlertLevel::warning, Alert::close_notify); !sent) return sent;
  close_notify_sent_ = true;
  if (handshake_ && !handshake_->flow().ours_are_sent())
    handshake_.reset();  // nothing of ours follows
  if (renegotiation_requested_) answer_renegotiation(false);
  return {};
}

// RFC 5246 §7.2.2: the first fault is told to the peer, if it is one the peer should know of, and
// nothing follows.
void Engine::Impl::fail(Error error) {
  if (error_) return;
  failing_ = true;
  if (handshake_ && error.phase == Phase::none) error.phase = Phase::handshake;
  // Peers that give up with a warning and the end of the stream, or with user_canceled (RFC 5246
  // §7.2.2).
  if (error.code == Errc::truncated || error.code == Errc::close_notify_before_finished)
    error.warning = warning_;
  const bool ours_to_tell = error.alert && error.category() != Category::peer_alert;
  flight_.clear();
  // RFC 7507 §3: a client below TLS 1.2 gets the alert in a record version of its own.
  const bool below_tls12 =
      error.code == Errc::inappropriate_fallback || error.code == Errc::version_not_supported;
  // Also if only a part of the first flight was sealed.
  writing_.set_version(below_tls12 ? peer_version_ : ProtocolVersion::tls12);
  if (ours_to_tell && (close_notify_sent_ || !send_alert(AlertLevel::fatal, *error.alert)))
    error.alert.reset();
  fail_silently(error);
}

void Engine::Impl::fail_silently(Error error) {
  failing_ = true;
  error_ = error;
  forget_session();
  handshake_.reset();
  next_.reset();
  renegotiation_requested_ = false;
  secrets_ = {};  // RFC 5246 §7.2.2: keys and secrets too
  held_ = SecretVector();
  writing_.forget_keys();
  reading_.forget_keys();
  tell([&](Observer& o) { o.on_error(error); });
}

void Engine::Impl::fail_by_exception(const Error& error) noexcept {
  try {
    fail(error);
  } catch (...) {  // there is no memory for the alert
    Error untold = error;
    untold.alert.reset();
    fail_silently(untold);
  }
}

// RFC 5246 §7.2.2: a fatal alert, either way, ends the session too: nobody is to resume it. What
// others have of it, as tickets, is beyond our reach.
void Engine::Impl::forget_session() {
  if (!error_->alert || !secrets_.store) return;
  const Bytes key =
      state_.role == Role::client ? bytes_of(state_.server_name) : Bytes(secrets_.session_id);
  try {
    session_update_ = session::forget_session(secrets_.store, key);
  } catch (const std::bad_alloc&) {}  // the store's own limits are left
}

void Engine::Impl::count_records() {
  if (writing_.is_protected()) state_.records_sealed = writing_.records();
  if (reading_.is_protected()) state_.records_opened = reading_.records();
  state_.record_limit_near = (writing_.is_protected() && writing_.limit_near()) ||
                             (reading_.is_protected() && reading_.limit_near());
}

void Engine::Impl::release_buffers() {
  if (!receiving_) {
    input_.release();
    offered_ = 0;
  }
  output_.release();
  flight_.release();
  held_.shrink_to_fit();
}

}  // namespace tls12
