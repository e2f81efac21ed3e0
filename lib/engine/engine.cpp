// The public face: every call checked, and no exception let out.
#include "tls12/engine.hpp"

#include <new>
#include <string>
#include <utility>

#include "engine/impl.hpp"
#include "handshake/client.hpp"
#include "handshake/server.hpp"

namespace tls12 {
namespace {

const std::optional<Error> kNoMemory = Error(Errc::out_of_memory);
const ConnectionState kNoState;

std::unique_ptr<Observer> observer_of(const CommonConfig& config, Role role) { return config.observe ? config.observe(role) : nullptr; }

// sent(), received() and consume() of an engine without an Impl, which has no buffers.
Result<void> nothing_of(std::size_t n) { return n == 0 ? Result<void>{} : fail(Errc::misuse); }

// Runs `call`; memory that runs out is the connection's fatal error, told to the peer if there is memory for that.
template <class Impl, class Call>
void guarded(Impl& impl, Call call) {
  try {
    call();
  } catch (const std::bad_alloc&) {
    try {
      impl.fail(Errc::out_of_memory);
    } catch (const std::bad_alloc&) {
      Error untold(Errc::out_of_memory);
      untold.alert.reset();
      impl.fail_silently(untold);
    }
  }
}

}  // namespace

Engine::Impl::Impl(const ClientContext& context, WallTime now) : Impl(Role::client, context, context.config().common, context.config().dynamic_records, now) {
  writing_.set_version(ProtocolVersion::tls10);  // RFC 5246 appendix E.1: what old servers, and boxes in between, put up with
}

Engine::Impl::Impl(const ServerContext& context, WallTime now) : Impl(Role::server, context, context.config().common, context.config().dynamic_records, now) {}

Engine::Impl::Impl(Role role, std::variant<ClientContext, ServerContext> context, const CommonConfig& config, bool dynamic_records, WallTime now)
    : context_(std::move(context)),
      config_(config),
      now_(now),
      work_(config.limits.work),
      observer_(observer_of(config, role)),
      reading_(config.limits),
      assembly_(config.limits),
      writing_(config.limits),
      dynamic_records_(dynamic_records) {
  state_.role = role;
  restart_record_sizes();
}

void Engine::Impl::begin_client(x509::ReferenceName server_name) {
  begin(std::make_unique<handshake::Client>(std::get<ClientContext>(context_).content(), std::move(server_name), environment(state_, kept_, nullptr)));
}

void Engine::Impl::begin_server() { begin(std::make_unique<handshake::Server>(std::get<ServerContext>(context_), environment(state_, kept_, nullptr))); }

handshake::Endpoint::Environment Engine::Impl::environment(ConnectionState& state, handshake::Kept& kept, const ConnectionState* established) {
  return {.channel = *this, .state = state, .kept = kept, .established = established, .observer = observer_.get(), .now = now_, .work = work_};
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
Engine Engine::client(const ClientContext& context, std::string_view server_name, WallTime now) try {
  auto impl = std::make_unique<Impl>(context, now);
  guarded(*impl, [&] {
    auto name = x509::ReferenceName::parse(server_name);
    if (!name) return impl->fail(name.error());
    impl->begin_client(std::move(*name));
  });
  return Engine(std::move(impl));
} catch (const std::bad_alloc&) { return Engine(nullptr); }

Engine Engine::server(const ServerContext& context, WallTime now) try {
  auto impl = std::make_unique<Impl>(context, now);
  guarded(*impl, [&] { impl->begin_server(); });
  return Engine(std::move(impl));
} catch (const std::bad_alloc&) { return Engine(nullptr); }

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

MutableBytes Engine::input_space() {
  MutableBytes space;
  if (impl_) guarded(*impl_, [&] { space = impl_->input_space(); });
  return space;
}

MutableBytes Engine::begin_receive() {
  MutableBytes space;
  if (impl_) guarded(*impl_, [&] { space = impl_->begin_receive(); });
  return space;
}

Result<void> Engine::received(std::size_t n) {
  if (!impl_) return nothing_of(n);
  Result<void> taken;
  guarded(*impl_, [&] { taken = impl_->received(n); });
  return taken;
}

void Engine::transport_ended() {
  if (impl_) guarded(*impl_, [&] { impl_->transport_ended(); });
}

void Engine::interrupt_if(std::function<bool()> ask) {
  if (impl_) impl_->interrupt_if(std::move(ask));
}
bool Engine::has_work() const { return impl_ && impl_->has_work(); }
void Engine::work() {
  if (has_work()) guarded(*impl_, [&] { impl_->work(); });
}

Bytes Engine::output() const { return impl_ ? impl_->output() : Bytes{}; }
Bytes Engine::begin_send() { return impl_ ? impl_->begin_send() : Bytes{}; }
Result<void> Engine::sent(std::size_t n) { return impl_ ? impl_->sent(n) : nothing_of(n); }
bool Engine::mid_record() const { return impl_ && impl_->mid_record(); }

bool Engine::handshaking() const { return impl_ && impl_->handshaking(); }
std::string_view Engine::due() const { return impl_ ? impl_->due() : "nothing"; }
Wants Engine::wants() const { return impl_ ? impl_->wants() : Wants::nothing; }
SignatureWanted Engine::signature_wanted() const { return impl_ ? impl_->signature_wanted() : SignatureWanted{}; }

Result<void> Engine::answer(Wants what, std::optional<Bytes> with) {
  if (wants() != what) return fail(Errc::not_waiting_for_that);
  guarded(*impl_, [&] { impl_->answer(with); });
  return {};
}
Bytes Engine::asked(Wants what) const { return wants() == what ? impl_->asked() : Bytes{}; }

Result<void> Engine::provide_signature(Bytes signature) { return answer(Wants::signature, signature); }
Result<void> Engine::refuse_signature() { return answer(Wants::signature, std::nullopt); }
Bytes Engine::decryption_wanted() const { return asked(Wants::decryption); }
Result<void> Engine::provide_decryption(Bytes block) { return answer(Wants::decryption, block); }
Result<void> Engine::refuse_decryption() { return answer(Wants::decryption, std::nullopt); }
Bytes Engine::session_wanted() const { return asked(Wants::session); }
Result<void> Engine::provide_session(Bytes session) { return answer(Wants::session, session); }
Result<void> Engine::accept_peer() { return answer(Wants::verdict, std::nullopt); }
Result<void> Engine::refuse_peer(std::string_view reason) { return answer(Wants::verdict, bytes_of(reason)); }

Bytes Engine::readable() const { return impl_ ? impl_->readable() : Bytes{}; }
Result<void> Engine::consume(std::size_t n) {
  if (!impl_) return nothing_of(n);
  Result<void> taken;
  guarded(*impl_, [&] { taken = impl_->consume(n); });
  return taken;
}

Result<std::size_t> Engine::write(Bytes data, Flush flush) { return write({&data, 1}, flush); }

Result<std::size_t> Engine::write(std::span<const Bytes> buffers, Flush flush) {
  if (!impl_) return fail(*kNoMemory);
  Result<std::size_t> written = 0;
  guarded(*impl_, [&] { written = impl_->write(buffers, flush); });
  return impl_->error() && !written ? fail(*impl_->error()) : written;
}

Result<void> Engine::flush() {
  if (!impl_) return fail(*kNoMemory);
  guarded(*impl_, [&] { (void)impl_->flush(); });
  return impl_->error() ? fail(*impl_->error()) : Result<void>{};
}

void Engine::restart_record_sizes() {
  if (impl_) impl_->restart_record_sizes();
}

Result<void> Engine::export_keying_material(std::string_view label, std::optional<Bytes> context, MutableBytes out) const try {
  return impl_ ? impl_->export_keying_material(label, context, out) : fail(*kNoMemory);
} catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

Result<std::vector<std::uint8_t>> Engine::channel_binding(ChannelBinding kind) const try {
  if (!impl_) return fail(*kNoMemory);
  return impl_->channel_binding(kind);
} catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

Result<void> Engine::close_write() {
  if (!impl_) return fail(*kNoMemory);
  Result<void> closed;
  guarded(*impl_, [&] { closed = impl_->close_write(); });
  return impl_->error() ? fail(*impl_->error()) : closed;
}

void Engine::abort(Alert alert) {
  Error error(Errc::aborted);
  error.alert = alert;
  if (impl_) guarded(*impl_, [&] { impl_->fail(error); });
}

bool Engine::write_closed() const { return impl_ && impl_->write_closed(); }
bool Engine::peer_closed() const { return impl_ && impl_->peer_closed(); }
const std::optional<Error>& Engine::error() const { return impl_ ? impl_->error() : kNoMemory; }
const ConnectionState& Engine::state() const { return impl_ ? impl_->state() : kNoState; }
void Engine::release_buffers() {
  if (impl_) impl_->release_buffers();
}

}  // namespace tls12
