// Another handshake on the same connection (RFC 5246 §7.4.1.1, RFC 5746 §3.5): by the client's
// leave, at the server's wish, under the keys of the one before.
#include "engine/impl.hpp"
#include "handshake/client.hpp"

namespace tls12 {

bool Engine::Impl::may_renegotiate() const {
  const Renegotiation allowed = std::get<ClientContext>(context_).config().renegotiation;
  const bool granted = allowed == Renegotiation::freely || allowed == Renegotiation::ask ||
                       (allowed == Renegotiation::once && state_.renegotiations == 0);
  // RFC 5746 §4.2: never without its extension. RFC 7627 §5.4: nor where the Finished messages of
  // two connections can be the same.
  return granted && state_.secure_renegotiation &&
         (state_.extended_master_secret || !state_.resumed) && !close_notify_sent_;
}

Result<void> Engine::Impl::renegotiate() {
  auto name = x509::ReferenceName::parse(state_.server_name);
  if (!name) return std::unexpected(name.error());
  work_.resume();
  if (state_.bytes_received != data_before_work_) work_.refill(config_.limits.work);
  data_before_work_ = state_.bytes_received;
  next_ = std::make_unique<Next>();
  next_->secrets.client_verify_data = secrets_.client_verify_data;
  next_->secrets.server_verify_data = secrets_.server_verify_data;
  next_->secrets.encrypt_then_mac = secrets_.encrypt_then_mac;
  next_->secrets.store = secrets_.store;
  return start(std::make_unique<handshake::Client>(
      internals(std::get<ClientContext>(context_)), std::move(*name),
      environment(next_->state, next_->secrets, &state_)));
}

Result<void> Engine::Impl::refuse_renegotiation() {
  switch (config_.renegotiation_refusal) {
    case RenegotiationRefusal::decline:
      return send_alert(AlertLevel::warning, Alert::no_renegotiation);
    case RenegotiationRefusal::ignore: return {};
    case RenegotiationRefusal::refuse: break;
  }
  return std::unexpected(Error(Errc::renegotiation_refused));
}

void Engine::Impl::answer_renegotiation(bool accepted) {
  renegotiation_requested_ = false;
  const auto answered = accepted ? renegotiate() : refuse_renegotiation();
  if (!answered) return fail(answered.error());
  go_on_receiving();
}

void Engine::Impl::renegotiated() {
  next_->state.renegotiations = state_.renegotiations + 1;
  next_->state.bytes_sent = state_.bytes_sent;
  next_->state.bytes_received = state_.bytes_received;
  state_ = std::move(next_->state);
  secrets_ = std::move(next_->secrets);
  next_.reset();
  hello_requests_ = 0;
}

}  // namespace tls12
