// A client that lets its server renegotiate (RFC 5246 §7.4.1.1, RFC 5746 §3.5): when it does, what
// it insists on, and what goes on meanwhile.
#include <doctest/doctest.h>

#include <functional>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr int kApplicationProtocols = 16, kExtendedMasterSecret = 23, kSessionTicket = 35,
              kRenegotiationInfo = 0xff01;

ClientConfig willing(Renegotiation renegotiation = Renegotiation::freely) {
  ClientConfig config = client_config();
  // The certificate is not in question here, where the peer shows several.
  config.dangerous.accept_any_certificate = true;
  config.renegotiation = renegotiation;
  return config;
}

/// A server whose client has completed its first handshake.
ScriptedPeer connected(const ClientConfig& config = willing(), KeyKind kind = KeyKind::ed25519) {
  ScriptedPeer peer = ScriptedPeer::server_of(config, kind);
  if (kind == KeyKind::ec_secp256r1) peer.scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  peer.complete();
  peer.seen.clear();
  return peer;
}

/// ... and has answered a HelloRequest with another ClientHello.
ScriptedPeer asked(const ClientConfig& config = willing()) {
  ScriptedPeer peer = connected(config);
  peer.send(HandshakeType::hello_request);
  REQUIRE(peer.saw(HandshakeType::client_hello));
  return peer;
}

/// The renegotiation's ServerHello with `change` made to it.
void answer(ScriptedPeer& peer, const std::function<void(RawServerHello&)>& change) {
  RawServerHello hello = peer.server_hello();
  change(hello);
  peer.send(hello.bytes());
}

/// What follows a ServerHello in a full handshake.
void go_on(ScriptedPeer& peer) {
  peer.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange,
                 HandshakeType::server_hello_done});
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
}

void talk(ScriptedPeer& peer) {
  peer.seen.clear();
  peer.deliver(ContentType::application_data, octets(bytes_of("from the server")));
  CHECK(read_all(peer.engine) == "from the server");
  REQUIRE(peer.engine.write(bytes_of("from the client")) == 15U);
  peer.collect();
  CHECK(peer.data() == "from the client");
}

ClientHello client_hello(const ScriptedPeer& peer) {
  return wire::parse_client_hello(Bytes(peer.seen.back().bytes).subspan(4)).value();
}
bool offers(const ClientHello& hello, int type) {
  return std::ranges::any_of(hello.extensions,
                             [&](const Extension& e) { return static_cast<int>(e.type) == type; });
}

Octets exported(const Engine& engine) {
  Octets material(32);
  REQUIRE(engine.export_keying_material("EXPERIMENTAL test", std::nullopt, material));
  return material;
}

}  // namespace

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

// Shows RFC 5929 7-2
TEST_CASE(
    "Renegotiation::ask: each HelloRequest waits for the application's answer, and writing goes on "
    "meanwhile") {
  ScriptedPeer peer = connected(willing(Renegotiation::ask));
  for (unsigned i = 1; i <= 3; ++i) {
    peer.seen.clear();
    peer.send(HandshakeType::hello_request);
    REQUIRE(peer.engine.wants() == Wants::renegotiation);
    CHECK_FALSE(peer.engine.handshaking());
    CHECK_FALSE(peer.saw(HandshakeType::client_hello));
    CHECK(peer.engine.input_space().empty());
    REQUIRE(peer.engine.write(bytes_of("the request first")) == 17U);
    REQUIRE(peer.engine.answer(RenegotiationAnswer{true}).has_value());
    CHECK(peer.engine.wants() == Wants::nothing);
    CHECK(peer.engine.handshaking());
    peer.collect();
    CHECK(peer.data() == "the request first");
    CHECK(peer.saw(HandshakeType::client_hello));
    peer.complete();
    CHECK(peer.engine.state().renegotiations == i);
    talk(peer);
  }
}

TEST_CASE(
    "Renegotiation::ask: a refusal is as renegotiation_refusal has it, and the next request is "
    "asked about anew") {
  for (const auto refusal : {RenegotiationRefusal::decline, RenegotiationRefusal::ignore,
                             RenegotiationRefusal::refuse}) {
    CAPTURE(static_cast<int>(refusal));
    ClientConfig config = willing(Renegotiation::ask);
    config.common.renegotiation_refusal = refusal;
    ScriptedPeer peer = connected(config);
    // Two messages in one record, and data after them: one question at a time, and nothing is lost.
    peer.deliver(ContentType::handshake, Octets(8, 0));
    for (unsigned i = 1; i <= 2; ++i) {
      REQUIRE(peer.engine.wants() == Wants::renegotiation);
      REQUIRE(peer.engine.answer(RenegotiationAnswer{}).has_value());
      peer.collect();
      if (refusal == RenegotiationRefusal::refuse) break;
      CHECK(peer.alerts.size() == (refusal == RenegotiationRefusal::decline ? i : 0));
    }
    if (refusal == RenegotiationRefusal::refuse) {
      peer.check_fault(Errc::renegotiation_refused, Alert::no_renegotiation);
      continue;
    }
    CHECK(peer.engine.wants() == Wants::nothing);
    talk(peer);
    peer.send(HandshakeType::hello_request);
    CHECK(peer.engine.wants() == Wants::renegotiation);
  }
}

TEST_CASE("Renegotiation::ask: records after the HelloRequest are read after the answer") {
  for (const bool granted : {true, false}) {
    ScriptedPeer peer = connected(willing(Renegotiation::ask));
    const Octets request = peer.sealed(ContentType::handshake, Octets(4, 0));
    const Octets data = peer.sealed(ContentType::application_data, octets(bytes_of("after it")));
    peer.raw(joined({request, data}));
    REQUIRE(peer.engine.wants() == Wants::renegotiation);
    CHECK(peer.engine.readable().empty());
    REQUIRE(peer.engine.answer(RenegotiationAnswer{granted}).has_value());
    CHECK(read_all(peer.engine) == "after it");
  }
}

TEST_CASE("Renegotiation::ask: close_write() and an error end the question") {
  ScriptedPeer closing = connected(willing(Renegotiation::ask));
  closing.send(HandshakeType::hello_request);
  REQUIRE(closing.engine.close_write().has_value());
  CHECK(closing.engine.wants() == Wants::nothing);
  CHECK(closing.engine.answer(RenegotiationAnswer{true}).error().code ==
        Errc::not_waiting_for_that);
  closing.collect();
  REQUIRE(closing.alerts.size() == 1);
  CHECK(closing.alerts[0].description == Alert::close_notify);
  closing.deliver(ContentType::application_data, octets(bytes_of("the rest")));
  CHECK(read_all(closing.engine) == "the rest");

  ScriptedPeer aborted = connected(willing(Renegotiation::ask));
  aborted.send(HandshakeType::hello_request);
  aborted.engine.abort(Alert::access_denied);
  CHECK(aborted.engine.wants() == Wants::nothing);
  CHECK(aborted.engine.answer(RenegotiationAnswer{}).error().code == Errc::not_waiting_for_that);

  ScriptedPeer cut = connected(willing(Renegotiation::ask));
  cut.send(HandshakeType::hello_request);
  cut.engine.transport_ended();
  if (!cut.engine.error()) CHECK(cut.engine.answer(RenegotiationAnswer{}).has_value());
  CHECK(cut.engine.error()->code == Errc::truncated);
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
