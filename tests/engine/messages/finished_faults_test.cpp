// ChangeCipherSpec and Finished, each wrong in one way (RFC 5246 §7.1, §7.4.9).
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using enum HandshakeType;
// A client that has the server's flight.
ScriptedPeer answered() {
  ScriptedPeer peer = ScriptedPeer::client_of();
  peer.send(client_hello);
  REQUIRE(peer.saw(server_hello_done));
  return peer;
}

}  // namespace

// Shows RFC 5246 7.4.9-1
TEST_CASE("a wrong Finished is answered with decrypt_error, at either end") {
  for (const Role engine : {Role::client, Role::server}) {
    for (const std::size_t bit : {0u, 50u, 95u}) {
      ScriptedPeer peer = engine == Role::client ? ScriptedPeer::server_of() : answered();
      if (engine == Role::client)
        peer.send_server_flight();
      else
        peer.send(client_key_exchange);
      peer.change_cipher_spec();
      Octets message = peer.make(finished);
      message[4 + bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      peer.send(message);
      peer.check_fault(Errc::bad_finished, Alert::decrypt_error);
      CHECK(!peer.engine.state().handshake_complete);
    }
  }
}

// Shows RFC 5246 7.4.9-1
TEST_CASE("a Finished that is right for the other end is wrong") {
  ScriptedPeer peer = ScriptedPeer::server_of();
  peer.send_server_flight();
  peer.change_cipher_spec();
  peer.send(message_of(finished, peer.verify_data(Role::client)));
  peer.check_fault(Errc::bad_finished, Alert::decrypt_error);
}

// Shows RFC 6066 1.1-1
TEST_CASE("a message that somebody changed on the way shows in the Finished of the other end") {
  // The client's list of schemes is cut down by one in between, as an attacker would who wants a
  // weak one.
  EnginePair pair;
  Octets hello = octets(pair.client.output());
  pair.client.sent(hello.size()).value();
  const auto weakened = hex("0401");  // rsa_pkcs1_sha256, which plays no part here
  const auto at = std::search(hello.begin(), hello.end(), weakened.begin(), weakened.end());
  REQUIRE(at != hello.end());
  at[1] = 3;
  feed(pair.server, hello);
  pair.talk();
  REQUIRE(pair.server.error());
  CHECK(!pair.complete());
  CHECK(pair.server.error()->code ==
        Errc::bad_record_mac);  // with the extended master secret even the keys differ
}

// ------------------------------------------------ [ChangeCipherSpec]

TEST_CASE(
    "RFC 5246 §7.1: a ChangeCipherSpec that is not the one byte 1 is answered with "
    "unexpected_message") {
  for (const Octets& fragment : {Octets{0}, Octets{2}, Octets{1, 1}, Octets{1, 0}}) {
    ScriptedPeer peer = answered();
    peer.send(client_key_exchange);
    peer.deliver(ContentType::change_cipher_spec, fragment);
    peer.check_fault(Errc::bad_change_cipher_spec, Alert::unexpected_message);
  }
  ScriptedPeer peer = answered();
  peer.send(client_key_exchange);
  peer.deliver(ContentType::change_cipher_spec, {});
  peer.check_fault(Errc::record_empty, Alert::unexpected_message);
}

TEST_CASE("keys never change in the middle of a handshake message") {
  for (const std::size_t n : {1u, 3u, 4u, 8u, 15u}) {
    for (const Role engine : {Role::client, Role::server}) {
      ScriptedPeer peer = engine == Role::client ? ScriptedPeer::server_of() : answered();
      if (engine == Role::client)
        peer.send_server_flight();
      else
        peer.send(client_key_exchange);
      const Octets message = peer.make(finished);
      peer.deliver(ContentType::handshake,
                   Octets(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(n)));
      REQUIRE(!peer.engine.error());
      peer.change_cipher_spec();
      peer.check_fault(Errc::key_change_inside_message, Alert::unexpected_message);
    }
  }
}
