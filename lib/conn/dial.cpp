// Resolve, connect, handshake: one deadline.
#include <algorithm>

#include "conn/no_memory.hpp"
#include "tls12/conn.hpp"
#include "x509/name/reference_name.hpp"

namespace tls12 {

Result<Conn> dial(std::string_view host, std::uint16_t port, const ClientContext& context,
                  Deadline deadline, std::string_view server_name) try {
  const std::string_view name = server_name.empty() ? host : server_name;
  // Do not connect for a name that no certificate can have.
  if (const auto parsed = x509::ReferenceName::parse(name); !parsed)
    return fail(parsed.error().in(Phase::configure));
  auto transport = connect_tcp(host, port, deadline);
  if (!transport) return fail(transport.error());
  auto conn = Conn::client(std::move(*transport), context, name);
  if (!conn) return fail(conn.error());
  conn->set_deadline(deadline);
  if (auto done = conn->handshake(); !done) {
    // The peer is told why, if there is time; a far deadline is no reason to wait for one that does
    // not listen.
    conn->set_write_deadline(std::min(deadline, within(context.config().common.close_timeout)));
    conn->close();
    return fail(done.error());
  }
  conn->set_deadline(Deadline::never());
  return conn;
} catch (const std::bad_alloc&) { return fail(no_memory(Phase::configure)); }

}  // namespace tls12
