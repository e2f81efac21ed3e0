// How connections end: RFC 5246 §7.2.1 and §7.2.2, as an engine keeps them.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

ScriptedPeer connected(const ServerConfig& config = server_config()) {
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.complete();
  return peer;
}
Octets text(std::string_view text) { return octets(bytes_of(text)); }

Octets close_notify(ScriptedPeer& peer) { return peer.sealed(ContentType::alert, {1, 0}); }

std::string told(const ScriptedPeer& peer) {
  std::string all;
  for (const AlertMessage& alert : peer.alerts)
    all += (all.empty() ? "" : ", ") + name(alert.level) + " " + name(alert.description);
  return all;
}

}  // namespace

// Shows RFC 5246 6.2.1-3, 7.2.1-1
TEST_CASE(
    "close_write() says close_notify once, behind all that was written, and nothing is written "
    "after it") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.write(bytes_of("last words")).value() == 10);
  CHECK(!peer.engine.write_closed());
  REQUIRE(peer.engine.close_write().has_value());
  CHECK(peer.engine.write_closed());
  CHECK(peer.engine.close_write().has_value());
  CHECK(peer.engine.write(bytes_of("more")).error().code == Errc::closed);
  CHECK(!peer.engine.error());
  peer.collect();
  CHECK(peer.data() == "last words");
  CHECK(told(peer) == "warning close_notify");
  CHECK(peer.seen.back().type == ContentType::alert);
}

TEST_CASE("an end that has closed its writing goes on reading") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.close_write().has_value());
  peer.deliver(ContentType::application_data, text("still talking"));
  CHECK(read_all(peer.engine) == "still talking");
  CHECK(!peer.engine.peer_closed());
  peer.raw(close_notify(peer));
  CHECK(peer.engine.peer_closed());
  CHECK(!peer.engine.error());
  CHECK(told(peer) == "warning close_notify");
}

TEST_CASE(
    "the peer's close_notify shows when the data before it is read, and nothing behind it counts") {
  ScriptedPeer peer = connected();
  const Octets data = peer.sealed(ContentType::application_data, text("data")),
               end = close_notify(peer);
  peer.raw(joined({data, end, Octets(50, 0xff)}));
  CHECK(!peer.engine.peer_closed());
  CHECK(text_of(peer.engine.readable()) == "data");
  peer.engine.consume(3).value();
  CHECK(!peer.engine.peer_closed());
  peer.engine.consume(1).value();
  CHECK(peer.engine.peer_closed());
  CHECK(!peer.engine.error());
  CHECK(peer.engine.input_space().empty());
  peer.engine.transport_ended();
  CHECK(!peer.engine.error());
}

// Shows RFC 5246 7.2.1-3
TEST_CASE("behind the peer's close_notify this end may go on writing until it closes too") {
  ScriptedPeer peer = connected();
  peer.raw(close_notify(peer));
  CHECK(peer.alerts.empty());
  CHECK(peer.engine.write(bytes_of("the rest")).value() == 8);
  CHECK(peer.engine.close_write().has_value());
  peer.collect();
  CHECK(peer.data() == "the rest");
  CHECK(told(peer) == "warning close_notify");
}

// Shows RFC 5246 7.2.1-3
TEST_CASE("with strict_close a close_notify is answered at once, and ends writing") {
  ServerConfig config = server_config();
  config.common.strict_close = true;
  ScriptedPeer peer = connected(config);
  peer.raw(close_notify(peer));
  CHECK(peer.engine.peer_closed());
  CHECK(peer.engine.write_closed());
  CHECK(told(peer) == "warning close_notify");
  CHECK(peer.engine.write(bytes_of("more")).error().code == Errc::closed);

  ScriptedPeer closed = connected(config);
  REQUIRE(closed.engine.close_write().has_value());
  closed.raw(close_notify(closed));
  CHECK(told(closed) == "warning close_notify");
}

TEST_CASE(
    "a close_notify before Finished ends the handshake, is answered by nothing, and is no proper "
    "end") {
  for (const int messages : {0, 1, 2}) {
    ScriptedPeer peer = ScriptedPeer::client_of();
    if (messages > 0) peer.send(HandshakeType::client_hello);
    if (messages > 1) peer.send(HandshakeType::client_key_exchange);
    peer.alert(AlertLevel::warning, 0);
    peer.check_fault(Errc::close_notify_before_finished, std::nullopt);
    CHECK(!peer.engine.peer_closed());
  }
}

TEST_CASE("a close_notify that is not authentic is no close_notify") {
  ScriptedPeer peer = connected();
  peer.raw(record_of(21, {1, 0}));
  peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
  CHECK(!peer.engine.peer_closed());
}

TEST_CASE(
    "a transport that ends without close_notify is an error, after the data that came before") {
  ScriptedPeer peer = connected();
  const Octets data = peer.sealed(ContentType::application_data, text("all there is"));
  SUBCASE("between records") { peer.raw(data); }
  SUBCASE("in a record") { peer.raw(joined({data, {23, 3, 3, 0}})); }
  peer.engine.transport_ended();
  CHECK(!peer.engine.error());
  CHECK(read_all(peer.engine) == "all there is");
  peer.collect();
  peer.check_fault(Errc::truncated, std::nullopt);
  CHECK(!peer.engine.peer_closed());
}

TEST_CASE("a transport that ends is an error whether or not this end has closed") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.close_write().has_value());
  peer.engine.transport_ended();
  REQUIRE(peer.engine.error());
  CHECK(peer.engine.error()->code == Errc::truncated);
  CHECK(told(peer).empty());  // not collected yet
  peer.collect();
  CHECK(told(peer) == "warning close_notify");
}

TEST_CASE("behind our close_notify no alert follows, whatever the peer does") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.close_write().has_value());
  peer.send(HandshakeType::client_key_exchange);
  REQUIRE(peer.engine.error());
  CHECK(peer.engine.error()->code == Errc::unexpected_message);
  CHECK(!peer.engine.error()->alert);
  CHECK(told(peer) == "warning close_notify");

  ScriptedPeer asking = connected();
  REQUIRE(asking.engine.close_write().has_value());
  asking.send(HandshakeType::client_hello);  // wants to renegotiate
  CHECK(!asking.engine.error());
  CHECK(told(asking) == "warning close_notify");
}

// Shows RFC 5246 7.2.2-4
TEST_CASE("behind a fatal alert of ours nothing follows, and the first error stays") {
  ScriptedPeer peer = connected();
  peer.send(HandshakeType::finished);
  peer.check_fault(Errc::unexpected_message, Alert::unexpected_message);
  CHECK(peer.raw(peer.sealed(ContentType::application_data, text("ignored"))) == 0);
  CHECK(peer.engine.write(bytes_of("x")).error().code == Errc::unexpected_message);
  CHECK(peer.engine.close_write().error().code == Errc::unexpected_message);
  peer.engine.transport_ended();
  peer.engine.received(0).value();
  peer.engine.consume(0).value();
  peer.collect();
  peer.check_fault(Errc::unexpected_message, Alert::unexpected_message);
  CHECK(peer.engine.readable().empty());
}

TEST_CASE("behind a fatal alert of the peer's nothing is said") {
  ScriptedPeer peer = connected();
  peer.alert(AlertLevel::fatal, 51);
  peer.check_fault(Errc::peer_alert, std::nullopt);
  CHECK(peer.engine.error()->alert == Alert::decrypt_error);
  CHECK(peer.engine.error()->category() == Category::peer_alert);
  CHECK(!peer.engine.peer_closed());
  CHECK(peer.engine.write(bytes_of("x")).error().code == Errc::peer_alert);
}

// Shows RFC 5246 6.2.1-3
TEST_CASE("what was written before a fault is sent before its alert") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.write(bytes_of("on its way")).has_value());
  peer.send(HandshakeType::finished);
  CHECK(peer.data() == "on its way");
  CHECK(peer.seen.back().type == ContentType::alert);
}

TEST_CASE("data that came before a fault is read before the fault shows") {
  ScriptedPeer peer = connected();
  const Octets data = peer.sealed(ContentType::application_data, text("good")),
               more = peer.sealed(ContentType::application_data, text("also good"));
  Octets bad = peer.sealed(ContentType::application_data, text("bad"));
  bad[10] ^= 1;
  peer.raw(joined({data, more, bad}));
  CHECK(!peer.engine.error());
  CHECK(read_all(peer.engine) == "goodalso good");
  peer.collect();
  peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
}

TEST_CASE("plaintext is read in pieces, and counted") {
  ScriptedPeer peer = connected();
  peer.raw(joined({peer.sealed(ContentType::application_data, text("abcdef")),
                   peer.sealed(ContentType::application_data, {}),
                   peer.sealed(ContentType::application_data, text("gh"))}));
  std::string all;
  while (!peer.engine.readable().empty()) {
    CHECK(peer.engine.input_space().empty());
    all += static_cast<char>(peer.engine.readable()[0]);
    peer.engine.consume(1).value();
  }
  CHECK(all == "abcdefgh");
  CHECK(peer.engine.state().bytes_received == 8);
  CHECK(peer.engine.state().records_opened == 4);  // Finished, and three of data
  CHECK(!peer.engine.input_space().empty());
}

TEST_CASE("mid_record() tells whether a record was sent in part") {
  ServerConfig config = server_config();
  config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
  ScriptedPeer peer = connected(config);
  REQUIRE(peer.engine.write(bytes_of("0123456789")).has_value());
  REQUIRE(peer.engine.write(bytes_of("x")).has_value());
  const std::size_t total = peer.engine.output().size(), first = 5 + 8 + 10 + 16;
  std::size_t sent = 0;
  CHECK(!peer.engine.mid_record());
  while (!peer.engine.output().empty()) {
    peer.engine.sent(1).value();
    ++sent;
    CHECK(peer.engine.mid_record() == (sent != first && sent != total));
  }
}

TEST_CASE("a name that is no name makes an engine that has failed, and says nothing") {
  for (const char* name : {"", "not a name", "a..b"}) {
    const Engine engine = Engine::client(client_config().build().value(), name, kNow);
    REQUIRE(engine.error());
    CHECK(engine.error()->code == Errc::bad_host_name);
    CHECK(engine.output().empty());
    CHECK(!engine.handshaking());
  }
}

TEST_CASE(
    "RFC 5246 §7.2.2: who breaks off tells the peer why, with the alert it chooses, and the "
    "connection has failed") {
  ScriptedPeer peer = connected();
  peer.engine.abort(Alert::access_denied);
  peer.collect();
  peer.check_fault(Errc::aborted, Alert::access_denied);
  peer.engine.abort(Alert::internal_error);
  peer.collect();
  peer.check_fault(Errc::aborted, Alert::access_denied);

  ScriptedPeer failed = connected();
  failed.send(HandshakeType::finished);
  failed.engine.abort(Alert::access_denied);
  failed.collect();
  failed.check_fault(Errc::unexpected_message, Alert::unexpected_message);
}

TEST_CASE("a handshake that ends after a warning alert names the alert") {
  for (const bool is_server : {false, true}) {
    ScriptedPeer peer = is_server ? ScriptedPeer::server_of() : ScriptedPeer::client_of();
    peer.deliver(ContentType::alert, {1, 112});
    CHECK(peer.engine.warning() == Alert::unrecognized_name);
    peer.engine.transport_ended();
    REQUIRE(peer.engine.error());
    CHECK(peer.engine.error()->code == Errc::truncated);
    CHECK(peer.engine.error()->warning == Alert::unrecognized_name);
    CHECK(peer.engine.error()->message().find("[received warning alert unrecognized_name]") !=
          std::string::npos);
    peer.collect();
    CHECK(peer.alerts.empty());
  }
}

// RFC 5246 §7.2.2: user_canceled is followed by close_notify.
TEST_CASE("a handshake that the peer cancels names user_canceled") {
  ScriptedPeer peer = ScriptedPeer::server_of();
  peer.deliver(ContentType::alert, {1, 90});
  peer.deliver(ContentType::alert, {1, 0});
  REQUIRE(peer.engine.error());
  CHECK(peer.engine.error()->code == Errc::close_notify_before_finished);
  CHECK(peer.engine.error()->warning == Alert::user_canceled);
}

TEST_CASE(
    "a warning alert does not explain an end that comes after application data, or after the "
    "handshake") {
  ScriptedPeer peer = connected();
  peer.raw(peer.sealed(ContentType::alert, {1, 90}));
  CHECK(peer.engine.warning() == Alert::user_canceled);
  peer.deliver(ContentType::application_data, text("data"));
  CHECK(read_all(peer.engine) == "data");
  CHECK(!peer.engine.warning());
  peer.engine.transport_ended();
  CHECK(peer.engine.error()->code == Errc::truncated);
  CHECK(!peer.engine.error()->warning);

  ScriptedPeer warned = ScriptedPeer::client_of();
  warned.deliver(ContentType::alert, {1, 112});
  warned.complete();
  CHECK(!warned.engine.warning());
}
