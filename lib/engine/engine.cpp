// The public face: every call checked, and no exception let out.
#include "tls12/engine.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/caught.hpp"
#include "engine/impl.hpp"
#include "handshake/client.hpp"
#include "handshake/server.hpp"
#include "record/foreign.hpp"

namespace tls12 {
namespace {

// Wants numbers the alternatives of both.
template <Wants kind, class TheRequest, class TheAnswer>
constexpr bool is_numbered =
    std::is_same_v<std::variant_alternative_t<std::size_t(kind), Request>, TheRequest> &&
    std::is_same_v<std::variant_alternative_t<std::size_t(kind) - 1, Answer>, TheAnswer>;
static_assert(is_numbered<Wants::signature, SignatureRequest, SignatureAnswer> &&
              is_numbered<Wants::decryption, DecryptionRequest, DecryptionAnswer> &&
              is_numbered<Wants::session, SessionRequest, SessionAnswer> &&
              is_numbered<Wants::verdict, VerdictRequest, VerdictAnswer> &&
              is_numbered<Wants::renegotiation, RenegotiationRequest, RenegotiationAnswer>);

const std::optional<Error> kNoMemory = Error(Errc::out_of_memory);
const ConnectionState kNoState;

// sent(), received() and consume() of an engine without an Impl, which has no buffers.
Result<void> nothing_of(std::size_t n) { return n == 0 ? Result<void>{} : fail(Errc::misuse); }

}  // namespace

/// One call of the application's that may run callbacks. It refuses a second one from inside, keeps
/// exceptions in, and outlives an engine that is destroyed from inside.
class Engine::Call {
 public:
  explicit Call(Impl* impl) : impl_(impl), begun_(impl != nullptr && !impl->called_) {
    if (begun_) impl_->called_ = true;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (!begun_) return;
    impl_->called_ = false;
    if (impl_->retired_) delete impl_;
  }

  explicit operator bool() const { return begun_; }
  Impl* operator->() const { return impl_; }
  std::unexpected<Error> refusal() const {
    return impl_ == nullptr ? fail(*kNoMemory)
                            : fail(Errc::misuse, "a call from inside a callback");
  }
  /// An exception is the connection's fatal error.
  template <class Body>
  void run(Body body) {
    try {
      body(*impl_);
    } catch (...) { impl_->fail_by_exception(caught()); }
  }
  /// The same for a call that does nothing when it is refused.
  template <class Body>
  void run_if_begun(Body body) {
    if (begun_) run(body);
  }

 private:
  Impl* impl_;
  bool begun_;
};

void Engine::Retire::operator()(Impl* impl) const {
  if (!impl->called_) return delete impl;
  impl->retired_ = true;
}

Engine::Impl::Impl(const ClientContext& context, WallTime now)
    : Impl(Role::client, context, context.config().common, context.config().dynamic_records, now) {
  writing_.set_version(ProtocolVersion::tls10);  // RFC 5246 appendix E.1: what old servers, and
                                                 // boxes in between, put up with
}

Engine::Impl::Impl(const ServerContext& context, WallTime now)
    : Impl(Role::server, context, context.config().common, context.config().dynamic_records, now) {}

Engine::Impl::Impl(Role role, std::variant<ClientContext, ServerContext> context,
                   const CommonConfig& config, bool dynamic_records, WallTime now)
    : context_(std::move(context)),
      config_(config),
      now_(now),
      work_(config.limits.work),
      reading_(config.limits),
      assembly_(config.limits),
      writing_(config.limits),
      dynamic_records_(dynamic_records) {
  state_.role = role;
  limit_sent_fragments(0);
  restart_record_sizes();
}

void Engine::Impl::observe() {
  if (config_.observe) observer_ = config_.observe(state_.role);
}

void Engine::Impl::begin_client(x509::ReferenceName server_name) {
  begin(std::make_unique<handshake::Client>(internals(std::get<ClientContext>(context_)),
                                            std::move(server_name),
                                            environment(state_, secrets_, nullptr)));
}

void Engine::Impl::begin_server() {
  begin(std::make_unique<handshake::Server>(std::get<ServerContext>(context_),
                                            environment(state_, secrets_, nullptr)));
}

handshake::Endpoint::Environment Engine::Impl::environment(ConnectionState& state,
                                                           handshake::EstablishedSecrets& secrets,
                                                           const ConnectionState* established) {
  return {.channel = *this,
          .state = state,
          .secrets = secrets,
          .established = established,
          .observer = observer_.get(),
          .now = now_,
          .work = work_};
}

Request Engine::Impl::request() const {
  if (wants() == Wants::renegotiation) return RenegotiationRequest{};
  return handshake_ ? handshake_->request() : Request{};
}

Result<void> Engine::Impl::start(std::unique_ptr<handshake::Endpoint> endpoint) {
  handshake_ = std::move(endpoint);
  return moved_on(handshake_->flow().advance());
}

void Engine::Impl::begin(std::unique_ptr<handshake::Endpoint> endpoint) {
  if (const auto started = start(std::move(endpoint)); !started) return fail(started.error());
  flush_flight();
  writing_.set_version(ProtocolVersion::tls12);  // the first flight alone may say less
}

// An engine for which there was no memory has no Impl: it has failed, and does nothing.
Engine Engine::client(const ClientContext& context, std::string_view server_name,
                      WallTime now) try {
  Owner impl(new Impl(context, now));
  Call(impl.get()).run([&](Impl& made) {
    made.observe();
    auto name = x509::ReferenceName::parse(server_name);
    if (!name) return made.fail(name.error());
    made.begin_client(std::move(*name));
  });
  return Engine(std::move(impl));
} catch (const std::bad_alloc&) { return Engine(nullptr); }

Engine Engine::server(const ServerContext& context, WallTime now) try {
  Owner impl(new Impl(context, now));
  Call(impl.get()).run([](Impl& made) {
    made.observe();
    made.begin_server();
  });
  return Engine(std::move(impl));
} catch (const std::bad_alloc&) { return Engine(nullptr); }

std::optional<Error> Engine::check_first_bytes(Bytes first) {
  std::array<std::uint8_t, record::kMaxForeignStart> start = {};
  const std::size_t size = std::min(first.size(), start.size());
  std::ranges::copy(first.first(size), start.begin());
  const auto framed = record::Framer{}.next(MutableBytes(start).first(size));
  if (framed) return std::nullopt;
  Error error = framed.error();
  error.alert.reset();  // none was sent
  return error;
}

Engine::Engine(Owner impl) : impl_(std::move(impl)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

MutableBytes Engine::input_space() {
  MutableBytes space;
  Call(impl_.get()).run_if_begun([&](Impl& impl) { space = impl.input_space(); });
  return space;
}

MutableBytes Engine::begin_receive() {
  MutableBytes space;
  Call(impl_.get()).run_if_begun([&](Impl& impl) { space = impl.begin_receive(); });
  return space;
}

Result<void> Engine::received(std::size_t n) {
  Call call(impl_.get());
  if (!call) return impl_ == nullptr ? nothing_of(n) : call.refusal();
  Result<void> taken;
  call.run([&](Impl& impl) { taken = impl.received(n); });
  return taken;
}

void Engine::transport_ended() {
  Call(impl_.get()).run_if_begun([](Impl& impl) { impl.transport_ended(); });
}

void Engine::interrupt_if(std::function<bool()> ask) {
  Call(impl_.get()).run_if_begun([&](Impl& impl) { impl.interrupt_if(std::move(ask)); });
}
bool Engine::has_work() const { return impl_ && impl_->has_work(); }
void Engine::work() {
  if (has_work()) Call(impl_.get()).run_if_begun([](Impl& impl) { impl.work(); });
}

Bytes Engine::output() const { return impl_ ? impl_->output() : Bytes{}; }
Bytes Engine::begin_send() {
  Bytes bytes;
  Call(impl_.get()).run_if_begun([&](Impl& impl) { bytes = impl.begin_send(); });
  return bytes;
}
Result<void> Engine::sent(std::size_t n) {
  Call call(impl_.get());
  if (!call) return impl_ == nullptr ? nothing_of(n) : call.refusal();
  Result<void> taken;
  call.run([&](Impl& impl) { taken = impl.sent(n); });
  return taken;
}
bool Engine::mid_record() const { return impl_ && impl_->mid_record(); }

bool Engine::handshaking() const { return impl_ && impl_->handshaking(); }
std::string_view Engine::due() const { return impl_ ? impl_->due() : "nothing"; }
Wants Engine::wants() const { return impl_ ? impl_->wants() : Wants::nothing; }
Result<Request> Engine::request() const try {
  return impl_ ? impl_->request() : Request{};
} catch (...) { return fail(caught()); }

Result<void> Engine::answer(const Answer& answer) {
  Call call(impl_.get());
  if (!call && impl_) return call.refusal();
  const auto kind = static_cast<Wants>(answer.index() + 1);
  if (wants() != kind) return fail(Errc::not_waiting_for_that);
  call.run([&](Impl& impl) { impl.answer(answer); });
  return {};
}

Bytes Engine::readable() const { return impl_ ? impl_->readable() : Bytes{}; }
Result<void> Engine::consume(std::size_t n) {
  Call call(impl_.get());
  if (!call) return impl_ == nullptr ? nothing_of(n) : call.refusal();
  Result<void> taken;
  call.run([&](Impl& impl) { taken = impl.consume(n); });
  return taken;
}

Result<std::size_t> Engine::write(Bytes data, Flush flush) { return write({&data, 1}, flush); }

Result<std::size_t> Engine::write(std::span<const Bytes> buffers, Flush flush) {
  Call call(impl_.get());
  if (!call) return call.refusal();
  Result<std::size_t> written = fail(Errc::callback_threw);
  call.run([&](Impl& impl) { written = impl.write(buffers, flush); });
  return call->error() && !written ? fail(*call->error()) : written;
}

Result<void> Engine::flush() {
  Call call(impl_.get());
  if (!call) return call.refusal();
  call.run([](Impl& impl) { (void)impl.flush(); });
  return call->error() ? fail(*call->error()) : Result<void>{};
}

void Engine::restart_record_sizes() {
  Call(impl_.get()).run_if_begun([](Impl& impl) { impl.restart_record_sizes(); });
}

Result<void> Engine::export_keying_material(std::string_view label, std::optional<Bytes> context,
                                            MutableBytes out) const try {
  return impl_ ? impl_->export_keying_material(label, context, out) : fail(*kNoMemory);
} catch (...) { return fail(caught()); }

Result<std::vector<std::uint8_t>> Engine::channel_binding(ChannelBinding kind) const try {
  if (!impl_) return fail(*kNoMemory);
  return impl_->channel_binding(kind);
} catch (...) { return fail(caught()); }

Result<void> Engine::close_write() {
  Call call(impl_.get());
  if (!call) return call.refusal();
  Result<void> closed;
  call.run([&](Impl& impl) { closed = impl.close_write(); });
  return call->error() ? fail(*call->error()) : closed;
}

void Engine::abort(Alert alert) {
  Error error(Errc::aborted);
  error.alert = alert;
  Call(impl_.get()).run_if_begun([&](Impl& impl) { impl.fail(error); });
}

std::optional<SessionUpdate> Engine::take_session_update() {
  const Call call(impl_.get());
  return call ? call->take_session_update() : std::nullopt;
}

bool Engine::write_closed() const { return impl_ && impl_->write_closed(); }
bool Engine::peer_closed() const { return impl_ && impl_->peer_closed(); }
std::optional<Alert> Engine::warning() const { return impl_ ? impl_->warning() : std::nullopt; }
const std::optional<Error>& Engine::error() const { return impl_ ? impl_->error() : kNoMemory; }
const ConnectionState& Engine::state() const { return impl_ ? impl_->state() : kNoState; }
void Engine::release_buffers() {
  Call(impl_.get()).run_if_begun([](Impl& impl) { impl.release_buffers(); });
}

}  // namespace tls12
