// A prefork server: a process for each connection, as in tls12/conn.hpp. Gives back every byte.
// Usage: prefork_server CHAIN.pem KEY.pem
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "tls12/tls12.hpp"

namespace {

/// One call of the system for each line: the processes share the output.
void tell(const tls12::Conn& conn, const char* how) {
  ::dprintf(STDOUT_FILENO, "%s: process %d, %s\n", conn.peer().c_str(), ::getpid(), how);
}

void serve(tls12::Conn& conn) {
  conn.set_deadline(tls12::within(std::chrono::seconds(30)));
  std::array<std::uint8_t, 16384> buffer;
  for (;;) {
    const auto n = conn.read(buffer);
    if (!n) return tell(conn, n.error().message().c_str());
    if (*n == 0) break;
    const auto written = conn.write(tls12::Bytes(buffer).first(*n));
    if (!written) return tell(conn, written.error().message().c_str());
    if (*written < *n) return tell(conn, "the peer takes nothing");
  }
  const tls12::CloseReport report = conn.close();
  tell(conn, report && report.alert_sent && report.peer_closed ? "closed by both" : "not closed");
}

void refuse(tls12::Conn& conn) { tell(conn, "refused: no process for it"); }

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const auto identity = tls12::Identity::from_pem_files(arguments[1], arguments[2]);
  if (!identity) return ::puts(identity.error().message().c_str()), 1;
  // One key for tickets, made before the forks: each process would make keys of its own.
  std::vector<std::uint8_t> secret(tls12::TicketKeys::kSecretSize);
  if (!tls12::default_provider()->rng().fill(secret)) return 1;
  const auto keys = tls12::TicketKeys::from_secrets({secret});
  if (!keys) return ::puts(keys.error().message().c_str()), 1;
  tls12::ServerConfig config{.identities = {*identity}};
  config.ticket_keys = *keys;
  const auto context = config.build();
  if (!context) return ::puts(context.error().message().c_str()), 1;
  auto listener = tls12::Listener::on("127.0.0.1", 0, *context);
  if (!listener) return ::puts(listener.error().message().c_str()), 1;
  ::signal(SIGCHLD, SIG_IGN);  // the kernel reaps the children
  ::dprintf(STDOUT_FILENO, "process %d listens on port %d\n", ::getpid(), listener->port());
  // The example of tls12/conn.hpp, line by line: prefork.py compares the two.
  while (auto conn = listener->accept()) {  // a process for each connection
    if (!conn->disown()) continue;          // before the fork: no process owns it
    const pid_t child = fork();
    if (child == 0) {
      if (conn->adopt()) serve(*conn);  // the first process that calls it owns it
      _exit(0);
    }
    if (child < 0 && conn->adopt()) refuse(*conn);
  }  // closes the descriptor of the parent, nothing else
}
