// RFC 5077: who asks for a ticket, who gives one, and what a ticket is worth.
#include <doctest/doctest.h>

#include "support/pair_with_session.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;
using enum HandshakeType;

namespace {

ScriptedPeer client_that_asks(bool asks, const ServerConfig& server) {
  ScriptedPeer peer = ScriptedPeer::client_of(server);
  if (asks) peer.client_hello.extensions.add(35, {});
  peer.send_all({client_hello, client_key_exchange});
  return peer;
}

// A client that takes tickets, and a server that gives it this one, up to its ChangeCipherSpec.
ScriptedPeer client_that_gets(const Octets& ticket, const std::shared_ptr<SessionStore>& store,
                              const std::string& lifetime = "00000e10") {
  ClientConfig config = client_config();
  config.sessions = store;
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  peer.gives_ticket = true;
  peer.send_server_flight();
  peer.send(message_of(new_session_ticket, joined({hex(lifetime.c_str()), vector_of(2, ticket)})));
  peer.change_cipher_spec();
  return peer;
}

// What a client with this store says in its SessionTicket extension.
std::optional<Octets> ticket_shown(const std::shared_ptr<SessionStore>& store, WallTime now = kNow,
                                   bool tickets = true) {
  ClientConfig config = client_config();
  config.sessions = store;
  config.tickets = tickets;
  const ScriptedPeer peer(Role::server, Engine::client(config.build().value(), "localhost", now));
  const auto shown = client_hello_of(peer).session_ticket;
  return shown ? std::optional(octets(*shown)) : std::nullopt;
}

}  // namespace

// ------------------------------------------------ the client

// Shows RFC 5077 3.2-1, 3.2-2
TEST_CASE(
    "RFC 5077 §3.2: a client asks for a ticket by an empty extension where it keeps tickets, and "
    "else not at all") {
  CHECK(ticket_shown(make_memory_session_store()) == Octets());
  CHECK(ticket_shown(make_memory_session_store(), kNow, false) == std::nullopt);
  CHECK(ticket_shown(nullptr) == std::nullopt);
}

// Shows RFC 5077 3.3-4, 4-1
TEST_CASE(
    "RFC 5077 §3.3, §4: a ticket is any bytes, shown again as they came once the server's Finished "
    "was right, and not before") {
  for (const Octets& ticket : {Octets{0}, Octets(48, 0xff), Octets(10'000, 0x30)}) {
    const auto store = make_memory_session_store();
    ScriptedPeer peer = client_that_gets(ticket, store);
    CHECK(ticket_shown(store) == Octets());
    peer.send(finished);
    REQUIRE(peer.engine.state().handshake_complete);
    CHECK(ticket_shown(store) == ticket);
  }
  const auto store = make_memory_session_store();
  ScriptedPeer peer = client_that_gets(Octets(48, 7), store);
  peer.send(message_of(finished, Octets(12)));
  peer.check_fault(Errc::bad_finished, Alert::decrypt_error);
  CHECK(ticket_shown(store) == Octets());
}

// Shows RFC 5077 3.3-6
TEST_CASE(
    "RFC 5077 §3.3: a ticket is forgotten when the lifetime that came with it is over; 0 says "
    "nothing, and is a day") {
  const auto kept_for = [](const std::string& lifetime, std::chrono::seconds seconds) {
    CAPTURE(lifetime);
    const auto store = make_memory_session_store();
    ScriptedPeer peer = client_that_gets(Octets(48, 7), store, lifetime);
    peer.send(finished);
    CHECK(ticket_shown(store, kNow + seconds - 1s) == Octets(48, 7));
    CHECK(ticket_shown(store, kNow + seconds) == Octets());
  };
  kept_for("00000e10", 1h);
  kept_for("00000001", 1s);
  kept_for("00000000", 24h);
}

TEST_CASE("RFC 5077 §3.3: an empty ticket is none; the session ID beside one is not kept") {
  const auto store = std::make_shared<OneSession>();
  client_that_gets({}, store).send(finished);
  CHECK(store->empty());
  client_that_gets(Octets(48, 7), store).send(finished);
  CHECK(store->session().session_id.empty());
  CHECK(octets(store->session().ticket) == Octets(48, 7));
}

// ------------------------------------------------ the server

// Shows RFC 5077 3.2-3, 3.2-4, 3.3-1, 3.3-2, 3.4-1
TEST_CASE(
    "RFC 5077 §3.2, §3.3: a ticket is announced and sent to a client that asked for one, instead "
    "of a session ID, and to no other") {
  ServerConfig server = server_config();
  server.sessions = std::make_shared<OneSession>();
  for (const bool gives : {true, false}) {
    for (const bool asks : {true, false}) {
      server.tickets = gives;
      ScriptedPeer peer = client_that_asks(asks, server);
      CHECK(server_hello_of(peer).session_ticket == (gives && asks));
      CHECK(server_hello_of(peer).session_id.empty() == (gives && asks));
      peer.change_cipher_spec();
      peer.send(finished);
      CHECK(peer.engine.state().handshake_complete);
      CHECK(peer.saw(new_session_ticket) == (gives && asks));
    }
  }
}

// Shows RFC 5077 3.3-3
TEST_CASE("RFC 5077 §3.3: no ticket is given before the client's Finished was right") {
  ScriptedPeer peer = client_that_asks(true, server_config());
  peer.change_cipher_spec();
  CHECK_FALSE(peer.saw(new_session_ticket));
  peer.send(message_of(finished, Octets(12)));
  peer.check_fault(Errc::bad_finished, Alert::decrypt_error);
  CHECK_FALSE(peer.saw(new_session_ticket));
}

// Shows RFC 5077 3.4-2, 3.4-3
TEST_CASE(
    "RFC 5077 §3.4: a ticket is taken whatever session ID stands beside it, and the ID comes "
    "back") {
  const PairWithSession ends(true);
  for (const std::size_t size : {1u, 16u, 32u}) {
    ScriptedPeer peer = ends.scripted_client();
    peer.client_hello.session_id = Octets(size, 0x2e);
    peer.send(client_hello);
    CHECK(octets(server_hello_of(peer).session_id) == Octets(size, 0x2e));
    peer.change_cipher_spec();
    peer.send(finished);
    CHECK(peer.engine.state().resumed);
    CHECK(peer.engine.state().handshake_complete);
  }
  // Without one the client learns by what follows the ServerHello: a ChangeCipherSpec.
  RawClientHello hello = ends.scripted_client().client_hello;
  hello.session_id = {};
  Engine engine = Engine::server(ends.server.build().value(), kNow);
  feed(engine, record_of(22, hello.bytes()));
  CHECK(engine.state().resumed);
  const Bytes out = engine.output();
  const std::size_t first = 5 + static_cast<std::size_t>(out[3] << 8 | out[4]);
  CHECK(wire::parse_server_hello(out.subspan(9, first - 9))->session_id.empty());
  CHECK(out[first] == 20);
}

// Shows RFC 5077 3.4-4
TEST_CASE(
    "RFC 5077 §3.4: a session ID beside a ticket is not looked up, though the ticket be "
    "worthless") {
  PairWithSession ends(false);
  for (const Octets& ticket : {Octets{1}, Octets(200, 9)}) {
    ScriptedPeer peer = ends.scripted_client();
    peer.client_hello.extensions.add(35, ticket);
    ends.servers->asked_for = 0;
    peer.send(client_hello);
    CHECK(peer.saw(certificate));
    CHECK(ends.servers->asked_for == 0);
    peer.send(client_key_exchange);
    peer.change_cipher_spec();
    peer.send(finished);
    CHECK(peer.engine.state().handshake_complete);
  }
}
