// Every message cut short, too long or larger than its type can be, and messages over several
// records.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using enum HandshakeType;
struct Place {
  Role engine;
  std::size_t at;  // of the script below
};
using Script = std::vector<HandshakeType>;
const Script kServerFlights = {server_hello,        certificate,       server_key_exchange,
                               certificate_request, server_hello_done, finished};
const Script kClientFlights = {client_hello, client_key_exchange, finished};

ScriptedPeer before(Role engine, std::size_t at) {
  ScriptedPeer peer =
      engine == Role::client ? ScriptedPeer::server_of() : ScriptedPeer::client_of();
  const Script& script = engine == Role::client ? kServerFlights : kClientFlights;
  for (std::size_t i = 0; i < at; ++i) peer.send(script[i]);
  if (script[at] == finished) peer.change_cipher_spec();
  REQUIRE(!peer.engine.error());
  return peer;
}

}  // namespace

// Shows RFC 5246 7.4.1.2-10, 7.4.1.2-11
TEST_CASE("a message that is cut anywhere, or has a byte too many, is answered with decode_error") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& script = engine == Role::client ? kServerFlights : kClientFlights;
    for (std::size_t at = 0; at < script.size(); ++at) {
      const HandshakeType type = script[at];
      CAPTURE(name(type));
      ScriptedPeer first = before(engine, at);
      const Octets message = first.make(type);
      const Octets body(message.begin() + 4, message.end());
      Octets longer = body;
      longer.push_back(0);
      first.send(message_of(type, longer));
      REQUIRE(first.engine.error());
      first.check_fault(first.engine.error()->code, Alert::decode_error);

      // A hello may end before its extensions: then it says other things, and none of them is a
      // fault of syntax.
      const std::size_t bare_hello = type == server_hello   ? 38
                                     : type == client_hello ? 2 + 32 + 1 + 2 + 12 + 2
                                                            : ~std::size_t{0};
      for (std::size_t n = 0; n < body.size(); ++n) {
        // Of long certificates, the ends and some places between.
        if (body.size() > 200 && n > 20 && n + 20 < body.size() && n % 37 != 0) continue;
        if (n == bare_hello) continue;
        CAPTURE(n);
        ScriptedPeer peer = before(engine, at);
        peer.send(
            message_of(type, Octets(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(n))));
        REQUIRE(peer.engine.error());
        peer.check_fault(peer.engine.error()->code, Alert::decode_error);
      }
    }
  }
}

TEST_CASE(
    "a HelloRequest that is not empty is answered with decode_error, during the handshake and "
    "behind it") {
  ScriptedPeer during = ScriptedPeer::server_of();
  during.send(message_of(hello_request, {0}));
  during.check_fault(Errc::message_trailing_data, Alert::decode_error);
  ScriptedPeer behind = ScriptedPeer::server_of();
  behind.complete();
  behind.send(message_of(hello_request, {0}));
  behind.check_fault(Errc::message_trailing_data, Alert::decode_error);
}

TEST_CASE(
    "a message that is too large is refused by its header, before its body comes: decode_error if "
    "its type has no such length") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& script = engine == Role::client ? kServerFlights : kClientFlights;
    for (std::size_t at = 0; at < script.size(); ++at) {
      CAPTURE(name(script[at]));
      const std::size_t limit = script[at] == certificate    ? Limits{}.certificate_message
                                : script[at] == client_hello ? Limits{}.client_hello
                                                             : Limits{}.handshake_message;
      const bool possible = script[at] == certificate || script[at] == certificate_request ||
                            script[at] == certificate_status;
      const auto header = [&](std::size_t size) {
        return Octets{static_cast<std::uint8_t>(script[at]), static_cast<std::uint8_t>(size >> 16),
                      static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
      };
      ScriptedPeer over = before(engine, at);
      over.deliver(ContentType::handshake, header(limit + 1));
      if (possible) over.check_fault(Errc::handshake_message_too_large, Alert::illegal_parameter);
      if (!possible) over.check_fault(Errc::message_trailing_data, Alert::decode_error);
      ScriptedPeer just = before(engine, at);
      just.deliver(ContentType::handshake, header(limit));
      CHECK(!just.engine.error());
    }
  }
}

TEST_CASE("a message may be cut into records of one byte, and several may share a record") {
  ScriptedPeer peer = ScriptedPeer::server_of();
  for (const HandshakeType type : {server_hello, certificate}) {
    const Octets message = peer.make(type);
    peer.note_sent(message);
    for (const std::uint8_t byte : message) peer.deliver(ContentType::handshake, {byte});
  }
  const Octets exchange = peer.make(server_key_exchange), done = peer.make(server_hello_done);
  peer.note_sent(exchange);
  peer.note_sent(done);
  peer.deliver(ContentType::handshake, joined({exchange, done}));
  peer.change_cipher_spec();
  peer.send(finished);
  CHECK(peer.engine.state().handshake_complete);
}
