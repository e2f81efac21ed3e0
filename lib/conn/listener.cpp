#include "tls12/listener.hpp"

#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "conn/listening_socket.hpp"
#include "conn/no_memory.hpp"

namespace tls12 {

class Listener::Impl {
 public:
  Impl(Descriptor s, const ServerContext& c) : socket(std::move(s)), context_(c) {}
  ListeningSocket socket;

  ServerContext context() {
    process_.enter([this] { std::construct_at(&mutex_); });
    const std::scoped_lock lock(mutex_);
    return context_;
  }
  void reload(ServerContext context) {
    process_.enter([this] { std::construct_at(&mutex_); });
    const std::scoped_lock lock(mutex_);
    std::swap(context_, context);  // the old one goes when the lock is gone
  }

 private:
  ProcessGuard process_;
  std::mutex mutex_;
  ServerContext context_;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener() = default;

Result<Listener> Listener::on(std::string_view address, std::uint16_t port,
                              const ServerContext& context) try {
  auto socket = ListeningSocket::open(address, port);
  if (!socket) return fail(socket.error());
  return Listener(std::make_unique<Impl>(std::move(*socket), context));
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::configure)); }

Result<TransportPtr> Listener::accept_transport(Deadline deadline) try {
  for (;;) {
    auto socket = impl_->socket.accept(deadline);
    if (!socket) return fail(socket.error());
    // A connection that is broken already is its own trouble, not the listener's.
    if (auto transport = transport_over(std::move(*socket))) return transport;
  }
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::connect)); }

Result<Conn> Listener::accept(Deadline deadline) {
  auto transport = accept_transport(deadline);
  if (!transport) return fail(transport.error());
  return Conn::server(std::move(*transport), impl_->context());
}

void Listener::reload(const ServerContext& context) { impl_->reload(context); }
void Listener::close() { impl_->socket.close(); }
std::string Listener::address() const try {
  return impl_->socket.address().text();
} catch (const std::bad_alloc&) { return {}; }
std::uint16_t Listener::port() const { return impl_->socket.address().port(); }

}  // namespace tls12
