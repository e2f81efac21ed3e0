// A client that lets its server renegotiate (RFC 5246 §7.4.1.1, RFC 5746 §3.5): when it does, what
// it insists on, and what goes on meanwhile.
#include <doctest/doctest.h>

#include "engine/messages/renegotiating.hpp"

using namespace tls12;
using namespace tls12::test;

// Shows RFC 5746 3.5-1, 5-2
TEST_CASE(
    "RFC 5746 §3.5: a client that may renegotiates at the server's wish, tied to the handshake "
    "before, once or as often as it is asked") {
  for (const Renegotiation allowed : {Renegotiation::once, Renegotiation::freely}) {
    ScriptedPeer peer = connected(willing(allowed));
    for (unsigned i = 1; i <= 3; ++i) {
      peer.send(HandshakeType::hello_request);
      if (allowed == Renegotiation::once && i > 1) {
        CHECK_FALSE(peer.engine.handshaking());
        REQUIRE(peer.alerts.size() == i - 1);
        CHECK(peer.alerts.back().description == Alert::no_renegotiation);
        continue;
      }
      CHECK(peer.engine.handshaking());
      peer.complete();
      CHECK(peer.engine.state().renegotiations == i);
      talk(peer);
    }
  }
}

namespace {

/// As ScriptedPeer::complete(), with an engine that may fail on the way.
bool shake(ScriptedPeer& peer) {
  using enum HandshakeType;
  for (const HandshakeType type :
       {server_hello, certificate, server_key_exchange, server_hello_done})
    if (!peer.engine.error()) peer.send(type);
  if (!peer.engine.error()) peer.change_cipher_spec();
  if (!peer.engine.error()) peer.send(finished);
  return !peer.engine.error();
}

ClientConfig with_work(std::size_t steps) {
  ClientConfig config = willing();
  config.common.limits.work = steps;
  return config;
}

/// The smallest budget that is enough for one handshake.
std::size_t work_of_a_handshake() {
  std::size_t least = 0, enough = Limits{}.work;
  while (enough - least > 1) {
    const std::size_t tried = least + (enough - least) / 2;
    ScriptedPeer peer = ScriptedPeer::server_of(with_work(tried));
    (shake(peer) ? enough : least) = tried;
  }
  return enough;
}

}  // namespace

TEST_CASE("handshakes of one connection share a budget of work, which application data refills") {
  const std::size_t steps = work_of_a_handshake() * 5 / 2;
  for (const bool with_data : {false, true}) {
    ScriptedPeer peer = connected(with_work(steps));
    unsigned renegotiations = 0;
    for (; renegotiations < 10; ++renegotiations) {
      if (with_data) talk(peer);
      peer.send(HandshakeType::hello_request);
      if (!shake(peer)) break;
    }
    CHECK(renegotiations == (with_data ? 10 : 1));
    if (with_data) continue;
    REQUIRE(peer.engine.error());
    CHECK(peer.engine.error()->code == Errc::too_much_work);
    CHECK(peer.alerts.back().description == Alert::handshake_failure);
  }
}

// Shows RFC 5746 3.5-1, 3.5-2
TEST_CASE(
    "RFC 5746 §3.5: the ClientHello of a renegotiation has our verify_data and no SCSV, and offers "
    "neither a session nor another application protocol") {
  ClientConfig config = willing();
  config.sessions = make_memory_session_store();
  config.common.application_protocols = {"http/1.1"};
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  const Octets first = peer.seen.back().bytes;
  peer.complete();
  const Octets our_finished = peer.seen.back().bytes;
  peer.send(HandshakeType::hello_request);
  const ClientHello hello = client_hello(peer);
  REQUIRE(hello.renegotiation_info);
  CHECK(octets(*hello.renegotiation_info) == octets(Bytes(our_finished).subspan(4)));
  CHECK(std::ranges::find(hello.cipher_suites, CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV) ==
        hello.cipher_suites.end());
  CHECK(hello.session_id.empty());
  CHECK_FALSE(offers(hello, kSessionTicket));
  CHECK_FALSE(offers(hello, kApplicationProtocols));
  const ClientHello before = wire::parse_client_hello(Bytes(first).subspan(4)).value();
  CHECK(offers(before, kSessionTicket));
  CHECK(offers(before, kApplicationProtocols));
  CHECK(octets(hello.random) != octets(before.random));
}

TEST_CASE("the application protocol stays through a renegotiation") {
  ClientConfig config = willing();
  config.common.application_protocols = {"http/1.1"};
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  answer(peer, [](RawServerHello& hello) {
    hello.extensions.add(kApplicationProtocols,
                         vector_of(2, vector_of(1, octets(bytes_of("http/1.1")))));
  });
  go_on(peer);
  peer.send(HandshakeType::hello_request);
  peer.complete();
  CHECK(peer.engine.state().application_protocol == "http/1.1");
  CHECK(peer.engine.state().renegotiations == 1);
}

TEST_CASE(
    "a renegotiation can ask for the client's certificate, and change the suite and the group") {
  ClientConfig config = willing();
  config.identities = {development_identity(KeyKind::ed25519).leaf};
  ScriptedPeer peer = asked(config);
  peer.suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
  peer.send_all({HandshakeType::server_hello, HandshakeType::certificate,
                 HandshakeType::server_key_exchange, HandshakeType::certificate_request,
                 HandshakeType::server_hello_done});
  CHECK(peer.saw(HandshakeType::certificate_verify));
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  CHECK(peer.engine.state().cipher_suite == peer.suite);
  CHECK(peer.engine.state().client_signature_scheme == SignatureScheme::ed25519);
  talk(peer);
}

// Shows RFC 5246 6.2.1-4
TEST_CASE(
    "RFC 5246 §7.4.1.1: what the server sends before it takes up the ClientHello is read; behind "
    "its ServerHello it is out of order") {
  ScriptedPeer peer = asked();
  peer.deliver(ContentType::application_data, octets(bytes_of("late words")));
  CHECK(read_all(peer.engine) == "late words");
  CHECK(peer.engine.handshaking());
  peer.send(HandshakeType::hello_request);  // ignored: the handshake is under way
  peer.complete();
  talk(peer);

  ScriptedPeer disorderly = asked();
  disorderly.send(HandshakeType::server_hello);
  disorderly.deliver(ContentType::application_data, octets(bytes_of("too late")));
  disorderly.check_fault(Errc::application_data_before_finished, Alert::unexpected_message);
}

// Shows RFC 5246 7.1-2
TEST_CASE(
    "until a renegotiation is complete, state and exported keys are those of the handshake before, "
    "and writing waits") {
  ScriptedPeer peer = connected();
  const Octets before = exported(peer.engine);
  peer.send(HandshakeType::hello_request);
  peer.suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
  peer.send_server_flight();
  CHECK(peer.engine.state().handshake_complete);
  CHECK(peer.engine.state().cipher_suite == CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
  CHECK(exported(peer.engine) == before);
  const auto written = peer.engine.write(bytes_of("x"));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == Errc::handshake_not_complete);
  CHECK_FALSE(peer.engine.error());
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  CHECK(exported(peer.engine) != before);
  talk(peer);
}

TEST_CASE("state counts the data of all handshakes of a connection") {
  ScriptedPeer peer = connected();
  talk(peer);
  peer.send(HandshakeType::hello_request);
  peer.complete();
  talk(peer);
  CHECK(peer.engine.state().bytes_sent == 30);
  CHECK(peer.engine.state().bytes_received == 30);
}

// Shows RFC 5746 3.5-3, 3.5-4
TEST_CASE(
    "RFC 5746 §3.5: a renegotiation_info that is missing, or is not both ends' verify_data, is a "
    "handshake_failure") {
  const auto fails = [](const std::function<void(RawServerHello&)>& change) {
    ScriptedPeer peer = asked();
    answer(peer, change);
    peer.check_fault(Errc::renegotiation_info_wrong, Alert::handshake_failure);
  };
  const auto with = [](const std::function<void(Octets&)>& change) {
    return [=](RawServerHello& hello) {
      Octets& info = hello.extensions.items.front().second;
      REQUIRE(info.size() == 25);  // its length, and two verify_data of 12 bytes (RFC 5246 §7.4.9)
      change(info);
      info[0] = static_cast<std::uint8_t>(info.size() - 1);
    };
  };
  fails([](RawServerHello& hello) { hello.extensions.remove(kRenegotiationInfo); });
  fails(with([](Octets& info) { info.resize(1); }));
  fails(with([](Octets& info) { info.resize(13); }));
  fails(with([](Octets& info) { info.push_back(0); }));
  for (const std::size_t at : {1U, 12U, 13U, 24U})
    fails(with([at](Octets& info) { info[at] ^= 1; }));
}

TEST_CASE("a server that shows another certificate in a renegotiation is not who it was") {
  ScriptedPeer peer = asked();
  peer.kind = KeyKind::ec_secp256r1;
  peer.scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  peer.send_server_flight();
  peer.check_fault(Errc::renegotiation_peer_changed, Alert::illegal_parameter);
}

TEST_CASE("RFC 7627: a renegotiation does not gain or lose extended_master_secret") {
  ScriptedPeer loses = asked();
  answer(loses, [](RawServerHello& hello) { hello.extensions.remove(kExtendedMasterSecret); });
  loses.check_fault(Errc::renegotiation_extended_master_secret_changed, Alert::handshake_failure);

  ScriptedPeer gains = ScriptedPeer::server_of(willing());
  answer(gains, [](RawServerHello& hello) { hello.extensions.remove(kExtendedMasterSecret); });
  go_on(gains);
  gains.send(HandshakeType::hello_request);
  gains.send(HandshakeType::server_hello);
  gains.check_fault(Errc::renegotiation_extended_master_secret_changed, Alert::handshake_failure);
}

// Shows RFC 7366 3.1-3, 3.1-4
TEST_CASE(
    "RFC 7366 §3.1: encrypt-then-MAC is not taken back by a renegotiation, nor by one behind an "
    "AEAD suite") {
  ClientConfig config = willing();
  config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
                          CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
  const auto complete_with = [](ScriptedPeer& peer, CipherSuite suite, bool encrypt_then_mac) {
    peer.suite = suite;
    peer.encrypts_then_macs = encrypt_then_mac;
    peer.send(HandshakeType::server_hello);
    if (peer.engine.error()) return;
    go_on(peer);
    talk(peer);
    peer.send(HandshakeType::hello_request);
  };
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  complete_with(peer, config.common.suites[0], false);
  complete_with(peer, config.common.suites[0], true);  // it may come later
  complete_with(peer, config.common.suites[1], false);
  CHECK(peer.engine.state().renegotiations == 2);
  complete_with(peer, config.common.suites[0], false);
  peer.check_fault(Errc::renegotiation_encrypt_then_mac_lost, Alert::handshake_failure);
}

// Shows RFC 5746 4.2-1, 4.2-2
TEST_CASE("RFC 5746 §4.2: without its extension there is no renegotiation, whatever is allowed") {
  for (const Renegotiation allowed : {Renegotiation::freely, Renegotiation::ask}) {
    ClientConfig config = willing(allowed);
    config.dangerous.allow_missing_secure_renegotiation = true;
    ScriptedPeer peer = ScriptedPeer::server_of(config);
    answer(peer, [](RawServerHello& hello) { hello.extensions.remove(kRenegotiationInfo); });
    go_on(peer);
    REQUIRE(peer.engine.state().handshake_complete);
    peer.send(HandshakeType::hello_request);
    CHECK_FALSE(peer.engine.handshaking());
    CHECK(peer.engine.wants() == Wants::nothing);
    REQUIRE(peer.alerts.size() == 1);
    CHECK(peer.alerts[0].description == Alert::no_renegotiation);
  }
}

// Shows RFC 8449 4-1, 4-5, 4-10
TEST_CASE(
    "RFC 8449 §4: a renegotiation's record_size_limit counts for the records under its keys") {
  ClientConfig config = willing();
  config.common.record_size_limit = 500;
  ScriptedPeer peer = asked(config);
  answer(peer, [](RawServerHello& hello) { hello.extensions.add(28, {0, 100}); });
  go_on(peer);
  REQUIRE(peer.engine.state().renegotiations == 1);
  CHECK(peer.engine.state().send_fragment_limit == 100);
  peer.seen.clear();
  REQUIRE(peer.engine.write(octets(Octets(250, 'x'))) == 250U);
  peer.collect();
  REQUIRE(peer.seen.size() == 3);
  CHECK(peer.seen[0].bytes.size() == 100);
  peer.deliver(ContentType::application_data, Octets(501, 'x'));
  peer.check_fault(Errc::record_overflow, Alert::record_overflow);
}

TEST_CASE(
    "what was held back goes under the keys that it was written for, before the ClientHello of a "
    "renegotiation") {
  ScriptedPeer peer = connected();
  REQUIRE(peer.engine.write(bytes_of("held"), Flush::later) == 4U);
  peer.collect();
  CHECK(peer.data().empty());
  peer.send(HandshakeType::hello_request);
  CHECK(peer.data() == "held");
  CHECK(peer.saw(HandshakeType::client_hello));
  peer.complete();
  talk(peer);
}
