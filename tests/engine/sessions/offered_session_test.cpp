// What a server makes of a session that is offered to it, and a client of the answer: RFC 5746
// §3.4, §3.6, RFC 6066 §1.1, §3, RFC 7627 §5.3.
#include <doctest/doctest.h>

#include "support/pair_with_session.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

const PairWithSession::Edit kAsItWas = [](session::Session&) {},
                            kUnextended = [](session::Session& session) {
                              session.extended_master_secret = false;
                            };

template <class Check>
void by_id_and_by_ticket(const PairWithSession::Edit& edit, Check check) {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    check(PairWithSession(tickets, edit));
  }
}

void complete_as_client(ScriptedPeer& peer, bool resumed) {
  peer.send(HandshakeType::client_hello);
  REQUIRE(!peer.engine.error());
  CHECK(peer.saw(HandshakeType::certificate) == !resumed);
  if (!resumed) peer.send(HandshakeType::client_key_exchange);
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  CHECK(peer.engine.state().handshake_complete);
  CHECK(peer.engine.state().resumed == resumed);
  CHECK(peer.finished_is_right);
}

void complete_as_server(ScriptedPeer& peer, const RawServerHello& hello) {
  peer.send(hello.bytes());
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  CHECK(peer.engine.state().handshake_complete);
  CHECK(peer.engine.state().resumed);
  CHECK(peer.finished_is_right);
}

using Edit = void (*)(RawServerHello&);

void check_refused(const PairWithSession& ends, Edit edit, Errc code, Alert alert) {
  ScriptedPeer peer = ends.scripted_server();
  RawServerHello hello = peer.server_hello();
  edit(hello);
  peer.send(hello.bytes());
  peer.check_fault(code, alert);
  CHECK(ends.clients->empty());  // what comes to nothing is not offered again
}

}  // namespace

// ------------------------------------------------ the server

// Shows RFC 7627 5.3-3, 5.3-8; RFC 5746 3.6-4
TEST_CASE(
    "a session is resumed by a ClientHello that says what the first one said, and the ServerHello "
    "says so again") {
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    ScriptedPeer peer = ends.scripted_client();
    complete_as_client(peer, true);
    CHECK(server_hello_of(peer).extended_master_secret);
    CHECK(server_hello_of(peer).renegotiation_info->empty());
    const ServerHello hello = server_hello_of(peer);
    CHECK(std::distance(hello.extensions.begin(), hello.extensions.end()) ==
          3);  // and the point formats
  });
}

// Shows RFC 7627 5.3-4, 5.3-5
TEST_CASE(
    "RFC 7627 §5.3: a session without the extended master secret is not resumed by a ClientHello "
    "with it: the handshake is a full one") {
  by_id_and_by_ticket(kUnextended, [](const PairWithSession& ends) {
    ScriptedPeer peer = ends.scripted_client();
    complete_as_client(peer, false);
    CHECK(peer.engine.state().extended_master_secret);
  });
}

// Shows RFC 7627 5.3-6, 5.4-6
TEST_CASE(
    "RFC 7627 §5.3: a session with the extended master secret that is offered without it is an "
    "attack") {
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    ScriptedPeer peer = ends.scripted_client();
    peer.client_hello.extensions.remove(23);
    peer.send(HandshakeType::client_hello);
    peer.check_fault(Errc::session_extended_master_secret_changed, Alert::handshake_failure);
  });
}

// Shows RFC 7627 5.3-7, 5.4-3, 5.4-4
TEST_CASE(
    "RFC 7627 §5.3: a session that never had the extended master secret is resumed, and binds "
    "nothing, unless it is required") {
  by_id_and_by_ticket(kUnextended, [](PairWithSession ends) {
    ScriptedPeer peer = ends.scripted_client();
    peer.client_hello.extensions.remove(23);
    complete_as_client(peer, true);
    CHECK_FALSE(server_hello_of(peer).extended_master_secret);
    CHECK(peer.engine.channel_binding(ChannelBinding::tls_unique).error().code == Errc::misuse);

    ends.server.common.require_extended_master_secret = true;
    ScriptedPeer strict = ends.scripted_client();
    strict.client_hello.extensions.remove(23);
    strict.send(HandshakeType::client_hello);
    strict.check_fault(Errc::extended_master_secret_missing, Alert::handshake_failure);
  });
}

// Shows RFC 6066 3-10
TEST_CASE("RFC 6066 §3: a session is not resumed under another name, nor without one") {
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    ScriptedPeer other = ends.scripted_client();
    other.client_hello.extensions.set(0, hex("0004 00 0001 61"));
    complete_as_client(other, false);
    ScriptedPeer none = ends.scripted_client();
    none.client_hello.extensions.remove(0);
    complete_as_client(none, false);
  });
}

// Shows RFC 5746 3.6-3
TEST_CASE("RFC 5746 §3.6: a session or not, renegotiation_info of a first ClientHello is empty") {
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    ScriptedPeer peer = ends.scripted_client();
    peer.client_hello.extensions.set(0xff01, vector_of(1, Octets(12)));
    peer.send(HandshakeType::client_hello);
    peer.check_fault(Errc::renegotiation_info_not_empty, Alert::handshake_failure);
  });
}

// ------------------------------------------------ the client

// Shows RFC 6066 1.1-2, 3-9; RFC 7627 5.2-1, 5.3-3; RFC 5746 3.4-1, 3.4-2
TEST_CASE("a client that offers a session says what it said when the session was made") {
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    ClientConfig fresh = ends.client;
    fresh.sessions = std::make_shared<OneSession>();
    const ScriptedPeer first = ScriptedPeer::server_of(fresh), again = ends.scripted_server();
    const auto said = [](const ScriptedPeer& peer) {
      std::vector<std::pair<ExtensionType, Octets>> all;
      for (const Extension extension : client_hello_of(peer).extensions)
        all.emplace_back(extension.type, extension.type == ExtensionType::session_ticket
                                             ? Octets()
                                             : octets(extension.data));
      return all;
    };
    CHECK(said(first) == said(again));
    CHECK(client_hello_of(again).server_name == "localhost");
    CHECK(client_hello_of(again).extended_master_secret);
    CHECK(client_hello_of(again).renegotiation_info->empty());
    CHECK_FALSE(client_hello_of(again).cipher_suites.contains(
        CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV));
    CHECK(client_hello_of(first).session_id.empty());
    CHECK(client_hello_of(again).session_id.size() == 32);
  });
}

// Shows RFC 7627 5.3-9, 5.3-10, 5.4-6; RFC 5077 3.2-5
TEST_CASE(
    "RFC 7627 §5.3: a ServerHello that resumes a session has the extension exactly if the session "
    "has it") {
  by_id_and_by_ticket(kUnextended, [](const PairWithSession& ends) {
    check_refused(
        ends, [](RawServerHello&) {}, Errc::session_extended_master_secret_changed,
        Alert::handshake_failure);
  });
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    check_refused(
        ends, [](RawServerHello& h) { h.extensions.remove(23); },
        Errc::session_extended_master_secret_changed, Alert::handshake_failure);
  });
}

// Shows RFC 7627 5.4-3, 5.4-4
TEST_CASE(
    "RFC 7627 §5.4: a resumed session without the extended master secret lends its Finished "
    "messages to nothing") {
  by_id_and_by_ticket(kUnextended, [](const PairWithSession& ends) {
    ScriptedPeer peer = ends.scripted_server();
    RawServerHello hello = peer.server_hello();
    hello.extensions.remove(23);
    complete_as_server(peer, hello);
    CHECK(peer.engine.channel_binding(ChannelBinding::tls_unique).error().code == Errc::misuse);
    std::array<std::uint8_t, 32> out;
    CHECK(peer.engine.export_keying_material("EXPERIMENTAL", {}, out).error().code == Errc::misuse);
  });
}

// Shows RFC 7627 5.4-5
TEST_CASE(
    "RFC 7627 §5.4: a resumed session without the extended master secret is not renegotiated, "
    "whatever is allowed") {
  for (const bool extended : {false, true}) {
    CAPTURE(extended);
    by_id_and_by_ticket(extended ? kAsItWas : kUnextended, [&](PairWithSession ends) {
      ends.client.renegotiation = Renegotiation::freely;
      ScriptedPeer peer = ends.scripted_server();
      RawServerHello hello = peer.server_hello();
      if (!extended) hello.extensions.remove(23);
      complete_as_server(peer, hello);
      peer.send(HandshakeType::hello_request);
      CHECK(peer.engine.handshaking() == extended);
      if (extended) return;
      REQUIRE(peer.alerts.size() == 1);
      CHECK(peer.alerts[0].level == AlertLevel::warning);
      CHECK(peer.alerts[0].description == Alert::no_renegotiation);
    });
  }
}

// Shows RFC 5746 3.4-3, 3.4-4, 4.1-1
TEST_CASE("RFC 5746 §3.4: a session or not, a ServerHello answers renegotiation_info, empty") {
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    check_refused(
        ends, [](RawServerHello& h) { h.extensions.set(0xff01, vector_of(1, Octets(24))); },
        Errc::renegotiation_info_not_empty, Alert::handshake_failure);
  });
  by_id_and_by_ticket(kAsItWas, [](const PairWithSession& ends) {
    check_refused(
        ends, [](RawServerHello& h) { h.extensions.remove(0xff01); },
        Errc::secure_renegotiation_missing, Alert::handshake_failure);
  });
}
