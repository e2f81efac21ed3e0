// What a peer can make an engine do or hold is bounded, and each bound has a name in Limits.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

ScriptedPeer connected_client(const ServerConfig& config = server_config()) {
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.complete();
  return peer;
}
ScriptedPeer connected_server(const ClientConfig& config = client_config()) {
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  peer.complete();
  return peer;
}

// `n` times is put up with, one more is not.
template <class Send>
void check_flood(ScriptedPeer peer, unsigned n, Errc code, Send send) {
  for (unsigned i = 0; i < n; ++i) send(peer);
  REQUIRE(!peer.engine.error());
  peer.alerts.clear();  // warnings in answer
  send(peer);
  peer.check_fault(code, Alert::unexpected_message);
}

}  // namespace

TEST_CASE("empty records: so many in a row, and data between them starts the count anew") {
  const auto empty = [](ScriptedPeer& peer) { peer.deliver(ContentType::application_data, {}); };
  ServerConfig config = server_config();
  config.common.limits.empty_records = 5;
  check_flood(connected_client(), Limits{}.empty_records, Errc::too_many_empty_records, empty);
  check_flood(connected_client(config), 5, Errc::too_many_empty_records, empty);

  ScriptedPeer peer = connected_client(config);
  for (int i = 0; i < 20; ++i) {
    for (int n = 0; n < 5; ++n) empty(peer);
    peer.deliver(ContentType::application_data, {'x'});
    CHECK(read_all(peer.engine) == "x");
  }
  CHECK(!peer.engine.error());
}

// Shows RFC 5246 7.2.2-5
TEST_CASE(
    "warning alerts: so many in a row, during the handshake or behind it, and data between them "
    "starts the count anew") {
  const auto warn = [](ScriptedPeer& peer) { peer.alert(AlertLevel::warning, 90); };
  check_flood(connected_client(), Limits{}.warning_alerts, Errc::too_many_warnings, warn);
  check_flood(ScriptedPeer::client_of(), Limits{}.warning_alerts, Errc::too_many_warnings, warn);
  ServerConfig config = server_config();
  config.common.limits.warning_alerts = 3;
  check_flood(connected_client(config), 3, Errc::too_many_warnings, warn);

  ScriptedPeer peer = connected_client(config);
  for (int i = 0; i < 20; ++i) {
    for (int n = 0; n < 3; ++n) warn(peer);
    peer.deliver(ContentType::application_data, {'x'});
    CHECK(read_all(peer.engine) == "x");
  }
  for (int n = 0; n < 3; ++n) warn(peer);
  peer.deliver(ContentType::application_data, {});  // carries nothing: no reason to go on
  warn(peer);
  peer.check_fault(Errc::too_many_warnings, Alert::unexpected_message);
}

TEST_CASE("HelloRequests: so many a connection, answered or ignored, whatever comes between them") {
  const auto request = [](ScriptedPeer& peer) { peer.send(HandshakeType::hello_request); };
  check_flood(ScriptedPeer::server_of(), Limits{}.hello_requests, Errc::too_many_hello_requests,
              request);
  check_flood(connected_server(), Limits{}.hello_requests, Errc::too_many_hello_requests, request);
  check_flood(connected_server(), Limits{}.hello_requests, Errc::too_many_hello_requests,
              [&](ScriptedPeer& peer) {
                request(peer);
                if (peer.engine.error()) return;
                peer.deliver(ContentType::application_data, {'x'});
                CHECK(read_all(peer.engine) == "x");
              });
}

TEST_CASE(
    "RFC 5746 §4.2: a HelloRequest is declined with a warning, ignored, or fatal, as the "
    "configuration says") {
  const auto answered = [](RenegotiationRefusal refusal) {
    ClientConfig config = client_config();
    config.common.renegotiation_refusal = refusal;
    ScriptedPeer peer = connected_server(config);
    peer.send(HandshakeType::hello_request);
    return peer;
  };
  const ScriptedPeer declined = answered(RenegotiationRefusal::decline);
  REQUIRE(declined.alerts.size() == 1);
  CHECK(declined.alerts[0].level == AlertLevel::warning);
  CHECK_FALSE(declined.engine.error().has_value());
  const ScriptedPeer ignored = answered(RenegotiationRefusal::ignore);
  CHECK(ignored.alerts.empty());
  CHECK_FALSE(ignored.engine.error().has_value());
  ScriptedPeer refused = answered(RenegotiationRefusal::refuse);
  refused.check_fault(Errc::renegotiation_refused, Alert::no_renegotiation);
}

// Shows RFC 5746 4.2-1, 4.2-2, 4.4-1, 5-1
TEST_CASE(
    "RFC 5746 §4.2: a server without secure renegotiation that wants another handshake gets the "
    "warning no_renegotiation") {
  ClientConfig config = client_config();
  config.dangerous.allow_missing_secure_renegotiation = true;
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  RawServerHello hello = peer.server_hello();
  hello.extensions.remove(0xff01);
  peer.send(hello.bytes());
  peer.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange,
                 HandshakeType::server_hello_done});
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  REQUIRE(!peer.engine.state().secure_renegotiation);
  peer.send(HandshakeType::hello_request);
  REQUIRE(peer.alerts.size() == 1);
  CHECK(peer.alerts[0].level == AlertLevel::warning);
  CHECK(peer.alerts[0].description == Alert::no_renegotiation);
  peer.deliver(ContentType::application_data, {'x'});
  CHECK(read_all(peer.engine) == "x");
}

// Shows RFC 5746 4.4-1, 5-1
TEST_CASE(
    "ClientHellos that ask for renegotiation: each is declined with a warning, too many end the "
    "connection") {
  const auto ask = [](ScriptedPeer& peer) { peer.send(HandshakeType::client_hello); };
  check_flood(connected_client(), Limits{}.hello_requests, Errc::too_many_hello_requests, ask);
  ScriptedPeer peer = connected_client();
  ask(peer);
  REQUIRE(peer.alerts.size() == 1);
  CHECK(peer.alerts[0].level == AlertLevel::warning);
  CHECK(peer.alerts[0].description == Alert::no_renegotiation);
  peer.deliver(ContentType::application_data, {'x'});
  CHECK(read_all(peer.engine) == "x");

  ScriptedPeer malformed = connected_client();
  malformed.send(message_of(HandshakeType::client_hello, {3, 3}));
  malformed.check_fault(Errc::message_truncated, Alert::decode_error);
}

TEST_CASE(
    "output: write() takes whole records until the limit, nothing when it is full, and goes on "
    "when some was sent") {
  ServerConfig config = server_config();
  config.common.limits.output = 64 * 1024;
  config.dynamic_records = false;
  ScriptedPeer peer = connected_client(config);
  const Octets data(1'000'000, 'd');
  const std::size_t taken = peer.engine.write(data).value();
  CHECK(taken > 32 * 1024);
  CHECK(taken % kMaxPlaintext == 0);
  CHECK(peer.engine.output().size() <= 64 * 1024);
  while (peer.engine.write(data).value() != 0) REQUIRE(peer.engine.output().size() <= 64 * 1024);
  CHECK(64 * 1024 - peer.engine.output().size() < 30);  // not even a byte's record would fit
  std::size_t total = peer.engine.state().bytes_sent;
  peer.collect();
  CHECK(peer.data().size() == total);
  CHECK(peer.engine.write(data).value() == taken);
  CHECK(peer.engine.write(Bytes{}).value() == 0);
}

TEST_CASE("input: never more room than the limit, and none while plaintext is unread") {
  ServerConfig config = server_config();
  config.common.limits.input = 20'000;
  ScriptedPeer peer = connected_client(config);
  const Octets stream = peer.sealed(ContentType::application_data, Octets(300'000, 'd'));
  std::size_t at = 0, read = 0, largest = 0;
  while (at < stream.size()) {
    const MutableBytes space = peer.engine.input_space();
    REQUIRE(!space.empty());
    largest = std::max(largest, space.size());
    const std::size_t n = std::min(space.size(), stream.size() - at);
    std::copy_n(stream.begin() + static_cast<std::ptrdiff_t>(at), n, space.begin());
    peer.engine.received(n).value();
    at += n;
    while (!peer.engine.readable().empty()) {
      CHECK(peer.engine.input_space().empty());
      const std::size_t some = std::min<std::size_t>(peer.engine.readable().size(), 9'000);
      read += some;
      peer.engine.consume(some).value();
    }
  }
  CHECK(read == 300'000);
  CHECK(largest <= 20'000);
  CHECK(largest > 4'096);
}

TEST_CASE(
    "RFC 5246 §7.4.1.2: the largest ClientHello that its structure allows is accepted, and a "
    "larger one is decode_error") {
  const RawClientHello largest = RawClientHello::largest();
  REQUIRE(largest.bytes().size() == 4 + kMaxClientHello);
  ScriptedPeer peer = ScriptedPeer::client_of();
  peer.client_hello = largest;
  peer.complete();

  ScriptedPeer over = ScriptedPeer::client_of();
  over.client_hello = largest;
  over.client_hello.extensions.items.back().second.push_back(0);
  const Octets bytes = over.client_hello.bytes();
  over.deliver(ContentType::handshake, Octets(bytes.begin(), bytes.begin() + 4));
  over.check_fault(Errc::message_trailing_data, Alert::decode_error);
}

TEST_CASE(
    "a ClientHello over Limits::client_hello is refused with illegal_parameter, as long as it is a "
    "legal one") {
  ServerConfig config = server_config();
  const Octets hello = RawClientHello::usual().bytes();
  for (const std::size_t less : {0U, 1U}) {
    config.common.limits.client_hello = hello.size() - 4 - less;
    ScriptedPeer peer = ScriptedPeer::client_of(config);
    peer.send(HandshakeType::client_hello);
    if (less == 0) CHECK_FALSE(peer.engine.error());
    if (less != 0) peer.check_fault(Errc::handshake_message_too_large, Alert::illegal_parameter);
  }
}

TEST_CASE("a handshake whose kept messages would pass the limit is refused") {
  ServerConfig config = server_config();
  config.common.limits.transcript = 90;
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.send(HandshakeType::client_hello);
  peer.check_fault(Errc::handshake_message_too_large, Alert::illegal_parameter);
}

TEST_CASE("limits that hold no whole record are refused by build(), by name") {
  for (const bool input : {true, false}) {
    ServerConfig config = server_config();
    (input ? config.common.limits.input : config.common.limits.output) = kMaxPlaintext;
    const auto built = config.build();
    REQUIRE(!built);
    CHECK(built.error().code == Errc::bad_configuration);
    CHECK(built.error().about().starts_with(input ? "limits.input" : "limits.output"));
  }
}

TEST_CASE(
    "records of a GCM key: near the limit the state says so, at the limit the connection ends and "
    "the peer is told") {
  ServerConfig config = server_config();
  config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
  config.common.limits.aes_records_warn = 3;
  config.common.limits.aes_records_end = 6;
  SUBCASE("writing") {
    ScriptedPeer peer = connected_client(config);  // Finished was the first record
    REQUIRE(peer.engine.write(bytes_of("1")).has_value());
    CHECK(!peer.engine.state().record_limit_near);
    REQUIRE(peer.engine.write(bytes_of("2")).has_value());
    CHECK(peer.engine.state().record_limit_near);
    for (int i = 3; i < 6; ++i) REQUIRE(peer.engine.write(bytes_of("x")).has_value());
    CHECK(peer.engine.write(bytes_of("x")).error().code == Errc::record_limit_reached);
    peer.collect();
    peer.check_fault(Errc::record_limit_reached, Alert::internal_error);
    CHECK(peer.data() == "12xxx");
  }
  SUBCASE("reading") {
    ScriptedPeer peer = connected_client(config);
    for (int i = 1; i < 6; ++i) {
      peer.deliver(ContentType::application_data, {'x'});
      CHECK(read_all(peer.engine) == "x");
    }
    CHECK(peer.engine.state().record_limit_near);
    peer.deliver(ContentType::application_data, {'x'});
    peer.check_fault(Errc::record_limit_reached, Alert::internal_error);
  }
}

TEST_CASE("randomness that fails ends the handshake with internal_error, at whichever draw") {
  struct FailingRandom final : Random {
    explicit FailingRandom(int draws) : left(draws) {}
    bool fill(MutableBytes out) override {
      return left-- > 0 && default_provider()->rng().fill(out);
    }
    int left;
  };
  for (const Role role : {Role::client, Role::server}) {
    bool completed = false;
    for (int draws = 0; !completed; ++draws) {
      CAPTURE(draws);
      REQUIRE(draws < 20);
      FailingRandom random(draws);
      auto provider = std::make_shared<Provider>(*default_provider());
      provider->random = {&random, "failing", 300};
      ClientConfig client = client_config();
      ServerConfig server = server_config();
      (role == Role::client ? client.common : server.common).provider = provider;
      EnginePair pair(client, server);
      pair.talk();
      completed = pair.complete();
      Engine& engine = role == Role::client ? pair.client : pair.server;
      Engine& other = role == Role::client ? pair.server : pair.client;
      if (completed) {
        CHECK(draws >= 2);  // a random and a key share, at the least
        continue;
      }
      REQUIRE(engine.error());
      CHECK(engine.error()->code == Errc::randomness_failed);
      REQUIRE(other.error());
      CHECK(other.error()->code == Errc::peer_alert);
      CHECK(other.error()->alert == Alert::internal_error);
    }
  }
}
