// Records that were changed on the way or are not TLS, and alerts that are wrong (RFC 5246 §6.2,
// §7.2).
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using enum HandshakeType;

}  // namespace

// Shows RFC 5246 6.2.3.3-4
TEST_CASE(
    "a record that was changed on the way is answered with bad_record_mac, and that alert is still "
    "under the keys") {
  for (const bool complete : {false, true}) {
    ScriptedPeer peer = ScriptedPeer::server_of();
    Octets record;
    if (complete) {
      peer.complete();
      record = peer.sealed(ContentType::application_data, {'h', 'i'});
    } else {
      peer.send_server_flight();
      peer.change_cipher_spec();
      record = peer.sealed(ContentType::handshake, peer.make(finished));
    }
    record.back() ^= 1;
    peer.raw(record);
    peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
    CHECK(peer.engine.readable().empty());
  }
}

TEST_CASE("a record that is repeated, left out or comes in the wrong order is not authentic") {
  for (const char order : {'r', 'o', 's'}) {
    ScriptedPeer peer = ScriptedPeer::client_of();
    peer.complete();
    const Octets first = peer.sealed(ContentType::application_data, {'1'}),
                 second = peer.sealed(ContentType::application_data, {'2'});
    if (order == 'r') {
      peer.raw(first);
      CHECK(read_all(peer.engine) == "1");
      peer.raw(first);
    } else if (order == 'o') {
      peer.raw(second);
    } else {
      peer.raw(joined({second, first}));
    }
    peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
  }
}

TEST_CASE(
    "a record longer than the protocol allows is answered with record_overflow before it is "
    "there") {
  ScriptedPeer plain = ScriptedPeer::client_of();
  plain.raw(hex("16 0301 4001"));
  plain.check_fault(Errc::record_overflow, Alert::record_overflow);
  ScriptedPeer sealed = ScriptedPeer::client_of();
  sealed.complete();
  sealed.raw(hex("17 0303 4801"));
  sealed.check_fault(Errc::record_overflow, Alert::record_overflow);
}

TEST_CASE(
    "RFC 5246 §7.2: an alert that is not two bytes is answered with decode_error, an undefined "
    "level with illegal_parameter") {
  for (const bool complete : {false, true}) {
    const auto check = [&](const Octets& fragment, Errc code, Alert alert) {
      ScriptedPeer peer = ScriptedPeer::client_of();
      if (complete) peer.complete();
      peer.deliver(ContentType::alert, fragment);
      peer.check_fault(code, alert);
    };
    for (const Octets& fragment : {Octets{2}, Octets{1, 0, 0}})
      check(fragment, Errc::bad_alert, Alert::decode_error);
    for (const Octets& fragment : {Octets{0, 0}, Octets{3, 40}, Octets{255, 0}})
      check(fragment, Errc::unknown_enum_value, Alert::illegal_parameter);
  }
}

// Shows RFC 5246 6-2, 7.2.2-3
TEST_CASE("what is not TLS is told apart, and answered with an alert") {
  ScriptedPeer http = ScriptedPeer::client_of();
  http.raw(octets(bytes_of("GET / HTTP/1.1\r\n\r\n")));
  http.check_fault(Errc::plain_http, Alert::unexpected_message);
  ScriptedPeer ssh = ScriptedPeer::client_of();
  ssh.raw(octets(bytes_of("SSH-2.0-OpenSSH\r\n")));
  ssh.check_fault(Errc::not_tls, Alert::protocol_version);
  CHECK(ssh.engine.error()->message().starts_with(
      "the peer does not speak TLS: it speaks SSH [sent alert protocol_version]"));
}

TEST_CASE("a server can look at a peer's first bytes before it makes an engine") {
  CHECK(Engine::check_first_bytes(bytes_of("GET / HTTP/1.1"))->code == Errc::plain_http);
  const auto ssh = Engine::check_first_bytes(bytes_of("SSH-2.0-OpenSSH"));
  CHECK(ssh->code == Errc::not_tls);
  CHECK(ssh->about() == "it speaks SSH");
  CHECK(!ssh->alert);
  CHECK(Engine::check_first_bytes(hex("16 0200"))->code == Errc::record_version_wrong);
  for (const Octets& sound : {Octets{}, octets(bytes_of("GE")), hex("16 0301 0200 0100")})
    CHECK(!Engine::check_first_bytes(sound));
}
