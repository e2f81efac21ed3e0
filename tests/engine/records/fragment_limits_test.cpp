// The size of records that two ends agree upon: max_fragment_length (RFC 6066 §4) and
// record_size_limit (RFC 8449).
#include <doctest/doctest.h>

#include <algorithm>

#include "support/after_server_hello.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr int kMaxFragmentLength = 1, kRecordSizeLimit = 28;

Octets two(std::size_t number) {
  return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

ClientConfig asking(std::size_t max_fragment_length, std::uint16_t record_size_limit = 0) {
  ClientConfig config = client_config();
  config.max_fragment_length = max_fragment_length;
  config.common.record_size_limit = record_size_limit;
  return config;
}

/// A server that is asked for this.
ScriptedPeer asked(const RawExtensions& question, ServerConfig config = server_config()) {
  config.dynamic_records = false;
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  for (const auto& [type, data] : question.items) peer.client_hello.extensions.add(type, data);
  peer.send(HandshakeType::client_hello);
  return peer;
}
void finish(ScriptedPeer& peer, Role engine) {
  if (engine == Role::client) {
    peer.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange,
                   HandshakeType::server_hello_done});
  } else {
    peer.send(HandshakeType::client_key_exchange);
  }
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  if (peer.engine.error()) MESSAGE(peer.engine.error()->message());
  REQUIRE(peer.engine.state().handshake_complete);
}

/// Sends no more than `sends` bytes a record, takes `takes` of them, and not one more.
void check_limits(ScriptedPeer peer, std::size_t sends, std::size_t takes) {
  const std::size_t before = peer.seen.size();
  REQUIRE(peer.engine.write(Octets(3 * sends + 1, 'd')).value() == 3 * sends + 1);
  peer.collect();
  std::vector<std::size_t> sizes;
  for (std::size_t i = before; i < peer.seen.size(); ++i)
    sizes.push_back(peer.seen[i].bytes.size());
  CHECK(sizes == std::vector<std::size_t>{sends, sends, sends, 1});

  peer.deliver(ContentType::application_data, Octets(takes, 'd'));
  CHECK(read_all(peer.engine).size() == takes);
  if (takes == kMaxPlaintext) return;
  peer.deliver(ContentType::application_data, Octets(takes + 1, 'd'));
  peer.check_fault(Errc::record_overflow, Alert::record_overflow);
}

}  // namespace

// Shows RFC 6066 4-1
TEST_CASE(
    "RFC 6066 §4: a client that asked for a max_fragment_length gets it, both ways, or all of 2^14 "
    "from a server that does not answer") {
  for (const auto& [size, code] : {std::pair(512, 1), {1024, 2}, {2048, 3}, {4096, 4}}) {
    CAPTURE(size);
    const auto limit = static_cast<std::size_t>(size);
    ScriptedPeer peer = after_server_hello(
        asking(limit), {{kMaxFragmentLength, {static_cast<std::uint8_t>(code)}}});
    CHECK(client_hello_of(peer).max_fragment_length == code);
    finish(peer, Role::client);
    CHECK(peer.engine.state().send_fragment_limit == limit);
    CHECK(peer.engine.state().receive_fragment_limit == limit);
    check_limits(std::move(peer), limit, limit);
  }
  ScriptedPeer peer = after_server_hello(asking(512), {});
  finish(peer, Role::client);
  check_limits(std::move(peer), kMaxPlaintext, kMaxPlaintext);
}

// Shows RFC 6066 4-4
TEST_CASE(
    "RFC 6066 §4: an answer with another length than was asked for is answered with "
    "illegal_parameter, one unasked with unsupported_extension") {
  for (const std::uint8_t code : Octets{0, 1, 3, 4, 5, 255})
    after_server_hello(asking(1024), {{kMaxFragmentLength, {code}}})
        .check_fault(Errc::fragment_limit_wrong, Alert::illegal_parameter);
  for (const Octets& malformed : {Octets{}, Octets{2, 2}}) {
    const ScriptedPeer peer = after_server_hello(asking(1024), {{kMaxFragmentLength, malformed}});
    REQUIRE(peer.engine.error().has_value());
    CHECK(peer.engine.error()->alert == Alert::decode_error);
  }
  after_server_hello(client_config(), {{kMaxFragmentLength, {2}}})
      .check_fault(Errc::extension_not_offered, Alert::unsupported_extension);
  after_server_hello(client_config(), {{kRecordSizeLimit, two(1000)}})
      .check_fault(Errc::extension_not_offered, Alert::unsupported_extension);
}

// Shows RFC 6066 4-2, 4-3, 4-5
TEST_CASE(
    "RFC 6066 §4: a server answers the max_fragment_length that it was asked for, keeps to it from "
    "then on, and refuses those that there are not") {
  for (const auto& [size, code] : {std::pair(512, 1), {1024, 2}, {2048, 3}, {4096, 4}}) {
    CAPTURE(size);
    const auto limit = static_cast<std::size_t>(size);
    ScriptedPeer peer = asked({{kMaxFragmentLength, {static_cast<std::uint8_t>(code)}}},
                              server_config(KeyKind::rsa));
    CHECK(server_hello_of(peer).max_fragment_length == code);
    const std::size_t largest = std::ranges::max(peer.fragment_sizes);
    CHECK(largest <= limit);
    CHECK((limit > 512 || largest == 512));
    finish(peer, Role::server);
    check_limits(std::move(peer), limit, limit);
  }
  for (const std::uint8_t code : Octets{0, 5, 255})
    asked({{kMaxFragmentLength, {code}}})
        .check_fault(Errc::fragment_limit_wrong, Alert::illegal_parameter);
}

// Shows RFC 8449 4-1, 4-3, 4-4, 4-5, 4-11, 7-1
TEST_CASE("RFC 8449 §4: each end keeps to the record_size_limit that the other named") {
  for (const std::size_t theirs : {std::size_t{64}, std::size_t{1000}, kMaxPlaintext}) {
    CAPTURE(theirs);
    ScriptedPeer client = after_server_hello(asking(0, 100), {{kRecordSizeLimit, two(theirs)}});
    finish(client, Role::client);
    CHECK(client.engine.state().send_fragment_limit == theirs);
    CHECK(client.engine.state().receive_fragment_limit == 100);
    check_limits(std::move(client), theirs, 100);

    ServerConfig config = server_config();
    config.common.record_size_limit = 200;
    ScriptedPeer server = asked({{kRecordSizeLimit, two(theirs)}}, config);
    finish(server, Role::server);
    check_limits(std::move(server), theirs, 200);
  }
  // §4: a client that speaks TLS 1.3 as well may name a byte more than TLS 1.2 has; a limit is no
  // promise to use all of it.
  for (const std::size_t size : {kMaxPlaintext + 1, std::size_t{0xffff}}) {
    ScriptedPeer server = asked({{kRecordSizeLimit, two(size)}});
    finish(server, Role::server);
    check_limits(std::move(server), kMaxPlaintext, kMaxPlaintext);
  }
}

// Shows RFC 8449 4-6, 4-9, 5-1, 5-2, 5-3
TEST_CASE(
    "RFC 8449 §4, §5: a limit below 64, or an answer to both extensions, is answered with "
    "illegal_parameter") {
  for (const std::size_t size : {0U, 1U, 63U}) {
    after_server_hello(asking(0, 100), {{kRecordSizeLimit, two(size)}})
        .check_fault(Errc::fragment_limit_wrong, Alert::illegal_parameter);
    asked({{kRecordSizeLimit, two(size)}})
        .check_fault(Errc::fragment_limit_wrong, Alert::illegal_parameter);
  }
  after_server_hello(asking(1024, 100), {{kMaxFragmentLength, {2}}, {kRecordSizeLimit, two(100)}})
      .check_fault(Errc::fragment_limit_wrong, Alert::illegal_parameter);
  // §5: a server that is asked for both answers one.
  ScriptedPeer both = asked({{kMaxFragmentLength, {1}}, {kRecordSizeLimit, two(100)}});
  CHECK(server_hello_of(both).record_size_limit == kMaxPlaintext);
  CHECK(!server_hello_of(both).max_fragment_length);
  finish(both, Role::server);
  check_limits(std::move(both), 100, kMaxPlaintext);
}

TEST_CASE(
    "max_send_fragment bounds every record that is sent, from the ClientHello on, and is not told "
    "to the peer") {
  ClientConfig client = client_config(KeyKind::rsa);
  ServerConfig server = server_config(KeyKind::rsa);
  server.dynamic_records = false;
  client.common.application_protocols = {std::string(200, 'p')};
  client.common.max_send_fragment = 100;
  server.common.max_send_fragment = 300;
  std::size_t largest[2] = {};
  for (CommonConfig* common : {&client.common, &server.common})
    common->observe = [&](Role role) {
      struct Sizes : Observer {
        std::size_t& largest;
        explicit Sizes(std::size_t& to) : largest(to) {}
        void on_record(const Record& record) override {
          if (record.direction == Direction::sent)
            largest = std::max(largest, record.fragment.size());
        }
      };
      return std::make_unique<Sizes>(largest[role == Role::server]);
    };
  ConnectedEnginePair pair(client, server);
  CHECK(largest[0] == 100);
  CHECK(largest[1] == 300);
  CHECK(pair.server.state().send_fragment_limit == 0);
  CHECK(pair.client.state().receive_fragment_limit == 0);
  CHECK(pair.client.write(Octets(1000, 'c')).value() == 1000);
  CHECK(pair.server.write(Octets(1000, 's')).value() == 1000);
  for (int i = 0; i < 20; ++i) {
    carry(pair.client, pair.server);
    carry(pair.server, pair.client);
    read_all(pair.client);
    read_all(pair.server);
  }
  CHECK(largest[0] == 100);
  CHECK(largest[1] == 300);
}

// Shows RFC 8449 4-1
TEST_CASE("of max_send_fragment and the peer's own limit the smaller counts") {
  for (const auto& [own, theirs, sends] :
       {std::tuple(100, 200, 100), {200, 100, 100}, {0, 100, 100}}) {
    ClientConfig config = asking(0, 500);
    config.common.max_send_fragment = static_cast<std::uint16_t>(own);
    ScriptedPeer peer =
        after_server_hello(config, {{kRecordSizeLimit, two(static_cast<std::size_t>(theirs))}});
    finish(peer, Role::client);
    CHECK(peer.engine.state().send_fragment_limit == static_cast<std::size_t>(theirs));
    check_limits(std::move(peer), static_cast<std::size_t>(sends), 500);
  }
}

// Shows RFC 8449 4-2, 4-8
TEST_CASE("limits that the extensions cannot say are refused by build()") {
  for (const std::size_t size : {1U, 511U, 513U, 8192U, 16384U})
    CHECK(asking(size).build().error().code == Errc::bad_configuration);
  for (const std::uint16_t size :
       {std::uint16_t{1}, std::uint16_t{63}, static_cast<std::uint16_t>(kMaxPlaintext + 1)})
    CHECK(asking(0, size).build().error().code == Errc::bad_configuration);
  for (const std::uint16_t size :
       {std::uint16_t{1}, std::uint16_t{63}, static_cast<std::uint16_t>(kMaxPlaintext + 1)}) {
    ClientConfig config = client_config();
    config.common.max_send_fragment = size;
    CHECK(config.build().error().about() == "max_send_fragment");
  }
}
