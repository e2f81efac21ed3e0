// What a client adds to its ClientHello when it is told to: reserved values (RFC 8701), padding
// (RFC 7685), the mark of a fallback (RFC 7507).
#include <doctest/doctest.h>

#include <algorithm>

#include "support/pair_with_session.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;

namespace {

bool is_reserved(int value) { return value >> 8 == (value & 0xff) && (value & 0x0f) == 0x0a; }

ClientConfig greasing() {
  ClientConfig config = client_config();
  config.grease = true;
  return config;
}

Octets hello_of(const ScriptedPeer& peer) { return peer.seen.at(0).bytes; }

/// The reserved values that a client offered.
struct Reserved {
  explicit Reserved(const ScriptedPeer& peer) {
    const Octets bytes = hello_of(peer);
    const auto hello = wire::parse_client_hello(Bytes(bytes).subspan(4)).value();
    for (const CipherSuite suite : hello.cipher_suites) keep(suites, static_cast<int>(suite));
    for (const NamedGroup group : *hello.supported_groups) keep(groups, static_cast<int>(group));
    for (const Extension extension : hello.extensions)
      keep(extensions, static_cast<int>(extension.type));
  }
  static void keep(std::vector<int>& list, int value) {
    if (is_reserved(value)) list.push_back(value);
  }
  std::vector<int> suites, groups, extensions;
};

}  // namespace

TEST_CASE(
    "RFC 8701 §3.1: a client that greases offers a reserved suite, group and extension, other ones "
    "now and then, and connects as before") {
  std::vector<int> seen;
  for (int i = 0; i < 40; ++i) {
    const Reserved reserved(ScriptedPeer::server_of(greasing()));
    REQUIRE(reserved.suites.size() == 1);
    CHECK(reserved.groups.size() == 1);
    CHECK(reserved.extensions.size() == 1);
    if (std::ranges::count(seen, reserved.suites[0]) == 0) seen.push_back(reserved.suites[0]);
  }
  CHECK(seen.size() > 4);
  const Reserved none(ScriptedPeer::server_of());
  CHECK(none.suites.empty());
  CHECK(none.groups.empty());
  CHECK(none.extensions.empty());
  EnginePair pair(greasing());
  pair.talk();
  CHECK(pair.complete());
}

TEST_CASE("RFC 8701 §3.1: a server that chooses a reserved value is refused") {
  ScriptedPeer suite = ScriptedPeer::server_of(greasing());
  RawServerHello hello = suite.server_hello();
  hello.suite = Reserved(suite).suites[0];
  suite.send(hello.bytes());
  suite.check_fault(Errc::suite_not_offered, Alert::illegal_parameter);

  ScriptedPeer extension = ScriptedPeer::server_of(greasing());
  hello = extension.server_hello();
  hello.extensions.add(Reserved(extension).extensions[0], {});
  extension.send(hello.bytes());
  extension.check_fault(Errc::extension_not_offered, Alert::unsupported_extension);

  ScriptedPeer group = ScriptedPeer::server_of(greasing());
  group.send_all({server_hello, certificate});
  group.send(group.server_key_exchange(
      ScriptedPeer::parameters(Reserved(group).groups[0], Octets(32, 9))));
  group.check_fault(Errc::group_not_offered, Alert::illegal_parameter);

  ScriptedPeer scheme = ScriptedPeer::server_of(greasing());
  scheme.send_all({server_hello, certificate});
  const Octets parameters = ScriptedPeer::parameters(29, octets(scheme.key_share().public_value()));
  scheme.send(ScriptedPeer::server_key_exchange(parameters, 0x0a0a, scheme.sign(parameters)));
  scheme.check_fault(Errc::signature_scheme_not_offered, Alert::illegal_parameter);

  ScriptedPeer version = ScriptedPeer::server_of(greasing());
  hello = version.server_hello();
  hello.version = 0x0a0a;
  version.send(hello.bytes());
  version.check_fault(Errc::version_not_offered, Alert::protocol_version);
}

TEST_CASE(
    "RFC 7685 §3: a ClientHello is padded with zeros to the size asked for, and no server minds") {
  const std::size_t bare = hello_of(ScriptedPeer::server_of()).size();
  REQUIRE(bare > 100);
  for (const std::size_t size :
       {bare + 5, std::size_t{512}, std::size_t{4096}, std::size_t{0x4000}}) {
    CAPTURE(size);
    ClientConfig config = client_config();
    config.pad_hello_to = size;
    const Octets bytes = hello_of(ScriptedPeer::server_of(config));
    CHECK(bytes.size() == size);
    const auto hello = wire::parse_client_hello(Bytes(bytes).subspan(4)).value();
    for (const Extension extension : hello.extensions)
      if (extension.type == ExtensionType::padding)
        CHECK(std::ranges::all_of(extension.data, [](auto byte) { return byte == 0; }));
    EnginePair pair(config);
    pair.talk();
    CHECK(pair.complete());
  }
  // One that is long enough stays as it is; where the extension's own header does not fit exactly,
  // it is a little longer.
  ClientConfig config = client_config();
  config.pad_hello_to = bare;
  CHECK(hello_of(ScriptedPeer::server_of(config)).size() == bare);
  for (const std::size_t more : {1U, 2U, 3U, 4U}) {
    config.pad_hello_to = bare + more;
    CHECK(hello_of(ScriptedPeer::server_of(config)).size() >= bare + more);
  }
  config.pad_hello_to = 0x4001;
  CHECK(config.build().error().code == Errc::bad_configuration);
  // §3: nor does a server answer it.
  ScriptedPeer peer = ScriptedPeer::server_of();
  RawServerHello answer = peer.server_hello();
  answer.extensions.add(21, {0});
  peer.send(answer.bytes());
  peer.check_fault(Errc::extension_not_offered, Alert::unsupported_extension);
}

// Shows RFC 7507 2-1, 3-1, 3-3, 4-1
TEST_CASE(
    "RFC 7507 §3, §4: a client marks a fallback by the suite value, and a server answers "
    "protocol_version if it has only newer versions") {
  ClientConfig config = client_config();
  config.fallback = true;
  EnginePair pair(config);
  pair.talk();
  CHECK(pair.complete());  // TLS 1.2 is the best that this server has

  ScriptedPeer peer = ScriptedPeer::server_of(config);
  const Octets bytes = hello_of(peer);
  CHECK(wire::parse_client_hello(Bytes(bytes).subspan(4))
            ->cipher_suites.contains(CipherSuite::TLS_FALLBACK_SCSV));
  RawServerHello hello = peer.server_hello();
  hello.suite = 0x5600;
  peer.send(hello.bytes());
  peer.check_fault(Errc::suite_not_offered, Alert::illegal_parameter);

  for (const int version : {0x0300, 0x0301, 0x0302}) {
    CAPTURE(version);
    ScriptedPeer older = ScriptedPeer::client_of();
    older.client_hello.version = version;
    older.client_hello.suites = joined({older.client_hello.suites, {0x56, 0x00}});
    older.send(client_hello);
    older.check_fault(Errc::inappropriate_fallback, Alert::protocol_version);
  }
}

// Shows RFC 7507 3-2
TEST_CASE("RFC 7507 §3: a client below TLS 1.2 gets its alert in a record of its own version") {
  for (const bool fallback : {false, true})
    for (const int record_version : {0x0300, 0x0301, 0x0302}) {
      CAPTURE(fallback);
      CAPTURE(record_version);
      ScriptedPeer peer = ScriptedPeer::client_of();
      peer.client_hello.version = 0x0302;
      if (fallback) peer.client_hello.suites = joined({peer.client_hello.suites, {0x56, 0x00}});
      peer.send_in_version(client_hello, record_version);
      REQUIRE(peer.alerts.size() == 1);
      CHECK(peer.alerts[0].description == Alert::protocol_version);
      CHECK(peer.versions == std::vector{record_version});
    }
}

// Shows RFC 7507 4-2, 4-3, 4-4
TEST_CASE("RFC 7507 §4: the mark of a fallback is the last suite, and absent beside a session") {
  const auto suites_of = [](const ScriptedPeer& peer) {
    const ListOf16<CipherSuite> list = client_hello_of(peer).cipher_suites;
    return std::vector<CipherSuite>(list.begin(), list.end());
  };
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    PairWithSession ends(tickets);
    const auto unmarked = suites_of(ends.scripted_server());
    ClientConfig fresh = ends.client;
    fresh.sessions = nullptr;
    CHECK(suites_of(ScriptedPeer::server_of(fresh)) == unmarked);
    ends.client.fallback = fresh.fallback = true;
    auto marked = unmarked;
    marked.push_back(CipherSuite::TLS_FALLBACK_SCSV);
    CHECK(suites_of(ScriptedPeer::server_of(fresh)) == marked);
    CHECK(suites_of(ends.scripted_server()) == unmarked);
  }
}
