#include "handshake/flow.hpp"

#include <algorithm>

namespace tls12::handshake {

const char* name(Step step) {
  switch (step) {
    case Step::client_hello: return "ClientHello";
    case Step::server_hello: return "ServerHello";
    case Step::new_session_ticket: return "NewSessionTicket";
    case Step::certificate: return "Certificate";
    case Step::server_key_exchange: return "ServerKeyExchange";
    case Step::certificate_request: return "CertificateRequest";
    case Step::server_hello_done: return "ServerHelloDone";
    case Step::certificate_verify: return "CertificateVerify";
    case Step::certificate_status: return "CertificateStatus";
    case Step::client_key_exchange: return "ClientKeyExchange";
    case Step::finished: return "Finished";
    case Step::change_cipher_spec: return "[ChangeCipherSpec]";
    case Step::choose_configuration: return "(choose configuration)";
    case Step::look_up_session: return "(look up session)";
    case Step::negotiate: return "(negotiate)";
    case Step::verify_peer: return "(verify peer)";
    case Step::choose_identity: return "(choose identity)";
    case Step::sign: return "(sign)";
    case Step::derive_keys: return "(derive keys)";
    case Step::complete: return "(complete)";
  }
  return "a message that is in no figure";
}

Flow::Flow(Role role, End& end, std::span<const Row> full, std::span<const Row> abbreviated)
    : role_(role), end_(end), rows_(full), abbreviated_(abbreviated) {}

Result<Outcome> Flow::advance() {
  if (error_) return std::unexpected(*error_);
  for (; at_ < rows_.size(); next()) {
    const Row& row = rows_[at_];
    if (!concerns_us(row)) continue;
    if (!ours(row)) return Outcome::done;
    if (end_.pause()) return Outcome::waits;
    const Handler* handler = find(end_.handlers(), row.step, false);
    if (handler == nullptr) return fail({Errc::internal_error, name(row.step)});
    const Result<Outcome> outcome = handler->call.function(end_, {});
    if (!outcome) return fail(outcome.error());
    if (*outcome == Outcome::waits) return outcome;
    if (*outcome == Outcome::left_out && row.presence == Presence::required)
      return fail({Errc::internal_error, name(row.step)});
  }
  return Outcome::done;
}

Result<Outcome> Flow::receive(Step message, Bytes bytes) {
  if (error_) return std::unexpected(*error_);
  for (std::size_t i = at_; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    if (!concerns_us(row)) continue;
    if (ours(row)) break;
    if (row.step == message) {
      at_ = i;
      const Handler* handler = find(end_.handlers(), message, true);
      if (handler == nullptr) return fail({Errc::internal_error, name(message)});
      if (const auto received = end_.receive(*handler, bytes); !received)
        return fail(received.error());
      next();
      return advance();
    }
    if (row.presence == Presence::required) break;
  }
  return fail({message == Step::change_cipher_spec ? Errc::unexpected_change_cipher_spec
                                                   : Errc::unexpected_message,
               name(message)});
}

const Row* Flow::due_row() const {
  const auto rest = rows_.subspan(at_);
  const auto row = std::ranges::find_if(rest, [this](const Row& r) { return concerns_us(r); });
  return row == rest.end() ? nullptr : &*row;
}

bool Flow::awaits(Step message) const {
  const Row* row = due_row();
  return row != nullptr && row->step == message;
}

// Facts that rows to come will decide are taken for true.
bool Flow::may_come(Step message) const {
  Negotiated most = end_.negotiated();
  for (const Row& row : rows_.subspan(at_)) {
    if (!row.applies(most)) continue;
    if (row.step == message) return true;
    if (row.step == Step::certificate_request) most.certificate_requested = true;
    if (row.step == Step::certificate && row.who == Role::client) most.client_certificate = true;
  }
  return false;
}

bool Flow::ours_are_sent() const {
  return std::ranges::none_of(rows_.subspan(at_), [this](const Row& r) {
    return concerns_us(r) && ours(r) && !is_local(r.step);
  });
}

const char* Flow::due() const {
  const Row* row = due_row();
  return row == nullptr ? "complete" : name(row->step);
}

// Skips the peer's local steps and rows that do not apply to this handshake.
bool Flow::concerns_us(const Row& row) const {
  return row.applies(end_.negotiated()) && (ours(row) || !is_local(row.step));
}

void Flow::next() {
  const bool hello = rows_[at_].step == Step::server_hello;
  ++at_;
  if (hello && end_.negotiated().resumed) {
    rows_ = abbreviated_;  // figure 2 continues after its own ServerHello
    for (at_ = 0; rows_[at_].step != Step::server_hello;) ++at_;
    ++at_;
  }
  end_.advanced();
}

std::unexpected<Error> Flow::fail(Error error) {
  error.due = due();
  error_ = error.in(Phase::handshake);
  return std::unexpected(*error_);
}

}  // namespace tls12::handshake
