// A client and a server that have a session, which a test may change.
#pragma once

#include <functional>

#include "session/ticket.hpp"
#include "support/one_session.hpp"
#include "support/scripted_peer.hpp"

namespace tls12::test {

struct PairWithSession : PairConfig {
  std::shared_ptr<OneSession> clients = std::make_shared<OneSession>(),
                              servers = std::make_shared<OneSession>();

  using Edit = std::function<void(session::Session&)>;

  /// `edit` changes what both keep: the client in its store, the server in its own or in the
  /// ticket.
  explicit PairWithSession(bool tickets, const Edit& edit = [](auto&) {}) {
    client.sessions = clients;
    server.sessions = servers;
    client.tickets = tickets;
    server.ticket_keys = TicketKeys::rotating().value();
    const ConnectedEnginePair first(*this);
    session::Session session = clients->session();
    edit(session);
    session::Session at_server = tickets ? opened(session.ticket) : servers->session();
    edit(at_server);
    if (tickets)
      session.ticket =
          session::seal_ticket(*server.ticket_keys, session::serialize(at_server).value(), kNow)
              .value();
    else
      servers->set(at_server);
    clients->set(session);
  }

  /// A scripted client of the server, which offers the session as the real one would.
  ScriptedPeer scripted_client() const {
    const session::Session session = clients->session();
    ScriptedPeer peer = ScriptedPeer::client_of(server);
    peer.resumes = master_secret_of(session);
    peer.client_hello.session_id =
        session.ticket.empty() ? octets(session.session_id) : Octets(32, 0x1d);
    peer.client_hello.extensions.add(0, hex("000c 00 0009 6c6f63616c686f7374"));
    if (!session.ticket.empty()) peer.client_hello.extensions.add(35, octets(session.ticket));
    return peer;
  }
  /// A scripted server, which takes what the client offers.
  ScriptedPeer scripted_server() const {
    const session::Session session = clients->session();
    ScriptedPeer peer = ScriptedPeer::server_of(client);
    peer.resumes = master_secret_of(session);
    peer.suite = session.suite;
    return peer;
  }

 private:
  static ScriptedPeer::Session master_secret_of(const session::Session& session) {
    return {octets(session.master_secret.bytes()), {}, {}};
  }
  session::Session opened(Bytes ticket) const {
    return session::parse_session(session::open_ticket(*server.ticket_keys, ticket, kNow)->session)
        .value();
  }
};

}  // namespace tls12::test
