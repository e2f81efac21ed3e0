// How a connection ends during a renegotiation (RFC 5246 §7.2.1).
#include <doctest/doctest.h>

#include "engine/messages/renegotiating.hpp"

using namespace tls12;
using namespace tls12::test;

TEST_CASE(
    "RFC 5246 §7.2.1: our close_notify ends a renegotiation in which we would have to speak; what "
    "the server sends is read to its end") {
  ScriptedPeer peer = asked();
  REQUIRE(peer.engine.close_write());
  peer.collect();
  CHECK(peer.alerts.back().description == Alert::close_notify);
  peer.seen.clear();
  peer.deliver(ContentType::application_data, octets(bytes_of("the rest")));
  CHECK(read_all(peer.engine) == "the rest");
  peer.send_server_flight();
  CHECK(peer.seen.empty());
  CHECK_FALSE(peer.engine.error());
  peer.alert(AlertLevel::warning, 0);
  CHECK(peer.engine.peer_closed());
}

TEST_CASE("a renegotiation in which only the server has to speak goes on behind our close_notify") {
  ScriptedPeer peer = asked();
  peer.send_server_flight();
  REQUIRE(peer.engine.close_write());
  peer.collect();
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  CHECK(peer.engine.state().renegotiations == 1);
  peer.deliver(ContentType::application_data, octets(bytes_of("the rest")));
  CHECK(read_all(peer.engine) == "the rest");
}

TEST_CASE("behind our close_notify a HelloRequest starts nothing") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.close_write());
  peer.collect();
  peer.seen.clear();
  peer.send(HandshakeType::hello_request);
  CHECK_FALSE(peer.engine.handshaking());
  CHECK(peer.seen.size() == 0);
}

TEST_CASE(
    "a server's close_notify before its ServerHello ends the connection in order; behind it, it is "
    "out of order") {
  ScriptedPeer orderly = asked();
  orderly.alert(AlertLevel::warning, 0);
  CHECK(orderly.engine.peer_closed());
  CHECK_FALSE(orderly.engine.handshaking());
  CHECK_FALSE(orderly.engine.error());
  ScriptedPeer disorderly = asked();
  disorderly.send(HandshakeType::server_hello);
  disorderly.alert(AlertLevel::warning, 0);
  disorderly.check_fault(Errc::close_notify_before_finished, std::nullopt);
}

TEST_CASE(
    "a renegotiation that fails is told under the keys that hold, and leaves the former state to "
    "be looked at") {
  ScriptedPeer peer = asked();
  peer.send(HandshakeType::finished);
  peer.check_fault(Errc::unexpected_message, Alert::unexpected_message);
  CHECK(peer.engine.state().handshake_complete);
  CHECK(peer.engine.state().renegotiations == 0);
}
