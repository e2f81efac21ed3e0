// RFC 7366: encrypt-then-MAC is for CBC suites where both ends said so, and for nothing else.
#include <doctest/doctest.h>

#include "support/pair_with_session.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr CipherSuite kCbc = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
                      kAead = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

template <class Config>
Config with_suites(Config config, std::vector<CipherSuite> suites) {
  config.common.policy = SuitePolicy::legacy;
  config.common.suites = std::move(suites);
  return config;
}

ScriptedPeer client_that_offers(bool extension, CipherSuite suite) {
  ScriptedPeer peer = ScriptedPeer::client_of(with_suites(server_config(), {kCbc, kAead}));
  peer.client_hello.suites = pairs16({static_cast<int>(suite)});
  if (extension) peer.client_hello.extensions.add(22, {});
  peer.complete();
  return peer;
}

// Both ends must have the same idea of it, or no record would open.
void check_data(ScriptedPeer& peer) {
  peer.deliver(ContentType::application_data, {'h', 'i'});
  CHECK(read_all(peer.engine) == "hi");
  CHECK(peer.engine.write(bytes_of("hello")).value() == 5);
  peer.collect();
  CHECK(peer.data() == "hello");
}

}  // namespace

// Shows RFC 7366 2-1, 2-2, 2-3, 3-1
TEST_CASE(
    "RFC 7366 §2, §3: a server answers the extension for a CBC suite alone, and uses it where it "
    "answered") {
  for (const auto& [offers, suite] :
       {std::pair(true, kCbc), {false, kCbc}, {true, kAead}, {false, kAead}}) {
    CAPTURE(offers);
    CAPTURE(name(suite));
    ScriptedPeer peer = client_that_offers(offers, suite);
    const bool used = offers && suite == kCbc;
    CHECK(server_hello_of(peer).encrypt_then_mac == used);
    CHECK(peer.engine.state().encrypt_then_mac == used);
    check_data(peer);
  }
}

// Shows RFC 7366 2-1, 2-2, 2-3
TEST_CASE(
    "RFC 7366 §2: a client offers it with CBC suites, and uses it where the server answered") {
  for (const bool answers : {true, false}) {
    CAPTURE(answers);
    ScriptedPeer peer = ScriptedPeer::server_of(with_suites(client_config(), {kCbc, kAead}));
    CHECK(client_hello_of(peer).encrypt_then_mac);
    peer.suite = kCbc;
    peer.encrypts_then_macs = answers;
    peer.complete();
    CHECK(peer.engine.state().encrypt_then_mac == answers);
    check_data(peer);
  }
  CHECK_FALSE(client_hello_of(ScriptedPeer::server_of()).encrypt_then_mac);
}

// Shows RFC 7366 3-1
TEST_CASE("RFC 7366 §3: a client refuses it for another suite than CBC") {
  ScriptedPeer peer = ScriptedPeer::server_of(with_suites(client_config(), {kCbc, kAead}));
  peer.suite = kAead;
  peer.encrypts_then_macs = true;
  peer.send(HandshakeType::server_hello);
  peer.check_fault(Errc::encrypt_then_mac_without_cbc, Alert::illegal_parameter);
}

// Shows RFC 7366 3-4
TEST_CASE("RFC 7366 §3: a wrong MAC is a fatal bad_record_mac") {
  ScriptedPeer peer = client_that_offers(true, kCbc);
  Octets record = peer.sealed(ContentType::application_data, {'h', 'i'});
  record.back() ^= 1;
  peer.raw(record);
  peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
}
