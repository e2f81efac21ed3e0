// What a connection hands out of its secrets is what its engine has (RFC 5705, RFC 9266).
#include <doctest/doctest.h>

#include <array>

#include "support/conn_pair.hpp"

using namespace tls12;
using namespace tls12::test;

TEST_CASE(
    "RFC 5705, RFC 9266: a connection exports what the engine at its other end does, once the "
    "handshake is complete") {
  for (const Role role : kRoles) {
    ConnPair b(role);
    std::array<std::uint8_t, 40> here = {}, there = {};
    CHECK(b.conn->export_keying_material("EXPERIMENTAL one", {}, here).error().code ==
          Errc::handshake_not_complete);
    CHECK(b.conn->channel_binding(ChannelBinding::tls_exporter).error().code ==
          Errc::handshake_not_complete);
    b.shake();
    REQUIRE(
        b.conn->export_keying_material("EXPERIMENTAL one", bytes_of("context"), here).has_value());
    REQUIRE(b.peer->engine.export_keying_material("EXPERIMENTAL one", bytes_of("context"), there)
                .has_value());
    CHECK(here == there);
    CHECK(b.conn->channel_binding(ChannelBinding::tls_exporter).value() ==
          b.peer->engine.channel_binding(ChannelBinding::tls_exporter).value());
  }
}
