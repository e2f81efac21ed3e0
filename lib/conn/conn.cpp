// Reading and writing, each by its own deadline.
#include "tls12/conn.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "conn/callbacks.hpp"
#include "conn/no_memory.hpp"

namespace tls12 {
namespace {

/// A call that waits this long for a silent peer gives the engine's buffers back before it waits
/// on; records begin small again when nothing was sent for so long, as TCP begins with a small
/// window again.
constexpr Duration kIdleAfter = std::chrono::seconds(1);

/// The engine's alert goes nowhere.
Error untold(Error error) {
  error.alert.reset();
  return error;
}

}  // namespace

Conn::Impl::Impl(Engine engine, TransportPtr transport, const CommonConfig& common,
                 bool accept_truncation, Duration session_lookup_timeout)
    : engine_(std::move(engine)),
      transport_(std::move(transport)),
      clock_(transport_->clock()),
      handshake_timeout_(common.handshake_timeout),
      close_timeout_(common.close_timeout),
      session_lookup_timeout_(session_lookup_timeout),
      accept_truncation_(accept_truncation),
      local_(transport_->local()),
      peer_(transport_->peer()) {
  engine_.interrupt_if([this] { return work_until_.passed(now()) || attention_.exchange(false); });
}

Result<std::size_t> Conn::Impl::read(MutableBytes into) {
  if (into.empty()) return fail(Error(Errc::empty_buffer).in(Phase::read));
  auto entered = enter();
  if (!entered) return fail(Error(Errc::not_owner).in(Phase::read));
  Lock& lock = *entered;
  for (;;) {
    if (auto error = await_engine(lock, Side::read, Phase::read)) return fail(*error);
    work_until_ = read_deadline_;
    if (auto known = take(lock, into)) {
      push();
      return *known;
    }
    if (read_deadline_.passed(now())) return fail(out_of_time(Phase::read));
    if (handshake_pending()) {
      if (auto done = complete_handshake(lock, Side::read); !done) {
        // What is known goes first, once more: data may have come behind the handshake's last
        // message.
        if (busy_ || engine_.readable().empty() || closing_)
          return fail(tagged(done.error(), Phase::handshake));
      }
      continue;
    }
    if (update_sessions(lock) || ask(lock)) continue;
    // What was held back may be what the peer is to answer.
    (void)engine_.flush();
    push();
    if (pull(lock)) {
      lock.mutex()->give_way();
    } else {
      wait_to_read(lock);
    }
  }
}

/// What a read can return without the transport: plaintext first, then the end of file or the error
/// that is known.
std::optional<Result<std::size_t>> Conn::Impl::take(Lock& lock, MutableBytes into) {
  if (closing_) return fail(Error(Errc::closed).in(Phase::read));
  std::size_t n = 0;
  while (n < into.size() && !engine_.readable().empty()) {
    const Bytes plaintext = engine_.readable();
    const std::size_t part = std::min(plaintext.size(), into.size() - n);
    std::memcpy(into.data() + n, plaintext.data(), part);
    Result<void> consumed;
    run_engine(lock, [&](Engine& engine) { consumed = engine.consume(part); });
    if (!consumed) return fail(consumed.error());
    n += part;
  }
  settle();
  if (n > 0 && driven_) wake();  // a renegotiation may have waited for the room
  if (n > 0) return n;
  if (engine_.peer_closed()) return std::size_t{0};
  if (auto error = ended()) return fail(tagged(*error, Phase::read));
  if (read_error_) return fail(tagged(*read_error_, Phase::read));
  if (read_ended_)
    return std::size_t{0};  // Dangerous::accept_truncation: else the engine has said truncated
  return std::nullopt;
}

void Conn::Impl::wait_to_read(Lock& lock) {
  const Deadline idle = within(kIdleAfter, clock_);
  const Deadline until = std::min(read_deadline_, idle);
  wait(lock, interest(), until);
  if (!idle.passed(now()) || closing_ || torn_down_ || busy_) return;
  engine_.release_buffers();
  wait(lock, interest(), read_deadline_);
}

Result<std::size_t> Conn::Impl::write(std::span<const Bytes> from, Flush flush) {
  std::size_t accepted = 0;
  Bytes rest;  // of the buffer in front of `from`
  auto entered = enter();
  if (!entered) return fail(Error(Errc::not_owner).in(Phase::write));
  Lock& lock = *entered;
  bool began = false;
  for (;;) {
    if (auto error = await_engine(lock, Side::write, Phase::write))
      return accepted > 0 ? leave_write(accepted) : fail(*error);
    if (!std::exchange(began, true) && now() - last_sent_ >= kIdleAfter)
      engine_.restart_record_sizes();
    while (rest.empty() && !from.empty()) {
      rest = from.front();
      from = from.subspan(1);
    }
    if (auto error = ended()) return leave_write(fail(tagged(*error, Phase::write)));
    if (write_error_) return leave_write(fail(tagged(*write_error_, Phase::write)));
    if (handshake_over_ && rest.empty()) {
      if (flush == Flush::now && !engine_.flush()) continue;
      if (engine_.output().empty()) return accepted;
    }
    if (engine_.write_closed() && !rest.empty())
      return leave_write(fail(Error(Errc::closed).in(Phase::write)));
    if (write_deadline_.passed(now())) {
      if (flush == Flush::now && accepted > 0) (void)engine_.flush();
      if (accepted > 0) return leave_write(accepted);
      return leave_write(fail(out_of_time(handshake_pending() ? Phase::handshake : Phase::write)));
    }
    if (handshake_pending()) {
      if (auto done = complete_handshake(lock, Side::write); !done) {
        if (accepted > 0) return leave_write(accepted);
        return fail(tagged(done.error(), Phase::handshake));
      }
      continue;
    }
    if (!rest.empty()) {
      auto taken = engine_.write(rest, from.empty() ? flush : Flush::later);
      if (!taken) return leave_write(fail(tagged(taken.error(), Phase::write)));
      accepted += *taken;
      rest = rest.subspan(*taken);
    }
    push();
    if (write_error_) continue;
    if (!engine_.output().empty()) {
      wait(lock, Interest::write, write_deadline_);
    } else if (!rest.empty()) {
      lock.mutex()->give_way();
    }
  }
}

/// A reader that is blocked already is to push what this write leaves behind.
Result<std::size_t> Conn::Impl::leave_write(Result<std::size_t> result) {
  settle();
  if (busy_ || !engine_.output().empty()) wake();
  return result;
}

Result<void> Conn::Impl::close_write() {
  {
    auto lock = enter();
    if (!lock) return fail(Error(Errc::not_owner).in(Phase::write));
    if (auto error = await_engine(*lock, Side::write, Phase::write)) return fail(*error);
    if (auto error = ended()) return fail(tagged(*error, Phase::write));
    if (auto queued = engine_.close_write(); !queued) {
      settle();
      return fail(tagged(queued.error(), Phase::write));
    }
  }
  if (auto flushed = write({}, Flush::now); !flushed) return fail(flushed.error());
  return {};
}

void Conn::Impl::set_deadlines(std::optional<Deadline> read, std::optional<Deadline> write) {
  attention_ = true;
  const auto lock = enter();
  if (!lock) return;
  if (read) read_deadline_ = *read;
  if (write) write_deadline_ = *write;
  wake();
}

ConnectionState Conn::Impl::state() const try {
  auto lock = enter();
  if (!lock) return {};
  engine_free_.wait(*lock, [this] { return !busy_; });
  return engine_.state();
} catch (const std::bad_alloc&) { return {}; }

Result<void> Conn::Impl::export_keying_material(std::string_view label,
                                                std::optional<Bytes> context,
                                                MutableBytes out) const {
  auto lock = enter();
  if (!lock) return fail(Errc::not_owner);
  engine_free_.wait(*lock, [this] { return !busy_; });
  return engine_.export_keying_material(label, context, out);
}

Result<std::vector<std::uint8_t>> Conn::Impl::channel_binding(ChannelBinding kind) const {
  auto lock = enter();
  if (!lock) return fail(Errc::not_owner);
  engine_free_.wait(*lock, [this] { return !busy_; });
  return engine_.channel_binding(kind);
}

std::optional<Error> Conn::Impl::error() const {
  const auto lock = enter();
  if (!lock) return Error(Errc::not_owner);
  return failure_ ? failure_ : busy_ ? std::nullopt : engine_.error();
}

Deadline Conn::Impl::deadline(Side side) const {
  switch (side) {
    case Side::read: return read_deadline_;
    case Side::write: return write_deadline_;
    case Side::both: break;
  }
  return std::min(read_deadline_, write_deadline_);
}

/// What ended both directions.
std::optional<Error> Conn::Impl::ended() const {
  if (!owned()) return Error(Errc::not_owner);  // a callback of the caller's forked
  if (closing_ || retired_) return Error(Errc::closed);
  if (failure_) return failure_;
  return engine_.error();
}

Conn::Conn(std::unique_ptr<Impl> impl) : impl_(impl.release()) {}
Conn::Conn(Conn&&) noexcept = default;
Conn& Conn::operator=(Conn&&) noexcept = default;
Conn::~Conn() = default;

Result<Conn> Conn::client(TransportPtr transport, const ClientContext& context,
                          std::string_view server_name) try {
  if (transport == nullptr) return fail(Errc::misuse, "a connection needs a transport");
  const ClientConfig& config = context.config();
  Engine engine = Engine::client(context, server_name);
  if (engine.error()) return fail(untold(*engine.error()));
  return Conn(std::make_unique<Impl>(std::move(engine), std::move(transport), config.common,
                                     config.dangerous.accept_truncation));
} catch (...) { return fail(not_told(Phase::configure)); }

Result<Conn> Conn::server(TransportPtr transport, const ServerContext& context) try {
  if (transport == nullptr) return fail(Errc::misuse, "a connection needs a transport");
  const ServerConfig& config = context.config();
  Engine engine = Engine::server(context);
  if (engine.error()) return fail(untold(*engine.error()));
  return Conn(std::make_unique<Impl>(std::move(engine), std::move(transport), config.common,
                                     config.dangerous.accept_truncation,
                                     config.session_lookup_timeout));
} catch (...) { return fail(not_told(Phase::configure)); }

// Every call goes through Impl::call() or Impl::look(): a callback may be around it.

void Conn::set_deadline(Deadline both) {
  impl_->look(0, [&](Impl& impl) { return impl.set_deadlines(both, both), 0; });
}
void Conn::set_read_deadline(Deadline deadline) {
  impl_->look(0, [&](Impl& impl) { return impl.set_deadlines(deadline, std::nullopt), 0; });
}
void Conn::set_write_deadline(Deadline deadline) {
  impl_->look(0, [&](Impl& impl) { return impl.set_deadlines(std::nullopt, deadline), 0; });
}

Result<void> Conn::handshake() {
  return impl_->call(Impl::Waits::yes, Phase::handshake,
                     [](Impl& impl) { return impl.handshake(); });
}
Wants Conn::wants() const {
  return impl_->look(Wants::nothing, [](Impl& impl) { return impl.wants(); });
}
void Conn::on_request(std::function<void(Wants)> call) {
  if (Impl::Inside::of(impl_.get()) != nullptr) return;
  impl_->look(0, [&](Impl& impl) { return impl.on_request(std::move(call)), 0; });
}
Result<Request> Conn::request() const {
  return impl_->call(Impl::Waits::no, Phase::handshake, [](Impl& impl) { return impl.request(); });
}
Result<void> Conn::answer(const Answer& answer) {
  return impl_->call(Impl::Waits::no, Phase::handshake,
                     [&](Impl& impl) { return impl.answer(answer); });
}

Result<std::size_t> Conn::read(MutableBytes into) {
  return impl_->call(Impl::Waits::yes, Phase::read, [&](Impl& impl) { return impl.read(into); });
}
Result<std::size_t> Conn::write(Bytes from, Flush flush) { return write({&from, 1}, flush); }
Result<std::size_t> Conn::write(std::span<const Bytes> from, Flush flush) {
  return impl_->call(Impl::Waits::yes, Phase::write,
                     [&](Impl& impl) { return impl.write(from, flush); });
}
Result<void> Conn::flush() {
  if (auto flushed = write(std::span<const Bytes>(), Flush::now); !flushed)
    return fail(flushed.error());
  return {};
}

Result<void> Conn::close_write() {
  return impl_->call(Impl::Waits::yes, Phase::write, [](Impl& impl) { return impl.close_write(); });
}
CloseReport Conn::close() { return impl_->close_from_outside(std::nullopt); }
CloseReport Conn::close_gracefully(Deadline deadline) {
  return impl_->close_from_outside(deadline);
}
CloseReport Conn::Impl::close_from_outside(std::optional<Deadline> gentle_until) {
  auto report = call(Waits::for_teardown, Phase::close,
                     [&](Impl& impl) { return Result<CloseReport>(impl.close(gentle_until)); });
  return report ? *report : CloseReport{.error = report.error()};
}
void Conn::abort(Alert alert) {
  (void)impl_->call(Impl::Waits::no, Phase::none,
                    [&](Impl& impl) { return impl.abort(alert), Result<void>(); });
}

ConnectionState Conn::state() const {
  return impl_->look(ConnectionState{}, [](Impl& impl) { return impl.state(); });
}
Result<void> Conn::export_keying_material(std::string_view label, std::optional<Bytes> context,
                                          MutableBytes out) const {
  return impl_->call(Impl::Waits::no, Phase::none,
                     [&](Impl& impl) { return impl.export_keying_material(label, context, out); });
}
Result<std::vector<std::uint8_t>> Conn::channel_binding(ChannelBinding kind) const {
  return impl_->call(Impl::Waits::no, Phase::none,
                     [&](Impl& impl) { return impl.channel_binding(kind); });
}
std::optional<Error> Conn::error() const {
  return impl_->look(std::optional(Error(Errc::misuse)), [](Impl& impl) { return impl.error(); });
}
Result<void> Conn::disown() {
  return impl_->call(Impl::Waits::no, Phase::none, [](Impl& impl) { return impl.disown(); });
}
Result<void> Conn::adopt() {
  return impl_->call(Impl::Waits::no, Phase::none, [](Impl& impl) { return impl.adopt(); });
}
std::string Conn::local() const try { return impl_->local(); } catch (const std::bad_alloc&) {
  return {};
}
std::string Conn::peer() const try { return impl_->peer(); } catch (const std::bad_alloc&) {
  return {};
}

}  // namespace tls12
